"""Hostile text, wherever a command meets it, acts in no output of any command."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.answers import Answer, answering, settings

from ecrkit.aws.tools import find_tool
from ecrkit.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from builders.answers import Server

HOSTILE = {
    "control": "a\x1b[2J\x07\x9b31m\x7f",
    "line ends": "a\r::error title=PWNED::b\n::error title=PWNED::c",
    "bidirectional": "a\u202e\u2066b",
    "hidden": "a\u200b\u2028\u2029\ufeff",
    "command": "::error title=PWNED::a",
    "older command": "##[error]PWNED ##vso[task.complete]",
}
POLICY = '{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", '
POLICY += '"countNumber": 1}, "action": {"type": "expire"}}]}'


@dataclass(frozen=True, slots=True)
class Door:
    """
    A way for text into a command.

    Attributes:
        arguments: of the command, from the directory and the hostile text, which it puts there.
        outputs: formats that the command has.
    """

    arguments: Callable[[Path, str], list[str]]
    outputs: tuple[str, ...]


def written(path: Path, text: str) -> str:
    """Write a file; gives its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def rules(**changed: object) -> str:
    """Write a policy of one rule, or of something else."""
    rule = json.loads(POLICY)["rules"][0]
    return json.dumps({"rules": [{**rule, **changed}]})


def policy_with(**changed: str) -> Callable[[Path, str], list[str]]:
    """Check a policy that has the text as a value of each of these keys."""

    def arguments(directory: Path, text: str) -> list[str]:
        return ["policy", "check", written(directory / "p.json", rules(**dict.fromkeys(changed, text)))]

    return arguments


def name_of_a_file(directory: Path, text: str) -> list[str]:
    return ["policy", "check", written(directory / text.replace("/", "_"), "{}")]


def missing_file(directory: Path, text: str) -> list[str]:
    return ["policy", "check", str(directory / text)]


def key_of_a_policy(directory: Path, text: str) -> list[str]:
    return ["policy", "check", written(directory / "p.json", rules(**{text: 1}))]


def reason_of_a_silence(directory: Path, text: str) -> list[str]:
    store = directory / "policies" / "lifecycle"
    by_age = {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 9}
    written(store / "web" / "v1.json", rules(selection=by_age))
    written(store / "silenced.yaml", json.dumps({"web@1": {"ECR205": text}}))
    return ["policy", "check", str(store)]


def name_in_a_catalog(directory: Path, text: str) -> list[str]:
    environments = {"dev": {"account": "123456789012", "region": "us-east-1"}}
    catalog = {"environments": environments, "repositories": {text: {"lifecycle": text, text: text}}}
    return ["catalog", "check", written(directory / "repositories.yaml", json.dumps(catalog))]


def name_of_a_test(directory: Path, text: str) -> list[str]:
    written(directory / "web" / "v1.json", POLICY)
    cases = {text: {"images": [{"pushed_days_ago": 1, "expect": "expire"}]}}
    return ["policy", "test", written(directory / "web" / "v1.test.yaml", json.dumps(cases))]


def images_of(directory: Path, text: str) -> str:
    """Write a list of images that has the text as tag, and as a list's name."""
    digests = [f"sha256:{number:064x}" for number in range(3)]
    pushed = "2026-01-01T00:00:00+00:00"
    details = [{"imageDigest": each, "imagePushedAt": pushed, "imageSizeInBytes": 1} for each in digests]
    details[0]["imageTags"] = [text]
    document = {"imageDetails": [{**each, "repositoryName": "web"} for each in details]}
    return written(directory / "images.json", json.dumps(document))


def tag_of_an_image(directory: Path, text: str) -> list[str]:
    policy = written(directory / "p.json", POLICY)
    return ["policy", "preview", policy, "--images", images_of(directory, text)]


def line_of_images_in_use(directory: Path, text: str) -> list[str]:
    policy = written(directory / "p.json", POLICY)
    used = written(directory / "used", f"web:{text}\n")
    return ["policy", "preview", policy, "--images", images_of(directory, "v1"), "--in-use", used]


def pattern_to_keep(directory: Path, text: str) -> list[str]:
    policy = written(directory / "p.json", POLICY)
    return ["policy", "preview", policy, "--images", images_of(directory, "v1"), "--must-keep", text]


