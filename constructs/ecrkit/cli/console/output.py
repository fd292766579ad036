"""How commands print: the result to standard output, all else to standard error."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from ecrkit.cli.console.screen import shows_styles
from ecrkit.documents.terminal import Collected, Styled, terminal_text, write_json, write_line, write_text
from ecrkit.errors.excerpts import count_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Line = str | Styled | tuple[str | Styled, ...]

__all__ = ["ask", "ask_for", "count_of", "echo", "echo_json", "echo_lines"]


def echo(*parts: object, err: bool = False) -> None:
    """
    Print one line.

    Args:
        parts: texts, some of them styled, which shows on a terminal that has colors, unless ``NO_COLOR`` is set.
        err: print to standard error.
    """
    stream = sys.stderr if err else sys.stdout
    write_line(*parts, err=err, styles=shows_styles(stream))


def echo_lines(lines: Iterable[Line]) -> None:
    """Print lines; one is a text, or the parts of one; a text of several lines is several."""
    for line in lines:
        if isinstance(line, str):
            for each in line.split("\n"):
                echo(each)
        else:
            echo(*(line if isinstance(line, tuple) else [line]))


def echo_json(document: object, *, default: Callable[[object], str] | None = None) -> None:
    """
    Print JSON for people and programs.

    Args:
        document: to print.
        default: writes a value that JSON does not have, such as an instant; without it there may be none.
    """
    write_json([json.dumps(document, indent=2, ensure_ascii=False, default=default), "\n"])


def ask(question: str) -> bool:
    """Ask on the terminal; shows what is asked about there, if it goes to a file."""
    buffer = getattr(sys.stdout, "buffer", None)
    if isinstance(buffer, Collected) and buffer.getvalue():
        write_text(buffer.getvalue().decode().rstrip("\n"), err=True)
    return click.confirm(terminal_text(question), err=True)


def ask_for(question: str, *, parse: Callable[[str], str], default: str | None = None) -> str:
    """
    Ask on the terminal for a text, until it is a valid one.

    Args:
        question: without a colon.
        parse: gives the value of a text, or raises ``click.BadParameter``, which is shown.
        default: the answer to an empty line; ``None`` to ask again.
    """
    return str(click.prompt(terminal_text(question), default=default, value_proc=parse, err=True))
