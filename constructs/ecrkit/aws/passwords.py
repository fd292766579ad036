"""Where a password is kept for one transfer: a directory that is gone afterwards, however the transfer ends."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.aws.interruptions import no_interruption
from ecrkit.aws.watchdog import started_watchdog

try:
    import fcntl
except ImportError:
    # Windows locks no directories: there, only the watchdog removes the directory of a killed process.
    _CAN_LOCK = False
else:
    _CAN_LOCK = True

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["password_directory"]

_PREFIX = "ecrkit-password-"


@contextmanager
def password_directory() -> Iterator[tuple[Path, int]]:
    """
    Make a directory that only this user can read, and remove it at the end of the context.

    A watchdog removes it if this process is killed. If that is killed too, the next call removes it: as long as a
    process uses its directory it has a lock on it.

    Yields:
        The directory, and the process group of programs that must not outlive this process.
    """
    _remove_stale()
    with no_interruption() as interruptible:
        directory, lock = _locked_directory()
        try:
            with started_watchdog(str(directory)) as group:
                try:
                    interruptible()
                    yield directory, group
                finally:
                    with no_interruption():
                        shutil.rmtree(directory, ignore_errors=True)
        finally:
            if lock is not None:
                os.close(lock)


def _locked_directory() -> tuple[Path, int | None]:
    while True:
        directory = Path(tempfile.mkdtemp(prefix=_PREFIX))
        if not _CAN_LOCK:
            return directory, None
        try:
            lock = os.open(directory, os.O_RDONLY)
        except FileNotFoundError:
            continue
        # Not every file system has locks; without one the directory is removed at the end all the same.
        with contextlib.suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        # Another process may have taken it for stale in the moment before the lock.
        if directory.exists():
            return directory, lock
        os.close(lock)


def _remove_stale() -> None:
    if not _CAN_LOCK:
        return
    for directory in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        # It may be another user's, or go away meanwhile.
        with contextlib.suppress(OSError):
            lock = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(lock).st_uid == os.getuid():
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(directory, ignore_errors=True)
            finally:
                os.close(lock)