def text_of_a_rule(directory: Path, text: str) -> list[str]:
    old, new = written(directory / "p.json", POLICY), written(directory / "n.json", rules(description=text))
    return ["policy", "diff", old, new, "--images", images_of(directory, text)]


def image_of_a_catalog(directory: Path, text: str) -> list[str]:
    for name, policy in (("old", rules(rulePriority=2)), ("web", rules(description=text))):
        written(directory / "policies" / "lifecycle" / name / "v1.json", policy)
    environments = {"dev": {"account": "123456789012", "region": "us-east-1"}}
    old, new = (
        written(
            directory / file, json.dumps({"environments": environments, "repositories": {"web": {"lifecycle": pin}}})
        )
        for file, pin in (("old.yaml", "old@1"), ("new.yaml", "web@1"))
    )
    images = images_of(directory / "images" / text.replace("/", "_"), text)
    return ["catalog", "diff", old, new, "--images", str(Path(images).parent.parent)]


def text_in_a_rendered_catalog(directory: Path, text: str) -> list[str]:
    written(directory / "policies" / "lifecycle" / "web" / "v1.json", rules(description=text))
    settings = {"lifecycle": "web@1", "silence": {"ECR211": text, "ECR212": text}}
    environments = {"dev": {"account": "123456789012", "region": "us-east-1"}}
    catalog = {"environments": environments, "repositories": {"web": settings}}
    return ["catalog", "template", written(directory / "repositories.yaml", json.dumps(catalog))]


def text_in_a_review(directory: Path, text: str) -> list[str]:
    environments = {"dev": {"account": "123456789012", "region": "us-east-1"}}
    for side, pin, value in (("old", "web@1", "a"), ("new", "web@2", text)):
        for version in (1, 2):
            policy = rules(description=f"{version}{text}")
            written(directory / side / "policies" / "lifecycle" / "web" / f"v{version}.json", policy)
        web = {"lifecycle": pin, "tags": {"team": value}, "silence": {"ECR212": text}}
        catalog = {"environments": environments, "repositories": {"web": web, side: {}}}
        written(directory / side / "repositories.yaml", json.dumps(catalog))
    images = Path(images_of(directory / "images" / text.replace("/", "_"), text)).parent.parent
    names = ["--catalog", str(directory / "new" / "repositories.yaml"), "--allow", text]
    return ["review", "--base", str(directory / "old"), *names, "--images", str(images)]


def name_in_a_template(directory: Path, text: str) -> list[str]:
    resource = {
        "Type": "AWS::ECR::Repository",
        "Properties": {"RepositoryName": text},
        "Metadata": {"aws:cdk:path": text},
    }
    for name, resources in (("old", {text: resource}), ("new", {})):
        written(directory / name / "S.template.json", json.dumps({"Resources": resources}))
        artifact = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "S.template.json"}}
        stack = {**artifact, "environment": "aws://unknown-account/unknown-region", "displayName": text}
        written(directory / name / "manifest.json", json.dumps({"version": "48.0.0", "artifacts": {text: stack}}))
    return ["guard", str(directory / "new"), "--baseline", str(directory / "old"), "--allow", text]


def code_of_a_check(_: Path, text: str) -> list[str]:
    return ["rules", text]


def unknown_option(_: Path, text: str) -> list[str]:
    return ["catalog", "check", f"--{text}"]


def unknown_command(_: Path, text: str) -> list[str]:
    return [text]


FINDINGS = ("text", "json", "sarif", "github")
DOORS = {
    "name of a file": Door(name_of_a_file, FINDINGS),
    "missing file": Door(missing_file, FINDINGS),
    "value of a policy": Door(policy_with(description="", tagStatus="", selection=""), FINDINGS),
    "key of a policy": Door(key_of_a_policy, FINDINGS),
    "reason of a silence": Door(reason_of_a_silence, FINDINGS),
    "name in a catalog": Door(name_in_a_catalog, FINDINGS),
    "name of a test": Door(name_of_a_test, ("text", "json")),
    "tag of an image": Door(tag_of_an_image, ("text", "json")),
    "line of images in use": Door(line_of_images_in_use, ("text", "json")),
    "pattern to keep": Door(pattern_to_keep, ("text", "json")),
    "text of a rule": Door(text_of_a_rule, ("text", "json")),
    "name in a template": Door(name_in_a_template, ("text", "json", "markdown", "github")),
    "image of a catalog": Door(image_of_a_catalog, ("text", "json", "markdown")),
    "text in a review": Door(text_in_a_review, ("text", "json", "markdown")),
    "text in a rendered catalog": Door(text_in_a_rendered_catalog, ("",)),
    "code of a check": Door(code_of_a_check, ("text", "json", "markdown")),
    "unknown option": Door(unknown_option, ("text",)),
    "unknown command": Door(unknown_command, ("",)),
}


