"""`ecrkit guard --baseline`, as a process, over small assemblies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.assemblies import repository, setting, write_assembly
from builders.commands import ECRKIT, ecrkit, ecrkit_on_terminal, shell

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    """A stack of two repositories and a setting."""
    resources = {"Api": repository("team/api"), "Web": repository("web"), "Policy": setting()}
    return write_assembly(tmp_path / "main", {"Shop": resources})


@pytest.fixture
def without_web(tmp_path: Path) -> Path:
    """The same stack without one of the repositories."""
    return write_assembly(tmp_path / "cdk.out", {"Shop": {"Api": repository("team/api"), "Policy": setting()}})


def test_finding_is_a_line(baseline: Path, without_web: Path) -> None:
    """A finding is a line with place, message, remedy and code; the summary says how to allow it."""
    result = ecrkit("guard", without_web, "--baseline", baseline)

    assert result.returncode == 1
    assert result.stdout == (
        "Shop/Web: error: 'web' leaves the stack: its current DeletionPolicy is RetainExceptOnCreate, so "
        "CloudFormation would keep it with its images, but no stack manages it any more; put it back; or allow it, and "
        "delete the repository by hand when nothing pulls from it [GRD111]\n"
    )
    assert result.stderr == ("3 resources compared: 1 error; to accept intended changes, pass --allow web\n")


def test_allowed_finding_stays_visible(baseline: Path, without_web: Path) -> None:
    """What is allowed is still shown, marked, and fails no more."""
    result = ecrkit("guard", without_web, "--baseline", baseline, "--allow", "web")

    assert result.returncode == 0
    assert result.stdout.endswith(" [GRD111] (allowed)\n")
    assert result.stderr == "3 resources compared: nothing else would be replaced or removed, 1 allowed\n"


def test_one_allowed_of_several_still_fails(baseline: Path, tmp_path: Path) -> None:
    """Each finding is allowed by itself."""
    now = write_assembly(tmp_path / "cdk.out", {"Shop": {}})

    result = ecrkit("guard", now, "--baseline", baseline, "--allow", "web", "--allow", "Policy")

    assert result.returncode == 1
    assert result.stderr == (
        "3 resources compared: 1 error, 2 allowed; to accept intended changes, pass --allow team/api\n"
    )


@pytest.mark.parametrize(
    ("name", "warning"),
    [
        pytest.param("wev", "--allow wev: no finding has that name; did you mean web?", id="near"),
        pytest.param("other", "--allow other: no finding has that name; remove it", id="far"),
    ],
)
@pytest.mark.parametrize("output", ["text", "json", "github"])
def test_useless_allowance_is_told(baseline: Path, without_web: Path, name: str, warning: str, output: str) -> None:
    """A name that allows nothing is told on standard error, whatever the output."""
    result = ecrkit("guard", without_web, "--baseline", baseline, "--allow", name, "--output", output)

    assert result.returncode == 1
    assert f"warning: {warning}" in result.stderr.splitlines()


def test_json_has_documented_keys(baseline: Path, without_web: Path) -> None:
    """JSON is an object of findings, each with seven keys, and an eighth where it is allowed."""
    refused = ecrkit("guard", without_web, "--baseline", baseline, "--output", "json")
    allowed = ecrkit("guard", without_web, "--baseline", baseline, "--output", "json", "--allow", "web")

    finding = {
        "stack": "Shop",
        "logical_id": "Web",
        "repository": "web",
        "code": "GRD111",
        "severity": "error",
        "message": (
            "'web' leaves the stack: its current DeletionPolicy is RetainExceptOnCreate, so CloudFormation would keep "
            "it with its images, but no stack manages it any more"
        ),
        "remedy": "put it back; or allow it, and delete the repository by hand when nothing pulls from it",
    }
    assert json.loads(refused.stdout) == {"findings": [finding]}
    assert json.loads(allowed.stdout) == {"findings": [{**finding, "allowed": True}]}
    assert refused.stderr.startswith("failed: 3 resources compared: 1 error; to accept intended changes, pass")
    assert allowed.stderr == ""


def test_json_of_nothing_is_an_empty_list(baseline: Path) -> None:
    """Where nothing is found JSON still has the key."""
    result = ecrkit("guard", baseline, "--baseline", baseline, "--output", "json")

    assert json.loads(result.stdout) == {"findings": []}


def test_github_annotates(baseline: Path, without_web: Path) -> None:
    """GitHub's format is a workflow command per finding; an allowed one is a notice."""
    refused = ecrkit("guard", without_web, "--baseline", baseline, "--output", "github")
    allowed = ecrkit("guard", without_web, "--baseline", baseline, "--output", "github", "--allow", "web")

    assert refused.stdout.startswith("::error title=GRD111::Shop/Web: 'web' leaves the stack: ")
    assert allowed.stdout.startswith("::notice title=GRD111::Shop/Web: 'web' leaves the stack: ")
    assert allowed.stdout.endswith(" (allowed)\n")


