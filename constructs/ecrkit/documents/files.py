"""Reading and writing text files, with errors that a person can act on."""

from __future__ import annotations

import errno
import fnmatch
import os
import re
import stat
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from ecrkit.errors import UnreadableInputError, UnwritableOutputError, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "STDIN",
    "argument_name",
    "decode",
    "exclusive",
    "files_under",
    "make_directory",
    "open_file",
    "read_argument",
    "read_bytes",
    "read_stream",
    "read_text",
    "require_writable",
    "system_reason",
    "unreadable",
    "unwritable",
    "write_bytes",
    "write_lines",
    "write_pieces",
    "write_text",
]

STDIN = "<stdin>"
"""How standard input is named where a file would be: in findings and errors."""

# Windows lacks the first two. Without the third it changes line ends and stops at Ctrl-Z.
_READING = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))

_STREAM = re.compile(r"/dev/stdin|/dev/fd/[0-9]+|/proc/(?:self|[0-9]+)/fd/[0-9]+")
_KINDS = {
    stat.S_IFDIR: "is a directory",
    stat.S_IFIFO: "a named pipe; pass a file, or - for standard input",
    stat.S_IFCHR: "a device; pass a file, or - for standard input",
    stat.S_IFBLK: "a device; pass a file, or - for standard input",
    stat.S_IFSOCK: "a socket; pass a file, or - for standard input",
}


def read_text(path: Path, *, at_most: int | None = None) -> str:
    """
    Read a UTF-8 file, line ends as they are.

    Args:
        path: of a file, or of an open stream as in ``/dev/stdin``.
        at_most: bytes that such a file may have.

    Raises:
        UnreadableInputError: it is missing, forbidden, no file, too large or not UTF-8.
    """
    return decode(read_bytes(path, at_most=at_most), file=path.as_posix())


def read_argument(argument: str | Path, *, at_most: int | None = None) -> tuple[str, str]:
    """
    Read what an argument names: a UTF-8 file, or standard input for ``-``.

    Args:
        argument: as the person wrote it.
        at_most: bytes that it may have.

    Returns:
        The text, and how findings name where it is from.

    Raises:
        UnreadableInputError: as :func:`read_text`.
    """
    if str(argument) == "-":
        return decode(read_stream(sys.stdin.buffer, name=STDIN, at_most=at_most), file=STDIN), STDIN
    return read_text(Path(argument), at_most=at_most), argument_name(argument)


def argument_name(argument: str | Path) -> str:
    """Name what an argument names, for findings: standard input for ``-``."""
    if str(argument) == "-":
        return STDIN
    return argument if isinstance(argument, str) else argument.as_posix()


def read_bytes(path: Path, *, at_most: int | None = None) -> bytes:
    """
    Read a file; as :func:`read_text`, but for the encoding.

    Raises:
        UnreadableInputError: it is missing, forbidden, no file or too large.
    """
    with open_file(path) as file:
        try:
            return read_stream(file, name=path.as_posix(), at_most=at_most)
        except OSError as error:
            raise unreadable(path, error) from None


def files_under(folder: Path, pattern: str) -> tuple[Path, ...]:
    """
    List the files in a folder, and in the folders in it, by name.

    Python's own ``rglob`` skips a folder that it cannot read, without an error.

    Args:
        folder: that exists.
        pattern: of the names of files, as in ``*.json``.

    Raises:
        UnreadableInputError: this folder, or one in it, cannot be read.
    """

    def refuse(error: OSError) -> NoReturn:
        raise error

    try:
        return tuple(
            sorted(
                found
                for inside, _, names in os.walk(folder, onerror=refuse)
                for name in fnmatch.filter(names, pattern)
                if (found := Path(inside, name)).is_file()
            )
        )
    except OSError as error:
        raise unreadable(Path(error.filename or folder), error) from None


