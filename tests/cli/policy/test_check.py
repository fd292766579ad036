"""`ecrkit policy check`, as a process."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest
from builders.commands import ECRKIT, ecrkit, ecrkit_on_terminal, shell
from builders.stores import make_store, policy_text

SARIF_SCHEMA = json.loads((Path(__file__).parents[2] / "data" / "sarif-2.1.0-rtm.5.json").read_text())
BY_AGE = policy_text().replace('"imageCountMoreThan"', '"sinceImagePushed", "countUnit": "days"')


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A policy with one error, on line 8."""
    path = tmp_path / "bad.json"
    path.write_text(policy_text(keep=0))
    return path


def test_valid_policy_exits_0(tmp_path: Path) -> None:
    """A policy that ECR accepts gives no output but a summary on standard error."""
    path = tmp_path / "good.json"
    path.write_text(policy_text())

    result = ecrkit("policy", "check", path)

    assert result.returncode == 0
    assert result.stdout == ""
    assert result.stderr == "1 policy checked: nothing wrong\n"


def test_error_exits_1_with_place(bad: Path) -> None:
    """An error is a line with file, line, column, path, message and code."""
    result = ecrkit("policy", "check", bad)

    assert result.returncode == 1
    assert result.stdout == (f"{bad}:9:24: error: rules[0].selection.countNumber: must be 1 or more, got 0 [ECR112]\n")
    assert result.stderr == "1 policy checked: 1 error\n"


def test_several_paths_are_checked(bad: Path, tmp_path: Path) -> None:
    """Every path is checked, whatever the others hold."""
    good = tmp_path / "good.json"
    good.write_text(policy_text())

    result = ecrkit("policy", "check", good, bad, bad)

    assert result.returncode == 1
    assert result.stderr == "3 policies checked: 2 errors\n"


def test_file_that_cannot_be_read_hides_nothing(tmp_path: Path) -> None:
    """In a store, a file that is not UTF-8 is a finding of its own, and the other files are checked too."""
    root = make_store(
        tmp_path,
        {"bad/v1.json": policy_text(keep=0), "latin/v1.json": "", "latin/v1.test.yaml": "", "silenced.yaml": ""},
    )
    for name in ("latin/v1.json", "silenced.yaml"):
        (root / name).write_bytes(b'{\n"caf\xe9": 1}')

    result = ecrkit("policy", "check", root)

    assert result.returncode == 1
    assert [line.removeprefix(f"{root}/") for line in result.stdout.splitlines() if "warning" not in line] == [
        "bad/v1.json:9:24: error: rules[0].selection.countNumber: must be 1 or more, got 0 [ECR112]",
        "latin/v1.json:1:1: error: not UTF-8: byte 0xe9 on line 2; save it as UTF-8 [STO116]",
        "silenced.yaml:1:1: error: not UTF-8: byte 0xe9 on line 2; save it as UTF-8 [STO116]",
    ]


def test_lock_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    """The lock too: the versions are checked, and none is said to be unpublished."""
    root = make_store(tmp_path, {"good/v1.json": policy_text()})
    lock = root.with_name("lifecycle.lock.json")
    lock.write_bytes(b"\xff")

    result = ecrkit("policy", "check", root)

    assert result.returncode == 1
    assert result.stdout == f"{lock}:1:1: error: not UTF-8: byte 0xff on line 1; save it as UTF-8 [STO116]\n"


def test_name_of_a_file_gives_no_commands_to_a_terminal(tmp_path: Path) -> None:
    """Line ends and escapes in the name of a file are shown as such, in findings and in errors."""
    path = tmp_path / "a\x1b[2J\n.json"
    path.write_text(policy_text(keep=0))

    found = ecrkit("policy", "check", path)
    missing = ecrkit("policy", "check", tmp_path / "b\n.json")

    assert found.stdout.startswith(f"{tmp_path}/a\\x1b[2J\\n.json:9:24: error: ")
    assert missing.stderr == f"error: {tmp_path}/b\\n.json: cannot be read: no such file or directory\n"


