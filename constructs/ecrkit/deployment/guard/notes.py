"""What changes in place, and may matter all the same: expiry, access, scanning and events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from ecrkit.deployment.guard import rulebook
from ecrkit.deployment.guard.changes import finding
from ecrkit.deployment.guard.values import as_written
from ecrkit.registry.templates import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ecrkit.deployment.guard.values import GuardFinding, Resource, Stack
    from ecrkit.errors import Check

__all__ = ["notes_in_place"]


class _Noted(NamedTuple):
    """
    A property of which a change is worth a note.

    Attributes:
        path: from the properties of the resource.
        check: that notes it.
        default: what leaving it out means, where that is a value.
    """

    path: tuple[str, ...]
    check: Check
    default: object = None


_NOTED: Mapping[str, tuple[_Noted, ...]] = {
    "AWS::ECR::Repository": (
        _Noted(("LifecyclePolicy", "LifecyclePolicyText"), rulebook.LIFECYCLE_CHANGED),
        _Noted(("RepositoryPolicyText",), rulebook.ACCESS_CHANGED),
        _Noted(("ImageScanningConfiguration", "ScanOnPush"), rulebook.SCANNING_CHANGED, default=False),
    ),
    "AWS::ECR::PublicRepository": (_Noted(("RepositoryPolicyText",), rulebook.ACCESS_CHANGED),),
    "AWS::ECR::RegistryPolicy": (_Noted(("PolicyText",), rulebook.ACCESS_CHANGED),),
    "AWS::ECR::ReplicationConfiguration": (
        _Noted(("ReplicationConfiguration", "Rules"), rulebook.REPLICATION_CHANGED),
    ),
    "AWS::ECR::RegistryScanningConfiguration": (
        _Noted(("ScanType",), rulebook.SCANNING_CHANGED),
        _Noted(("Rules",), rulebook.SCANNING_CHANGED),
    ),
    "AWS::ECR::SigningConfiguration": (_Noted(("Rules",), rulebook.SIGNING_CHANGED),),
    "AWS::Events::Rule": (
        _Noted(("EventPattern",), rulebook.EVENT_CHANGED),
        _Noted(("State",), rulebook.EVENT_CHANGED, default="ENABLED"),
        _Noted(("Targets",), rulebook.EVENT_CHANGED),
    ),
    "AWS::ECR::RepositoryCreationTemplate": (
        _Noted(("LifecyclePolicy",), rulebook.LIFECYCLE_CHANGED),
        _Noted(("RepositoryPolicy",), rulebook.ACCESS_CHANGED),
    ),
}


def notes_in_place(stack: Stack, before: Resource, now: Resource) -> Iterator[GuardFinding]:
    """
    Note what changes of a resource that stays what it is.

    Args:
        stack: that it is in.
        before: as it is deployed.
        now: as it is to be.
    """
    for noted in _NOTED.get(before.type, ()):
        old, new = (_at(resource.properties, noted) for resource in (before, now))
        if _is_written_alike(old, new) or _meaning(old) == _meaning(new):
            continue
        change = "is added" if old is None else "is removed" if new is None else "changes"
        values = {"old": as_written(old), "new": as_written(new), "property": noted.path[0]}
        yield finding(noted.check, stack, before, change=change, where=stack.name, **values)


def _at(properties: Mapping[str, Any], noted: _Noted) -> object:
    value: Any = properties
    for index, key in enumerate(noted.path):
        if not isinstance(value, dict):
            return noted.default
        if len(value) == 1 and index and str(next(iter(value))).startswith(("Fn::", "Ref")):
            return value
        value = value.get(key)
    return noted.default if value is None else value


def _is_written_alike(old: object, new: object) -> bool:
    """Whether two values are one, or one text; Python takes true for 1, so that others have to be compared as JSON."""
    return old is new or (isinstance(old, str) and old == new)


def _meaning(value: object) -> str:
    """Write a value so that spaces, the order of keys and text in place of an object make no difference."""
    if isinstance(value, str):
        try:
            return key_of(json.loads(value))
        except (ValueError, RecursionError):
            pass
    return key_of(value)
