"""Two states of the same stacks compared: what is deployed, and what is to be."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from ecrkit.deployment.guard import rulebook
from ecrkit.deployment.guard.changes import changes_in_place, departure, event_left, gone, move, resharded, unread
from ecrkit.deployment.guard.notes import notes_in_place
from ecrkit.deployment.guard.resources import chosen_for, open_parameters
from ecrkit.deployment.guard.settings import SETTINGS
from ecrkit.deployment.guard.values import NESTED_STACK, GuardFinding, Resource, Stack
from ecrkit.deployment.guard.wording import name_of
from ecrkit.errors import InvalidAssemblyError
from ecrkit.registry.templates import OTHER, choices

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ecrkit.registry.templates import Choice

__all__ = ["compare"]


def compare(old: Sequence[Stack], new: Sequence[Stack]) -> tuple[GuardFinding, ...]:
    """
    Find repositories and settings that a deploy would lose, or leave unmanaged.

    A stack is the same when it has the same name in the same account and Region; a resource is the same when it has
    the same logical ID and type in the same stack. The same name elsewhere in the account and Region is a move.

    Parameters have their defaults, and then each value that changes an ECR resource: losses with only one
    value are found too, with that value.

    Args:
        old: deployed stacks, or those of the baseline.
        new: stacks to deploy; stacks and resources in any order.

    Returns:
        Findings by stack, logical ID and code. New resources give no finding.

    Raises:
        InvalidAssemblyError: a template is nested too deeply to compare.
    """
    try:
        findings = _compared(old, new)
        asked = {id(stack): open_parameters(stack) for stack in (*old, *new)}
        found = {_key(one) for one in findings}
        for chosen in choices(_merged(asked.values())):
            old_then, new_then = (
                [chosen_for(stack, chosen) if chosen.keys() & asked[id(stack)].keys() else stack for stack in stacks]
                for stacks in (old, new)
            )
            for one in _compared(old_then, new_then):
                # One finding of a kind is enough; and what exists only on an unknown condition was found as that.
                if not found & {_key(one), (one.stack, one.logical_id, rulebook.CONDITIONAL.code)}:
                    found.add(_key(one))
                    findings.append(replace(one, message=f"where {_case(chosen)}: {one.message}"))
    except RecursionError:
        raise InvalidAssemblyError("the templates are nested too deeply to compare; synthesize again") from None
    return tuple(sorted(findings, key=lambda found: (found.stack, found.logical_id, found.code, found.message)))


def _compared(old: Sequence[Stack], new: Sequence[Stack]) -> list[GuardFinding]:
    elsewhere = _Names(new)
    before = _Names(old)
    return [
        found
        for stack in old
        for found in _stack_findings(stack, _same_stack(stack, new), elsewhere=elsewhere, before=before)
    ]


def _key(found: GuardFinding) -> tuple[str, str, str]:
    return found.stack, found.logical_id, found.code


def _merged(many: Iterable[dict[str, list[str]]]) -> dict[str, list[str]]:
    merged: dict[str, dict[str, None]] = {}
    for asked in many:
        for name, values in asked.items():
            merged.setdefault(name, {}).update(dict.fromkeys(values))
    return {name: list(merged[name]) for name in sorted(merged)}


def _case(chosen: Choice) -> str:
    return " and ".join(
        f"{name} is {'a different one' if value == OTHER else repr(value)}" for name, value in chosen.items()
    )


class _Names:
    """Who has which name, in a number of stacks."""

    def __init__(self, stacks: Iterable[Stack]) -> None:
        self._places: dict[tuple[str, str], list[tuple[Stack, Resource]]] = defaultdict(list)
        for stack in stacks:
            for resource in stack.resources:
                if _is_named(resource):
                    self._places[resource.type, name_of(resource)].append((stack, resource))

    def of(self, resource: Resource) -> list[tuple[Stack, Resource]]:
        """Everything of its type and name, whatever the account and Region; nothing where it has no name."""
        return self._places[resource.type, name_of(resource)] if _is_named(resource) else []


def _stack_findings(stack: Stack, now: Stack | None, *, elsewhere: _Names, before: _Names) -> Iterator[GuardFinding]:
    kept = {resource.logical_id: resource for resource in now.resources} if now else {}
    left = []
    yield from _unread(stack, now)
    if now is not None and now.shards != stack.shards:
        yield resharded(stack, now)
    for resource in stack.resources:
        same = kept.get(resource.logical_id)
        if resource.unread or _is_hidden(resource, kept):
            continue
        if same is not None and same.type == resource.type:
            changes = list(changes_in_place(stack, resource, same))
            yield from changes
            # A repository of another name is another one.
            if rulebook.RENAMED.code not in {found.code for found in changes}:
                yield from notes_in_place(stack, resource, same)
        elif (there := _moved(stack, resource, elsewhere=elsewhere, before=before)) is not None:
            yield move(stack, resource, to=there[0], now=there[1])
        elif now is not None:
            yield departure(stack, resource)
        elif resource.is_event:
            yield event_left(stack, resource)
        else:
            left.append(resource)
    if left:
        yield gone(stack, left)


def _unread(stack: Stack, now: Stack | None) -> Iterator[GuardFinding]:
    """Find what of a stack nobody can see into."""
    before, after = (
        {resource.logical_id: resource for resource in side.resources if resource.unread} if side else {}
        for side in (stack, now)
    )
    for logical_id in dict.fromkeys([*before, *after]):
        yield unread(stack, before.get(logical_id), after.get(logical_id))


def _is_hidden(resource: Resource, kept: Mapping[str, Resource]) -> bool:
    """Whether it was in a nested stack that nobody can see into now."""
    parts = resource.logical_id.split("/")
    outer = (kept.get("/".join(parts[:count])) for count in range(1, len(parts)))
    return any(found is not None and found.type == NESTED_STACK and found.unread for found in outer)


def _same_stack(stack: Stack, candidates: Iterable[Stack]) -> Stack | None:
    found = [other for other in candidates if other.name == stack.name and other.may_be_where(stack)]
    # One whose account and Region are the very same is the better one.
    return max(found, key=lambda other: (_place(other) == _place(stack), _place(other)), default=None)


def _place(stack: Stack) -> tuple[str, str]:
    return stack.account, stack.region


def _moved(stack: Stack, resource: Resource, *, elsewhere: _Names, before: _Names) -> tuple[Stack, Resource] | None:
    """Find where the name is now, and was not before."""
    already = {(place.name, other.logical_id) for place, other in before.of(resource)}
    places = [
        (place, other)
        for place, other in elsewhere.of(resource)
        if place.may_be_where(stack) and (place.name, other.logical_id) not in already
    ]
    return min(
        places, key=lambda found: (found[0].name != stack.name, found[0].name, found[1].logical_id), default=None
    )


def _is_named(resource: Resource) -> bool:
    """Whether it can be told from others: by its name, or because there is one in a registry."""
    if resource.unread:
        return False
    is_only_one = not resource.is_repository and not SETTINGS[resource.type].name
    return is_only_one or bool(name_of(resource))
