"""Tables in a terminal of 80 columns, and in a pipe beside it."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit, ecrkit_on_terminal
from builders.inventories import NOW, image, write_images
from builders.stores import make_store, policy_text, publish

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.posix

LONG = f"payments/{'x' * 51}"
"""A name of 60 characters."""
POLICIES = [f"keep-newest-images-{number}" for number in range(17)]
PROSE = re.compile(
    r"(note|insight|error|warning|hint|\d+ repositor(y|ies)|no policy store|refused|failed|\S+\.yaml:\d+|\S+ at 20\d\d)"
    r"\b"
)
"""Lines that are no part of a table; a terminal wraps them."""

COMMANDS = [
    "policy list --policies policies/lifecycle",
    f"policy usage {POLICIES[3]}",
    f"policy preview {POLICIES[0]}@1 --images images --now {{now}}",
    f"policy preview {POLICIES[0]}@1 --images images/web.json --now {{now}}",
    f"policy preview {POLICIES[0]}@1 --images images --must-keep v1 --details --now {{now}}",
    f"policy diff {POLICIES[9]}@1 {POLICIES[0]}@1 --images images --now {{now}}",
    f"policy diff {POLICIES[9]}@1 {POLICIES[0]}@1 --images images --details --now {{now}}",
    "catalog diff old.yaml repositories.yaml --images images --now {now}",
    "review --base base --images images --now {now}",
    "rules",
    "doctor",
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog, 17 policies, and images, all with long names."""
    directory = tmp_path_factory.mktemp("project")
    texts = {f"{name}/v1.json": policy_text(keep=2 + index) for index, name in enumerate(POLICIES)}
    publish(make_store(directory, texts))
    environments = 'environments:\n  production-of-europe: {account: "123456789012", region: eu-central-1}\n'
    for file, pin in (("old", POLICIES[9]), ("repositories", POLICIES[3])):
        listed = "".join(f"  {name}: {{lifecycle: {pin}@1}}\n" for name in (LONG, "web", "api"))
        (directory / f"{file}.yaml").write_text(f"{environments}repositories:\n{listed}")
    base = directory / "base"
    shutil.copytree(directory / "policies", base / "policies")
    shutil.copy(directory / "old.yaml", base / "repositories.yaml")
    (directory / "images").mkdir()
    for file, name, number in (("long", LONG, 30), ("web", "web", 20), ("api", "api", 3), ("new", "new", 0)):
        listed_images = [
            image(tags=[f"release-{age}-of-a-long-name", f"v{age}"], age_days=age + 1, size_bytes=123_456_789 * age)
            for age in range(number)
        ]
        write_images(directory / "images" / f"{file}.json", listed_images, repository=name)
    return directory


@pytest.mark.parametrize("command", COMMANDS)
def test_tables_fit(project: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """No line of a table is wider than a terminal of 80 columns."""
    monkeypatch.chdir(project)
    shown = ecrkit_on_terminal(*command.format(now=NOW.isoformat()).split(), environment={"COLUMNS": "80"})

    lines = re.sub(r"\x1b\[[\d;]*[mK]", "", shown).replace("\r\n", "\n").splitlines()
    assert len(lines) > 3
    assert [line for line in lines if len(line) > 80 and not PROSE.match(line)] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_pipes_get_the_same(project: Path, command: str) -> None:
    """A pipe gets no escape code, and the same bytes whatever the terminal."""
    arguments = command.format(now=NOW.isoformat()).split()
    narrow, wide = (
        ecrkit(*arguments, cwd=project, environment={"COLUMNS": columns, "TERM": term})
        for columns, term in (("40", "xterm-256color"), ("300", "dumb"))
    )

    assert narrow.stdout == wide.stdout
    assert "\x1b" not in narrow.stdout + narrow.stderr


def test_file_from_a_terminal(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of --output-file has what a pipe gets, even if the command runs on a terminal."""
    monkeypatch.chdir(project)
    arguments = ("policy", "preview", f"{POLICIES[0]}@1", "--images", "images/web.json", "--now", NOW.isoformat())

    ecrkit_on_terminal(*arguments, "-o", "preview.txt", environment={"COLUMNS": "80"})

    assert (project / "preview.txt").read_text() == ecrkit(*arguments).stdout
