"""One repository: what is there, held against what is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.catalog.template import repository_statements
from ecrkit.deployment.audit import rulebook
from ecrkit.deployment.audit.lifecycle import lifecycle_difference
from ecrkit.deployment.audit.statements import policy_difference
from ecrkit.registry.properties import Encryption, Mutability

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ecrkit.catalog import Environment, RepositoryEntry
    from ecrkit.deployment.actual import ActualRepository
    from ecrkit.errors import Finding, Location
    from ecrkit.lifecycle import LifecyclePolicy

__all__ = ["drift"]


def drift(  # noqa: PLR0913 - both sides, and their names
    entry: RepositoryEntry,
    actual: ActualRepository,
    *,
    policy: LifecyclePolicy | None,
    policy_name: str | None = None,
    environment: Environment,
    location: Location,
) -> Iterator[Finding]:
    """
    Tell what drifted.

    Args:
        entry: what is declared.
        actual: what is there.
        policy: what the declared lifecycle policies come to; ``None`` for none.
        policy_name: of the policy of the store that is there; ``None`` where it is none of them.
        environment: that both are in.
        location: where it is declared.

    Returns:
        Findings, by code; tags that nobody declares are none, nor is what AWS writes by itself.
    """
    if actual.scan_on_push is not entry.scan_on_push:
        values = {"actual": _on_off(actual.scan_on_push), "declared": _on_off(entry.scan_on_push)}
        yield rulebook.SCANNING.at(location, **values)
    if not _is_encrypted_so(entry, actual):
        values = {
            "actual": _encryption(actual.encryption_type, actual.kms_key),
            "declared": _encryption(entry.encryption, entry.encryption_key),
        }
        yield rulebook.ENCRYPTION.at(location, **values)
    if actual.mutability != entry.mutability:
        yield rulebook.MUTABILITY.at(location, actual=actual.mutability, declared=entry.mutability.value)
    filters = entry.mutable_tags if entry.mutability is Mutability.IMMUTABLE else entry.immutable_tags
    if set(actual.exclusion_filters) != set(filters):
        yield rulebook.FILTERS.at(location, actual=_listed(actual.exclusion_filters), declared=_listed(filters))
    statements = repository_statements(entry, account=environment.account, region=environment.region)
    if difference := policy_difference(statements, actual.repository_policy_text, account=environment.account):
        yield rulebook.ACCESS.at(location, difference=difference)
    if difference := lifecycle_difference(policy, actual.lifecycle_policy_text, name=policy_name):
        yield rulebook.LIFECYCLE.at(location, difference=difference)
    if difference := _tag_difference(entry, actual):
        yield rulebook.TAGS.at(location, difference=difference)


def _is_encrypted_so(entry: RepositoryEntry, actual: ActualRepository) -> bool:
    """
    Whether the encryption is the declared one, as far as both can be compared.

    An alias stands for a key that only KMS knows, and without a key it is one of AWS's, which has an ARN as others do.
    """
    if entry.encryption is Encryption.OMIT:
        return True
    if actual.encryption_type.upper() != entry.encryption:
        return False
    declared, there = entry.encryption_key, actual.kms_key
    if declared is None or there is None or "alias/" in declared or "alias/" in there:
        return declared is None or there is not None
    if declared.startswith("arn:") and there.startswith("arn:"):
        return declared == there
    return declared.rpartition("/")[2] == there.rpartition("/")[2]


def _tag_difference(entry: RepositoryEntry, actual: ActualRepository) -> str:
    told = []
    for key, value in sorted(entry.tags.items()):
        if key not in actual.tags:
            told.append(f"'{key}' is missing")
        elif actual.tags[key] != value:
            told.append(f"'{key}' is '{actual.tags[key]}', declared '{value}'")
    return "; ".join(told)


def _encryption(kind: str, key: str | None) -> str:
    return f"{kind} with {key}" if key else str(kind)


def _on_off(value: bool) -> str:  # noqa: FBT001 - the only one
    return "on" if value else "off"


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(repr(str(text)) for text in sorted(texts)) or "none"