def open_file(path: Path) -> BinaryIO:
    """
    Open a file for reading, without waiting.

    Named pipes, devices and sockets are refused: nobody may ever write to them, or they may never end. A stream that
    the caller opened is taken, as ``/dev/stdin``, or as ``/dev/fd/63`` from the process substitution of a shell.

    Raises:
        UnreadableInputError: it is missing, forbidden, or no file.
    """
    try:
        # A named pipe opens at once then, whether or not anybody writes to it.
        descriptor = os.open(path, _READING)
    except OSError as error:
        raise unreadable(path, _better(error, path)) from None
    except ValueError as error:
        raise unreadable(path, OSError(0, str(error))) from None
    mode = os.fstat(descriptor).st_mode
    if _STREAM.fullmatch(str(path)) and not stat.S_ISDIR(mode):
        os.set_blocking(descriptor, True)
    elif not stat.S_ISREG(mode):
        os.close(descriptor)
        kind = _KINDS.get(stat.S_IFMT(mode), "no file")
        raise unreadable(path, OSError(0, kind))
    return os.fdopen(descriptor, "rb")


def _better(error: OSError, path: Path) -> OSError:
    """Name the cause where the system's own reason misleads."""
    if error.errno == errno.ENXIO:
        return OSError(0, _KINDS[stat.S_IFSOCK])  # A socket cannot be opened.
    # Windows opens no directory, and calls that a lack of permission.
    return OSError(0, _KINDS[stat.S_IFDIR]) if isinstance(error, PermissionError) and path.is_dir() else error


def read_stream(stream: BinaryIO, *, name: str, at_most: int | None = None) -> bytes:
    """
    Read an open stream to its end.

    Args:
        stream: any.
        name: of the stream, for the error.
        at_most: bytes that it may have.

    Raises:
        UnreadableInputError: it has more.
    """
    if at_most is None:
        return stream.read()
    content = stream.read(at_most + 1)
    if len(content) > at_most:
        raise UnreadableInputError(
            f"{printable(name)}: cannot be read: larger than {at_most:,} bytes; pass a smaller file"
        )
    return content


def decode(content: bytes, *, file: str) -> str:
    """
    Decode UTF-8.

    Raises:
        UnreadableInputError: it is something else; the message names the first bad byte.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        msg = f"{printable(file)}: not UTF-8: byte {content[error.start]:#04x} on line {line}; save it as UTF-8"
        raise UnreadableInputError(msg) from None


def unreadable(path: Path, error: OSError) -> UnreadableInputError:
    """Report that *path* cannot be read, with the system's reason."""
    return UnreadableInputError(f"{printable(path.as_posix())}: cannot be read: {system_reason(error)}")


def unwritable(path: Path, error: OSError) -> UnwritableOutputError:
    """Report that *path* cannot be written, with the system's reason."""
    return UnwritableOutputError(f"{printable(path.as_posix())}: cannot be written: {system_reason(error)}")


def system_reason(error: OSError) -> str:
    """Give the system's reason for an error as it reads in a message: ``no such file or directory``."""
    # Windows has words of its own for most errors.
    reason = os.strerror(error.errno) if getattr(error, "winerror", None) and error.errno else error.strerror
    return (reason or str(error)).lower()


