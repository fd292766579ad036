"""What a person decided to let happen."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import translate
from typing import TYPE_CHECKING

from ecrkit.errors import Severity, UnreadableInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Self

    from ecrkit.deployment.guard.values import GuardFinding

__all__ = ["Allowance", "Allowances", "acknowledge", "refused"]

_GLOB = re.compile(r"[*?[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """
    A name whose losses are accepted, perhaps for a while.

    Attributes:
        name: repository, logical ID or stack; ``stack/name`` for one stack only.
        until: the last day on which it applies; ``None`` for ever.
        owner: who answers for it; empty if unknown.
    """

    name: str
    until: date | None = None
    owner: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read ``NAME``, or ``NAME,until=DATE,owner=TEAM``.

        Raises:
            UnreadableInputError: it is something else.
        """
        name, *rest = text.split(",")
        settings = dict(part.partition("=")[::2] for part in rest)
        try:
            until = date.fromisoformat(settings.pop("until")) if "until" in settings else None
        except ValueError:
            until, settings = None, {"until": ""}
        owner = settings.pop("owner", None)
        has_no_owner = owner is not None and not owner.strip()
        if settings or not name or has_no_owner or len(rest) != (until is not None) + (owner is not None):
            form = "NAME,until=DATE,owner=TEAM, as in 'web,until=2027-03-31,owner=payments'"
            raise UnreadableInputError(f"--allow: must be NAME or {form}, got {text!r}")
        return cls(name=name, until=until, owner=(owner or "").strip())

    def has_expired(self, today: date | None) -> bool:
        """Whether *today* is after its last day; without a day, nothing has expired."""
        return today is not None and self.until is not None and self.until < today

    @property
    def obituary(self) -> str:
        """What to say once it has expired."""
        return f"expired on {self.until}{f' (owner: {self.owner})' if self.owner else ''}"


class Allowances:
    """
    Allowed names, and which of them matched.

    Args:
        names: allowances, or texts as for :meth:`Allowance.parse`.
        has_globs: a name with ``*``, ``?`` or ``[…]`` is a glob, in which ``*`` matches slashes too.
        today: day on which expired allowances no longer apply; ``None`` if they do.

    Raises:
        UnreadableInputError: a text is no allowance.
    """

    def __init__(self, names: Sequence[str | Allowance], *, has_globs: bool, today: date | None = None) -> None:
        given = [Allowance.parse(each) if isinstance(each, str) else each for each in names]
        self.expired = tuple(dict.fromkeys(each for each in given if each.has_expired(today)))
        self._names = tuple(dict.fromkeys(each.name for each in given if not each.has_expired(today)))
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
    findings: Iterable[GuardFinding], names: Sequence[str | Allowance] | Allowances
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
