"""What was written, and what to do next, for people and programs."""

from __future__ import annotations

import shlex
from difflib import unified_diff
from typing import TYPE_CHECKING

from ecrkit.aws.survey import MANY
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.cli.init.changes import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ecrkit.cli.init.answers import Answers
    from ecrkit.cli.init.changes import Change

__all__ = ["adopt_steps", "echo_changes", "echo_document", "echo_steps", "existing_in", "next_steps"]

_WORDS = {
    Status.WRITTEN: "written",
    Status.UPGRADED: "upgraded",
    Status.KEPT: "exists, kept",
    Status.EDITED: "edited, kept",
    Status.DELETED: "deleted, not written again",
    Status.OBSOLETE: "no longer generated, delete it",
}
_FUTURE = {Status.WRITTEN: "would be written", Status.UPGRADED: "would be upgraded"}


def echo_changes(changes: Sequence[Change], *, dry_run: bool) -> None:
    """Print the files by what happens to them, a folder in one line, then a diff of every edited file."""
    for status, words in _WORDS.items():
        paths = [change.path for change in changes if change.status is status]
        if not paths:
            continue
        echo(f"{_FUTURE.get(status, words) if dry_run else words}:")
        for line in _folded(paths):
            echo(f"  {line}")
    for change in changes:
        if change.status is Status.EDITED:
            for line in _diff(change):
                echo(line)
    echo(_summary(changes, dry_run=dry_run), err=True)


def echo_steps(heading: str, steps: Sequence[str]) -> None:
    """Print commands below a heading; nothing without commands."""
    if steps:
        echo(heading)
        for step in steps:
            echo(f"  {step}")


def echo_document(changes: Sequence[Change], *, directory: Path, dry_run: bool, steps: Sequence[str]) -> None:
    """Print the same as JSON."""
    echo_json(
        {
            "directory": str(directory),
            "dryRun": dry_run,
            "files": [{"path": change.path, "status": str(change.status)} for change in changes],
            "nextSteps": list(steps),
        }
    )


def next_steps(directory: Path, *, kept: Sequence[str] = ()) -> list[str]:
    """
    List the commands after a first run.

    Args:
        directory: of the new repository.
        kept: files that existed, where the other files need those of ecrkit.
    """
    there = str(directory)
    moves = [f"mv {shlex.quote(path)} {shlex.quote(f'{path}.old')}" for path in kept]
    return [
        *([] if there == "." else [f"cd {shlex.quote(there)}"]),
        *(f"{move}    # the other files need ecrkit's; merge yours into it" for move in moves),
        *(["ecrkit init    # writes what was moved away"] if moves else []),
        "make setup    # installs everything into .venv and node_modules",
        "make check    # checks the policies, their tests and the catalog",
        "make demo     # deploys into a local AWS, without an account",
    ]


def adopt_steps() -> list[str]:
    """List the commands that declare the repositories of an account."""
    adopt = ".venv/bin/ecrkit adopt --environment dev --all"
    return [
        f"{adopt} --dry-run    # shows what would be declared",
        f"{adopt}              # declares it, and shows how to import it",
    ]


def existing_in(answers: Answers, number: int) -> str:
    """Say how many repositories an account has."""
    count = "1,000 repositories or more" if number >= MANY else count_of(number, "repository")
    return f"{answers.account} already has {count} in {answers.region}"


def _summary(changes: Sequence[Change], *, dry_run: bool) -> str:
    number = sum(change.writes for change in changes)
    edited = sum(change.status is Status.EDITED for change in changes)
    verb = "would be written" if dry_run else "written"
    counts = [f"{count_of(number, 'file')} {verb}" if number else "nothing to write"]
    if edited:
        counts.append(f"{count_of(edited, 'file')} to change by hand, as the diff shows")
    return ", ".join(counts)


def _folded(paths: Sequence[str]) -> Iterator[str]:
    """Give one line for the files of a folder, the files at the root first."""
    groups: dict[str, list[str]] = {}
    for path in paths:
        top, slash, _ = path.partition("/")
        groups.setdefault(f"{top}/" if slash else "", []).append(path)
    yield from groups.pop("", [])
    for folder, inside in groups.items():
        yield f"{folder} ({count_of(len(inside), 'file')})" if len(inside) > 1 else inside[0]


def _diff(change: Change) -> Iterator[str]:
    try:
        # A tab would be printed as its escape.
        before, after = (
            (content or b"").decode().expandtabs().splitlines() for content in (change.before, change.after)
        )
    except UnicodeDecodeError:
        yield f"{change.path}: a binary file, not shown"
        return
    yield from unified_diff(before, after, change.path, f"{change.path} (new)", lineterm="")
