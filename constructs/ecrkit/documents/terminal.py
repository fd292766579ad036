"""
The one way out: everything that ecrkit prints passes this module.

Names, files, policies and answers of AWS may hold anything: control characters that move the cursor, characters that
turn text around or hide it, and commands to the CI system that reads the log. Here none of it acts.
"""

from __future__ import annotations

import io
import re
import sys
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.errors import printable
from ecrkit.errors.excerpts import CI_COMMAND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO

__all__ = [
    "Collected",
    "Styled",
    "collected_output",
    "rewrite_line",
    "terminal_text",
    "write_command",
    "write_document",
    "write_json",
    "write_line",
    "write_text",
]

_SGR = {"red": "31", "green": "32", "yellow": "33", "blue": "34", "magenta": "35"}
_CHARACTERS = 100_000
"""How much JSON is printed at a time: a call for each piece takes longer than the rest of a long preview."""

_PLAIN = bytes([ord("\n"), *range(ord(" "), ord("~") + 1)])

_CLEAR = "\r\x1b[K"

_COMMAND = re.compile(r"^(\s*):(?=:)")
"""GitHub Actions, "Workflow commands" (read 2026-11): a command is first on its line."""

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Styled:
    """
    Text in a style of ours; no text of others brings a style along.

    Attributes:
        text: what is printed.
        color: ``red``, ``green``, ``yellow``, ``blue`` or ``magenta``; ``None`` for that of the terminal.
        bold: whether it is bold.
    """

    text: str
    color: str | None = None
    bold: bool = False

    def __str__(self) -> str:
        """Write it without its style."""
        return self.text


class Collected(io.BytesIO):
    """What commands print to standard output while it is collected, as UTF-8."""


@contextmanager
def collected_output() -> Iterator[Collected]:
    """Collect what is printed to standard output, which is no terminal then, instead of printing it."""
    collected = Collected()
    stream = io.TextIOWrapper(collected, encoding="utf-8", newline="\n", write_through=True)
    try:
        with redirect_stdout(stream):
            yield collected
    finally:
        # Otherwise the stream closes what it wrote to.
        stream.detach()


def terminal_text(text: str) -> str:
    """Make *text* one line that only shows: what is not visible, or begins a command, is escaped as in Python."""
    return _COMMAND.sub(r"\1\\x3a", printable(text))


def write_line(*parts: object, err: bool = False, styles: bool = False) -> None:
    """
    Print one line.

    Args:
        parts: texts, some of them :class:`Styled`; line ends in them are escaped.
        err: print to standard error.
        styles: print styles too.
    """
    _write(f"{''.join(_part(part, styles=styles) for part in parts)}\n", err=err)


def write_text(text: str, *, err: bool = False) -> None:
    """Print text of several lines, each of them as :func:`write_line` does."""
    _write("".join(f"{terminal_text(line)}\n" for line in text.split("\n")), err=err)


def write_command(command: str, text: str, **properties: object) -> None:
    """
    Print a workflow command that annotates a run.

    Args:
        command: ``error``, ``warning`` or ``notice``.
        text: of the annotation.
        **properties: of the annotation, ``file`` and ``title`` for two.

    Source: GitHub Actions documentation, "Workflow commands", setting an error message (read 2026-11).
    """
    escaped = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    data = "%0A".join(_data(terminal_text(line)) for line in text.split("\n"))
    _write(f"::{command} {escaped}::{data}\n", err=False)


def write_json(pieces: Iterable[str]) -> None:
    """
    Print JSON.

    What is no visible character can only be in a string, where its escape means the same. Half of a character, which a
    file name may have that is not UTF-8, becomes U+FFFD.
    """
    batch: list[str] = []
    length = 0
    for piece in pieces:
        batch.append(piece)
        length += len(piece)
        if length >= _CHARACTERS:
            _write(_json("".join(batch)), err=False, flush=False)
            batch, length = [], 0
    _write(_json("".join(batch)), err=False)


def write_document(text: str) -> None:
    """Print a document that has escapes of its own, as HTML and Markdown have."""
    _write(_SURROGATE.sub("\ufffd", text), err=False)


def rewrite_line(text: str) -> None:
    """Replace the line of a terminal, on standard error, by *text*."""
    _write(f"{_CLEAR}{terminal_text(text)}", err=True)


def _part(part: object, *, styles: bool) -> str:
    text = terminal_text(str(part))
    if not (styles and isinstance(part, Styled)):
        return text
    codes = [*([_SGR[part.color]] if part.color else []), *(["1"] if part.bold else [])]
    begin = "".join(f"\x1b[{code}m" for code in codes)
    return f"{begin}{text}\x1b[0m" if begin else text


def _json(piece: str) -> str:
    # Nearly all JSON is this plain, and to find that out is ten times faster than to look at each line.
    if piece.isascii() and "#" not in piece and not piece.encode().translate(None, _PLAIN):
        return piece
    lines = (line if line.isprintable() else "".join(map(_json_character, line)) for line in piece.split("\n"))
    return CI_COMMAND.sub(r"\\u0023", "\n".join(lines))


def _json_character(character: str) -> str:
    if character.isprintable():
        return character
    if _SURROGATE.match(character):
        return "\ufffd"
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[start : start + 2].hex()}" for start in range(0, len(units), 2))


def _data(text: str) -> str:
    return text.replace("%", "%25")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")


def _write(text: str, *, err: bool, flush: bool = True) -> None:
    stream: TextIO = sys.stderr if err else sys.stdout
    buffer = getattr(stream, "buffer", None)
    if buffer is None:
        stream.write(text)
    else:
        # UTF-8 whatever the locale, as files are.
        stream.flush()
        buffer.write(text.encode())
    if flush:
        stream.flush()
