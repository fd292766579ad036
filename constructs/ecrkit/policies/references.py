"""How a version of a lifecycle policy is named: ``name@N``, kept in ``<name>/v<N>.json``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.documents.files import unreadable
from ecrkit.errors import MalformedReferenceError, UnreadableInputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "REFERENCE",
    "VERSION_FILE",
    "PolicyRef",
    "is_policy_name",
    "is_there",
    "store_at",
    "version_at",
    "versions_in",
]

_NAME = r"[a-z0-9]+(?:[._-][a-z0-9]+)*"
REFERENCE = re.compile(rf"(?P<name>{_NAME})@(?P<version>[1-9][0-9]{{0,8}})")
_UNPINNED = re.compile(_NAME)
VERSION_FILE = re.compile(r"v([1-9][0-9]{0,8})\.json")
"""File name of a version."""


@dataclass(frozen=True, slots=True, order=True)
class PolicyRef:
    """
    A version of a policy.

    Attributes:
        name: lower-case letters and digits, joined by ``.``, ``_`` or ``-``.
        version: 1 or more.
    """

    name: str
    version: int

    @classmethod
    def parse(cls, text: str) -> PolicyRef:
        """
        Read ``name@N``.

        Raises:
            MalformedReferenceError: *text* is something else.
        """
        match = REFERENCE.fullmatch(text)
        if match:
            return cls(match["name"], int(match["version"]))
        if _UNPINNED.fullmatch(text):
            raise MalformedReferenceError(
                f"the policy '{text}' is named without a version", remedy=f"pin one, as in '{text}@1'"
            )
        raise MalformedReferenceError(
            f"a policy is named 'name@N', got {text!r}",
            remedy="as in 'keep-last-10@1': in lower case, and N is 1 or more",
        )

    def __str__(self) -> str:
        """``name@N``."""
        return f"{self.name}@{self.version}"


def is_policy_name(text: str) -> bool:
    """Whether *text* can stand before the ``@``."""
    return _UNPINNED.fullmatch(text) is not None


def version_at(path: Path) -> tuple[Path, PolicyRef] | None:
    """
    Read from its path which version of which store a file is.

    Args:
        path: of any file; relative paths count from the working directory.

    Returns:
        The store and the version; ``None`` for a path that does not end in ``<name>/v<N>.json``.
    """
    store = path.parent.parent
    if ".." in path.parts or store == path.parent:
        # The names of the folders are not in the path itself.
        path = path.resolve()
        store = path.parent.parent
    match = VERSION_FILE.fullmatch(path.name)
    if match is None or not is_policy_name(path.parent.name):
        return None
    return store, PolicyRef(path.parent.name, int(match[1]))


def store_at(path: Path) -> Path:
    """
    Find the store that *path* names: the directory itself, or the folder ``lifecycle`` in it.

    A policy may have the name ``lifecycle``, too: its folder has versions.
    """
    below = path / "lifecycle"
    try:
        return below if below.is_dir() and not any(versions_in(below)) else path
    except (OSError, UnreadableInputError):
        # The reader reports why it cannot be read.
        return path


def is_there(path: Path) -> bool:
    """Whether a version has a file at *path*; what is no regular file is there too, and reading it says so."""
    return path.exists() and not path.is_dir()


def versions_in(directory: Path) -> Iterator[PolicyRef]:
    """
    List the versions that have a file in the folder of a policy, in no order; none where the folder does not exist.

    Raises:
        UnreadableInputError: the folder cannot be read.
    """
    try:
        for file in directory.iterdir() if directory.is_dir() else ():
            match = VERSION_FILE.fullmatch(file.name)
            if match and is_there(file):
                yield PolicyRef(directory.name, int(match[1]))
    except OSError as error:
        raise unreadable(directory, error) from None
