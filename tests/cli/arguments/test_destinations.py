"""``-o`` is where a result goes, and ``--output`` its format, in every command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders.commands import ecrkit_on_terminal, run_here
from builders.permissions import open_directory, unprivileged
from builders.reviews import write_folder
from builders.stores import policy_text
from builders.walking import commands, outputs_of

ADVICE = "to a terminal is not readable; write it with -o report."
ARGUMENTS = {
    "policy check": "policy.json",
    "policy preview": "policy.json --images images.json",
    "catalog check": "",
    "audit": "",
    "fleet preview": "--deployed-policies --inventory dataset",
    "scan gate": "web --fail-on HIGH",
}
"""What each command needs that writes for programs, before it would read anything."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a valid and an invalid policy, where commands run."""
    (tmp_path / "policy.json").write_text(policy_text())
    (tmp_path / "bad.json").write_text(policy_text(keep=0))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_command_has_both() -> None:
    """A command with `--output` has `-o` and `--output-file` too, whatever they lead to."""
    without = [
        name
        for name, command in commands()
        if outputs_of(command) and not any({"-o", "--output-file"} == set(option.opts) for option in command.params)
    ]

    assert without == []


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("policy check policy.json --output json", id="json"),
        pytest.param("policy check policy.json --output sarif", id="sarif"),
        pytest.param("policy list", id="text"),
        pytest.param("rules --output markdown", id="markdown"),
        pytest.param("schema catalog", id="schema"),
        pytest.param("completion bash", id="completion"),
    ],
)
def test_the_file_has_what_standard_output_would_have(
    arguments: str, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same bytes go to the file; standard output is empty, and standard error says what was written."""
    run_here(arguments, monkeypatch)
    printed = capsys.readouterr().out
    code = run_here(f"{arguments} -o result", monkeypatch)
    said = capsys.readouterr()

    assert (code, said.out) == (0, "")
    assert (project / "result").read_bytes() == printed.encode()
    assert said.err.splitlines()[-1].endswith("written to result")


def test_dash_is_standard_output(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`-o -` prints, as without it."""
    assert run_here("policy check bad.json --output json -o -", monkeypatch) == 1
    assert json.loads(capsys.readouterr().out)["checked"] == 1
    assert not (project / "-").exists()


def test_failing_gate_writes(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A gate that fails has a result: it is written, and the exit code stays 1."""
    code = run_here("policy check bad.json --output json --output-file result.json", monkeypatch)

    assert code == 1
    assert [one["code"] for one in json.loads((project / "result.json").read_text())["findings"]] == ["ECR112"]
    assert capsys.readouterr().err.splitlines()[-1] == "JSON written to result.json"


def test_error_writes_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command that ends with an error leaves the file as it is."""
    (project / "result.json").write_text("old")
    code = run_here("policy check nowhere.json --output json -o result.json", monkeypatch)

    assert code == 2
    assert (project / "result.json").read_text() == "old"
    assert "written" not in capsys.readouterr().err


def test_unreadable_part_keeps_the_result(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What could be checked is written, though another argument cannot be read."""
    code = run_here("policy check bad.json nowhere.json --output json -o result.json", monkeypatch)

    assert code == 2
    assert json.loads((project / "result.json").read_text())["checked"] == 1
    assert "error: nowhere.json: cannot be read: no such file or directory\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param("folder", "folder: cannot be written: is a directory; name a file in it", id="directory"),
        pytest.param(
            "no/result.json",
            "no/result.json: cannot be written: its folder no does not exist; create it, or name another file",
            id="missing folder",
        ),
        pytest.param(
            "policy.json/result.json",
            "policy.json/result.json: cannot be written: its folder policy.json is not a directory",
            id="file as a folder",
        ),
    ],
)
def test_refused_before_the_work(
    path: str, message: str, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that cannot be written is the first error, before anything is read."""
    (project / "folder").mkdir()
    code = run_here(f"policy preview policy.json --images nowhere.json -o {path}", monkeypatch)

    assert code == 2
    assert capsys.readouterr().err == f"error: {message}\n"


@pytest.mark.posix
def test_read_only_folder(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that may not be written to is named, before anything is read."""
    with open_directory() as folder:
        folder.chmod(0o555)
        with unprivileged():
            code = run_here(f"policy preview policy.json --images nowhere.json -o {folder}/a.html", monkeypatch)

    assert code == 2
    assert capsys.readouterr().err == (
        f"error: {folder}/a.html: cannot be written: permission denied in its folder; make {folder} writable, or name "
        "another file\n"
    )


def test_name_of_another_format(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Text in a file that is called like JSON comes with the option that writes JSON; `--output text` is meant."""
    run_here("policy list -o result.json", monkeypatch)
    default = capsys.readouterr().err.splitlines()[-1]
    run_here("policy list --output text -o result.json", monkeypatch)
    chosen = capsys.readouterr().err.splitlines()[-1]

    assert default == "text written to result.json; pass --output json for JSON"
    assert chosen == "text written to result.json"
    assert (project / "result.json").exists()


def test_folders_keep_their_former_name(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--directory` still names the folder of templates, and no help mentions it."""
    catalog = {
        "environments": {"dev": {"account": "123456789012", "region": "us-east-1"}},
        "repositories": {"web": {}},
    }
    (project / "repositories.yaml").write_text(json.dumps(catalog))
    for option in ("--directory", "--output-file", "-o"):
        assert run_here(f"catalog template {option} {option.strip('-')}", monkeypatch) == 0
    assert run_here("catalog template -o dev.json", monkeypatch) == 0
    capsys.readouterr()
    run_here("catalog template --help", monkeypatch)
    run_here("images inventory --help", monkeypatch)
    helps = capsys.readouterr().out

    written = [project / name / "Repositories-dev.template.json" for name in ("directory", "output-file", "o")]
    assert len({path.read_text() for path in [*written, project / "dev.json"]}) == 1
    assert "--directory" not in helps
    assert helps.count("-o, --output-file") == 2


def test_several_templates_do_not_fit_in_a_file(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One file has one template; the message says how to get all, and which environment would fit."""
    places = {name: {"account": "123456789012", "region": f"eu-west-{name[-1]}"} for name in ("dev1", "dev2")}
    (project / "repositories.yaml").write_text(json.dumps({"environments": places, "repositories": {"web": {}}}))
    code = run_here("catalog template -o all.json", monkeypatch)

    assert code == 2
    assert "one file can have one template, got 2: " in capsys.readouterr().err
    assert not (project / "all.json").exists()


@pytest.mark.posix
@pytest.mark.parametrize(
    ("name", "output"),
    [(name, output) for name, command in commands() for output in outputs_of(command) if output in {"html", "sarif"}],
)
def test_terminal_gets_nothing_unreadable(name: str, output: str, project: Path) -> None:
    """HTML and SARIF are refused on a terminal, by every command, before it begins."""
    (project / "repositories.yaml").write_text("{}")
    words = f"{name} {ARGUMENTS[name]} --output {output}".split()

    shown = " ".join(ecrkit_on_terminal(*words, environment={"COLUMNS": "200"}).split())

    assert f"{output.upper()} {ADVICE}{output}, or pipe it" in shown


@pytest.mark.posix
def test_question_shows_what_it_is_about(project: Path) -> None:
    """If the result goes to a file, a person sees it before the question all the same."""
    write_folder(project, {"web": {"lifecycle": "keep@1"}})
    catalog, result = project / "repositories.yaml", project / "changes.txt"

    shown = ecrkit_on_terminal("catalog", "pin", "keep@2", "--catalog", catalog, "-o", result, typed="n\n")

    change = next(line for line in shown.splitlines() if "keep@1 -> keep@2" in line)
    assert shown.index(change) < shown.index("Write 1 pin to ")
    assert not result.exists()
    assert "keep@1" in catalog.read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("policy check {file}", id="argument"),
        pytest.param("policy diff {file} policy.json", id="one of two arguments"),
        pytest.param("policy preview policy.json --images images.json --in-use {file} --output html", id="option"),
        pytest.param("policy preview {file} policy.json --images images.json", id="one of several"),
        pytest.param("catalog check --output sarif", id="default catalog"),
        pytest.param("catalog check {file}", id="catalog"),
    ],
)
@pytest.mark.parametrize("spelling", ["{file}", "./{file}", "link"])
def test_inputs_are_not_overwritten(
    arguments: str, spelling: str, project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A file that the command reads is refused as the file to write, however it is named."""
    file = "repositories.yaml"
    (project / file).write_text("repositories: {}\n")
    (project / "link").symlink_to(project / file)
    destination = spelling.format(file=file)

    assert run_here(f"{arguments.format(file=file)} -o {destination}", monkeypatch) == 2
    said = f"Error: {Path(destination)!s}: the command reads this file; name another one with -o"
    assert said in capfd.readouterr().err
    assert (project / file).read_text() == "repositories: {}\n"


def test_a_text_that_is_no_path(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """An option may have any text while the file to write exists."""
    (project / "images.json").write_text('{"imageDetails": []}')
    (project / "out.txt").write_text("old")
    arguments = f"policy preview policy.json --images images.json --must-keep {'v' * 300} -o out.txt"

    assert run_here(arguments, monkeypatch) == 0
    assert capfd.readouterr().err.splitlines()[-1] == "text written to out.txt"
