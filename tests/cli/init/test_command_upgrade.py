"""`ecrkit init --upgrade`: files that nobody edited become new, the others are shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from builders.starters import as_older_version, content_of, init, start_in

if TYPE_CHECKING:
    from pathlib import Path


def statuses(directory: Path) -> dict[str, str]:
    """Upgrade, and give the status of each file."""
    result = init(directory, "--upgrade", "--yes", "--output", "json")

    assert result.returncode == 0, result.stderr
    return {file["path"]: file["status"] for file in json.loads(result.stdout)["files"]}


def test_not_edited(tmp_path: Path) -> None:
    """A file that an older version wrote becomes the one of this version."""
    new = start_in(tmp_path / "new")
    before = content_of(new)
    as_older_version(new, "Makefile", "all:\n")

    assert statuses(new)["Makefile"] == "upgraded"
    assert content_of(new) == before


def test_edited(tmp_path: Path) -> None:
    """A file that somebody edited stays, and is shown as a diff, each time until it is the new one."""
    new = start_in(tmp_path / "new")
    as_older_version(new, "app.py", "old = True\n")
    (new / "app.py").write_text("ours = True\n")
    before = content_of(new)
    first, second = init(new, "--upgrade", "--yes"), init(new, "--upgrade", "--yes")

    assert first.stdout.startswith(
        "edited, kept:\n"
        "  app.py\n"
        "--- app.py\n"
        "+++ app.py (new)\n"
        "@@ -1 +1,10 @@\n"
        "-ours = True\n"
        '+"""The CDK app: the stacks of repositories.yaml."""\n'
    )
    assert first.stderr == "nothing to write, 1 file to change by hand, as the diff shows\n"
    assert second.stdout == first.stdout
    assert content_of(new) == before


def test_edited_without_news(tmp_path: Path) -> None:
    """A file that somebody edited, and that this version writes as before, is not shown."""
    new = start_in(tmp_path / "new")
    (new / "Makefile").write_text("all:\n")

    assert statuses(new)["Makefile"] == "kept"
    assert "@@" not in init(new, "--upgrade", "--yes").stdout


def test_yours(tmp_path: Path) -> None:
    """The catalog, the policies, CODEOWNERS and the README are never changed, restored or shown."""
    new = start_in(tmp_path / "new")
    as_older_version(new, "repositories.yaml", "repositories: {}\n")
    (new / "CODEOWNERS").unlink()
    found = statuses(new)

    assert (found["repositories.yaml"], found["CODEOWNERS"]) == ("kept", "deleted")
    assert (new / "repositories.yaml").read_text() == "repositories: {}\n"
    assert not (new / "CODEOWNERS").exists()


def test_deleted(tmp_path: Path) -> None:
    """A file that somebody deleted is not brought back."""
    new = start_in(tmp_path / "new")
    (new / ".pre-commit-config.yaml").unlink()

    assert statuses(new)[".pre-commit-config.yaml"] == "deleted"
    assert not (new / ".pre-commit-config.yaml").exists()


def test_new_file(tmp_path: Path) -> None:
    """A file that is new in this version is written, also by the run after one that was interrupted."""
    new = start_in(tmp_path / "new")
    whole = content_of(new)
    record = json.loads(whole[".ecrkit.json"])
    for path in ("app.py", "Makefile"):
        (new / path).unlink()
        del record["files"][path]
    (new / ".ecrkit.json").write_text(json.dumps(record))
    (new / "app.py").write_bytes(whole["app.py"])
    found = statuses(new)

    assert (found["app.py"], found["Makefile"]) == ("unchanged", "written")
    assert content_of(new) == whole


def test_obsolete(tmp_path: Path) -> None:
    """A file that this version does not write any more is named and stays, the pipeline of another CI for one."""
    new = start_in(tmp_path / "new")
    as_older_version(new, "old.sh", "exit 0\n")
    result = init(new, "--upgrade", "--yes")

    assert "no longer generated, delete it:\n  old.sh\n" in result.stdout
    assert (new / "old.sh").exists()


def test_binary(tmp_path: Path) -> None:
    """A wheel that is another one now is not shown as text."""
    new = start_in(tmp_path / "new")
    [wheel] = (new / "vendor").iterdir()
    as_older_version(new, f"vendor/{wheel.name}", "old")
    wheel.write_bytes(b"\xff")
    result = init(new, "--upgrade", "--yes")

    assert f"vendor/{wheel.name}: a binary file, not shown\n" in result.stdout


def test_older_version(tmp_path: Path) -> None:
    """Without --upgrade, a run with a newer ecrkit changes nothing and names the option; with it, it is recorded."""
    new = start_in(tmp_path / "new")
    record = new / ".ecrkit.json"
    record.write_text(record.read_text().replace('"ecrkit": "0.1.0"', '"ecrkit": "0.0.9"'))
    before = content_of(new)
    without = init(new)

    assert content_of(new) == before
    assert without.stderr.splitlines()[-1] == (
        "written by ecrkit 0.0.9, but this is 0.1.0; run 'ecrkit init --upgrade' to update it"
    )
    init(new, "--upgrade")
    assert json.loads(record.read_text())["ecrkit"] == "0.1.0"


def test_dry_run(tmp_path: Path) -> None:
    """--dry-run shows what an upgrade would change, and changes nothing."""
    new = start_in(tmp_path / "new")
    as_older_version(new, "Makefile", "all:\n")
    before = content_of(new)
    result = init(new, "--upgrade", "--dry-run")

    assert result.stdout == "would be upgraded:\n  Makefile\n"
    assert content_of(new) == before


def test_elsewhere(tmp_path: Path) -> None:
    """A directory that `ecrkit init` did not write cannot be upgraded."""
    result = init(tmp_path / "new", "--upgrade")

    assert result.returncode == 1
    assert result.stderr == (
        f"error: {tmp_path / 'new'}: has no .ecrkit.json, so nothing to upgrade; run 'ecrkit init' without --upgrade\n"
    )


def test_other_ci(tmp_path: Path) -> None:
    """Another CI can be chosen later."""
    new = start_in(tmp_path / "new")
    init(new, "--ci", "gitlab", "--yes")

    assert json.loads((new / ".ecrkit.json").read_text())["ci"] == "gitlab"


def test_tabs_in_a_diff(tmp_path: Path) -> None:
    """A diff of a Makefile shows spaces for its tabs, and not their escape."""
    new = start_in(tmp_path / "new")
    as_older_version(new, "Makefile", "old:\n\ttrue\n")
    (new / "Makefile").write_text("ours:\n\ttrue\n")

    shown = init(new, "--upgrade", "--yes").stdout
    assert "-        true\n" in shown
    assert "\\t" not in shown
