"""What only an environment can tell: whether its stacks can hold what they would have to, and its keys are there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from ecrkit.catalog import rulebook
from ecrkit.catalog.identifiers import IdentifierKind, Identifiers
from ecrkit.catalog.reading.environments import MAX_SHARDS
from ecrkit.catalog.template import (
    environment_events,
    events_stack_name,
    public_outputs,
    public_resources,
    public_stack_name,
    repository_outputs,
    repository_resources,
    repository_statements,
    stack_name,
)
from ecrkit.registry.access_policy import MAX_POLICY
from ecrkit.registry.cloudformation import (
    MAX_OUTPUTS,
    MAX_RESOURCES,
    MAX_TEMPLATE_BYTES,
    partition_of,
    shard_of,
    template_bytes,
)
from ecrkit.registry.principals import principal_problems
from ecrkit.registry.properties import KMS_KEY
from ecrkit.registry.public.resources import public_statements
from ecrkit.registry.rulebook import BAD_PRINCIPAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ecrkit.catalog.reading.environments import EnvironmentDraft
    from ecrkit.catalog.reading.public import PublicDraft
    from ecrkit.catalog.reading.repositories import RepositoryDraft
    from ecrkit.catalog.reading.settings import SettingsReader
    from ecrkit.catalog.values import Environment, PublicRepositoryEntry, RepositoryEntry
    from ecrkit.documents import Reader

__all__ = ["EnvironmentChecks"]

_LIMITS = {"outputs": MAX_OUTPUTS, "resources": MAX_RESOURCES, "bytes of template": MAX_TEMPLATE_BYTES}


@dataclass(frozen=True, slots=True)
class _Part:
    """What a repository adds to the template of its stack."""

    name: str
    resources: Mapping[str, Mapping[str, object]]
    outputs: Mapping[str, object]

    @property
    def size(self) -> dict[str, int]:
        """How much of each limit it takes."""
        return {
            "outputs": len(self.outputs),
            "resources": len(self.resources),
            "bytes of template": template_bytes({"Resources": self.resources, "Outputs": self.outputs}),
        }


class EnvironmentChecks:
    """
    Checks an environment against what AWS takes.

    Args:
        reader: of the catalog.
        settings: composes the policies.
    """

    def __init__(self, reader: Reader, settings: SettingsReader) -> None:
        self._reader = reader
        self._settings = settings

    def check(self, draft: EnvironmentDraft, repositories: Sequence[tuple[RepositoryDraft, RepositoryEntry]]) -> None:
        """
        Report what is wrong with *draft*.

        Args:
            draft: the environment.
            repositories: what exists in it.
        """
        parts = []
        identifiers = Identifiers()
        for repository, entry in repositories:
            self._check_key(draft, repository, entry)
            self._check_policy(draft, repository, entry)
            self._check_partition(draft, repository, entry)
            part = self._part(draft, entry)
            self._check_identifiers(repository, part, identifiers)
            parts.append(part)
        self._check_size(draft, parts)

    def check_public(
        self, draft: EnvironmentDraft, repositories: Sequence[tuple[PublicDraft, PublicRepositoryEntry]]
    ) -> None:
        """
        Report what is wrong with the public repositories of *draft*, which are in one stack.

        Args:
            draft: the environment.
            repositories: what exists in it.
        """
        identifiers = Identifiers()
        stack = public_stack_name(draft.name)
        sizes = []
        for repository, entry in repositories:
            length = _policy_length(public_statements(entry.properties))
            if length > MAX_POLICY:
                place = repository.place("push" if entry.properties.push else "statements")
                self._reader.add([rulebook.POLICY_TOO_LONG.at(place, length=length)])
            resources = public_resources(entry, stack=stack)
            # An alias may be added later, and an output with it.
            with_alias = _Part(entry.name, resources, public_outputs(entry, alias=draft.public_alias or "later"))
            self._check_identifiers(repository, with_alias, identifiers)
            sizes.append(_Part(entry.name, resources, public_outputs(entry, alias=draft.public_alias)).size)
        self._check_stack(draft, stack, sizes, remedy="move some of its public repositories to another account")

    def check_events(self, draft: EnvironmentDraft, environment: Environment) -> None:
        """
        Report that the rules and roles of *draft* do not fit into one stack.

        Args:
            draft: the environment.
            environment: the same, with its events.
        """
        if environment.events and environment.region and environment.account:
            part = _Part("events", environment_events(environment), {})
            remedy = "send events to fewer targets, such as one event bus that sends them on"
            self._check_stack(draft, events_stack_name(draft.name), [part.size], remedy=remedy)

    def _check_stack(
        self, draft: EnvironmentDraft, stack: str, sizes: Sequence[Mapping[str, int]], *, remedy: str
    ) -> None:
        for what, limit in _LIMITS.items():
            count = sum(size[what] for size in sizes)
            if count > limit:
                values = {"stack": stack, "count": count, "what": what, "limit": limit}
                self._reader.report(rulebook.STACK_TOO_LARGE, draft.at.key_location, **values, remedy=remedy)
                return

    def _check_key(self, draft: EnvironmentDraft, repository: RepositoryDraft, entry: RepositoryEntry) -> None:
        match = KMS_KEY.fullmatch(entry.properties.encryption_key or "")
        region = match["region"] if match else None
        if region and draft.region and region != draft.region:
            place = repository.own.places.get("encryption", repository.at.key_location)
            values = {"region": region, "environment": draft.name, "expected": draft.region}
            self._reader.add([rulebook.KEY_ELSEWHERE.at(place, **values)])

    def _check_policy(self, draft: EnvironmentDraft, repository: RepositoryDraft, entry: RepositoryEntry) -> None:
        statements = repository_statements(entry, account=draft.account, region=draft.region)
        length = _policy_length(statements)
        if length > MAX_POLICY:
            access = entry.properties.access
            key = "pull" if access.pull else "push" if access.push else "statements"
            place = repository.own.places.get(key, repository.at.key_location)
            self._reader.add([rulebook.POLICY_TOO_LONG.at(place, length=length)])

    def _check_partition(self, draft: EnvironmentDraft, repository: RepositoryDraft, entry: RepositoryEntry) -> None:
        """Report principals of another partition: nobody can be let in across partitions."""
        if not draft.region:
            return
        access = entry.properties.access
        given: list[tuple[str, object]] = [
            *(("pull", {"AWS": name}) for name in access.pull.principals),
            *(("push", {"AWS": name}) for name in access.push.principals),
            *(
                ("statements", statement[key])
                for statement in entry.properties.statements
                for key in ("Principal", "NotPrincipal")
                if statement.get(key) is not None
            ),
        ]
        for key, principal in given:
            wrong_anyway = set(principal_problems(principal))
            place = repository.own.places.get(key, repository.at.key_location)
            for found in principal_problems(principal, partition=partition_of(draft.region)):
                if found not in wrong_anyway:
                    self._reader.add([BAD_PRINCIPAL.at(place, **found._asdict())])

    def _check_identifiers(
        self, repository: RepositoryDraft | PublicDraft, part: _Part, identifiers: Identifiers
    ) -> None:
        for clash in identifiers.add(part.name, part.resources, part.outputs):
            is_output = clash.identifier.kind in {IdentifierKind.OUTPUT_KEY, IdentifierKind.EXPORT}
            found = rulebook.SAME_IDENTIFIER.at(
                repository.at.key_location,
                name=part.name,
                other=clash.other,
                what=clash.identifier.kind,
                text=clash.identifier.text,
                remedy="set another for one of them with 'output: …'" if is_output else "rename one of them",
            )
            # Several environments may have both.
            self._reader.add([found])

    def _check_size(self, draft: EnvironmentDraft, parts: Sequence[_Part]) -> None:
        if not parts:
            return
        sizes = [(part.name, part.size) for part in parts]
        fullest = _fullest(sizes, draft.shards)
        for what, limit in _LIMITS.items():
            shard, count = fullest[what]
            if count > limit:
                self._reader.report(
                    rulebook.STACK_TOO_LARGE,
                    draft.at.key_location,
                    stack=stack_name(draft.name, shard, shards=draft.shards),
                    count=count,
                    what=what,
                    limit=limit,
                    remedy=_remedy(sizes),
                )
                return

    def _part(self, draft: EnvironmentDraft, entry: RepositoryEntry) -> _Part:
        policy = self._settings.composed(entry.lifecycle)
        stack = stack_name(draft.name, shard_of(entry.name, draft.shards), shards=draft.shards)
        resources = repository_resources(entry, policy, account=draft.account, region=draft.region, stack=stack)
        return _Part(entry.name, resources, repository_outputs(entry))


def _policy_length(statements: Sequence[Mapping[str, object]]) -> int:
    return len(json.dumps({"Version": "2012-10-17", "Statement": statements})) if statements else 0


def _fullest(sizes: Sequence[tuple[str, dict[str, int]]], shards: int) -> dict[str, tuple[int, int]]:
    """Find the shard that takes most of each limit, and how much that is."""
    counts: dict[int, dict[str, int]] = {}
    for name, size in sizes:
        count = counts.setdefault(shard_of(name, shards), dict.fromkeys(_LIMITS, 0))
        for what in _LIMITS:
            count[what] += size[what]
    return {what: max(((shard, count[what]) for shard, count in counts.items()), key=itemgetter(1)) for what in _LIMITS}


def _remedy(sizes: Sequence[tuple[str, dict[str, int]]]) -> str:
    """Choose a number of shards that leaves each stack room to double; it is fixed once deployed."""
    shards = 2
    while shards <= MAX_SHARDS:
        fullest = _fullest(sizes, shards)
        if all(2 * fullest[what][1] <= limit for what, limit in _LIMITS.items()):
            return f"write 'shards: {shards}', before the first deploy of this environment"
        shards *= 2
    return "spread the repositories over several accounts or Regions"
