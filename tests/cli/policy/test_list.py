"""`ecrkit policy list`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit
from builders.stores import make_store, policy_text, publish

from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a published policy, one that is not, and a copy of one that ecrkit ships."""
    make_store(tmp_path, {"web/v1.json": policy_text()})
    ecrkit("policy", "copy", "keep-last-10", cwd=tmp_path)
    publish(tmp_path / "policies" / "lifecycle")
    make_store(tmp_path, {"web/v2.json": policy_text(keep=1, tag_status="untagged")})
    return tmp_path


def test_text(project: Path) -> None:
    """First the store, each version with its state and its rules in words; then what ecrkit ships."""
    result = ecrkit("policy", "list", cwd=project)

    store, _, shipped = result.stdout.partition("\n\nPublished with ecrkit; `ecrkit policy copy NAME` copies one:\n")
    assert (result.returncode, result.stderr) == (0, "")
    assert store.splitlines() == [
        "In policies/lifecycle:",
        "",
        "  keep-last-10@1 (published)",
        "    1. keep the newest 10 images, expire the rest",
        "",
        "  web@1 (published)",
        "    1. keep the newest 10 images, expire the rest",
        "",
        "  web@2 (not published)",
        "    1. keep the newest untagged image, expire the rest",
    ]
    assert "\n  archive-unpulled-90-expire-365@1\n    1. archive images last pulled more than 90 days ago\n" in shipped
    assert "\n  keep-last-10@1 (also in policies/lifecycle)\n" in shipped


def test_fits_in_80_columns(project: Path) -> None:
    """Long patterns and names go on below, indented."""
    rule = {
        "rulePriority": 1,
        "selection": {
            "tagStatus": "tagged",
            "tagPrefixList": [f"a-long-prefix-of-{number}" for number in range(9)],
            "countType": "imageCountMoreThan",
            "countNumber": 9,
        },
        "action": {"type": "expire"},
    }
    make_store(project, {f"{'long-' * 7}name/v1.json": json.dumps({"rules": [rule]})})

    lines = ecrkit("policy", "list", cwd=project).stdout.splitlines()

    assert max(map(len, lines)) <= 80
    assert [line[:7].strip() for line in lines if "a-long-prefix-of-" in line] == ["1.", "", "", "", ""]


def test_json(project: Path) -> None:
    """Each version with its source, its state and its rules; a shipped one says whether the store has it."""
    documents = json.loads(ecrkit("policy", "list", "--output", "json", cwd=project).stdout)["policies"]

    assert documents[2] == {
        "name": "web",
        "version": 2,
        "source": "store",
        "state": "unpublished",
        "rules": [
            {
                "rulePriority": 1,
                "description": "Keep the newest images",
                "words": "keep the newest untagged image, expire the rest",
            }
        ],
    }
    shipped = {f"{one['name']}@{one['version']}": one for one in documents if one["source"] == "ecrkit"}
    assert list(shipped) == list(map(str, PolicyStore.bundled()))
    assert {one["state"] for one in shipped.values()} == {"published"}
    assert (shipped["keep-last-10@1"]["in_store"], shipped["expire-untagged@1"]["in_store"]) == ("same", None)


def test_another_policy_of_a_shipped_name(tmp_path: Path) -> None:
    """The shipped one is not taken for that of the store."""
    publish(make_store(tmp_path, {"keep-last-10/v1.json": policy_text(keep=7)}))

    assert (
        "\n  keep-last-10@1 (a different one is in policies/lifecycle)\n"
        in ecrkit("policy", "list", cwd=tmp_path).stdout
    )


def test_problems(project: Path) -> None:
    """A version that changed, is gone or is invalid is listed as that; the exit code is 1."""
    make_store(project, {"web/v1.json": policy_text(keep=3), "api/v1.json": "{}"})
    (project / "policies" / "lifecycle" / "keep-last-10" / "v1.json").unlink()

    result = ecrkit("policy", "list", cwd=project)

    assert result.returncode == 1
    assert "\n  api@1 (invalid)\n" in result.stdout
    assert "\n  keep-last-10@1 (published, but its file is missing)\n" in result.stdout
    assert "\n  web@1 (changed since it was published)\n    1. keep the newest 3 images," in result.stdout
    assert result.stderr == "3 versions with errors; run `ecrkit policy check policies/lifecycle`\n"


def test_without_a_store(tmp_path: Path) -> None:
    """What ecrkit ships is listed."""
    result = ecrkit("policy", "list", cwd=tmp_path)

    assert result.returncode == 0
    assert result.stdout.startswith("Published with ecrkit; `ecrkit policy copy NAME` copies one:\n\n  archive-")
    assert result.stderr == "no policy store in policies/lifecycle\n"


def test_a_store_that_was_named_must_exist(tmp_path: Path) -> None:
    """A typo is not taken for an empty store."""
    result = ecrkit("policy", "list", "--policies", "polices", cwd=tmp_path)

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "error: polices: cannot be read: no such file or directory\n"


def test_the_shipped_store_is_listed_once() -> None:
    """In the folder that ecrkit ships its policies from, nothing is to be copied."""
    root = PolicyStore.bundled().root

    listed = ecrkit("policy", "list", "--policies", root, "--output", "json").stdout

    assert {one["source"] for one in json.loads(listed)["policies"]} == {"store"}


def test_markdown(project: Path) -> None:
    """A table with the rules of each version; a wildcard stays one."""
    lines = ecrkit("policy", "list", "--output", "markdown", cwd=project).stdout.splitlines()

    assert lines[:3] == [
        "| policy | rules, in order of precedence |",
        "|---|---|",
        "| `keep-last-10@1` | keep the newest 10 images, expire the rest |",
    ]
    assert r"| `keep-20-semver@1` | keep the newest 20 images tagged '\*.\*.\*', expire the rest |" in lines


@pytest.mark.parametrize("command", ["list", "copy"])
def test_help_shows_examples_on_lines_of_their_own(command: str) -> None:
    """Each can be copied to a shell."""
    text = ecrkit("policy", command, "--help").stdout

    assert f"\n  Examples:\n    ecrkit policy {command}" in text
    assert "\\b" not in text
