"""`ecrkit completion`, as a process, and what the shells ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest
from builders.commands import ecrkit
from builders.stores import make_store, policy_text, publish

from ecrkit.cli import cli

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CATALOG = 'environments: {dev: {account: "123456789012", region: us-east-1}}\nrepositories: {}\n'


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        pytest.param("bash", "complete -o nosort -F _ecrkit_completion ecrkit", id="bash"),
        pytest.param("zsh", "#compdef ecrkit", id="zsh"),
        pytest.param("fish", "complete --no-files --command ecrkit", id="fish"),
    ],
)
def test_script(shell: str, line: str) -> None:
    """The script registers ecrkit with the shell."""
    result = ecrkit("completion", shell)

    assert (result.returncode, result.stderr) == (0, "")
    assert line in result.stdout


def test_other_shells() -> None:
    """A shell that click does not know is exit 2, and the message names those that it knows."""
    result = ecrkit("completion", "tcsh")

    assert result.returncode == 2
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in result.stderr


@pytest.mark.parametrize(
    ("words", "cursor", "expected"),
    [
        pytest.param("ecrkit cat", "1", "plain,catalog\n", id="command"),
        pytest.param("ecrkit catalog pi", "2", "plain,pin\n", id="subcommand"),
        pytest.param("ecrkit audit --drift", "2", "plain,--drift-only\n", id="option"),
        pytest.param("ecrkit schema pol", "2", "plain,policy\nplain,policy-test\n", id="choice"),
    ],
)
def test_candidates(words: str, cursor: str, expected: str) -> None:
    """What the script asks ecrkit for is a list of candidates."""
    environment = {"_ECRKIT_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": cursor}

    assert ecrkit(environment=environment).stdout == expected


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A catalog with one environment, and a store with two versions of a policy."""
    publish(make_store(tmp_path, {"web/v1.json": policy_text(), "web/v2.json": policy_text(keep=20)}))
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    return tmp_path


def candidates(line: str, cwd: Path) -> str:
    """Give what a shell offers for the last word of a line."""
    words = line.split(" ")
    environment = {"_ECRKIT_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    result = ecrkit(cwd=cwd, environment=environment)
    assert result.stderr == ""
    return result.stdout


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("ecrkit catalog pin ", "plain,web@1\nplain,web@2\n", id="version"),
        pytest.param("ecrkit policy usage w", "plain,web\nplain,web@1\nplain,web@2\n", id="name or version"),
        pytest.param("ecrkit policy preview web@2", "plain,web@2\n", id="policy"),
        pytest.param("ecrkit policy preview draft", "file,draft\n", id="policy that is a file"),
        pytest.param("ecrkit policy copy keep-last", "plain,keep-last-10\nplain,keep-last-10@1\n", id="bundled policy"),
        pytest.param("ecrkit catalog template --environment ", "plain,dev\n", id="environment"),
        pytest.param("ecrkit audit --environment d", "plain,dev\n", id="environment of AWS"),
        pytest.param("ecrkit catalog pin web@2 --catalog none.yaml --environment d", "\n", id="no catalog"),
        pytest.param("ecrkit rules CAT10", "".join(f"plain,CAT10{n}\n" for n in range(1, 7)), id="check"),
        pytest.param("ecrkit review --images i", "dir,i\n", id="directory"),
    ],
)
def test_values(line: str, expected: str, directory: Path) -> None:
    """Values that the project has are candidates: policies, environments and codes of checks."""
    assert candidates(line, directory) == expected


def test_invalid_catalog(directory: Path) -> None:
    """What cannot be read offers nothing and prints nothing over the line that somebody types."""
    (directory / "repositories.yaml").write_text("a: [")

    assert candidates("ecrkit catalog pin web@2 --environment ", directory) == "\n"


def paths() -> Iterator[tuple[str, click.Parameter]]:
    """Go through the parameters of every command that take a path."""
    stack: list[tuple[str, click.Command]] = [("ecrkit", cli)]
    while stack:
        name, command = stack.pop()
        if isinstance(command, click.Group):
            context = click.Context(command)
            found = [(word, command.get_command(context, word)) for word in command.list_commands(context)]
            stack += [(f"{name} {word}", one) for word, one in found if one]
        for parameter in command.params:
            metavar = parameter.make_metavar(click.Context(command))
            if any(word in metavar for word in ("FILE", "DIR", "PATH", "POLICY…")):
                yield f"{name} {parameter.opts[-1]}", parameter


def test_paths() -> None:
    """A value that may be a path is completed as one: without that, a shell with the script would complete nothing."""
    context = click.Context(cli)
    found = {name: {item.type for item in parameter.shell_complete(context, "x/")} for name, parameter in paths()}

    assert len(found) > 20
    assert {name: types for name, types in found.items() if not types & {"file", "dir"}} == {}
