"""The commands that pages name, but that no test can run, are commands with these options."""

from __future__ import annotations

import re
import shlex

import click
import pytest
from builders.pages import blocks, pages

from ecrkit.cli import cli

_ENDS = {"|", "&&", ";", ">", ">>", "<", "2>"}


def named() -> list[tuple[str, str]]:
    """Find the commands of ecrkit in the shell blocks and in the text of every page, with the page."""
    found = set()
    for name, page in pages().items():
        shells = "\n".join(blocks(page, "sh")).replace("\\\n", " ")
        for line in shells.splitlines():
            found |= {(name, command) for command in re.findall(r"(?:^|[ /(])(ecrkit [^#]+)", line)}
        text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        found |= {(name, " ".join(command.split())) for command in re.findall(r"`(ecrkit [a-z][^`]*)`", text)}
    return sorted(found)


def words(command: str) -> list[str]:
    """Split a command as a shell does, up to the next one."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars="|&;<>()")
    lexer.whitespace_split = True
    found = list(lexer)
    ends = [index for index, word in enumerate(found) if word in _ENDS]
    return found[1 : ends[0] if ends else None]


@pytest.mark.parametrize(("page", "command"), [pytest.param(*each, id=f"{each[0]}: {each[1]}") for each in named()])
def test_command_exists(page: str, command: str) -> None:
    """A command has the subcommands and the options that the page shows."""
    del page
    at: click.Command = cli
    context = click.Context(cli, info_name="ecrkit")
    rest = words(command)
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