def test_note_does_not_fail(baseline: Path, tmp_path: Path) -> None:
    """A changed repository policy is a note: shown, no error, and nothing that could be allowed."""
    web = repository("web", RepositoryPolicyText={"Statement": []})
    now = write_assembly(
        tmp_path / "cdk.out", {"Shop": {"Api": repository("team/api"), "Web": web, "Policy": setting()}}
    )

    result = ecrkit("guard", now, "--baseline", baseline, "--allow", "web")
    github = ecrkit("guard", now, "--baseline", baseline, "--output", "github")

    assert result.returncode == 0
    assert result.stdout == (
        "Shop/Web: note: the policy that grants access to 'web' is added; run 'cdk diff Shop' to see the statements "
        "[GRD172]\n"
    )
    assert result.stderr == (
        "3 resources compared: nothing would be replaced or removed, 1 note\n"
        "warning: --allow web: no finding has that name; remove it\n"
    )
    assert github.stdout.startswith("::notice title=GRD172::Shop/Web: ")


def test_baseline_without_anything_of_ecr_is_told(baseline: Path, tmp_path: Path) -> None:
    """Where the baseline has nothing of ECR, everything is new."""
    empty = write_assembly(tmp_path / "empty", {"Shop": {}})

    result = ecrkit("guard", baseline, "--baseline", empty)

    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "the baseline has no ECR resource: everything is new\n"


def test_baseline_without_stacks_exits_2(baseline: Path, tmp_path: Path) -> None:
    """A baseline without stacks is the wrong folder."""
    empty = write_assembly(tmp_path / "empty", {})

    result = ecrkit("guard", baseline, "--baseline", empty)

    assert result.returncode == 2
    assert result.stderr == f"error: {empty}: has no stacks to compare with; give the cdk.out of an app that has\n"


def test_names_are_no_commands_to_a_terminal(tmp_path: Path) -> None:
    """What is no visible character is shown as its escape."""
    before = write_assembly(tmp_path / "main", {"Shop": {"It": repository("web\x1b[31m\n")}})
    now = write_assembly(tmp_path / "cdk.out", {"Shop": {}})

    result = ecrkit("guard", now, "--baseline", before)

    assert result.stdout.startswith("Shop/It: error: 'web\\x1b[31m\\n' leaves the stack: ")
    assert "\x1b" not in result.stdout + result.stderr


@pytest.mark.posix
def test_severity_is_coloured_on_a_terminal(baseline: Path, without_web: Path) -> None:
    """On a terminal an error is red."""
    shown = ecrkit_on_terminal("guard", without_web, "--baseline", baseline, environment={"NO_COLOR": ""})

    assert "\x1b[31m" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param((), "pass either '--baseline DIR' or '--deployed'", id="neither"),
        pytest.param(("--baseline", ".", "--deployed"), "pass either '--baseline DIR' or '--deployed'", id="both"),
        pytest.param(("--baseline", ".", "--region", "r"), "'--profile' and '--region' need '--deployed'", id="region"),
    ],
)
def test_misuse_exits_2(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    """It compares with one thing, and asks AWS only when told to."""
    result = ecrkit("guard", tmp_path, *arguments)

    assert result.returncode == 2
    assert result.stderr.endswith(f"Error: {message}\n")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("none", "cannot be read: no such directory; run 'cdk synth' first", id="missing"),
        pytest.param("main", "not a cloud assembly: has no manifest.json; run 'cdk synth' first", id="no assembly"),
    ],
)
def test_unreadable_exits_2(tmp_path: Path, name: str, message: str) -> None:
    """What cannot be read is no finding: exit 2, and one line."""
    (tmp_path / "main").mkdir()

    result = ecrkit("guard", tmp_path / name, "--baseline", tmp_path / "main")

    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == f"error: {tmp_path / name}: {message}\n"


def test_broken_json_exits_2(baseline: Path, tmp_path: Path) -> None:
    """A template that is not JSON is told with its file."""
    now = write_assembly(tmp_path / "cdk.out", {"Shop": {}})
    (now / "Shop.template.json").write_text("{")

    result = ecrkit("guard", now, "--baseline", baseline)

    assert result.returncode == 2
    assert result.stderr.startswith(f"error: {now}/Shop.template.json:1:2: not JSON: ")


@pytest.mark.posix
def test_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    """`| head` ends the command without a traceback."""
    many = {f"It{number}": repository(f"web-{number}") for number in range(2_000)}
    before = write_assembly(tmp_path / "main", {"Shop": many})
    now = write_assembly(tmp_path / "cdk.out", {"Shop": {}})

    result = shell('"$0" guard "$1" --baseline "$2" | head -n 1', ECRKIT, now, before)

    assert result.stdout.startswith("Shop/It0: error: ")
    assert "Traceback" not in result.stderr


@pytest.mark.posix
def test_guarding_loads_nothing_heavy() -> None:
    """Comparing two assemblies loads neither CDK, boto3 nor a YAML reader."""
    code = (
        "import sys\n"
        "import ecrkit.cli.guard\n"
        "print(sorted({'aws_cdk', 'jsii', 'boto3', 'botocore', 'yaml'} & sys.modules.keys()))\n"
    )

    result = shell('"$(dirname "$0")/python" -c "$1"', ECRKIT, code)

    assert result.stdout == "[]\n"
