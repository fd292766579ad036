"""An environment: all that is there, held against all that is declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING

from ecrkit.catalog.template import stack_name
from ecrkit.deployment.audit.deployed_policies import hazards, suspended
from ecrkit.deployment.audit.drift import drift
from ecrkit.deployment.audit.limits import AuditLimits, observations
from ecrkit.deployment.audit.posture import posture
from ecrkit.deployment.audit.registry import audit_registry
from ecrkit.deployment.audit.replication import replicated_deletions
from ecrkit.deployment.audit.rulebook import MISSING, PENDING, UNDEPLOYED, UNKNOWN
from ecrkit.errors import in_file_order, pointer_to, silence
from ecrkit.lifecycle.checks.rulebook import NO_CAP
from ecrkit.registry.cloudformation import shard_of
from ecrkit.registry.posture import NO_LIFECYCLE, PUBLIC
from ecrkit.registry.settings.values import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from ecrkit.catalog import Environment, RepositoryEntry
    from ecrkit.deployment.actual import ActualRegistry, ActualRepository
    from ecrkit.errors import Finding, Location, Reason
    from ecrkit.policies.store import PolicyStore
    from ecrkit.registry.settings.replication import DeployedReplicationRule

__all__ = ["audit"]


def audit(  # noqa: PLR0913 - both sides, and what is asked of them
    environment: Environment,
    actual: Iterable[ActualRepository],
    *,
    policies: PolicyStore,
    policy_name: Callable[[str], str | None],
    places: Mapping[str, Location],
    stacks: Mapping[str, AbstractSet[str]] | None = None,
    limits: AuditLimits | None = None,
    replication: Iterable[DeployedReplicationRule] = (),
    registry: ActualRegistry | None = None,
    registry_places: Mapping[tuple[str, ...], Location] | None = None,
) -> tuple[Finding, ...]:
    """
    Report drift, what is not deployed yet, and insecure settings.

    Args:
        environment: environment of the catalog.
        actual: every repository of its account and Region, in any order; may be an iterator.
        policies: the store.
        policy_name: finds the name of a lifecycle policy by its text; ``None`` if the store lacks it.
        places: where each repository is declared; the empty name is the place of a new one.
        stacks: names of the repositories in the deployed template of each stack of the environment, as far as the
            stacks exist and can be read.
        limits: how old and how many something may be, and the time, at which silences may have expired; ``None`` to
            look at neither.
        replication: deployed replication rules of the registry.
        registry: the deployed registry-wide settings; ``None`` to leave them out.
        registry_places: where registry-wide settings are declared, by their steps below ``registry``.

    Returns:
        Findings in the order of the catalog; those of undeclared repositories are where its repositories begin.
        Silenced warnings are marked. A repository of another stack, or of a pull-through cache of the catalog, is
        reported only if it lets everyone in.
    """
    auditing = _Audit(environment, policies, policy_name, places, stacks or {}, limits)
    place = replace(places[""], pointer=pointer_to("environments", environment.name, "registry", "replication"))
    settings = (
        audit_registry(
            environment,
            registry,
            policies=policies,
            policy_name=policy_name,
            places=registry_places or {(): places[""]},
        )
        if registry
        else ()
    )
    return in_file_order([*auditing.run(actual), *settings, *replicated_deletions(replication, location=place)])


class _Audit:
    """One run over one environment."""

    def __init__(  # noqa: PLR0913, PLR0917 - those of the function above
        self,
        environment: Environment,
        policies: PolicyStore,
        policy_name: Callable[[str], str | None],
        places: Mapping[str, Location],
        templates: Mapping[str, AbstractSet[str]],
        limits: AuditLimits | None,
    ) -> None:
        self._environment = environment
        self._policies = policies
        self._policy_name = policy_name
        self._places = places
        self._templates = templates
        self._limits = limits
        shards = environment.shards
        self._stacks = {stack_name(environment.name, shard, shards=shards) for shard in range(shards)}
        self._entries = {str(entry.name): entry for entry in environment.repositories}

    def run(self, actual: Iterable[ActualRepository]) -> Iterator[Finding]:
        place = f"{self._environment.account} {self._environment.region}"
        missing = dict(self._entries)
        for repository in actual:
            entry = missing.pop(repository.name, None)
            if entry:
                yield from self._drift(entry, repository)
            elif repository.stack in self._stacks and repository.template is not None:
                change = f"the catalog no longer has its entry, but the stack {repository.stack} still has it"
                yield PENDING.at(self._location(repository.name), change=change)
            elif repository.stack in self._stacks:
                yield UNDEPLOYED.at(self._location(repository.name), stack=repository.stack)
            elif repository.stack is None and not self._is_of_a_cache(repository.name):
                yield UNKNOWN.at(self._location(repository.name), place=place, name=repository.name)
            else:
                # What it should be is that stack's business, or ECR's; that it is open to all is everybody's.
                yield from (found for found in self._posture(None, repository) if found.code == PUBLIC.code)
                continue
            yield from self._posture(entry, repository)
        for name in missing:
            if self._is_pending(name):
                yield PENDING.at(self._location(name), change="the catalog added it")
            else:
                yield MISSING.at(self._location(name), place=place)

    def _is_pending(self, name: str) -> bool:
        """Whether the stack of a missing repository is deployed without it."""
        shards = self._environment.shards
        deployed = self._templates.get(stack_name(self._environment.name, shard_of(name, shards), shards=shards))
        return deployed is not None and all(name not in names for names in self._templates.values())

    def _is_of_a_cache(self, name: str) -> bool:
        """
        Whether ECR makes a repository of that name when somebody pulls through a cache of the catalog.

        Source: ECR user guide, "Sync an upstream registry with an Amazon ECR private registry" (read 2026-11).
        """
        registry = self._environment.registry
        prefixes = registry.pull_through_cache if registry else ()
        # A cache without a prefix could have made any, so that it excuses none.
        return any(name.startswith(f"{prefix.removesuffix('/')}/") for prefix in prefixes if prefix != ROOT)

    def _drift(self, entry: RepositoryEntry, actual: ActualRepository) -> Iterable[Finding]:
        return drift(
            entry,
            actual,
            policy=self._policies.compose(entry.lifecycle),
            policy_name=self._policy_name,
            environment=self._environment,
            location=self._location(actual.name),
        )

    def _posture(self, entry: RepositoryEntry | None, actual: ActualRepository) -> Iterable[Finding]:
        registry = self._environment.registry
        location = self._location(actual.name)
        found = [
            *posture(
                actual,
                scanning=registry.scanning if registry else None,
                location=location,
                region=self._environment.region,
                open_to_everyone=entry.properties.open_to_everyone if entry else "",
            ),
            *hazards(actual, declared=self._policies.compose(entry.lifecycle) if entry else None, location=location),
        ]
        if self._limits:
            found += observations(actual, limits=self._limits, location=location)
            found += suspended(actual, now=self._limits.now, location=location)
        today = self._limits.now.astimezone(UTC).date() if self._limits else None
        return silence(found, _reasons(entry) if entry else {}, today=today)

    def _location(self, name: str) -> Location:
        where = self._places.get(name) or self._places[""]
        return replace(where, pointer=pointer_to("repositories", name))


def _reasons(entry: RepositoryEntry) -> Mapping[str, Reason]:
    """Who said why nothing caps the number of images has said why there is no policy."""
    no_cap = entry.silence.get(NO_CAP.code)
    return {**({NO_LIFECYCLE.code: no_cap} if no_cap else {}), **entry.silence}
