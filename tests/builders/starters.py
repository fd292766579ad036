"""`ecrkit init` as a user runs it, with a small wheel instead of the installed one."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from builders.commands import ecrkit
from builders.empty_wheels import wheel_in

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

__all__ = ["NO_AWS", "as_older_version", "content_of", "init", "start_in"]

NO_AWS = {
    "AWS_ACCESS_KEY_ID": "",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_PROFILE": "",
    "AWS_REGION": "",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}
"""An environment without credentials, whatever the machine has."""

_ANSWERS = ("--account", "123456789012", "--region", "eu-west-1")


def init(
    directory: Path, *arguments: str | Path, cwd: Path | None = None, given: bytes = b""
) -> subprocess.CompletedProcess[str]:
    """Run `ecrkit init` with a wheel that is made next to *directory*."""
    wheel = wheel_in(directory.parent)
    return ecrkit("init", directory, "--wheel", wheel, *arguments, cwd=cwd, given=given, environment=NO_AWS)


def start_in(directory: Path, *, ci: str = "none") -> Path:
    """Start a registry repository in *directory*, which must succeed."""
    result = init(directory, *_ANSWERS, "--ci", ci, "--yes")

    assert (result.returncode, result.stderr.splitlines()[-1].endswith(" written")) == (0, True), result.stderr
    return directory


def as_older_version(directory: Path, path: str, text: str) -> None:
    """Make *path* a file that an older ecrkit wrote with *text*, and that nobody edited."""
    (directory / path).write_text(text, encoding="utf-8")
    record = directory / ".ecrkit.json"
    document = json.loads(record.read_text(encoding="utf-8"))
    document["files"][path] = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    record.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def content_of(directory: Path) -> dict[str, bytes]:
    """Read every file below *directory*, by path."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }
