"""Programs for tests: scripts that print a line and end."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path


def program(directory: Path, name: str, *, prints: str = "", complains: str = "", code: int = 0) -> Path:
    """Write a script that prints a line to each stream and exits with *code*; gives its path."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    path.write_text(f"#!/bin/sh\necho '{prints}'\necho '{complains}' >&2\nexit {code}\n")
    path.chmod(0o755)
    return path


def cdk_cli(directory: Path, *, version: str = "2.1148.1", reads: str | None = ">=55.5.0") -> Path:
    """Write a CDK CLI as npm installs it below *directory*; gives its link."""
    package = directory / "node_modules" / "aws-cdk"
    program(package / "bin", "cdk", prints=f"{version} (build 1234567)")
    built_with = {"@aws-cdk/cloud-assembly-schema": reads} if reads else {}
    document = {"name": "aws-cdk", "version": version, "devDependencies": built_with}
    (package / "package.json").write_text(json.dumps(document))
    link = directory / "node_modules" / ".bin" / "cdk"
    link.parent.mkdir()
    link.symlink_to("../aws-cdk/bin/cdk")
    return link


def is_running(process: int) -> bool:
    """Tell whether a process of another program runs, after the time that it needs to end."""
    for _ in range(100):
        try:
            os.kill(process, 0)
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return False
        if state == "Z":
            return False
        time.sleep(0.05)
    return True
