"""What an entry has to say to be a repository that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.catalog.keys import KEYS, SETTING_KEYS
from ecrkit.catalog.template import repository_statements
from ecrkit.deployment.adoption.access import grantees_document, split_access
from ecrkit.deployment.audit.statements import same_statements, statements_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.catalog import Environment, RepositoryEntry
    from ecrkit.deployment.audit import ActualRepository
    from ecrkit.policies.references import PolicyRef
    from ecrkit.registry.properties import RepositoryProperties

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
    there, declared = actual.properties, base.properties
    settings: dict[str, object] = {}
    if tuple(lifecycle) != base.lifecycle:
        settings["lifecycle"] = str(lifecycle[0]) if len(lifecycle) == 1 else [str(entry) for entry in lifecycle]
    if (there.encryption, there.encryption_key) != (declared.encryption, declared.encryption_key):
        # Written out, also for AES256: it is create-only, and a deploy that adds it later replaces the repository.
        with_key = {"type": str(there.encryption), "key": there.encryption_key}
        settings["encryption"] = with_key if there.encryption_key else str(there.encryption)
    settings.update(_simple(there, declared))
    for key in ("mutable_tags", "immutable_tags"):
        if set(getattr(there, key)) != set(getattr(declared, key)):
            settings[key] = list(getattr(there, key))
    settings.update(_access(there, base, environment))
    tags: dict[str, str | None] = {key: value for key, value in there.tags.items() if declared.tags.get(key) != value}
    tags |= dict.fromkeys(key for key in declared.tags if key not in there.tags)
    if tags:
        settings["tags"] = tags
    return {key: settings[key] for key in SETTING_KEYS if key in settings}


def is_exact(entry: RepositoryEntry, actual: ActualRepository, environment: Environment) -> bool:
    """Whether nothing would differ that an audit lets pass: tags, the encryption, and what Lambda wrote."""
    declared, there = entry.properties, actual.properties
    text = actual.repository_policy_text
    statements = repository_statements(entry, account=environment.account, region=environment.region)
    return (
        dict(declared.tags) == dict(there.tags)
        and (declared.encryption, declared.encryption_key) == (there.encryption, there.encryption_key)
        and (text is None or statements_in(text) is not None)
        and same_statements(statements, there.statements)
    )


def _simple(there: RepositoryProperties, declared: RepositoryProperties) -> Iterator[tuple[str, bool | str]]:
    """Write the properties that are written as the table of keys says."""
    for key in KEYS:
        if key.kind and key.is_property and getattr(there, key.name) != getattr(declared, key.name):
            value = getattr(there, key.name)
            yield key.name, str(value) if isinstance(value, str) else value


def _access(
    there: RepositoryProperties, base: RepositoryEntry, environment: Environment
) -> Iterator[tuple[str, object]]:
    place = {"account": environment.account, "region": environment.region}
    if same_statements(repository_statements(base, **place), there.statements):
        return
    access, verbatim = split_access(there.statements, **place)
    for key in ("pull", "push"):
        if getattr(access, key) != getattr(base.properties.access, key):
            yield key, grantees_document(getattr(access, key))
    if verbatim or base.properties.statements:
        yield "statements", verbatim
