"""What a person decided to let happen."""

from __future__ import annotations

import re
from dataclasses import replace
from fnmatch import translate
from typing import TYPE_CHECKING

from ecrkit.errors import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ecrkit.deployment.guard.values import GuardFinding

__all__ = ["Allowances", "acknowledge", "refused"]

_GLOB = re.compile(r"[*?[]")


class Allowances:
    """
    Allowed names, and which of them matched.

    Args:
        names: repositories, logical IDs or stacks; ``stack/name`` for one stack only.
        has_globs: a name with ``*``, ``?`` or ``[…]`` is a glob, in which ``*`` matches slashes too.
    """

    def __init__(self, names: Sequence[str], *, has_globs: bool) -> None:
        self._names = tuple(dict.fromkeys(names))
        self._globs = {name: re.compile(translate(name)) for name in self._names if has_globs and _GLOB.search(name)}
        self._exact = set(self._names)
        self._used: set[str] = set()

    def allow(self, names: Iterable[str]) -> bool:
        """Whether one of *names* is allowed."""
        found = {
            allowed
            for name in names
            for allowed in (
                *([name] if name in self._exact else []),
                *(glob for glob, pattern in self._globs.items() if pattern.match(name)),
            )
        }
        self._used |= found
        return bool(found)

    @property
    def unused(self) -> tuple[str, ...]:
        """The names that matched nothing so far, in the order given."""
        return tuple(name for name in self._names if name not in self._used)


def acknowledge(
    findings: Iterable[GuardFinding], names: Sequence[str] | Allowances
) -> tuple[tuple[GuardFinding, ...], tuple[str, ...]]:
    """
    Mark allowed findings.

    Args:
        findings: any findings.
        names: names without globs, or allowances with globs: each acknowledges every finding
            with its name, in any stack. ``stack/name`` acknowledges those of one stack only.

    Returns:
        All findings in the order given, with the allowed ones marked, and the names that match none. A
        note needs no permission.
    """
    allowances = names if isinstance(names, Allowances) else Allowances(names, has_globs=False)
    marked = tuple(
        replace(found, is_allowed=True)
        if found.severity is Severity.ERROR and allowances.allow((found.name, f"{found.stack}/{found.name}"))
        else found
        for found in findings
    )
    return marked, allowances.unused


def refused(findings: Iterable[GuardFinding]) -> tuple[GuardFinding, ...]:
    """Return the errors that are not allowed, in the order given."""
    return tuple(found for found in findings if found.severity is Severity.ERROR and not found.is_allowed)
