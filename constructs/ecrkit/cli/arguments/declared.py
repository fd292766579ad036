"""The catalog that commands compare with deployed repositories."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.cli.console.output import count_of, echo
from ecrkit.cli.console.reports import echo_findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ecrkit.aws.repositories import DeployedRepository
    from ecrkit.catalog import RepositoryEntry
    from ecrkit.deployment.policies import PolicyNames

__all__ = ["Declared", "read_declared", "with_declared_exceptions"]

_CATALOG = Path("repositories.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """
    What a catalog declares in one account and Region.

    Attributes:
        is_about_it: whether the account and Region are an environment of the catalog.
        entries: the repositories declared there, by name.
        policy_names: names deployed lifecycle policies.
    """

    is_about_it: bool
    entries: Mapping[str, RepositoryEntry]
    policy_names: PolicyNames

    @property
    def names(self) -> frozenset[str]:
        """Names of the repositories declared there."""
        return frozenset(self.entries)


def read_declared(catalog: Path | None, policies: Path | None, *, account: str, region: str) -> Declared | None:
    """
    Read the catalog given, or else the one of the working directory.

    Args:
        catalog: path, if one was given.
        policies: path of the policy store. Default: the one next to the catalog.
        account: the account to compare.
        region: the Region to compare.

    Returns:
        ``None`` where there is no catalog.

    Raises:
        InvalidCatalogError: it could not be deployed.
        UnreadableInputError: it, or the store, cannot be read.
    """
    path = catalog or _CATALOG
    if catalog is None and not path.exists():
        return None
    from ecrkit.catalog import read_catalog  # noqa: PLC0415 - loads a YAML reader, for those who have a catalog
    from ecrkit.deployment.policies import PolicyNames  # noqa: PLC0415 - as above
    from ecrkit.policies.store import PolicyStore  # noqa: PLC0415 - as above

    store = PolicyStore(policies or path.parent / "policies" / "lifecycle")
    declared = read_catalog(path, policies=store)
    echo_findings(store.unpublished(), err=True)
    here = [place for place in declared.environments if (place.account, place.region) == (account, region)]
    return Declared(
        is_about_it=bool(here),
        entries={str(entry.name): entry for place in here for entry in place.repositories},
        policy_names=PolicyNames(declared, store),
    )


def with_declared_exceptions(
    deployed: Iterable[DeployedRepository], entries: Mapping[str, RepositoryEntry]
) -> Sequence[DeployedRepository]:
    """
    Use the declared exceptions of the mutability where a local AWS has dropped the deployed ones, and say so.

    Args:
        deployed: repositories that exist.
        entries: those that the catalog declares there, by name.

    Returns:
        The same repositories, in the same order.
    """
    filled, named = [], []
    for repository in deployed:
        entry = entries.get(repository.name)
        if repository.lacks_filters:
            named.append((repository.name, entry is not None))
        if repository.lacks_filters and entry:
            properties = replace(repository.properties, exceptions=entry.properties.exceptions)
            filled.append(replace(repository, properties=properties))
        else:
            filled.append(repository)
    _tell("ecrkit uses those of the catalog", [name for name, is_declared in named if is_declared])
    _tell("they are unknown", [name for name, is_declared in named if not is_declared])
    return filled


def _tell(instead: str, names: Sequence[str]) -> None:
    if names:
        others = f" and {count_of(len(names) - 1, 'other repository')}" if len(names) > 1 else ""
        echo(
            f"{names[0]}{others}: the local AWS does not keep imageTagMutabilityExclusionFilters; {instead}",
            err=True,
        )
