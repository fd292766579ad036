"""`ecrkit completion`, as a process, and what the shells ask for."""

from __future__ import annotations

import pytest
from builders.commands import ecrkit


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
