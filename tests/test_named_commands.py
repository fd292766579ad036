"""The commands that the text of pages names are commands with these options."""

from __future__ import annotations

import re

import click
import pytest
from builders.pages import pages

from ecrkit.cli import cli


def named() -> list[tuple[str, str]]:
    """Find the commands of ecrkit in the text of every page, outside its blocks, with the page."""
    found = set()
    for name, page in pages().items():
        text = re.sub(r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        found |= {(name, " ".join(command.split())) for command in re.findall(r"`(ecrkit [a-z][^`]*)`", text)}
    return sorted(found)


@pytest.mark.parametrize(("page", "command"), [pytest.param(*each, id=f"{each[0]}: {each[1]}") for each in named()])
def test_command_exists(page: str, command: str) -> None:
    """A command has the subcommands and the options that the page shows."""
    del page
    at: click.Command = cli
    context = click.Context(cli, info_name="ecrkit")
    rest = re.split(r" [|>] ", command)[0].split()[1:]
    while isinstance(at, click.Group) and rest and not rest[0].startswith("-"):
        child = at.get_command(context, rest[0])
        assert child is not None, f"no such command: {rest[0]}"
        at, context = child, click.Context(child, info_name=rest.pop(0), parent=context)

    options = {option for parameter in at.params for option in (*parameter.opts, *parameter.secondary_opts)}
    shown = {
        word.partition("=")[0]
        for word in (rest[: rest.index("--")] if "--" in rest else rest)
        if re.match("-+[a-z]", word)
    }
    assert shown - options - {"-h", "--help", "--version"} == set()
