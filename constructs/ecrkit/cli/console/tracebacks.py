"""
Tracebacks that a person can send to others: where an error comes from, without what must stay secret.

Lines of code are printed, values are not. The message of an exception may repeat an address with a password, a header
or a command line, if it comes from a library that handles these: it is left out. Other messages lose passwords of
addresses, signatures, and the values of variables that look like secrets.
"""

from __future__ import annotations

import re
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

__all__ = ["place_of", "traceback_lines"]

_CONFIDENTIAL = frozenset(
    {
        "awscrt",
        "boto3",
        "botocore",
        "configparser",
        "email",
        "http",
        "s3transfer",
        "socket",
        "ssl",
        "subprocess",
        "urllib",
        "urllib3",
    }
)
"""Packages that handle credentials, addresses, headers and command lines."""

_OURS = "ecrkit"
_HIDDEN = "***"
_SECRET_NAME = re.compile("key|password|passwd|secret|token|credential|auth", re.IGNORECASE)
_SHORTEST_SECRET = 8
_ASSIGNED = re.compile(
    r"((?:\b|_)(?:password|passwd|secret\w*|(?:session_?|authorization)?token)['\"]?\s*[:=]\s*)"
    r"(?:'[^']*'|\"[^\"]*\"|\S+)",
    re.IGNORECASE,
)
_PATTERNS = (
    (re.compile(r"//[^/\s@]*@"), f"//{_HIDDEN}@"),
    (re.compile(r"\?[^\s'\"]*(?:signature|token|credential)[^\s'\"]*", re.IGNORECASE), f"?{_HIDDEN}"),
    (_ASSIGNED, rf"\1{_HIDDEN}"),
)


def traceback_lines(error: BaseException, *, environ: Mapping[str, str]) -> Iterator[str]:
    """
    Write the traceback of an error and of those that led to it, the first one first.

    Args:
        error: any; the members of a group follow it.
        environ: variables of the process, whose secrets are left out.
    """
    secrets = sorted(
        (value for name, value in environ.items() if _SECRET_NAME.search(name) and len(value) >= _SHORTEST_SECRET),
        key=len,
        reverse=True,
    )
    yield from _lines(error, secrets=secrets, told=set())


def place_of(error: BaseException) -> str:
    """Name the last line of ecrkit that an error came through, as in ``ecrkit/policies/store.py:88``."""
    place = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        name = str(frame.f_globals.get("__name__", ""))
        if name.partition(".")[0] == _OURS:
            path = frame.f_code.co_filename.replace("\\", "/")
            place = f"{_OURS}/{path.rpartition(f'/{_OURS}/')[2]}:{line}"
    return place


def _lines(error: BaseException, *, secrets: list[str], told: set[int]) -> Iterator[str]:
    told.add(id(error))
    # Also what `from None` leaves out: it is the origin of most errors.
    before = error.__cause__ or error.__context__
    if before is not None and id(before) not in told:
        yield from _lines(before, secrets=secrets, told=told)
        yield ""
        yield "This led to:"
        yield ""
    if error.__traceback__:
        yield "Traceback (most recent call last):"
        for entry in traceback.format_tb(error.__traceback__):
            yield from entry.rstrip("\n").split("\n")
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    yield from f"{name}: {_message(error, secrets)}".split("\n")
    for member in getattr(error, "exceptions", ()):
        yield ""
        yield from _lines(member, secrets=secrets, told=told)


def _message(error: BaseException, secrets: list[str]) -> str:
    if _is_confidential(error):
        return "(its message may contain secrets, and is left out)"
    text = str(error)
    for secret in secrets:
        text = text.replace(secret, _HIDDEN)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def _is_confidential(error: BaseException) -> bool:
    """Whether a package raised it that handles secrets, or it is of such a kind."""
    if type(error).__module__.partition(".")[0] == _OURS:
        return False
    return bool(_CONFIDENTIAL & {type(error).__module__.partition(".")[0], *_packages(error.__traceback__)})


def _packages(trace: TracebackType | None) -> Iterator[str]:
    for frame, _ in traceback.walk_tb(trace):
        yield str(frame.f_globals.get("__name__", "")).partition(".")[0]
