"""The policy of every repository of a fleet: that of the catalog, or the deployed one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.cli.console.reports import echo_findings
from ecrkit.lifecycle import compose, parse_policy
from ecrkit.policies.store import PolicyStore
from ecrkit.preview.fleet.tables import Place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.policies.references import PolicyRef

__all__ = ["catalog_policies", "parse_deployed"]


def catalog_policies(catalog: Path, policies: Path | None) -> dict[Place, LifecyclePolicy | None]:
    """
    Read the policy that a catalog gives each of its repositories.

    Args:
        catalog: path of the catalog; ``-`` for standard input.
        policies: path of the policy store. Default: the one next to the catalog.

    Returns:
        ``None`` for a repository without a policy.

    Raises:
        InvalidCatalogError: the catalog could not be deployed.
        UnreadableInputError: it, or the store, cannot be read.
    """
    from ecrkit.catalog import read_catalog  # noqa: PLC0415 - loads a YAML reader

    store = PolicyStore(policies or catalog.parent / "policies" / "lifecycle")
    read = read_catalog(catalog, policies=store)
    echo_findings(store.unpublished(), err=True)
    composed: dict[tuple[PolicyRef, ...], LifecyclePolicy | None] = {(): None}
    found: dict[Place, LifecyclePolicy | None] = {}
    for environment in read.environments:
        for entry in environment.repositories:
            if entry.lifecycle not in composed:
                composed[entry.lifecycle] = compose(map(store.read, entry.lifecycle))
            place = Place(environment.account, environment.region, str(entry.name))
            found.setdefault(place, composed[entry.lifecycle])
    return found


def parse_deployed(texts: Mapping[Place, str]) -> dict[Place, LifecyclePolicy | None]:
    """
    Parse deployed lifecycle policies; thousands of repositories have few different ones.

    Raises:
        InvalidPolicyError: ecrkit cannot read one.
    """
    parsed: dict[str, LifecyclePolicy] = {}
    found: dict[Place, LifecyclePolicy | None] = {}
    for place, text in texts.items():
        if text not in parsed:
            parsed[text] = parse_policy(text, file=f"{place.account}/{place.region}/{place.repository}")
        found[place] = parsed[text]
    return found
