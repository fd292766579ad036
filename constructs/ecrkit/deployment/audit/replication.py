"""Deployed replication rules that delete more than images of this registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.deployment.audit.rulebook import DELETIONS_REPLICATED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ecrkit.errors import Finding, Location
    from ecrkit.registry.settings.replication import DeployedReplicationRule

__all__ = ["replicated_deletions"]


def replicated_deletions(rules: Iterable[DeployedReplicationRule], *, location: Location) -> Iterator[Finding]:
    """
    Report the rules that replicate deletions.

    CloudFormation's types, as CDK and cfn-lint know them, have no property for it: the catalog cannot declare it.

    Args:
        rules: deployed replication rules of the registry.
        location: where the catalog declares replication, or would.
    """
    for rule in rules:
        if rule.replicates_deletions:
            yield DELETIONS_REPLICATED.at(
                location,
                repositories=", ".join(f"{prefix}*" for prefix in rule.prefixes) or "every repository",
                destinations=", ".join(rule.destinations),
            )