@pytest.mark.parametrize(
    ("given", "line"),
    [
        pytest.param(b"", "<stdin>:1:1: error: not JSON: the text is empty [ECR101]", id="empty"),
        pytest.param(
            b'{"rules": [}' + b" " * 100,
            '<stdin>:1:12: error: not JSON: the text has "}" where a value is expected [ECR101]',
            id="not JSON",
        ),
    ],
)
def test_standard_input_is_checked(given: bytes, line: str) -> None:
    """`-` is standard input; text that is not JSON is an error at its position."""
    result = ecrkit("policy", "check", "-", given=given)

    assert result.returncode == 1
    assert line in result.stdout.splitlines()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("absent.json", None, "cannot be read: no such file or directory", id="missing"),
        pytest.param(
            "latin.json", b'{\n"caf\xe9": 1}', "not UTF-8: byte 0xe9 on line 2; save it as UTF-8", id="not UTF-8"
        ),
    ],
)
def test_unreadable_exits_2(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    """What cannot be read is no finding: exit 2, and one line."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)

    result = ecrkit("policy", "check", path)

    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == f"error: {path}: {message}\n"


@pytest.mark.parametrize(
    ("options", "code"), [pytest.param((), 0, id="lenient"), pytest.param(("--strict",), 1, id="strict")]
)
def test_warning_fails_only_when_strict(tmp_path: Path, options: tuple[str, ...], code: int) -> None:
    """A warning is shown, and fails with --strict."""
    path = tmp_path / "by-age.json"
    path.write_text(BY_AGE)

    result = ecrkit("policy", "check", *options, path)

    assert result.returncode == code
    assert "warning: rules[0]: expires every image, including the running one" in result.stdout


def test_json_has_documented_keys(bad: Path) -> None:
    """JSON is an object of findings, each with all nine keys, and the number of policies."""
    result = ecrkit("policy", "check", bad, "--output", "json")

    document = json.loads(result.stdout)
    assert document == {
        "findings": [
            {
                "file": str(bad),
                "line": 9,
                "column": 24,
                "pointer": "/rules/0/selection/countNumber",
                "code": "ECR112",
                "severity": "error",
                "message": "must be 1 or more, got 0",
                "remedy": "",
                "source": 'ECR user guide, "Lifecycle policy parameters" (read 2026-11)',
            }
        ],
        "checked": 1,
    }


def test_sarif_validates(bad: Path, tmp_path: Path) -> None:
    """SARIF is valid against the published schema, a silenced warning and odd file names included."""
    store = make_store(
        tmp_path / "a store",
        {"web/v1.json": BY_AGE, "silenced.yaml": "web@1: {ECR205: Nothing of it runs.}\n"},
    )

    result = ecrkit("policy", "check", bad, store, "--output", "sarif")

    document = json.loads(result.stdout)
    jsonschema.Draft4Validator(SARIF_SCHEMA).validate(document)
    results = {found["ruleId"]: found for found in document["runs"][0]["results"]}
    assert results["ECR112"]["locations"][0]["physicalLocation"]["region"] == {"startLine": 9, "startColumn": 24}
    assert results["ECR205"]["suppressions"] == [{"kind": "external", "justification": "Nothing of it runs."}]
    rules = document["runs"][0]["tool"]["driver"]["rules"]
    assert all(rules[found["ruleIndex"]]["id"] == code for code, found in results.items())


def test_sarif_explains_the_rules_of_the_findings(bad: Path) -> None:
    """Code scanning shows what the rule requires, why it matters and how to fix the problem."""
    [run] = json.loads(ecrkit("policy", "check", bad, "--output", "sarif").stdout)["runs"]

    assert run["tool"]["driver"]["rules"] == [
        {
            "id": "ECR112",
            "shortDescription": {"text": "countNumber is below 1"},
            "fullDescription": {
                "text": "`countNumber` must be 1 or more. ECR rejects zero. "
                "No rule can expire every image of a repository."
            },
            "help": {"text": "Write how many images to keep, or after how many days to expire them."},
            "defaultConfiguration": {"level": "error"},
            "properties": {"source": 'ECR user guide, "Lifecycle policy parameters" (read 2026-11)'},
        }
    ]


def test_github_annotates(bad: Path) -> None:
    """GitHub's format is one workflow command per finding."""
    result = ecrkit("policy", "check", bad, "--output", "github")

    assert result.stdout == (
        f"::error file={bad},line=9,col=24,title=ECR112::rules[0].selection.countNumber: must be 1 or more, got 0\n"
    )


def test_github_escapes(tmp_path: Path) -> None:
    """What would end a workflow command early is escaped."""
    path = tmp_path / "a,b:c%.json"
    path.write_text(policy_text().replace('"any"', '"100%"'))

    result = ecrkit("policy", "check", path, "--output", "github")

    assert "a%2Cb%3Ac%25.json,line=7" in result.stdout
    assert "got '100%25'" in result.stdout


@pytest.mark.parametrize(
    ("environment", "is_coloured"),
    [pytest.param({}, True, id="terminal"), pytest.param({"NO_COLOR": "1"}, False, id="NO_COLOR")],
)
@pytest.mark.posix
def test_colour_is_for_terminals(bad: Path, *, environment: dict[str, str], is_coloured: bool) -> None:
    """Text is coloured on a terminal, unless NO_COLOR is set."""
    inherited = {"NO_COLOR": ""} if "NO_COLOR" in os.environ else {}

    shown = ecrkit_on_terminal("policy", "check", bad, environment={**inherited, **environment})

    assert ("\x1b[31m" in shown) is is_coloured


def test_without_path_checks_the_store_here(tmp_path: Path) -> None:
    """Without a path it is the store policies/lifecycle."""
    make_store(tmp_path, {"web/v1.json": policy_text(), "web/v2.json": policy_text(keep=0)})

    result = ecrkit("policy", "check", cwd=tmp_path)

    assert result.returncode == 1
    assert "policies/lifecycle/web/v2.json:9:24: error:" in result.stdout


def test_silenced_warning_stays_visible_and_passes(tmp_path: Path) -> None:
    """A silenced warning is shown with its reason, and fails not even when strict."""
    make_store(tmp_path, {"web/v1.json": BY_AGE, "silenced.yaml": "web@1: {ECR205: Nothing of it runs.}\n"})
    ecrkit("policy", "lock", cwd=tmp_path)

    result = ecrkit("policy", "check", "policies", "--strict", cwd=tmp_path)

    assert result.returncode == 0
    assert "[ECR205] (silenced: Nothing of it runs.)" in result.stdout
    assert result.stderr == "1 policy checked: nothing wrong, 1 warning silenced\n"


@pytest.mark.posix
def test_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    """`| head` ends the command without a traceback."""
    path = tmp_path / "many.json"
    path.write_text('{"rules": [' + ",".join(["1"] * 20_000) + "]}")

    result = shell('"$0" policy check "$1" | head -n 1', ECRKIT, path)

    assert result.stdout.startswith(f"{path}:1:1: error:")
    assert result.stderr == ""
