"""Which version of which policy is deployed, by what other commands printed: without asking AWS again."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecrkit.deployment.audit.rulebook import LIFECYCLE, MISSING
from ecrkit.errors import UnreadableInputError, steps_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecrkit.catalog import Catalog, Environment
    from ecrkit.deployment.policies import PolicyNames

__all__ = ["NO_POLICY", "UNNAMED", "DeployedPolicy", "read_audit", "read_listing"]

NO_POLICY = "none"
UNNAMED = "unnamed"
"""A policy that is in no version of the store."""

_NAMED = re.compile(r".*: it is (\S+@[0-9]\S*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedPolicy:
    """
    The lifecycle policy of a deployed repository.

    Attributes:
        environment: name of the environment; the account and Region where the catalog has no such environment.
        repository: name of the repository.
        policy: ``name@N``, or several joined by ``+``; :data:`UNNAMED` or :data:`NO_POLICY`.
    """

    environment: str
    repository: str
    policy: str


def read_listing(text: str, *, file: str, catalog: Catalog, names: PolicyNames) -> Iterator[DeployedPolicy]:
    """
    Read what ``ecrkit repos list --output json`` prints.

    Args:
        text: JSON.
        file: how errors name it.
        catalog: names the environments.
        names: names the policies.

    Raises:
        UnreadableInputError: it is something else.
    """
    environments = {(place.account, place.region): place.name for place in catalog.environments}
    try:
        for repository in json.loads(text)["repositories"]:
            _, _, _, region, account, _ = str(repository["repositoryArn"]).split(":", 5)
            deployed = repository["lifecyclePolicyText"]
            yield DeployedPolicy(
                environment=environments.get((account, region), f"{account} {region}"),
                repository=str(repository["repositoryName"]),
                policy=(names.name(str(deployed)) or UNNAMED) if deployed else NO_POLICY,
            )
    except (ValueError, KeyError, TypeError):
        raise _unreadable(file, "ecrkit repos list --output json") from None


def read_audit(text: str, *, file: str, catalog: Catalog) -> Iterator[DeployedPolicy]:
    """
    Read what ``ecrkit audit --output json`` prints: what it reports no drift of is deployed as declared.

    Args:
        text: JSON.
        file: how errors name it.
        catalog: that was audited.

    Raises:
        UnreadableInputError: it is something else, or was made of an environment that the catalog does not have.
    """
    try:
        document: dict[str, Any] = json.loads(text)
        name = str(document["environment"])
        drift = {
            steps_of(found["pointer"])[-1]: str(found["message"])
            for found in document["findings"]
            if found["code"] == LIFECYCLE.code
        }
        missing = {steps_of(found["pointer"])[-1] for found in document["findings"] if found["code"] == MISSING.code}
    except (ValueError, KeyError, TypeError, IndexError):
        raise _unreadable(file, "ecrkit audit --output json") from None
    for repository, declared in _declared(catalog, name, file):
        if repository not in missing:
            policy = _drifted(drift[repository]) if repository in drift else declared
            yield DeployedPolicy(environment=name, repository=repository, policy=policy)


def _declared(catalog: Catalog, name: str, file: str) -> Iterator[tuple[str, str]]:
    found: Environment | None = next((place for place in catalog.environments if place.name == name), None)
    if found is None:
        raise UnreadableInputError(f"{file}: is an audit of '{name}', which is not in the catalog; pass --catalog")
    for entry in found.repositories:
        yield entry.name, "+".join(map(str, entry.lifecycle)) or NO_POLICY


def _drifted(message: str) -> str:
    named = _NAMED.fullmatch(message)
    if named:
        return named[1]
    return NO_POLICY if message.endswith("there is none") else UNNAMED


def _unreadable(file: str, command: str) -> UnreadableInputError:
    return UnreadableInputError(f"{file}: must be the output of `{command}`; write it again")
