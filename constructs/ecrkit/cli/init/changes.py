"""Compare a directory with the files that belong into it, and write those that may be written."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from ecrkit.cli.init.record import digest_of, write_record
from ecrkit.cli.init.starter import REQUIREMENT
from ecrkit.documents.files import make_directory, read_bytes, write_bytes
from ecrkit.errors import UnwritableOutputError, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ecrkit.cli.init.record import Record
    from ecrkit.cli.init.starter import StarterFile

__all__ = ["Change", "Status", "apply", "compare", "obstacles"]


class Status(StrEnum):
    """What happens to a file."""

    WRITTEN = "written"
    """It was not there."""
    UPGRADED = "upgraded"
    """Nobody edited it, and it gets its new content."""
    UNCHANGED = "unchanged"
    """It has its newest content."""
    KEPT = "kept"
    """It exists with other content, and stays."""
    EDITED = "edited"
    """Somebody edited it, and it would change: shown as a diff."""
    DELETED = "deleted"
    """Somebody deleted it, and an upgrade does not bring it back."""
    OBSOLETE = "obsolete"
    """ecrkit does not write it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    What happens to a file.

    Attributes:
        path: relative to the directory, with ``/``.
        status: what happens.
        before: its content; ``None`` for a file that is not there.
        after: its newest content; ``None`` for an obsolete file.
    """

    path: str
    status: Status
    before: bytes | None
    after: bytes | None

    @property
    def writes(self) -> bool:
        """Whether the file is written."""
        return self.status in {Status.WRITTEN, Status.UPGRADED}


def obstacles(directory: Path, files: Iterable[str]) -> list[UnwritableOutputError]:
    """
    Find everything that would stop the files from being written, before any of them is.

    Args:
        directory: to write to; it may not exist yet.
        files: their paths.
    """
    if os.path.lexists(directory) and not directory.is_dir():
        what = "a broken symbolic link" if directory.is_symlink() else "not a directory"
        return [_unwritable(directory, f"{what}; choose another directory")]
    found: dict[str, UnwritableOutputError] = {}
    for name in files:
        for path, problem in _in_the_way(directory, name):
            found.setdefault(str(path), _unwritable(path, problem))
    return list(found.values())


def compare(directory: Path, files: Mapping[str, StarterFile], *, record: Record | None, upgrade: bool) -> list[Change]:
    """
    Decide what happens to each file.

    Args:
        directory: that :func:`obstacles` found nothing in.
        files: by path.
        record: of the last run.
        upgrade: bring files that nobody edited to their newest content.

    Raises:
        UnreadableInputError: a file cannot be read.
    """
    digests = record.digests if record else {}
    changes = []
    for path, file in files.items():
        before = read_bytes(directory / path) if (directory / path).exists() else None
        decide = _upgraded if upgrade else _started
        status = decide(before, file, digests.get(path))
        changes.append(Change(path=path, status=status, before=before, after=file.content))
    obsolete = (path for path in digests if path not in files and (directory / path).is_file())
    changes += [Change(path=path, status=Status.OBSOLETE, before=None, after=None) for path in obsolete]
    return _without_stray_wheel(changes)


def apply(directory: Path, changes: Sequence[Change], *, record: Record, upgrade: bool) -> None:
    """
    Write the files and the record; each whole or not at all.

    After an interruption the same run again completes it: a first run records before it writes what it is about to
    write, and an upgrade records at the end what is new.

    Args:
        directory: to write to; made where it does not exist.
        changes: what to write.
        record: with what was written until now.
        upgrade: as for :func:`compare`.

    Raises:
        UnreadableInputError: the record cannot be read.
        UnwritableOutputError: a file cannot be written.
    """
    ours = {
        change.path: digest_of(change.after)
        for change in changes
        if change.after is not None and (change.writes or change.status is Status.UNCHANGED)
    }
    compared = {change.path for change in changes}
    digests = {
        path: digest for path, digest in record.digests.items() if path in compared or (directory / path).exists()
    }
    written = replace(record, digests={**digests, **ours})
    make_directory(directory)
    if not upgrade:
        write_record(directory, written)
    for change in changes:
        if change.writes and change.after is not None:
            path = directory / change.path
            make_directory(path.parent)
            write_bytes(path, change.after)
    if upgrade:
        write_record(directory, written)


def _started(before: bytes | None, file: StarterFile, recorded: str | None) -> Status:  # noqa: ARG001 - as _upgraded
    if before is None:
        return Status.WRITTEN
    return Status.UNCHANGED if before == file.content else Status.KEPT


def _upgraded(before: bytes | None, file: StarterFile, recorded: str | None) -> Status:
    if before is None:
        return Status.DELETED if recorded or file.is_yours else Status.WRITTEN
    if before == file.content:
        return Status.UNCHANGED
    if file.is_yours or recorded == digest_of(file.content):
        # Somebody edited it, and this version has nothing new for it.
        return Status.KEPT
    return Status.UPGRADED if recorded == digest_of(before) else Status.EDITED


def _without_stray_wheel(changes: Sequence[Change]) -> list[Change]:
    """Leave out a wheel that the requirements, which stay as they are, do not name."""
    kept = {change.path for change in changes if change.status is Status.KEPT}
    return [change for change in changes if not (change.path.startswith("vendor/") and REQUIREMENT in kept)]


def _in_the_way(directory: Path, name: str) -> Iterator[tuple[Path, str]]:
    path = directory / name
    folders = [folder for folder in reversed(path.parents) if folder.is_relative_to(directory)]
    for folder in folders:
        if folder.is_dir():
            if not folder.resolve().is_relative_to(directory.resolve()):
                yield folder, "a symbolic link out of the directory; replace it with a folder"
                return
        elif os.path.lexists(folder):
            yield folder, "not a folder; move it away"
            return
    if path.is_symlink() and not path.exists():
        yield path, "a broken symbolic link; remove it"
    elif path.exists() and not path.is_file():
        yield path, "not a file; move it away"
    elif not path.exists():
        nearest = next(folder for folder in (path.parent, *path.parent.parents) if folder.is_dir())
        if not os.access(nearest, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
            yield nearest, "permission denied; make it writable"


def _unwritable(path: Path, problem: str) -> UnwritableOutputError:
    return UnwritableOutputError(f"{printable(str(path))}: cannot be written: {problem}")