def make_directory(path: Path) -> None:
    """
    Make a directory and its parents, where they do not exist.

    Raises:
        UnwritableOutputError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from None


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """
    Keep other processes of ecrkit waiting that read a file of a folder, change it and write it, as a context.

    Windows and file systems without locks do without.

    Args:
        folder: that exists.
    """
    try:
        import fcntl  # noqa: PLC0415 - Windows lacks it
    except ImportError:
        yield
        return
    # The lock of a folder leaves no file behind, and ends with the process.
    descriptor = -1
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def require_writable(path: Path) -> None:
    """
    Make sure that a file can be written, before the work whose result it gets.

    Raises:
        UnwritableOutputError: it is a directory, or its folder is missing or read-only.
    """
    target = Path(os.path.realpath(path))
    folder = printable(path.parent.as_posix())
    try:
        before = _status(target)
        if before is None or stat.S_ISREG(before.st_mode):
            # File systems have their own rules, so only an attempt shows this.
            draft = target.parent / f".ecrkit-{os.urandom(8).hex()}"
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            draft.unlink()
    except IsADirectoryError as error:
        raise UnwritableOutputError(f"{unwritable(path, error)}; name a file in it") from None
    except (FileNotFoundError, NotADirectoryError):
        why = "is not a directory" if path.parent.exists() else "does not exist; create it, or name another file"
        raise UnwritableOutputError(
            f"{printable(path.as_posix())}: cannot be written: its folder {folder} {why}"
        ) from None
    except PermissionError as error:
        reason = f"{unwritable(path, error)} in its folder; make {folder} writable, or name another file"
        raise UnwritableOutputError(reason) from None
    except OSError as error:
        raise unwritable(path, error) from None
    except ValueError as error:
        raise unwritable(path, OSError(0, str(error))) from None


def write_bytes(path: Path, content: bytes) -> None:
    """
    Write a file whole or not at all; as :func:`write_lines`, but for the encoding.

    Raises:
        UnwritableOutputError: it cannot be written; the file is as it was before.
    """
    _write(path, (content,), drafts=None)


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """
    Write a file whole or not at all, from pieces that do not fit into memory together.

    What the pieces raise passes through.

    Raises:
        UnwritableOutputError: it cannot be written; the file is as it was before.
    """
    _write(path, pieces, drafts=None)


def write_text(path: Path, text: str) -> None:
    """
    Write a UTF-8 file whole or not at all; as :func:`write_lines`.

    Raises:
        UnwritableOutputError: it cannot be written; the file is as it was before.
    """
    write_lines(path, (text,))


def write_lines(path: Path, lines: Iterable[str], *, drafts: Path | None = None) -> None:
    """
    Write a UTF-8 file whole or not at all.

    The text goes to a draft first, which then replaces the file. A symbolic link keeps leading to its target, and the
    target is written. An existing file keeps its mode and, where the system allows it, its owner. A device or pipe is
    written directly.

    Args:
        path: of the file; its folder must exist.
        lines: with their ends. What they raise passes through, and the file is as it was before.
        drafts: folder for the draft, on the same file system; the folder of the file by default.

    Raises:
        UnwritableOutputError: it cannot be written; the file is as it was before.
    """
    _write(path, (line.encode() for line in lines), drafts=drafts)


def _write(path: Path, pieces: Iterable[bytes], *, drafts: Path | None) -> None:
    target = Path(os.path.realpath(path))
    try:
        before = _status(target)
        if before is None or stat.S_ISREG(before.st_mode):
            _replace(target, pieces, drafts=drafts or target.parent, before=before)
        else:
            # Replacing a device or pipe would remove it.
            with target.open("wb") as file:
                file.writelines(pieces)
    except PermissionError as error:
        if os.access(target, os.W_OK):
            # Writing to the file itself would lose it when the disk is full.
            msg = f"{unwritable(path, error)} in its folder; make {printable(target.parent.as_posix())} writable"
            raise UnwritableOutputError(msg) from None
        raise unwritable(path, error) from None
    except OSError as error:
        raise unwritable(path, error) from None


def _status(target: Path) -> os.stat_result | None:
    """Say what is at *target*, where links were followed; ``None`` for nothing."""
    try:
        status = target.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(status.st_mode):
        # Links that lead in a circle cannot be followed.
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if stat.S_ISDIR(status.st_mode):
        # Windows would call it a lack of permission.
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    return status


def _replace(target: Path, pieces: Iterable[bytes], *, drafts: Path, before: os.stat_result | None) -> None:
    draft = drafts / f".ecrkit-{os.urandom(8).hex()}"
    try:
        # A new file gets what the umask leaves. The draft of an existing one is private until it has its mode.
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if before else 0o666)
        with os.fdopen(descriptor, "wb") as file:
            if before:
                _take_over(draft, before)
            file.writelines(pieces)
        draft.replace(target)
    finally:
        # Also when a person interrupts; after the replacement there is no draft.
        with suppress(OSError):
            draft.unlink()


def _take_over(draft: Path, before: os.stat_result) -> None:
    """Give a draft the owner and the mode of the file that it replaces."""
    if hasattr(os, "chown"):
        with suppress(PermissionError):
            os.chown(draft, before.st_uid, before.st_gid)
    draft.chmod(stat.S_IMODE(before.st_mode))
