"""Catalogs to adopt into, and what an adoption makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders.actual import ACCOUNT
from builders.stores import make_store, policy_text

from ecrkit import PolicyStore
from ecrkit.catalog import check_catalog
from ecrkit.deployment.adoption import Adopter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ecrkit.catalog import Environment, RepositoryEntry
    from ecrkit.deployment.adoption import Adopted
    from ecrkit.deployment.audit import ActualRepository

__all__ = ["CATALOG", "KEY", "ONE", "TWO", "added", "adopt", "entry", "here", "store_at"]

ONE = f'environments:\n  dev: {{account: "{ACCOUNT}", region: us-east-1}}\n'
TWO = f'{ONE}  prod: {{account: "210987654321", region: us-east-1}}\n'
CATALOG = f"{ONE}repositories:\n  web: {{lifecycle: ten@1}}  # the web\n"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"


def store_at(directory: Path) -> PolicyStore:
    return PolicyStore(make_store(directory, {"ten/v1.json": policy_text()}))


def adopt(
    repositories: Sequence[ActualRepository], policies: PolicyStore, *, catalog: str = CATALOG, environment: str = "dev"
) -> Adopted:
    return Adopter(catalog, file="repositories.yaml", policies=policies, environment=environment).adopt(repositories)


def entry(adopted: Adopted, policies: PolicyStore, name: str, *, environment: str = "dev") -> RepositoryEntry:
    [found] = [one for one in here(adopted, policies, environment).repositories if one.name == name]
    return found


def here(adopted: Adopted, policies: PolicyStore, environment: str = "dev") -> Environment:
    checked = check_catalog(adopted.after, file="repositories.yaml", policies=policies)
    assert checked.catalog, checked.findings
    [found] = [one for one in checked.catalog.environments if one.name == environment]
    return found


def added(adopted: Adopted) -> str:
    """Give what stands behind the old text."""
    assert adopted.after.startswith(adopted.before)
    return adopted.after.removeprefix(adopted.before)
