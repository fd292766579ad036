"""What every command has in common."""

from __future__ import annotations

import subprocess
import sys

import pytest
from builders.commands import ecrkit, shell

import ecrkit as package


def test_version_is_the_package_version() -> None:
    """--version prints the version of the package."""
    result = ecrkit("--version")

    assert result.stdout == f"ecrkit, version {package.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("polcy",), "No such command 'polcy'", id="command"),
        pytest.param(("policy", "chek"), "No such command 'chek'", id="subcommand"),
        pytest.param(("policy", "check", "--outptu", "json"), "No such option '--outptu'", id="option"),
        pytest.param(("policy", "check", "--output", "xml"), "'xml' is not one of", id="choice"),
    ],
)
def test_misuse_exits_2(arguments: tuple[str, ...], message: str) -> None:
    """A command line that means nothing is said on standard error, without a traceback."""
    result = ecrkit(*arguments)

    assert result.returncode == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_missing_choice() -> None:
    """The choices of an argument that is missing are lines of their own, without escapes."""
    result = ecrkit("completion")

    assert result.returncode == 2
    assert result.stderr.endswith("Choose from:\n  bash,\n  zsh,\n  fish\n")


@pytest.mark.posix
def test_nobody_reads_on() -> None:
    """Output that is cut off is neither a finding nor an error: the command ends as one that SIGPIPE ends."""
    result = shell("{ sleep 0.2; ecrkit rules --output json; echo $? >&2; } | true")

    assert result.stderr == "141\n"


@pytest.mark.parametrize("group", [("policy",), ("catalog",), ("repos",), ("images",), ("scan",)])
def test_help_lists_commands(group: tuple[str, ...]) -> None:
    """Every group explains itself."""
    result = ecrkit(*group, "--help")

    assert result.returncode == 0
    assert "Commands:" in result.stdout


def test_checking_loads_nothing_heavy() -> None:
    """`policy check` loads neither CDK, boto3 nor a YAML reader."""
    code = (
        "import sys\n"
        "import ecrkit.cli.policy.check\n"
        "print(sorted({'aws_cdk', 'jsii', 'boto3', 'botocore', 'yaml'} & sys.modules.keys()))\n"
    )

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)

    assert result.stdout == "[]\n"


@pytest.mark.parametrize(
    "command", ["policy check a.json", "policy check a.json --output json", "schema catalog", "--version", "--help"]
)
@pytest.mark.posix
def test_closed_standard_output_is_an_error(command: str) -> None:
    """A result that nobody can read is said to be one, before anything is done, without a traceback."""
    result = shell(f"ecrkit {command} >&-")

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == ("error: standard output is closed; send it to /dev/null if only the exit code matters\n")


@pytest.mark.posix
def test_closed_standard_error_changes_no_exit_code() -> None:
    """Nobody sees what is wrong, and the exit code still says that something is."""
    assert shell("ecrkit policy check nowhere.json 2>&-").returncode == 2
    assert shell("ecrkit policy check nowhere.json >&- 2>&-").returncode == 2


@pytest.mark.posix
def test_closed_standard_input_is_empty() -> None:
    """What cannot be read from it is a finding, not a traceback."""
    result = shell("ecrkit policy check - <&-")

    assert result.returncode == 1
    assert "<stdin>:1:1: error: not JSON: the text is empty [ECR101]" in result.stdout
    assert "Traceback" not in result.stderr
