"""What stops files from being written, before any of them is."""

from __future__ import annotations

from builders.permissions import open_directory, unprivileged

from ecrkit.cli.init.changes import obstacles


def test_read_only() -> None:
    """A directory, or a folder in it, that may not be written to is named once."""
    with open_directory() as directory:
        (directory / "schemas").mkdir()
        for folder in (directory, directory / "schemas"):
            folder.chmod(0o555)
        with unprivileged():
            found = obstacles(directory, ["Makefile", "app.py", "schemas/a.json", "schemas/b.json", "new/c.json"])

        assert [str(error) for error in found] == [
            f"{directory}: cannot be written: permission denied; make it writable",
            f"{directory / 'schemas'}: cannot be written: permission denied; make it writable",
        ]
