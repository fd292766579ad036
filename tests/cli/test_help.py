"""The help of every command: examples that parse, lines that fit, and suggestions."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from builders.commands import ecrkit
from click.testing import CliRunner

from ecrkit.cli import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
MAX_COLUMNS = 80
SHELL = {"|", ">", "&&", ";"}
"""Where the command of an example ends."""


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Go through every group and command, each with the words that name it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield " ".join([*path, name]), command
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


EVERY = dict(commands(cli))
NAMES = ["", *sorted(EVERY)]
"""Of the command line itself, every group and every command."""


def help_of(*words: str) -> str:
    result = CliRunner().invoke(cli, [*words, "-h"], terminal_width=MAX_COLUMNS)
    assert result.exit_code == 0, result.output
    return result.output


def examples_in(text: str) -> list[list[str]]:
    """Give the arguments of every `ecrkit` of the examples in a help text."""
    _, _, below = text.partition("  Examples:\n")
    lines = below.split("\n\n")[0].replace("\\\n", " ").splitlines()
    found = []
    for line in lines:
        lexer = shlex.shlex(line, posix=True, punctuation_chars="|>&;")
        lexer.whitespace_split = True
        words = list(lexer)
        while "ecrkit" in words:
            words = words[words.index("ecrkit") + 1 :]
            end = next((index for index, word in enumerate(words) if word in SHELL), len(words))
            found.append(words[:end])
    return found


EXAMPLES = [(name, words) for name in NAMES for words in examples_in(help_of(*name.split()))]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_an_example(name: str) -> None:
    """The help of a command shows how to call it, that of a group how to call some of its commands."""
    path = name.split()

    assert [words for words in examples_in(help_of(*path)) if words[: len(path)] == path]


@pytest.mark.parametrize(("name", "words"), [pytest.param(*one, id=" ".join(one[1])) for one in EXAMPLES])
def test_examples_parse(name: str, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Click takes the arguments of every example, without running it."""
    monkeypatch.chdir(ROOT)
    context = click.Context(cli)
    command: click.Command = cli
    # Groups have no options of their own.
    while isinstance(command, click.Group):
        _, found, words = command.resolve_command(context, words)
        assert found is not None
        command = found

    assert command.make_context(name, words, parent=context) is not None


def test_example_that_does_not_parse_is_found() -> None:
    """An option that a command lacks, or one without its value, fails."""
    with pytest.raises(click.UsageError):
        EVERY["audit"].make_context("audit", ["--enviroment", "dev"])
    with pytest.raises(click.UsageError):
        EVERY["audit"].make_context("audit", ["--environment"])


def test_examples_are_found() -> None:
    """Pipes, redirections and quotes of a shell end at the right place."""
    lines = [
        "  Examples:",
        "    aws x \\",
        "    | ecrkit a - --b 'c d' > e",
        "    ecrkit f && ecrkit g",
        "",
        "  ecrkit h",
    ]

    assert examples_in("\n".join(lines)) == [["a", "-", "--b", "c d"], ["f"], ["g"]]


@pytest.mark.parametrize("name", NAMES)
def test_help_fits(name: str) -> None:
    """No line of a help text is longer than 80 columns, and no summary is cut off."""
    text = help_of(*name.split())

    assert [line for line in text.splitlines() if len(line) > MAX_COLUMNS] == []
    assert [line for line in text.splitlines() if line.endswith("...") and not line.startswith("Usage:")] == []


@pytest.mark.parametrize("name", sorted(EVERY))
def test_summaries(name: str) -> None:
    """A command begins with a sentence in the imperative, and every option has a text."""
    command = EVERY[name]
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]

    first = (command.help or "").strip().partition("\n\n")[0]
    verb = re.match(r"[A-Z][a-z]+", first)
    assert verb, first
    assert not verb[0].endswith("s"), first
    assert [option.opts for option in options if not option.help] == []


def test_sections() -> None:
    """The help of ecrkit lists every command below a heading, in one column."""
    lines = help_of().partition("\n\nOptions:")[2].splitlines()

    listed = [line.split()[0] for line in lines if re.match("  [a-z]", line)]
    assert sorted(listed) == sorted(cli.list_commands(click.Context(cli)))
    assert [line for line in lines if re.match("[A-Z]", line)] == [
        "Start:",
        "Author:",
        "Review:",
        "Operate:",
        "Images:",
    ]
    columns = {match.end() for line in lines if (match := re.match(r"  [a-z]+ +(?=[A-Z])", line))}
    assert len(columns) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("polcy",), "No such command 'polcy'. Did you mean 'policy'?", id="command"),
        pytest.param(("policy", "chekc"), "No such command 'chekc'. Did you mean 'check'?", id="subcommand"),
        pytest.param(
            ("check",), "No such command 'check'. Did you mean 'policy check' or 'catalog check'?", id="of a group"
        ),
        pytest.param(("preview",), "Did you mean 'policy preview' or 'fleet preview'?", id="of two groups"),
        pytest.param(("policy", "publish"), "Did you mean 'lock'?", id="word of the help"),
        pytest.param(("publish",), "Did you mean 'policy lock'?", id="word of the help, of one group"),
        pytest.param(("images", "save"), "Did you mean 'inventory'?", id="another word of the help"),
        pytest.param(("Policy",), "No such command 'Policy'. Did you mean 'policy'?", id="upper case"),
        pytest.param(("xyzzy",), "No such command 'xyzzy'.\n", id="nothing near"),
        pytest.param(("audit", "--drift"), "No such option '--drift'. Did you mean '--drift-only'?", id="option"),
    ],
)
def test_suggestions(arguments: tuple[str, ...], message: str) -> None:
    """A misspelled command or option is exit 2, with what may have been meant."""
    result = CliRunner().invoke(cli, arguments)

    assert result.exit_code == 2
    assert message in result.output


def test_short_option_for_help() -> None:
    """`-h` is `--help`, of the command line and of every group and command."""
    assert ecrkit("policy", "-h").stdout == ecrkit("policy", "--help").stdout
    assert ecrkit("policy", "check", "-h").stdout == ecrkit("policy", "check", "--help").stdout
