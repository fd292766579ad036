"""Replication rules, and where an image that expires is deleted, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecrkit.registry.settings.values import ReplicationRule

__all__ = ["DeployedReplicationRule", "deletion_note", "may_delete_note", "named_destinations"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedReplicationRule:
    """
    A replication rule of a registry.

    Attributes:
        destinations: destination registries, as :func:`named_destinations` names them.
        prefixes: prefixes of repository names; empty for every repository.
        replicates_deletions: images that expire or are deleted in the source are deleted in the destinations.
    """

    destinations: tuple[str, ...]
    prefixes: tuple[str, ...] = ()
    replicates_deletions: bool = False

    def covers(self, repository: str) -> bool:
        """Whether it replicates the images of a repository."""
        return not self.prefixes or repository.startswith(self.prefixes)


def named_destinations(destinations: Iterable[tuple[str, str | None]], *, account: str) -> tuple[str, ...]:
    """
    Name destination registries for a message.

    Args:
        destinations: Region and account ID of each; ``None`` for the account of the source.
        account: account ID of the source.

    Returns:
        The Region, and the account after it if it is another one.
    """
    return tuple(
        region if other in {None, account} else f"{region} of account {other}" for region, other in destinations
    )


def deletion_note(rules: Iterable[DeployedReplicationRule], repository: str) -> str:
    """
    Say where ECR deletes the images of a repository that expire here.

    Returns:
        Words; empty if it deletes them nowhere else.

    Source: ECR user guide, "Replicating image deletions in Amazon ECR" (read 2026-11).
    """
    places = _listed(
        place for rule in rules if rule.replicates_deletions and rule.covers(repository) for place in rule.destinations
    )
    return f"deletions are replicated to {places}: an image that expires here is deleted there, too" if places else ""


def may_delete_note(rules: Iterable[ReplicationRule], repository: str, *, account: str) -> str:
    """
    Say where ECR may delete the images of a repository that expire here, by declared rules.

    A catalog cannot declare the replication of deletions, so that only the deployed rules can tell.

    Args:
        rules: rules of the catalog.
        repository: name of the repository.
        account: account ID of the source.

    Returns:
        Words; empty if the repository is not replicated.
    """
    places = _listed(
        place
        for rule in rules
        if not rule.repositories or repository.startswith(rule.repositories)
        for place in named_destinations(((each.region, each.account) for each in rule.to), account=account)
    )
    if not places:
        return ""
    return (
        f"images are replicated to {places}: where deletions are replicated, too, an image that expires here is "
        "deleted there; the catalog does not know that, `ecrkit audit` reports it"
    )


def _listed(places: Iterable[str]) -> str:
    """List places once each, in order."""
    return ", ".join(dict.fromkeys(places))
