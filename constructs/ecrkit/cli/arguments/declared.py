"""The catalog that a command on what is deployed holds against it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecrkit.deployment.declared import Declared

__all__ = ["read_declared"]

_CATALOG = Path("repositories.yaml")


def read_declared(catalog: Path | None, policies: Path | None, *, account: str, region: str) -> Declared | None:
    """
    Read the catalog given, or else the one of the working directory.

    Args:
        catalog: path, if one was given.
        policies: path of the policy store, if one was given; it stands beside the catalog else.
        account: that is looked at.
        region: that is looked at.

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
    from ecrkit.deployment.declared import Declared  # noqa: PLC0415 - as above
    from ecrkit.policies.store import PolicyStore  # noqa: PLC0415 - as above

    store = PolicyStore(policies or path.parent / "policies" / "lifecycle")
    return Declared(read_catalog(path, policies=store), store, account=account, region=region)
