"""What an audit could not check of a registry, and what it read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.registry.settings.deployed import ACCOUNT_SETTINGS, declared_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecrkit.deployment.actual import ActualRegistry, Unread
    from ecrkit.registry.settings.values import RegistrySettings

__all__ = ["registry_document", "unchecked_settings", "unread_settings"]


def unchecked_settings(
    actual: ActualRegistry,
    declared: RegistrySettings | None,
    *,
    stack: str,
    problem: str | None,
    reports_deletions: bool,
) -> Iterator[str]:
    """
    List what an audit did not check of a registry.

    Args:
        actual: what could be read.
        declared: what the catalog declares.
        stack: name of the stack for the registry.
        problem: why its template could not be read; ``None`` if it could, or if there is no such stack.
        reports_deletions: whether the audit reports rules that replicate deletions.

    Returns:
        A line for each kind of problem.
    """
    yield from unread_settings(actual, doing="checked")
    if reports_deletions:
        for one in actual.unread:
            if one.key == "replication":
                yield f"replication of deletions: not checked, {one.reason}"
    if actual.template is None and declared_keys(declared) - {ACCOUNT_SETTINGS}:
        reason = problem or "the stack does not exist"
        yield f"deployed template of {stack}: not checked for registry-wide settings, {reason}"


def unread_settings(actual: ActualRegistry, *, doing: str) -> Iterator[str]:
    """
    Say which settings could not be read, and which permissions are missing.

    Args:
        actual: what could be read.
        doing: what is not done with the others, as in ``checked``.
    """
    denied = [one for one in actual.unread if one.is_denied]
    if denied:
        keys = ", ".join(dict.fromkeys(one.key for one in denied))
        actions = ", ".join(dict.fromkeys(one.action for one in denied))
        yield (
            f"registry-wide settings {keys}: not {doing} without the permission for {actions}; "
            "docs/reference/iam.md lists what each command needs"
        )
    for one in actual.unread:
        if not one.is_denied:
            yield f"registry-wide settings {_path(one)}: not {doing}, {one.reason}"


def registry_document(actual: ActualRegistry, *, stack: str) -> dict[str, object]:
    """Say for JSON what an audit read of a registry; settings are in the shape of CloudFormation."""
    return {
        "stackName": stack if actual.template is not None else None,
        "deployedTemplateChecked": actual.template is not None,
        "settings": [
            {"key": one.key, "name": one.name or None, "properties": dict(one.properties)}
            for one in actual.settings
            if one.key != ACCOUNT_SETTINGS
        ],
        "accountSettings": {one.name: one.value for one in actual.settings if one.key == ACCOUNT_SETTINGS},
    }


def _path(one: Unread) -> str:
    return f"{one.key}.{one.name.lower()}" if one.name else one.key