def printed(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> tuple[str, str]:
    """Run the command line in this process; what it prints is UTF-8."""
    monkeypatch.setattr(sys, "argv", ["ecrkit", *arguments])
    # Commands that read much switch the collector off for good.
    monkeypatch.setattr("gc.disable", lambda: None)
    with pytest.raises(SystemExit):
        main()
    out, err = capfdbinary.readouterr()
    return out.decode(), err.decode()


def check(text: str) -> None:
    """Make sure that nothing in an output acts."""
    for line in text.split("\n"):
        assert line.isprintable()
        assert "##[" not in line
        assert "##vso[" not in line
        assert not line.lstrip().startswith("::error title=PWNED")
        assert not line.lstrip().startswith("::") or line.startswith(("::error ", "::warning ", "::notice "))


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize(
    ("door", "output"),
    [pytest.param(door, output, id=f"{door}-{output}") for door in DOORS for output in DOORS[door].outputs],
)
def test_hostile_text_does_not_act(  # noqa: PLR0913, PLR0917 - fixtures and parameters
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
    door: str,
    output: str,
    hostile: str,
) -> None:
    """Text of any kind, from any place, in any output: it is shown, and that is all."""
    arguments = DOORS[door].arguments(tmp_path, HOSTILE[hostile])
    out, err = printed([*arguments, *(["--output", output] if output else [])], monkeypatch, capfdbinary)

    assert out + err
    check(out)
    check(err)
    if output in {"json", "sarif"} and out:
        assert json.loads(out)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run a server that gives one answer to everything."""
    with answering() as running:
        yield running


@pytest.mark.server
@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("repos", "list"), id="repos list"),
        pytest.param(("images", "list", "web"), id="images list"),
        pytest.param(("images", "in-use"), id="images in-use"),
        pytest.param(("scan", "findings", "web"), id="scan findings"),
        pytest.param(("scan", "summary"), id="scan summary"),
        pytest.param(("login", "--tool", "skopeo"), id="login"),
    ],
)
@pytest.mark.posix
def test_refusal_does_not_act(  # noqa: PLR0913, PLR0917 - fixtures and parameters
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
    arguments: tuple[str, ...],
    hostile: str,
    output: str,
) -> None:
    """What AWS says of an error is shown, and that is all."""
    text = HOSTILE[hostile]
    server.answer = Answer(json.dumps({"__type": text, "message": text}).encode(), status=400)
    written(tmp_path / "skopeo", "#!/bin/sh\n")
    (tmp_path / "skopeo").chmod(0o755)
    for name, value in {**settings(server.url), "PATH": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    out, err = printed([*arguments, "--output", output], monkeypatch, capfdbinary)

    assert err.startswith("error: ")
    check(out)
    check(err)


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.posix
def test_words_of_a_program_do_not_act(capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path, hostile: str) -> None:
    """What docker, podman or skopeo says is shown line by line, and that is all."""
    said = tmp_path / "said"
    said.write_text(f"{HOSTILE[hostile]}\n{HOSTILE[hostile]}\n", encoding="utf-8")
    program = tmp_path / "skopeo"
    program.write_text(f'#!/bin/sh\ncat "{said}" >&2\n')
    program.chmod(0o755)
    find_tool("skopeo", search_path=str(tmp_path)).run(["copy"])
    shown = capfdbinary.readouterr().err.decode()

    assert shown
    check(shown)


@pytest.mark.parametrize("output", FINDINGS)
def test_file_name_that_is_not_utf8(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], output: str
) -> None:
    """A file may have any name; what is printed is UTF-8, and JSON."""
    name = os.fsdecode(os.fsencode(tmp_path) + b"/p\xff\xfe.json")
    with open(name, "w", encoding="utf-8") as file:  # noqa: PTH123 - the name is the point
        file.write("{}")
    out, err = printed(["policy", "check", name, "--output", output], monkeypatch, capfdbinary)

    assert "p" in out
    check(out)
    check(err)
    if output in {"json", "sarif"}:
        out.encode()
        assert json.loads(out)
