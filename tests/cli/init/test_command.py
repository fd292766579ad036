"""`ecrkit init`: what it asks, writes and prints, and what it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit_on_terminal
from builders.empty_wheels import wheel_in
from builders.starters import NO_AWS, content_of, init, start_in

if TYPE_CHECKING:
    from pathlib import Path

ANSWERS = ("--account", "123456789012", "--region", "eu-west-1", "--ci", "none")


class TestAnswers:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            pytest.param((), "not a terminal, cannot ask; pass --account, --region and --ci", id="all"),
            pytest.param(ANSWERS[:4], "not a terminal, cannot ask; pass --ci", id="one"),
            pytest.param(ANSWERS, "not a terminal, cannot ask; pass --yes to proceed", id="consent"),
            pytest.param(
                ("--account", "12345"),
                "Invalid value for '--account': must be 12 digits, got '12345'",
                id="account",
            ),
            pytest.param(
                ("--region", "Frankfurt"),
                "Invalid value for '--region': must be a Region as in 'us-east-1', got 'Frankfurt'",
                id="region",
            ),
        ],
    )
    def test_missing_or_wrong(self, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
        """Without a terminal, what is missing is named; a wrong value is refused; nothing is written."""
        result = init(tmp_path / "new", *arguments)

        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.splitlines()[-1] == f"Error: {message}"
        assert not (tmp_path / "new").exists()

    def test_asked(self, tmp_path: Path) -> None:
        """On a terminal each answer is asked for, again until it is valid, and then whether to write."""
        arguments = ("init", tmp_path / "new", "--wheel", wheel_in(tmp_path))
        typed = "123\n123456789012\neu-west-1\nnone\ny\n"
        screen = ecrkit_on_terminal(*arguments, environment=NO_AWS, typed=typed)

        assert "Error: must be 12 digits, got '123'" in screen
        assert "CI (github, gitlab or none) [github]:" in screen
        assert json.loads((tmp_path / "new" / ".ecrkit.json").read_text())["region"] == "eu-west-1"

    def test_refused_at_the_terminal(self, tmp_path: Path) -> None:
        """A no writes nothing."""
        arguments = ("init", tmp_path / "new", "--wheel", wheel_in(tmp_path), *ANSWERS)
        screen = ecrkit_on_terminal(*arguments, environment=NO_AWS, typed="n\n")

        assert screen.splitlines()[-1].endswith("[y/N]: error: nothing written")
        assert not (tmp_path / "new").exists()

    def test_kept_for_the_next_run(self, tmp_path: Path) -> None:
        """A second run asks nothing: the first one recorded the answers."""
        start_in(tmp_path / "new")

        assert init(tmp_path / "new").returncode == 0

    def test_contradiction(self, tmp_path: Path) -> None:
        """Another account is another environment in the catalog, not another answer."""
        start_in(tmp_path / "new")
        result = init(tmp_path / "new", "--account", "210987654321")

        assert result.returncode == 2
        assert result.stderr.splitlines()[-1] == (
            "Error: --account: this directory was created for 123456789012, got 210987654321; "
            "add an environment to repositories.yaml instead"
        )


class TestOutput:
    def test_text(self, tmp_path: Path) -> None:
        """It prints the files, those of a folder in one line, and the next steps."""
        result = init(tmp_path / "new", *ANSWERS, "--yes")
        lines = result.stdout.splitlines()

        assert result.returncode == 0
        assert lines[0] == "written:"
        assert "  schemas/ (5 files)" in lines
        assert lines[-5:] == [
            "next:",
            f"  cd {tmp_path / 'new'}",
            "  make setup    # installs everything into .venv and node_modules",
            "  make check    # checks the policies, their tests and the catalog",
            "  make demo     # deploys into a local AWS, without an account",
        ]

    def test_json(self, tmp_path: Path) -> None:
        """The same as JSON."""
        document = json.loads(init(tmp_path / "new", *ANSWERS, "--yes", "--output", "json").stdout)

        assert document["directory"] == str(tmp_path / "new")
        assert document["dryRun"] is False
        assert {"path": "repositories.yaml", "status": "written"} in document["files"]
        assert document["nextSteps"][0] == f"cd {tmp_path / 'new'}"

    def test_dry_run(self, tmp_path: Path) -> None:
        """--dry-run shows the files and writes none."""
        result = init(tmp_path / "new", *ANSWERS, "--dry-run")

        assert (result.returncode, result.stdout.splitlines()[0]) == (0, "would be written:")
        assert not (tmp_path / "new").exists()

    def test_current_directory(self, tmp_path: Path) -> None:
        """Without DIRECTORY it is the current one, and there is nowhere to change to."""
        here = tmp_path / "new"
        here.mkdir()
        result = init(here, *ANSWERS, "--yes", cwd=here)
        without = init(here, cwd=here)

        assert (here / "repositories.yaml").exists()
        assert result.returncode == without.returncode == 0


class TestExistingFiles:
    def test_kept(self, tmp_path: Path) -> None:
        """A file that exists is listed and stays as it is."""
        new = tmp_path / "new"
        new.mkdir()
        (new / "Makefile").write_text("all:\n")
        result = init(new, *ANSWERS, "--yes")

        assert (new / "Makefile").read_text() == "all:\n"
        assert "exists, kept:\n  Makefile\n" in result.stdout

    def test_needed_by_the_others(self, tmp_path: Path) -> None:
        """The next steps replace a file that the other files need, and leave alone what is a team's own."""
        new = tmp_path / "new"
        new.mkdir()
        (new / "Makefile").write_text("all:\n")
        (new / "README.md").write_text("Ours.\n")
        steps = init(new, *ANSWERS, "--yes", cwd=new).stdout.partition("next:\n")[2].splitlines()

        assert steps[1:4] == [
            "  mv Makefile Makefile.old    # the other files need ecrkit's; merge yours into it",
            "  ecrkit init    # writes what was moved away",
            "  make setup    # installs everything into .venv and node_modules",
        ]
        (new / "Makefile").rename(new / "Makefile.old")
        assert init(new, "--yes").stdout == "written:\n  Makefile\nexists, kept:\n  README.md\n"
        assert (new / "README.md").read_text() == "Ours.\n"

    @pytest.mark.parametrize("arguments", [(), ("--upgrade",), ("--yes",), ("--output", "json")])
    def test_second_run(self, tmp_path: Path, arguments: tuple[str, ...]) -> None:
        """A second run changes nothing."""
        new = start_in(tmp_path / "new")
        before = content_of(new)
        result = init(new, *arguments)

        assert result.returncode == 0
        assert content_of(new) == before

    def test_second_run_with_edited_files(self, tmp_path: Path) -> None:
        """So does one after somebody edited every file."""
        new = start_in(tmp_path / "new")
        for path in content_of(new).keys() - {".ecrkit.json"}:
            with (new / path).open("ab") as file:
                file.write(b"\n")
        before = content_of(new)
        result = init(new)

        assert (result.returncode, result.stderr) == (0, "nothing to write\n")
        assert content_of(new) == before

    def test_interrupted(self, tmp_path: Path) -> None:
        """A run that stopped half-way is completed by the next one."""
        new = start_in(tmp_path / "new")
        whole = content_of(new)
        for path in sorted(whole)[10:]:
            (new / path).unlink()
        result = init(new, "--yes")

        assert result.returncode == 0
        assert content_of(new) == whole

    def test_wheel_that_nothing_names(self, tmp_path: Path) -> None:
        """Where the requirements stay as they are, no other wheel is put next to theirs."""
        new = start_in(tmp_path / "new")
        (new / "requirements-ecrkit.txt").write_text("ecrkit==0.0.1\n")
        for wheel in (new / "vendor").iterdir():
            wheel.unlink()
        init(new, "--yes")

        assert list((new / "vendor").iterdir()) == []


