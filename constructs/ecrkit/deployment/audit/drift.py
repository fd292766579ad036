"""One repository: what is there, held against what is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.catalog.keys import KEYS
from ecrkit.catalog.template import repository_statements
from ecrkit.deployment.audit import rulebook
from ecrkit.deployment.audit.lifecycle import lifecycle_difference
from ecrkit.deployment.audit.statements import policy_difference
from ecrkit.registry.properties import Encryption

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ecrkit.catalog import Environment, RepositoryEntry
    from ecrkit.catalog.keys import Key
    from ecrkit.deployment.actual import ActualRepository
    from ecrkit.errors import Finding, Location
    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.registry.properties import RepositoryProperties

__all__ = ["drift"]

_CHECKS = {check.code: check for check in rulebook.AUDIT_RULEBOOK}


def drift(  # noqa: PLR0913 - both sides, and their names
    entry: RepositoryEntry,
    actual: ActualRepository,
    *,
    policy: LifecyclePolicy | None,
    policy_name: str | None = None,
    environment: Environment,
    location: Location,
) -> list[Finding]:
    """
    Report drift of one repository.

    Args:
        entry: the declared repository.
        actual: the deployed repository.
        policy: the declared lifecycle policy, combined; ``None`` without one.
        policy_name: name of the deployed policy; ``None`` if it is not in the store.
        environment: environment of both.
        location: where the repository is declared.

    Returns:
        Findings, by code. Undeclared tags and settings that AWS writes are not drift.
    """
    declared, there = entry.properties, actual.properties
    found = [
        _CHECKS[key.drift].at(location, actual=_shown(value), declared=_shown(wanted))
        for key, value, wanted in _simple(there, declared)
        if value != wanted
    ]
    if not _is_encrypted_so(declared, there):
        values = {"actual": _encryption(there), "declared": _encryption(declared)}
        found.append(rulebook.ENCRYPTION.at(location, **values))
    if set(there.exceptions) != set(declared.exceptions):
        values = {"actual": _listed(there.exceptions), "declared": _listed(declared.exceptions)}
        found.append(rulebook.FILTERS.at(location, **values))
    statements = repository_statements(entry, account=environment.account, region=environment.region)
    if difference := policy_difference(statements, actual.repository_policy_text, account=environment.account):
        found.append(rulebook.ACCESS.at(location, difference=difference))
    if difference := lifecycle_difference(policy, actual.lifecycle_policy_text, name=policy_name):
        is_there = actual.lifecycle_policy_text is not None
        remedy = rulebook.LIFECYCLE_BACK if is_there else rulebook.NO_LIFECYCLE_BACK
        found.append(rulebook.LIFECYCLE.at(location, difference=difference, remedy=remedy))
    if difference := _tag_difference(declared.tags, there.tags):
        found.append(rulebook.TAGS.at(location, difference=difference))
    return sorted(found, key=lambda finding: finding.code)


def _simple(
    there: RepositoryProperties, declared: RepositoryProperties
) -> Iterator[tuple[Key, bool | str, bool | str]]:
    """Give the properties that are compared as the table of keys says."""
    for key in KEYS:
        if key.kind and key.drift:
            yield key, getattr(there, key.name), getattr(declared, key.name)


def _is_encrypted_so(declared: RepositoryProperties, there: RepositoryProperties) -> bool:
    """
    Whether the encryption is the declared one, as far as both can be compared.

    An alias stands for a key that only KMS knows, and without a key it is one of AWS's, which has an ARN as others do.
    """
    if declared.encryption == Encryption.OMIT:
        return True
    if there.encryption != declared.encryption:
        return False
    wanted, key = declared.encryption_key, there.encryption_key
    if wanted is None or key is None or "alias/" in wanted or "alias/" in key:
        return wanted is None or key is not None
    if wanted.startswith("arn:") and key.startswith("arn:"):
        return wanted == key
    return wanted.rpartition("/")[2] == key.rpartition("/")[2]


def _tag_difference(declared: Mapping[str, str], there: Mapping[str, str]) -> str:
    told = []
    for key, value in sorted(declared.items()):
        if key not in there:
            told.append(f"'{key}' is missing")
        elif there[key] != value:
            told.append(f"'{key}' is '{there[key]}', declared '{value}'")
    return "; ".join(told)


def _encryption(properties: RepositoryProperties) -> str:
    key = properties.encryption_key
    return f"{properties.encryption} with {key}" if key else str(properties.encryption)


def _shown(value: bool | str) -> str:  # noqa: FBT001 - a value of either type
    return str(value) if isinstance(value, str) else "on" if value else "off"


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(repr(str(text)) for text in sorted(texts)) or "none"
