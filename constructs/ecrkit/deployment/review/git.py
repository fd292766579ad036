"""The git repository that a folder is in: files of a commit, without a checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ecrkit.documents.nearest import near
from ecrkit.errors import UnreadableInputError, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["GitRepository", "NoRepositoryError"]

_SHA = re.compile(r"[0-9a-f]{7,64}")
_PARENT = re.compile(r"[^~^@]+(?=[~^])")
"""What comes before ``~3`` or ``^``."""

_OF_CALLER = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")
"""A hook of git has these set, for the repository that it runs in."""

_FOREIGN = "dubious ownership"
"""What git says of a work tree of another user, as in a container."""

_LINK = "120000"
_SUBMODULE = "160000"


class NoRepositoryError(UnreadableInputError):
    """A folder is not in a git repository, or git cannot be asked."""


@dataclass(frozen=True, slots=True)
class GitRepository:
    """
    A git repository.

    Attributes:
        git: path of the program.
        root: of the work tree, without symbolic links.
    """

    git: str
    root: Path

    @classmethod
    def holding(cls, folder: Path) -> GitRepository:
        """
        Find the repository that holds *folder*.

        Raises:
            NoRepositoryError: git is missing, there is no repository, or git refuses to read it; says why.
        """
        git = shutil.which("git")
        if git is None:
            raise NoRepositoryError("git is not installed")
        result = _run(git, folder, ["rev-parse", "--show-toplevel"])
        if result.returncode:
            said = _first_line(result.stderr)
            if "not a git repository" in said:
                raise NoRepositoryError(f"{printable(str(folder))} is not in a git repository")
            trust = f"; trust it with 'git config --global --add safe.directory {folder}'" if _FOREIGN in said else ""
            raise NoRepositoryError(f"git cannot read {printable(str(folder))}: {said}{printable(trust)}")
        root = result.stdout.decode(errors="surrogateescape").removesuffix("\n")
        if not root:
            raise NoRepositoryError(f"{printable(str(folder))} is in a git repository without a work tree")
        return cls(git, Path(root).resolve())

    def commit(self, reference: str) -> str | None:
        """Find the commit that a branch, a tag or a hash is; ``None`` for what git does not know."""
        if not reference or reference.startswith("-") or "\0" in reference:
            return None
        result = self._ask("rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}")
        return None if result.returncode else result.stdout.decode().strip()

    def files(self, commit: str, paths: Sequence[PurePosixPath]) -> dict[PurePosixPath, bytes]:
        """
        Read files as they are in a commit.

        Nothing is checked out, and no filter or attribute of git changes what is read.

        Args:
            commit: its hash.
            paths: of files and folders, relative to the root; what the commit does not have is left out.

        Returns:
            The content of each file by its path.

        Raises:
            UnreadableInputError: git fails, or a path leads elsewhere.
        """
        blobs: dict[PurePosixPath, str] = {}
        listed = self._succeed("ls-tree", "-r", "-z", "--full-tree", commit, "--", *map(str, paths))
        for entry in filter(None, listed.decode(errors="surrogateescape").split("\0")):
            heading, _, name = entry.partition("\t")
            mode, _, blob = heading.split(" ")
            path = PurePosixPath(name)
            if mode == _SUBMODULE:
                raise UnreadableInputError(f"{printable(name)}: is a submodule; pass the base as a folder")
            if mode == _LINK and path in paths:
                raise UnreadableInputError(f"{printable(name)}: is a symbolic link; pass the base as a folder")
            if mode != _LINK and not _leads_out(path):
                blobs[path] = blob
        return dict(zip(blobs, self._contents(list(blobs.values())), strict=True))

    def paths(self, commit: str) -> list[PurePosixPath]:
        """List every file of a commit, relative to the root."""
        listed = self._succeed("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
        return [PurePosixPath(name) for name in listed.decode(errors="surrogateescape").split("\0") if name]

    def unknown(self, reference: str) -> str:
        """Say what to do about a reference that git does not know."""
        parent = _PARENT.match(reference)
        if parent and self.commit(parent[0]):
            return "fetch more commits with 'git fetch --deepen=100', or pass a folder"
        names = self._ask("for-each-ref", "--format=%(refname:short)").stdout.decode(errors="replace").split()
        remotes = self._ask("remote").stdout.decode(errors="replace").split() or ["origin"]
        remote, _, branch = reference.partition("/")
        if remote not in remotes or not branch:
            remote, branch = remotes[0], reference
        # The hash of a commit has no branch to be kept as.
        is_hash = bool(_SHA.fullmatch(reference))
        target = branch if is_hash else f"{branch}:refs/remotes/{remote}/{branch}"
        known = {name.removeprefix(f"{remote}/"): name for name in names if name not in remotes}
        # A branch of another remote with the same name is not meant.
        close = near(branch, sorted(known.keys() - {branch}))
        meant = f"did you mean '{printable(known[close[0]])}'? if not, " if close else ""
        then = "" if is_hash or reference == f"{remote}/{branch}" else f" and pass '{remote}/{branch}'"
        fetch = f"git fetch --depth=1 {remote} {target}"
        return f"{meant}fetch it with '{printable(fetch)}'{printable(then)}, or pass a folder"

    def _contents(self, blobs: list[str]) -> list[bytes]:
        """Read many blobs from one process; what it prints is ``<hash> blob <size>``, the content, a line end."""
        if not blobs:
            return []
        result = _run(self.git, self.root, ["cat-file", "--batch"], given="\n".join([*blobs, ""]).encode())
        contents, rest = [], memoryview(result.stdout)
        for blob in blobs:
            end = bytes(rest[:200]).find(b"\n")
            heading = bytes(rest[:end]).decode(errors="replace").split(" ") if end > 0 else []
            if heading[1:2] != ["blob"]:
                raise UnreadableInputError(
                    f"git does not have the object {blob}: {_first_line(result.stderr) or 'the clone is partial'}; "
                    "clone without --filter, or pass the base as a folder"
                )
            size = int(heading[2])
            contents.append(bytes(rest[end + 1 : end + 1 + size]))
            rest = rest[end + 1 + size + 1 :]
        return contents

    def _succeed(self, *arguments: str) -> bytes:
        result = self._ask(*arguments)
        if result.returncode:
            raise UnreadableInputError(f"git {arguments[0]}: {_first_line(result.stderr)}")
        return result.stdout

    def _ask(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return _run(self.git, self.root, arguments)


def _run(git: str, folder: Path, arguments: Sequence[str], *, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in _OF_CALLER}
    # A review stays offline: git must not fetch what a partial clone left out, nor ask for a password.
    fixed = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
    try:
        return subprocess.run(  # noqa: S603 - git itself, and no shell
            [git, "-C", str(folder), "--literal-pathspecs", "--no-pager", *arguments],
            input=given,
            env={**environment, **fixed},
            capture_output=True,
            check=False,
        )
    except (OSError, ValueError) as error:
        raise NoRepositoryError(f"git cannot be run: {error}") from None


def _first_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return printable(lines[0].removeprefix("fatal: ")) if lines else "failed without a message"


def _leads_out(path: PurePosixPath) -> bool:
    return path.is_absolute() or not {"..", ".git"}.isdisjoint(path.parts) or "\\" in str(path)
