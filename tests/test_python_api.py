"""The Python API of the package: its example, and what it raises."""

from __future__ import annotations

import doctest
import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from builders.inventories import detail, image, write_images
from builders.policies import policy_text, rule

import ecrkit
from ecrkit.errors import InvalidImagesError, InvalidPolicyError, UnreadableInputError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the files that the example reads."""
    (tmp_path / "keep-two.json").write_text(policy_text(rule(countNumber=2)))
    (tmp_path / "keep-none.json").write_text(policy_text(rule(countNumber=0)))
    write_images(tmp_path / "images.json", [image(tags=[f"v{number}"], age_days=10 - number) for number in (1, 2, 3)])
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("project")
def test_example() -> None:
    """The example in the docstring of the package gives what it shows."""
    result = doctest.testmod(ecrkit, optionflags=doctest.ELLIPSIS)

    assert result.attempted > 0
    assert result.failed == 0


def test_policy(project: Path) -> None:
    """A path may be a text."""
    assert ecrkit.read_policy(project / "keep-two.json") == ecrkit.read_policy("keep-two.json")


def test_invalid_policy(project: Path) -> None:
    """What is wrong is one exception, with a line for each finding."""
    (project / "p.json").write_text(policy_text(rule(0, countNumber=0)))
    with pytest.raises(InvalidPolicyError) as caught:
        ecrkit.read_policy("p.json")

    assert [line.rpartition(" ")[2] for line in str(caught.value).splitlines()] == ["[ECR110]", "[ECR112]"]


@pytest.mark.usefixtures("project")
def test_missing_file() -> None:
    """A file that cannot be read is named, with the reason."""
    with pytest.raises(UnreadableInputError) as caught:
        ecrkit.read_policy("missing.json")

    assert str(caught.value) == "missing.json: cannot be read: no such file or directory"


class TestImages:
    def test_json_lines(self, tmp_path: Path) -> None:
        """A line for each image is read, as `policy preview --images` reads it."""
        path = tmp_path / "images.jsonl"
        path.write_text("".join(f"{json.dumps(detail(image(name)))}\n" for name in "ab"))

        assert [found.digest[-1] for found in ecrkit.read_images(path)] == ["a", "b"]

    def test_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A dash is standard input."""
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps([detail(image("a"))]).encode())))

        assert [found.digest[-1] for found in ecrkit.read_images("-")] == ["a"]

    def test_no_images(self, tmp_path: Path) -> None:
        """Something else is one exception with a line for each finding."""
        path = tmp_path / "images.json"
        path.write_text("[1]")
        with pytest.raises(InvalidImagesError) as caught:
            ecrkit.read_images(path)

        assert str(caught.value) == f"{path}:1:2: [0]: must be an image as a mapping, got 1 [IMG104]"

    def test_directory(self, tmp_path: Path) -> None:
        """A directory has the images of many repositories, which no policy counts together."""
        with pytest.raises(UnreadableInputError) as caught:
            ecrkit.read_images(tmp_path)

        assert str(caught.value) == f"{tmp_path}: is a directory; name the file of one repository"


def test_module() -> None:
    """``python -m ecrkit`` is the command line."""
    run = subprocess.run([sys.executable, "-m", "ecrkit", "--version"], capture_output=True, text=True, check=True)

    assert run.stdout == f"ecrkit, version {ecrkit.__version__}\n"
