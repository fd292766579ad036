"""What a release consists of: files that every build of a commit makes alike, a bill of materials, and notes."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from builders.wheels import clone, made

import ecrkit

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
BILL, NOTES = ROOT / "release" / "sbom.py", ROOT / "release" / "notes.py"
OF_1_2_0 = "# Changelog\n\n## [Unreleased]\n\n{before}## [1.2.0] - 2026-11-30\n\n### Added\n\n- This.\n\n{after}"


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return written(tmp_path_factory.mktemp("bill"))


def written(folder: Path) -> bytes:
    """Write the bill of materials; gives the file."""
    target = folder / "bill.json"
    run = subprocess.run([sys.executable, BILL, target], capture_output=True, check=False, text=True)
    if re.search("error resolving|Failed to fetch|error sending", run.stderr):
        pytest.skip("needs a package index, and none can be reached")
    assert (run.returncode, run.stderr) == (0, "")
    return target.read_bytes()


def function(script: Path, name: str) -> Callable[..., Any]:
    return runpy.run_path(str(script))[name]  # type: ignore[no-any-return] # a script's own function


@pytest.mark.node
def test_builds_are_identical(tmp_path: Path) -> None:
    """Two clones, of other times and permissions, build the same wheel and source distribution to the byte."""
    first, second = clone(tmp_path / "a"), clone(tmp_path / "another-folder")
    for path in second.rglob("*"):
        if ".git" not in path.parts:
            path.chmod(path.stat().st_mode & 0o700)
            os.utime(path, (1_000_000_000, 1_000_000_000))
    builds = made(first, tmp_path / "1", umask=0o022), made(second, tmp_path / "2", umask=0o077)

    assert [path.name for path in builds[0]] == [path.name for path in builds[1]]
    assert [path.read_bytes() for path in builds[0]] == [path.read_bytes() for path in builds[1]]


class TestBill:
    pytestmark = pytest.mark.node  # uv asks a package index

    def test_versions(self, bill: bytes) -> None:
        """The bill lists what the extras install, in the versions of the lock, each with a hash."""
        document = json.loads(bill)
        listed = {(part["name"], part["version"]) for part in document["components"]}
        locks = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("requirements*.txt"))
        locked = set(re.findall(r"^([\w.-]+)==([^\s;]+)", locks, re.MULTILINE))

        assert (document["bomFormat"], document["metadata"]["component"]["version"]) == (
            "CycloneDX",
            ecrkit.__version__,
        )
        assert {"aws-cdk-lib", "boto3", "cfn-lint", "click", "msgspec", "pyyaml"} <= {name for name, _ in listed}
        assert "pytest" not in {name for name, _ in listed}
        assert listed <= locked
        assert all(part["externalReferences"][0]["hashes"] for part in document["components"])

    def test_reproducible(self, bill: bytes, tmp_path: Path) -> None:
        """The same lock files give the same bytes."""
        assert written(tmp_path) == bill


class TestNotes:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            pytest.param("", "", id="the only one"),
            pytest.param("- Later.\n\n", "## [1.1.0] - 2026-10-01\n\n- Before.\n", id="between others"),
            pytest.param("", "[1.2.0]: https://example.com\n", id="before links"),
        ],
    )
    def test_section(self, before: str, after: str) -> None:
        """The notes of a version are its section of the changelog."""
        notes = function(NOTES, "notes_of")

        assert notes("1.2.0", OF_1_2_0.format(before=before, after=after)) == "### Added\n\n- This."

    @pytest.mark.parametrize(
        "changelog",
        [
            pytest.param("## [1.2.1] - 2026-11-30\n\n- This.\n", id="missing"),
            pytest.param("## [1.2.0] - unreleased\n\n- This.\n", id="undated"),
            pytest.param("## [1.2.0] - 2026-11-30\n\n## [1.1.0] - 2026-10-01\n\n- Before.\n", id="empty"),
        ],
    )
    def test_none(self, changelog: str) -> None:
        """Without a dated section, there are no notes."""
        assert function(NOTES, "notes_of")("1.2.0", changelog) == ""

    def test_other_tag(self) -> None:
        """A tag of another version is refused."""
        run = subprocess.run([sys.executable, NOTES, "v9.9.9"], capture_output=True, check=False, text=True)

        assert (run.returncode, run.stdout) == (1, "")
        assert run.stderr == (
            f"error: v9.9.9: must be v{ecrkit.__version__}, the version of the package; tag another commit\n"
        )

    def test_this_version(self) -> None:
        """The tag of this version prints its notes, or names the section that is missing."""
        tag = f"v{ecrkit.__version__}"
        run = subprocess.run([sys.executable, NOTES, tag], capture_output=True, check=False, text=True)
        heading = f"## [{ecrkit.__version__}] - YYYY-MM-DD"

        if run.returncode:
            assert run.stderr == f"error: CHANGELOG.md: has no section '{heading}'; add it and tag again\n"
        else:
            assert run.stdout.strip() in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
