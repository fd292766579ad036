"""Repositories as they are there, and what an audit says of one."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from builders.catalogs import ONE_ENVIRONMENT, catalog
from builders.stores import make_store, policy_text

from ecrkit import PolicyStore
from ecrkit.catalog.locations import repository_places
from ecrkit.deployment.audit import ActualRepository, audit
from ecrkit.deployment.audit.limits import AuditLimits
from ecrkit.deployment.audit.statements import statements_in
from ecrkit.registry.properties import RepositoryProperties

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ecrkit.errors import Finding

__all__ = ["ACCOUNT", "actual", "found", "iam", "statement", "store_in"]

ACCOUNT = "123456789012"


def actual(
    name: str = "web",
    *,
    repository_policy_text: str | None = None,
    lifecycle_policy_text: str | None = policy_text(),
    stack: str | None = None,
    **properties: Any,  # noqa: ANN401 - as many types as properties
) -> ActualRepository:
    """Make a repository that is as ecrkit's defaults have it, but for *properties*."""
    return ActualRepository(
        name=name,
        properties=RepositoryProperties(
            **properties, statements=tuple(statements_in(repository_policy_text or "{}") or ())
        ),
        repository_policy_text=repository_policy_text,
        lifecycle_policy_text=lifecycle_policy_text,
        stack=stack,
    )


def statement(**elements: object) -> dict[str, object]:
    """Write a statement that lets one account pull, but for *elements*."""
    plain = {"Sid": "Ci", "Effect": "Allow", "Principal": {"AWS": "210987654321"}, "Action": ["ecr:BatchGetImage"]}
    return {**plain, **elements}


def iam(*statements: dict[str, object], version: str = "2012-10-17") -> str:
    """Write the policy of a repository."""
    return json.dumps({"Version": version, "Statement": list(statements)})


def store_in(directory: Path) -> PolicyStore:
    """Make a store with one policy, ``ten@1``."""
    return PolicyStore(make_store(directory, {"ten/v1.json": policy_text()}))


def found(  # noqa: PLR0913 - keyword-only
    settings: str,
    repositories: Iterable[ActualRepository],
    policies: PolicyStore,
    *,
    name: str = "web",
    registry: str = "",
    today: date | None = None,
) -> tuple[Finding, ...]:
    """Audit *repositories* against a catalog of one that keeps ten images, with settings in flow style."""
    defaults = "defaults: {lifecycle: ten@1}" + (f"\nregistry: {{{registry}}}\n" if registry else "\n")
    text = f"{ONE_ENVIRONMENT}{defaults}repositories:\n  {name}: {{{settings}}}\n"
    [environment] = catalog(text, policies).environments
    places = repository_places(text, file="repositories.yaml")
    limits = AuditLimits(now=datetime.combine(today, time(), UTC)) if today else None
    return audit(environment, repositories, policies=policies, policy_name=lambda _: None, places=places, limits=limits)