class TestObstacles:
    def refusal(self, directory: Path) -> str:
        result = init(directory, *ANSWERS, "--yes")

        assert (result.returncode, result.stdout) == (2, "")
        return result.stderr.removesuffix("\n")

    def test_file(self, tmp_path: Path) -> None:
        """A file is no directory."""
        (tmp_path / "new").write_text("")

        assert self.refusal(tmp_path / "new") == (
            f"error: {tmp_path / 'new'}: cannot be written: not a directory; choose another directory"
        )

    def test_dangling_directory(self, tmp_path: Path) -> None:
        """A link that leads nowhere is no directory."""
        (tmp_path / "new").symlink_to("nowhere")

        assert self.refusal(tmp_path / "new") == (
            f"error: {tmp_path / 'new'}: cannot be written: a broken symbolic link; choose another directory"
        )

    def test_linked_directory(self, tmp_path: Path) -> None:
        """A link to a directory is one."""
        (tmp_path / "real").mkdir()
        (tmp_path / "new").symlink_to("real")
        start_in(tmp_path / "new")

        assert (tmp_path / "real" / "repositories.yaml").exists()

    def test_several(self, tmp_path: Path) -> None:
        """Everything in the way is reported at once, and nothing is written."""
        new = tmp_path / "new"
        new.mkdir()
        (new / "schemas").write_text("")
        (new / "Makefile").mkdir()
        (new / "app.py").symlink_to("nowhere")
        (new / "policies").symlink_to(tmp_path)

        linked = "cannot be written: a symbolic link out of the directory; replace it with a folder"
        assert sorted(self.refusal(new).splitlines()) == [
            f"error: {new / 'Makefile'}: cannot be written: not a file; move it away",
            f"error: {new / 'app.py'}: cannot be written: a broken symbolic link; remove it",
            f"error: {new / 'policies'}: {linked}",
            f"error: {new / 'schemas'}: cannot be written: not a folder; move it away",
        ]
        assert {path.name for path in new.iterdir()} == {"schemas", "Makefile", "app.py", "policies"}

    def test_no_record(self, tmp_path: Path) -> None:
        """A record that is none is refused, with what to do."""
        new = start_in(tmp_path / "new")
        (new / ".ecrkit.json").write_text("<<<<<<<\n")

        assert self.refusal(new) == (
            f"error: {new / '.ecrkit.json'}: not a record of 'ecrkit init', or written by a newer one; "
            "restore it from version control, or update ecrkit"
        )
