"""The files of a dataset in a folder of this machine, with the methods that a dataset in S3 has."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ecrkit.documents.files import make_directory, open_file, read_bytes, unwritable, write_bytes, write_pieces

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

__all__ = ["Folder"]

_CHUNK = 1 << 20


class Folder:
    """
    Files under a folder, which need not exist; threads may share it. Names are relative, with slashes.

    Args:
        path: of the folder.
    """

    def __init__(self, path: Path) -> None:
        self.place = path

    def __str__(self) -> str:
        """The path of the folder."""
        return self.place.as_posix()

    def sizes(self, folder: str = "") -> dict[str, int]:
        """List the files under *folder*, a relative one, with their sizes in bytes; hidden ones are left out."""
        found = (path for path in (self.place / folder).rglob("[!.]*") if path.is_file())
        return {path.relative_to(self.place).as_posix(): path.stat().st_size for path in found}

    def read(self, name: str) -> bytes | None:
        """
        Read a file; ``None`` if it does not exist.

        Raises:
            UnreadableInputError: it cannot be read.
        """
        path = self.place / name
        return read_bytes(path) if path.exists() else None

    def write(self, name: str, content: bytes) -> None:
        """
        Write a file whole or not at all.

        Raises:
            UnwritableOutputError: it cannot be written.
        """
        make_directory((self.place / name).parent)
        write_bytes(self.place / name, content)

    def upload(self, name: str, path: Path) -> None:
        """
        Copy a file, whole or not at all.

        Raises:
            UnreadableInputError: it cannot be read.
            UnwritableOutputError: the copy cannot be written.
        """
        target = self.place / name
        make_directory(target.parent)
        with open_file(path) as file:
            write_pieces(target, iter(lambda: file.read(_CHUNK), b""))

    def delete(self, names: Collection[str]) -> None:
        """
        Delete files, and the folders that this leaves empty; ignores files that do not exist.

        Raises:
            UnwritableOutputError: one cannot be deleted.
        """
        for path in (self.place / name for name in sorted(names)):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise unwritable(path, error) from None
            # A folder that is not empty, or not there, stays so.
            with suppress(OSError):
                for folder in self._above(path):
                    folder.rmdir()

    def _above(self, path: Path) -> Iterator[Path]:
        yield from (folder for folder in path.parents if folder != self.place and self.place in folder.parents)
