"""What is wrong with a resource that stays where it is, and with one that leaves its place."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ecrkit.deployment.guard import rulebook
from ecrkit.deployment.guard.settings import SETTINGS
from ecrkit.deployment.guard.values import MACRO, NESTED_STACK, GuardFinding, Resource, Stack, as_written
from ecrkit.deployment.guard.wording import called, fate, fate_of_all, fate_of_replaced, name_of, replacement
from ecrkit.registry.templates import WHOLE_TEMPLATE, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ecrkit.errors import Check

__all__ = [
    "APP_STACKS",
    "changes_in_place",
    "departure",
    "event_left",
    "finding",
    "gone",
    "move",
    "resharded",
    "stacks_next_to",
    "unread",
]

APP_STACKS = ("Repositories-", "PublicRepositories-", "Registry-", "Events-")
"""How the names of the stacks of ecrkit's own app begin; the name of the environment follows, and a shard's number."""

_SHARD = re.compile(r"-\d+\Z")
_ENCRYPTION = "EncryptionConfiguration"


def changes_in_place(stack: Stack, before: Resource, now: Resource) -> Iterator[GuardFinding]:
    """
    Compare a resource with what has its logical id and its type now.

    Args:
        stack: that it is in.
        before: as it is deployed.
        now: as it is to be.
    """
    if before.is_event:
        # CloudFormation changes it in place, which the notes tell: it has nothing to lose.
        return
    if before.is_repository:
        yield from _create_only_changes(stack, before, now)
        if now.is_emptied and not before.is_emptied:
            yield finding(rulebook.EMPTIED, stack, before)
    else:
        yield from _replaced_settings(stack, before, now)
        started = sorted(_deleting_destinations(now) - _deleting_destinations(before))
        if started:
            yield finding(rulebook.DELETIONS_REPLICATED, stack, before, destinations=", ".join(started))
    yield from _weakenings(stack, before, now)
    if now.condition is not None and not (before.condition and same(now.condition[1], before.condition[1])):
        yield finding(rulebook.CONDITIONAL, stack, before, condition=now.condition[0])


def departure(stack: Stack, before: Resource) -> GuardFinding:
    """
    Tell that a resource leaves its stack, which stays.

    The DeletionPolicy that counts is the one that is deployed: CloudFormation deletes by the template that still has
    the resource, so that a policy which is changed in the same deploy as the resource is removed changes nothing.
    """
    kept = before.outlives_its_stack
    if before.is_event:
        end = rulebook.EVENT_KEPT if kept else rulebook.EVENT_REMOVED
        return finding(end, stack, before, targets=before.targets)
    if before.is_repository:
        lost = rulebook.REMOVED_EMPTIED if before.is_emptied else rulebook.REMOVED_DELETED
        check = rulebook.REMOVED_KEPT if kept else lost
        values = {"fate": fate(before, kept=kept)}
    else:
        check = rulebook.SETTING_KEPT if kept else rulebook.SETTING_DELETED
        setting = SETTINGS[before.type]
        values = {"loss": setting.loss, "removal": setting.removal.format(name=before.logical_id)}
    return finding(check, stack, before, policy=as_written(before.deletion_policy), **values)


def move(stack: Stack, before: Resource, *, to: Stack, now: Resource) -> GuardFinding:
    """
    Tell that a resource of the same name is declared elsewhere in the account and Region.

    Args:
        stack: that it is in.
        before: as it is deployed.
        to: the stack that is to have it; of the same name as *stack* when only the logical id differs.
        now: as it is to be.
    """
    kept = fate(before, kept=before.outlives_its_stack)
    if not before.is_repository:
        return finding(rulebook.SETTING_MOVED, stack, before, new=f"{to.name}/{now.logical_id}", fate=kept)
    if to.name == stack.name:
        return finding(rulebook.MOVED_ID, stack, before, old=before.logical_id, new=now.logical_id)
    check = rulebook.RESHARDED if _are_shards_of_one(stack.name, to.name) else rulebook.MOVED_STACK
    return finding(check, stack, before, new=to.name, fate=kept)


def gone(stack: Stack, left: Sequence[Resource]) -> GuardFinding:
    """
    Tell that a whole stack leaves the app.

    Args:
        stack: as it is deployed.
        left: what of it is nowhere else; at least one.
    """
    what, end = fate_of_all(left)
    return _of_stack(rulebook.STACK_GONE, stack, what=what, fate=end)


def event_left(stack: Stack, left: Resource) -> GuardFinding:
    """
    Report a rule that sends events and leaves the app with its whole stack.

    Args:
        stack: as it is deployed.
        left: the rule.
    """
    return finding(rulebook.EVENT_KEPT, stack, left, targets=left.targets)


def resharded(stack: Stack, now: Stack) -> GuardFinding:
    """
    Tell that the repositories of an environment are to be spread over another number of stacks.

    Args:
        stack: one of them, as it is deployed.
        now: the same, as it is to be.
    """
    return _of_stack(rulebook.RESHARDED_IN_PLACE, stack, old=stack.shards, new=now.shards)


def unread(stack: Stack, before: Resource | None, now: Resource | None) -> GuardFinding:
    """
    Tell that nobody can see what a nested stack, a loop or a macro makes.

    Args:
        stack: that it is in.
        before: as it is deployed; ``None`` where it is new.
        now: as it is to be; ``None`` where it leaves.
    """
    resource = next(filter(None, (now, before)))
    if resource.type == NESTED_STACK:
        check = rulebook.NESTED_UNREAD
        reason = next(found.unread for found in (now, before) if found is not None and found.unread)
        return _about(check, stack, resource, reason=reason)
    is_same = before is not None and now is not None and same(before.properties, now.properties)
    if resource.type == MACRO:
        # One for the whole template may change what was there without it.
        is_harmless = is_same or (before is None and resource.logical_id.rpartition("/")[2] != WHOLE_TEMPLATE)
        check = rulebook.MACRO_UNREAD if is_harmless else rulebook.MACRO_CHANGED
    else:
        check = rulebook.LOOP_UNREAD if is_same or before is None else rulebook.LOOP_CHANGED
    return _about(check, stack, resource, reason=resource.unread)


def stacks_next_to(names: Iterable[str]) -> frozenset[str]:
    """
    Name the stacks that ecrkit's own app may have had for an environment: it has each only where there is something.

    Args:
        names: stacks of the app; those of repositories tell the environments.
    """
    scheme, *others = APP_STACKS
    environments = [name.removeprefix(scheme) for name in names if name.startswith(scheme)]
    # The name of an environment may end as that of a shard does.
    environments += [_SHARD.sub("", name) for name in environments]
    return frozenset(f"{other}{environment}" for other in others for environment in environments)


def _about(check: Check, stack: Stack, resource: Resource, **values: object) -> GuardFinding:
    return replace(_of_stack(check, stack, it=resource.logical_id, **values), logical_id=resource.logical_id)


def finding(check: Check, stack: Stack, resource: Resource, **values: object) -> GuardFinding:
    """Make the finding that a check has about a resource; *values* fill its texts."""
    values["it"] = called(resource)
    return GuardFinding(
        stack=stack.name,
        logical_id=resource.logical_id,
        repository=name_of(resource) if resource.is_repository else "",
        code=check.code,
        severity=check.severity,
        message=check.message.format_map(values),
        remedy=check.remedy.format_map(values),
    )


def _of_stack(check: Check, stack: Stack, **values: object) -> GuardFinding:
    return GuardFinding(
        stack=stack.name,
        logical_id="",
        repository="",
        code=check.code,
        severity=check.severity,
        message=check.message.format_map(values),
        remedy=check.remedy.format_map(values),
    )


def _create_only_changes(stack: Stack, before: Resource, now: Resource) -> Iterator[GuardFinding]:
    old_name, new_name = before.properties.get("RepositoryName"), now.properties.get("RepositoryName")
    if not same(old_name, new_name):
        name = "a name that CloudFormation makes up" if new_name is None else f"'{as_written(new_name)}'"
        yield finding(rulebook.RENAMED, stack, before, new=name, fate=fate_of_replaced(before, now))
        return
    old, new = before.properties.get(_ENCRYPTION), now.properties.get(_ENCRYPTION)
    if same(old, new):
        return
    if old is None:
        check = rulebook.ENCRYPTION_ADDED
    else:
        check = rulebook.ENCRYPTION_REMOVED if new is None else rulebook.ENCRYPTION_CHANGED
    values = {"old": as_written(old), "new": as_written(new), "replacement": replacement(before, now)}
    yield finding(check, stack, before, **values)


def _replaced_settings(stack: Stack, before: Resource, now: Resource) -> Iterator[GuardFinding]:
    setting = SETTINGS[before.type]
    renamed = not same(before.properties.get(setting.name), now.properties.get(setting.name))
    for key in setting.create_only:
        old, new = before.properties.get(key), now.properties.get(key)
        if same(old, new):
            continue
        if renamed:
            end = f"CloudFormation would create another one, and {fate_of_replaced(before, now)}"
        else:
            end = replacement(before, now)
        values = {"old": as_written(old), "new": as_written(new), "replacement": end}
        yield finding(rulebook.SETTING_REPLACED, stack, before, property=key, **values)


def _deleting_destinations(resource: Resource) -> set[str]:
    """Name the registries to which a resource replicates deletions; an unknown value counts as on."""
    configuration = resource.properties.get("ReplicationConfiguration")
    rules = configuration.get("Rules") if isinstance(configuration, dict) else None
    found = set()
    for rule in rules if isinstance(rules, list) else ():
        setting = rule.get("DeleteReplication") if isinstance(rule, dict) else None
        is_on = isinstance(setting, dict) and setting.get("Enabled", True) not in (None, False, "false")
        for place in rule.get("Destinations", ()) if is_on else ():
            if isinstance(place, dict):
                found.add(f"{as_written(place.get('Region'))} of account {as_written(place.get('RegistryId'))}")
    return found


def _weakenings(stack: Stack, before: Resource, now: Resource) -> Iterator[GuardFinding]:
    pairs = (
        (rulebook.DELETION_WEAKENED, before.deletion_policy, now.deletion_policy),
        (rulebook.REPLACE_WEAKENED, before.update_replace_policy, now.update_replace_policy),
    )
    for check, old, new in pairs:
        if _strength(new) < _strength(old):
            values = {"old": as_written(old), "new": as_written(new), "fate": fate(now, kept=False)}
            yield finding(check, stack, before, **values)


def _strength(policy: object) -> int:
    """Order policies: kept, kept perhaps, not kept. An expression keeps perhaps."""
    if isinstance(policy, dict):
        return 1
    return 2 if policy in ("Retain", "RetainExceptOnCreate") else 0


def _are_shards_of_one(name: str, other: str) -> bool:
    return name.startswith(APP_STACKS) and _SHARD.sub("", name) == _SHARD.sub("", other)
