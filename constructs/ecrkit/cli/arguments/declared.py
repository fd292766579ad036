"""The catalog that commands compare with deployed repositories."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.cli.console.reports import echo_findings

if TYPE_CHECKING:
    from ecrkit.deployment.policies import PolicyNames

__all__ = ["Declared", "read_declared"]

_CATALOG = Path("repositories.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """
    What a catalog declares in one account and Region.

    Attributes:
        is_about_it: whether the account and Region are an environment of the catalog.
        names: of the repositories declared there.
        policy_names: names deployed lifecycle policies.
    """

    is_about_it: bool
    names: frozenset[str]
    policy_names: PolicyNames


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
        names=frozenset(str(entry.name) for place in here for entry in place.repositories),
        policy_names=PolicyNames(declared, store),
    )
