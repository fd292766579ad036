"""Reading and writing text files, with errors that a person can act on."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from ecrkit.errors import UnreadableInputError, UnwritableOutputError, printable

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["decode", "read_bytes", "read_text", "unreadable", "write_text"]


def read_text(path: Path) -> str:
    """
    Read a UTF-8 file, line ends as they are.

    Raises:
        UnreadableInputError: it is missing, a directory, forbidden or not UTF-8.
    """
    return decode(read_bytes(path), file=str(path))


def read_bytes(path: Path) -> bytes:
    """
    Read a file.

    Raises:
        UnreadableInputError: it is missing, a directory or forbidden.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from None


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
    """Say of *path* what the system said."""
    return UnreadableInputError(f"{printable(str(path))}: cannot be read: {(error.strerror or str(error)).lower()}")


def write_text(path: Path, text: str) -> None:
    """
    Write a UTF-8 file whole or not at all.

    Raises:
        UnwritableOutputError: it cannot be written; what was there before is still there.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        why = (error.strerror or str(error)).lower()
        raise UnwritableOutputError(f"{printable(str(path))}: cannot be written: {why}") from None
