"""One repository: what is there, held against what is declared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ecrkit.catalog.keys import KEYS
from ecrkit.catalog.template import repository_statements
from ecrkit.deployment.audit import rulebook
from ecrkit.deployment.audit.lifecycle import lifecycle_difference
from ecrkit.deployment.audit.statements import policy_difference
from ecrkit.deployment.policies import read_deployed_policy
from ecrkit.deployment.suspensions import suspension_in
from ecrkit.registry.properties import Encryption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ecrkit.catalog import Environment, RepositoryEntry
    from ecrkit.catalog.keys import Key
    from ecrkit.deployment.actual import ActualRepository, DeployedTemplate
    from ecrkit.errors import Finding, Location
    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.registry.properties import RepositoryProperties

__all__ = ["Declared", "drift"]

_CHECKS = {check.code: check for check in rulebook.AUDIT_RULEBOOK}
_DRIFT_OF = {key.resource: key.drift for key in KEYS if key.resource and key.drift}
_OF = frozenset(_DRIFT_OF)
_NAMES = {
    rulebook.SCANNING.code: "scanning on push",
    rulebook.ENCRYPTION.code: "encryption",
    rulebook.MUTABILITY.code: "mutability",
    rulebook.FILTERS.code: "mutability filters",
    rulebook.ACCESS.code: "repository policy",
    rulebook.LIFECYCLE.code: "lifecycle policy",
    rulebook.TAGS.code: "tags",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """
    What a repository is compared with: the catalog, or the deployed template.

    Attributes:
        properties: its properties.
        statements: all statements of its policy.
        policy: its lifecycle policy; ``None`` without one.
    """

    properties: RepositoryProperties
    statements: Sequence[Mapping[str, object]]
    policy: LifecyclePolicy | None

    @classmethod
    def by_catalog(cls, entry: RepositoryEntry, policy: LifecyclePolicy | None, environment: Environment) -> Declared:
        """Take what a catalog declares; *policy* is its lifecycle policy, combined."""
        statements = repository_statements(entry, account=environment.account, region=environment.region)
        return cls(properties=entry.properties, statements=statements, policy=policy)


def drift(  # noqa: PLR0913 - both sides, and their names
    entry: RepositoryEntry,
    actual: ActualRepository,
    *,
    policy: LifecyclePolicy | None,
    policy_name: Callable[[str], str | None] = lambda _: None,
    environment: Environment,
    location: Location,
) -> list[Finding]:
    """
    Report drift of one repository, and what of the catalog is not deployed yet.

    Args:
        entry: the declared repository.
        actual: the deployed repository.
        policy: the declared lifecycle policy, combined; ``None`` without one.
        policy_name: finds the name of a lifecycle policy by its text; ``None`` if the store lacks it.
        environment: environment of both.
        location: where the repository is declared.

    Returns:
        Findings, by code. Drift is a difference from the deployed template; without one, or where only a deploy knows
        a value, from the catalog. Undeclared tags and settings that AWS writes are not drift. A suspended lifecycle
        policy is no drift.
    """
    wanted = Declared.by_catalog(entry, policy, environment)
    compared = _Comparison(location, environment.account, policy_name)
    found = compared.differences(wanted, actual)
    if actual.template is None:
        return sorted(found.values(), key=lambda finding: finding.code)
    known = {check.code for check in _CHECKS.values()} - {_DRIFT_OF[name] for name in actual.template.unknown & _OF}
    deployed = replace(
        actual,
        properties=actual.template.properties,
        repository_policy_text=actual.template.repository_policy_text,
        lifecycle_policy_text=actual.template.lifecycle_policy_text,
    )
    pending = {code: one for code, one in compared.differences(wanted, deployed).items() if code in known}
    drifted = compared.differences(_by_template(actual.template), actual)
    told = [one for code, one in found.items() if code not in pending]
    # A deploy writes these, whatever somebody wrote by hand.
    told += [
        replace(drifted[code], remedy=rulebook.OVERWRITTEN) for code in pending if code in found and code in drifted
    ]
    if pending:
        changes = ", ".join(_NAMES[code] for code in sorted(pending))
        told.append(rulebook.PENDING.at(location, change=f"the catalog changed its {changes}"))
    return sorted(told, key=lambda finding: finding.code)


def _by_template(template: DeployedTemplate) -> Declared:
    text = template.lifecycle_policy_text
    return Declared(
        properties=template.properties,
        statements=template.properties.statements,
        policy=read_deployed_policy(text).policy if text else None,
    )


@dataclass(frozen=True, slots=True)
class _Comparison:
    """
    Compares a repository with what is declared.

    Attributes:
        location: of its findings.
        account: that the repository is in.
        policy_name: names lifecycle policies.
    """

    location: Location
    account: str
    policy_name: Callable[[str], str | None]

    def differences(self, wanted: Declared, actual: ActualRepository) -> dict[str, Finding]:
        """Give the findings, by code."""
        return {finding.code: finding for finding in self._findings(wanted, actual)}

    def _findings(self, wanted: Declared, actual: ActualRepository) -> Iterator[Finding]:
        location = self.location
        declared, there = wanted.properties, actual.properties
        for key, value, expected in _simple(there, declared):
            if value != expected:
                yield _CHECKS[key.drift].at(location, actual=_shown(value), declared=_shown(expected))
        if not _is_encrypted_so(declared, there):
            values = {"actual": _encryption(there), "declared": _encryption(declared)}
            yield rulebook.ENCRYPTION.at(location, **values)
        if set(there.exceptions) != set(declared.exceptions):
            values = {"actual": _listed(there.exceptions), "declared": _listed(declared.exceptions)}
            yield rulebook.FILTERS.at(location, **values)
        if difference := policy_difference(wanted.statements, actual.repository_policy_text, account=self.account):
            yield rulebook.ACCESS.at(location, difference=difference)
        text = actual.lifecycle_policy_text
        if suspension_in(text) is None:
            name = self.policy_name(text) if text else None
            if difference := lifecycle_difference(wanted.policy, text, name=name):
                remedy = rulebook.NO_LIFECYCLE_BACK if text is None else rulebook.LIFECYCLE_BACK
                yield rulebook.LIFECYCLE.at(location, difference=difference, remedy=remedy)
        if difference := _tag_difference(declared.tags, there.tags):
            yield rulebook.TAGS.at(location, difference=difference)


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
