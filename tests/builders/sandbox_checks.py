"""Other targets of a sandbox than its home, what is in a sandbox, and what is left of it."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from typing import TYPE_CHECKING

import boto3

from ecrkit.aws.sandbox import Sandbox, Target

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mypy_boto3_ecr import ECRClient

__all__ = [
    "ELSEWHERE",
    "OTHER",
    "SOON",
    "answers",
    "becomes_true",
    "descendants",
    "ecr",
    "processes",
    "project",
    "repository_names",
    "session",
]

ELSEWHERE = Target(account="123456789012", region="eu-west-1")
OTHER = Target(account="210987654321", region="us-east-1")
SOON = 10


def session(sandbox: Sandbox, target: Target) -> boto3.Session:
    settings = sandbox.settings(target)
    return boto3.Session(
        aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
        region_name=target.region,
    )


def ecr(sandbox: Sandbox, target: Target) -> ECRClient:
    return session(sandbox, target).client("ecr", endpoint_url=sandbox.endpoint_url)


def repository_names(sandbox: Sandbox, target: Target) -> list[str]:
    answer = ecr(sandbox, target).describe_repositories()
    return sorted(repository["repositoryName"] for repository in answer["repositories"])


def project(directory: Path, *, cdk: str = "exit 0") -> Path:
    """Make a project whose CDK is a shell script, for tests that are not about bootstrapping."""
    path = directory / "node_modules" / ".bin" / "cdk"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\n{cdk}\n")
    path.chmod(0o755)
    return directory


def processes() -> dict[int, int]:
    """Every process that lives, with its parent."""
    listing = subprocess.run(["/bin/ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
    rows = (line.split() for line in listing.stdout.splitlines())
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


def descendants(process_id: int) -> set[int]:
    parents = processes()
    found: set[int] = set()
    generation = {process_id}
    while generation:
        generation = {pid for pid, parent in parents.items() if parent in generation}
        found |= generation
    return found


def becomes_true(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SOON
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def answers(port: int) -> bool:
    with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False
