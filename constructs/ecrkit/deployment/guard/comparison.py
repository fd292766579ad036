"""Two states of the same stacks compared: what is deployed, and what is to be."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ecrkit.deployment.guard.changes import changes_in_place, departure, gone, move, resharded
from ecrkit.deployment.guard.settings import SETTINGS
from ecrkit.deployment.guard.values import REPOSITORY, GuardFinding, Resource, Stack
from ecrkit.deployment.guard.wording import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["compare"]


def compare(old: Sequence[Stack], new: Sequence[Stack]) -> tuple[GuardFinding, ...]:
    """
    Find what a deploy would lose, or leave to nobody.

    A stack is the same when it has the same name in the same account and Region; a resource is the same when it has
    the same logical id and type in the same stack. One of the same name elsewhere in the account and Region is a move.

    Args:
        old: what is deployed, or what the baseline would deploy.
        new: what is to be deployed; stacks and resources in any order.

    Returns:
        Findings by stack, logical id and code. What is only in *new* gives none.
    """
    elsewhere = _Names(new)
    before = _Names(old)
    findings: list[GuardFinding] = []
    for stack in old:
        findings += _stack_findings(stack, _same_stack(stack, new), elsewhere=elsewhere, before=before)
    return tuple(sorted(findings, key=lambda found: (found.stack, found.logical_id, found.code, found.message)))


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
    if now is not None and now.shards != stack.shards:
        yield resharded(stack, now)
    for resource in stack.resources:
        same = kept.get(resource.logical_id)
        if same is not None and same.type == resource.type:
            yield from changes_in_place(stack, resource, same)
        elif (there := _moved(stack, resource, elsewhere=elsewhere, before=before)) is not None:
            yield move(stack, resource, to=there[0], now=there[1])
        elif now is not None:
            yield departure(stack, resource)
        else:
            left.append(resource)
    if left:
        yield gone(stack, left)


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
    is_only_one = resource.type != REPOSITORY and not SETTINGS[resource.type].name
    return is_only_one or bool(name_of(resource))
