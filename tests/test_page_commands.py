"""Commands that README and docs show and no test runs, because they need an account or another tool: they parse."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, cast

import click
import pytest
from builders.pages import pages

from ecrkit.cli import cli

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PROMPT = re.compile(r"(?:npx |\S*bin/)?(ecrkit .*)")


def commands(page: Path) -> Iterator[str]:
    """Find each command of ours in the blocks of a page that are only read, without pipes and redirections."""
    # Blocks in lists are indented.
    for block in re.findall(
        r"^ *```(?:ba)?sh\n(.*?)^ *```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    ):
        for part in re.split(r"&&|\||;|\n", block.replace("\\\n", " ")):
            if found := _PROMPT.fullmatch(part.strip()):
                yield re.split(r" \d?>|\s#", found[1])[0]


def parse(command: str) -> None:
    """Parse a command as click does before it calls it; what click prints for --help is of no interest."""
    words = shlex.split(command)[1:]
    context, program = click.Context(cli, info_name="ecrkit"), cast("click.Command", cli)
    while isinstance(program, click.Group):
        name, found, words = program.resolve_command(context, words)
        assert found is not None
        context, program = click.Context(found, info_name=name, parent=context), found
    program.parse_args(context, words)


SHOWN = [(name, command) for name, page in pages().items() for command in commands(page)]


@pytest.mark.parametrize(("name", "command"), SHOWN)
def test_command_parses(name: str, command: str) -> None:
    """Each has options and arguments that the command takes."""
    try:
        parse(command)
    except click.UsageError as error:
        pytest.fail(f"{name}: {command}: {error.format_message()}")


def test_wrong_option_is_found() -> None:
    """The parser of this test sees an option that a command does not have."""
    with pytest.raises(click.UsageError):
        parse("ecrkit scan gate web:v1 --fail-at HIGH")


def test_pages_are_read() -> None:
    """The search finds commands behind pipes, continued lines and paths."""
    assert {"ecrkit init --upgrade", "ecrkit guard cdk.out --deployed"} <= {command for _, command in SHOWN}
