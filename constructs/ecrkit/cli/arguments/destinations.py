"""Where results go: to standard output, or to the file of ``-o``."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click
from click.core import ParameterSource

from ecrkit.cli.console.output import echo
from ecrkit.cli.console.screen import screen_width
from ecrkit.documents.files import require_writable, write_bytes
from ecrkit.documents.terminal import collected_output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = ["Renamed", "with_destination"]

F = TypeVar("F", bound="Callable[..., Any]")

_NAMES = {"text": "text", "json": "JSON", "sarif": "SARIF", "html": "HTML", "markdown": "Markdown", "github": "text"}
_FOR_PROGRAMS = {"html": "HTML", "sarif": "SARIF"}
"""Formats that are not readable on a terminal."""

_SUFFIXES = {".json": "json", ".sarif": "sarif", ".html": "html", ".htm": "html", ".md": "markdown"}
_CATALOG = Path("repositories.yaml")
"""What commands read as their catalog if they are given none."""

_WITH_RESULT = (0, 1)
"""Exit codes of a command that has a result; a gate that fails has one, too."""


class Renamed(click.Option):
    """
    An option that also goes by its former names, which no help mentions.

    Args:
        *arguments: of ``click.Option``.
        old_names: as in ``--directory``.
        **settings: of ``click.Option``.
    """

    def __init__(self, *arguments: Any, old_names: Sequence[str], **settings: Any) -> None:  # noqa: ANN401 - click's
        super().__init__(*arguments, **settings)
        self._old_names = old_names

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:  # noqa: ANN401 - click has no public type of it
        """Add the option with all its names."""
        super().add_to_parser(parser, ctx)
        if self._old_names:
            parser.add_option(obj=self, opts=self._old_names, dest=self.name, action="store", nargs=self.nargs)


def with_destination(command: F) -> F:
    """
    Have a command write its result to the file of ``--output-file``, whole or not at all.

    A file that cannot be written, or that the command reads, is an error before the command begins. A command that
    fails as a gate writes its result all the same; one that ends with an error writes none, and leaves an existing file
    as it is.
    """

    @wraps(command)
    def run(*arguments: Any, output_file: Path | None, **options: Any) -> Any:  # noqa: ANN401 - those of any command
        output = options.get("output")
        path = None if output_file is None or str(output_file) == "-" else output_file
        if path is None:
            _refuse_terminal(output)
            return command(*arguments, **options)
        require_writable(path)
        _refuse_input(path, options)
        code: str | int = 0
        with collected_output() as collected:
            try:
                result = command(*arguments, **options)
            except (SystemExit, click.exceptions.Exit) as error:
                result = error
                code = (error.code or 0) if isinstance(error, SystemExit) else error.exit_code
        if code in _WITH_RESULT or collected.getvalue():
            write_bytes(path, collected.getvalue())
            echo(_written(path, output), err=True)
        if isinstance(result, (SystemExit, click.exceptions.Exit)):
            raise result
        return result

    return cast("F", run)


def _refuse_terminal(output: str | None) -> None:
    """
    Refuse to print HTML and SARIF to a terminal.

    Raises:
        click.UsageError: it is such a format, and standard output is a terminal.
    """
    if output in _FOR_PROGRAMS and screen_width():
        raise click.UsageError(
            f"{_FOR_PROGRAMS[output]} to a terminal is not readable; write it with -o report.{output}, or pipe it"
        )


def _refuse_input(path: Path, options: dict[str, Any]) -> None:
    """
    Refuse to write the result over what the command reads.

    Raises:
        click.UsageError: *path* is a file that an argument or an option names.
    """
    named = [_CATALOG if name == "catalog" and value is None else value for name, value in options.items()]
    if path.is_file() and any(_is_same(read, path) for read in _texts(named)):
        raise click.UsageError(f"{path}: the command reads this file; name another one with -o")


def _texts(values: Iterable[object]) -> Iterator[str | Path]:
    """Find what may be a path. Policies are names or paths, and stay text."""
    for value in values:
        if isinstance(value, list | tuple):
            yield from _texts(value)
        elif isinstance(value, str | Path):
            yield value


def _is_same(text: str | Path, path: Path) -> bool:
    try:
        return path.samefile(text)
    except (OSError, ValueError):
        # No file has such a name, as with the reason for a suspension.
        return False


def _written(path: Path, output: str | None) -> str:
    """Say what was written; of a file that is named as one of another format, how to get that."""
    if output is None:
        return f"written to {path}"
    context = click.get_current_context()
    offered = next(one.type for one in context.command.params if one.name == "output")
    meant = _SUFFIXES.get(path.suffix.lower())
    advice = ""
    if meant and meant != output and isinstance(offered, click.Choice) and meant in offered.choices:
        is_chosen = context.get_parameter_source("output") is not ParameterSource.DEFAULT
        advice = "" if is_chosen else f"; pass --output {meant} for {_NAMES[meant]}"
    return f"{_NAMES[output]} written to {path}{advice}"
