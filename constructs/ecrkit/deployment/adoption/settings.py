"""What an entry has to say to be a repository that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.catalog.template import repository_statements
from ecrkit.deployment.adoption.access import grantees_document, split_access
from ecrkit.deployment.audit.statements import same_statements, statements_in
from ecrkit.registry.properties import Mutability, Removal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.catalog import Environment, RepositoryEntry
    from ecrkit.deployment.audit import ActualRepository
    from ecrkit.policies.store import PolicyRef

__all__ = ["exact_settings", "is_exact"]


def exact_settings(
    actual: ActualRepository, base: RepositoryEntry, *, lifecycle: Sequence[PolicyRef], environment: Environment
) -> dict[str, object]:
    """
    Write what an entry has to say besides what holds anyway.

    Args:
        actual: the repository.
        base: what the catalog makes of an entry that says nothing of its own.
        lifecycle: versions of the store that come to its lifecycle policy; empty for none.
        environment: that it is in.

    Returns:
        Settings by key, in the order of the documentation. They may still be refused by the catalog.
    """
    settings: dict[str, object] = {}
    if tuple(lifecycle) != base.lifecycle:
        settings["lifecycle"] = str(lifecycle[0]) if len(lifecycle) == 1 else [str(entry) for entry in lifecycle]
    if (actual.encryption_type, actual.kms_key) != (base.encryption, base.encryption_key):
        # Written out, also for AES256: it is create-only, and a deploy that adds it later replaces the repository.
        with_key = {"type": actual.encryption_type, "key": actual.kms_key}
        settings["encryption"] = with_key if actual.kms_key else actual.encryption_type
    if actual.scan_on_push is not base.scan_on_push:
        settings["scan_on_push"] = actual.scan_on_push
    settings.update(_mutability(actual, base))
    settings.update(_access(actual, base, environment))
    tags: dict[str, str | None] = {key: value for key, value in actual.tags.items() if base.tags.get(key) != value}
    tags |= dict.fromkeys(key for key in base.tags if key not in actual.tags)
    if tags:
        settings["tags"] = tags
    # CloudFormation imports nothing that it may delete.
    if base.removal is not Removal.RETAIN:
        settings["removal"] = Removal.RETAIN.value
    if base.empty_on_delete:
        settings["empty_on_delete"] = False
    return settings


def is_exact(entry: RepositoryEntry, actual: ActualRepository, environment: Environment) -> bool:
    """Whether nothing would differ that an audit lets pass: tags, the encryption, and what Lambda wrote."""
    there = statements_in(actual.repository_policy_text) if actual.repository_policy_text else []
    declared = repository_statements(entry, account=environment.account, region=environment.region)
    return (
        dict(entry.tags) == dict(actual.tags)
        and (entry.encryption, entry.encryption_key) == (actual.encryption_type, actual.kms_key)
        and there is not None
        and same_statements(declared, there)
    )


def _mutability(actual: ActualRepository, base: RepositoryEntry) -> Iterator[tuple[str, object]]:
    if actual.mutability != base.mutability:
        yield "mutability", actual.mutability
    is_mutable = actual.mutability == Mutability.MUTABLE
    for key, filters in (
        ("mutable_tags", () if is_mutable else actual.exclusion_filters),
        ("immutable_tags", actual.exclusion_filters if is_mutable else ()),
    ):
        if set(filters) != set(getattr(base, key)):
            yield key, list(filters)


def _access(actual: ActualRepository, base: RepositoryEntry, environment: Environment) -> Iterator[tuple[str, object]]:
    place = {"account": environment.account, "region": environment.region}
    there = (statements_in(actual.repository_policy_text) if actual.repository_policy_text else []) or []
    if same_statements(repository_statements(base, **place), there):
        return
    access, verbatim = split_access(there, **place)
    for key in ("pull", "push"):
        if getattr(access, key) != getattr(base.access, key):
            yield key, grantees_document(getattr(access, key))
    if verbatim or base.statements:
        yield "statements", verbatim
