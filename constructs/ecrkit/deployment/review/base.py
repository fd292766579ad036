"""What a review compares with: the same catalog and policies in another folder, or in a commit of git."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NoReturn

from ecrkit.catalog import read_catalog
from ecrkit.catalog.inclusion import include_patterns
from ecrkit.deployment.review.git import GitRepository, NoRepositoryError
from ecrkit.documents.files import make_directory, read_bytes, write_bytes
from ecrkit.errors import EcrkitError, UnreadableInputError, printable
from ecrkit.policies.lock import lock_path
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecrkit.catalog import Catalog

__all__ = ["Base", "opened_base"]

_CATALOG_KEYS = [
    re.compile(rf"(?:^|[\s{{,])[\"']?{key}[\"']?\s*:".encode())
    for key in ("environments", "account", "(?:repositories|include)")
]
"""Each catalog has these keys, in YAML or JSON; one that includes files may have no repositories itself."""
_READ = (".json", ".yaml", ".yml")
"""Suffixes of what a policy store has; nothing else of it is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """
    The state before a change.

    Attributes:
        text: as the user named it.
        commit: hash of the commit; empty for a folder.
        catalog: path of its catalog, which may not exist.
        policies: path of its policy store, which may not exist.
        root: folder that contains both.
    """

    text: str
    commit: str
    catalog: Path
    policies: Path
    root: Path

    def read(self) -> tuple[Catalog, PolicyStore] | None:
        """
        Read the catalog.

        Returns:
            The catalog and its policies; ``None`` if the base has no catalog.

        Raises:
            UnreadableInputError: it, or a policy, is not valid or cannot be read.
        """
        # A link that leads nowhere is a catalog that cannot be read.
        if not self.catalog.exists() and not self.catalog.is_symlink():
            return None
        policies = PolicyStore(self.policies)
        with self.named():
            return read_catalog(self.catalog, policies=policies), policies

    @contextmanager
    def named(self) -> Iterator[None]:
        """Name the base, instead of a temporary folder, in errors about its files."""
        try:
            yield
        except EcrkitError as error:
            said = str(error)
            if self.commit:
                said = said.replace(f"{self.root}{os.sep}", f"{printable(self.text)}:")
            what = "the base must be valid for a comparison; fix it there, or pass another with --base"
            raise UnreadableInputError(f"{said}\n{printable(self.text)}: {what}") from None


@contextmanager
def opened_base(text: str, *, catalog: Path, policies: Path) -> Iterator[Base]:
    """
    Open the base of a comparison, as a context.

    Args:
        text: a folder, or a git reference of the repository that contains *catalog*.
        catalog: the head's, or the path that it had in the base. In a folder its counterpart has the same path from
            there as *catalog* has from the working directory; in a commit, from the root of the repository.
        policies: the head's policy store; likewise.

    Yields:
        The base. Files from git are in a temporary folder during the context; work tree and index stay as they
        are.

    Raises:
        UnreadableInputError: *text* is neither, or both, or git does not run.
    """
    if not text:
        raise UnreadableInputError("the base is empty; pass a folder or a git ref")
    is_folder = _is_folder(text)
    if not is_folder and _is_path(text):
        raise UnreadableInputError(f"{printable(text)}: is not a folder; pass a folder or a git ref")
    repository, problem = _repository_of(catalog)
    commit = repository.commit(text) if repository and not _is_path(text) else None
    if is_folder and commit:
        raise UnreadableInputError(
            f"{printable(text)}: is a folder and a git ref; write './{printable(text)}' for the "
            f"folder, or a full name as in 'refs/heads/{printable(text)}' for the ref"
        )
    if is_folder:
        yield _folder(text, catalog=catalog, policies=policies)
        return
    if repository is None:
        raise UnreadableInputError(f"{printable(text)}: is not a folder, and {problem}; pass a folder")
    if commit is None:
        raise UnreadableInputError(
            f"{printable(text)}: is not a folder, and git does not know it; {repository.unknown(text)}"
        )
    paths = [_inside(path, repository.root) for path in (catalog, policies)]
    with tempfile.TemporaryDirectory(prefix="ecrkit-review-") as made:
        root = Path(made).resolve()
        base = Base(text=text, commit=commit, catalog=root / paths[0], policies=root / paths[1], root=root)
        _extract(repository, commit, paths, root)
        if not base.catalog.exists():
            _refuse_moved(repository, commit, text=text, catalog=paths[0])
        yield base


def _folder(text: str, *, catalog: Path, policies: Path) -> Base:
    here = Path.cwd().resolve()
    parent = _without_links(catalog).parent
    start = here if parent.is_relative_to(here) else parent
    root = Path(text)
    paths = [_inside(path, start) for path in (catalog, policies)]
    if (root / paths[0]).resolve() == catalog.resolve():
        raise UnreadableInputError(f"{printable(text)}: is the folder of the head itself; pass another folder")
    base = Base(text=text, commit="", catalog=root / paths[0], policies=root / paths[1], root=root)
    if not base.catalog.exists() and not base.catalog.is_symlink():
        _refuse_moved_in(root, start, text=text, catalog=paths[0])
    return base


def _refuse_moved_in(root: Path, start: Path, *, text: str, catalog: PurePosixPath) -> None:
    """
    Refuse a folder whose catalog has another path; as :func:`_refuse_moved`.

    Raises:
        UnreadableInputError: the folder has a catalog that the head has no more.
    """
    for path in _yaml_files(root):
        relative = path.relative_to(root)
        if (start / relative).exists():
            continue
        try:
            content = read_bytes(path)
        except UnreadableInputError:
            continue
        if all(key.search(content) for key in _CATALOG_KEYS):
            moved = relative if start == Path.cwd().resolve() else start / relative
            _refuse_without(text, catalog=catalog, moved=PurePosixPath(moved.as_posix()))


def _yaml_files(root: Path) -> Iterator[Path]:
    """List the YAML files in a folder, by name, without those in hidden folders and in installed packages."""
    for folder, inside, files in os.walk(root):
        inside[:] = sorted(name for name in inside if not name.startswith(".") and name != "node_modules")
        yield from (Path(folder, name) for name in sorted(files) if name.endswith((".yaml", ".yml")))


def _extract(repository: GitRepository, commit: str, paths: list[PurePosixPath], root: Path) -> None:
    """Write the catalog, the files that it includes, the policies and their lock as a commit has them."""
    catalog, policies = paths
    lock = PurePosixPath(lock_path(root / policies).relative_to(root)) if policies.name else policies
    found = repository.files(commit, list(dict.fromkeys([catalog, policies, lock])))
    included = _included(repository, commit, catalog, found.get(catalog, b""))
    kept = {path: content for path, content in found.items() if path == catalog or path.suffix in _READ}
    for path, content in (kept | included).items():
        make_directory((root / path).parent)
        write_bytes(root / path, content)


def _included(
    repository: GitRepository, commit: str, catalog: PurePosixPath, content: bytes
) -> dict[PurePosixPath, bytes]:
    """Read the files of a commit that a catalog may include; the reader of the catalog decides."""
    # In these globs `*` matches folders too.
    globs = [pattern.replace("**/", "*") for pattern in include_patterns(content.decode(errors="replace"))]
    folder = catalog.parent
    below = [path for path in (repository.paths(commit) if globs else ()) if path.is_relative_to(folder)]
    wanted = [path for path in below if any(fnmatchcase(str(path.relative_to(folder)), glob) for glob in globs)]
    return repository.files(commit, wanted) if wanted else {}


def _refuse_moved(repository: GitRepository, commit: str, *, text: str, catalog: PurePosixPath) -> None:
    """
    Refuse a base whose catalog had another path: it is no first deploy.

    Raises:
        UnreadableInputError: the base has a catalog that the work tree has no more.
    """
    gone = [
        path
        for path in repository.paths(commit)
        if path.suffix in {".yaml", ".yml"} and not (repository.root / path).exists()
    ]
    for path, content in repository.files(commit, gone).items() if gone else ():
        if all(key.search(content) for key in _CATALOG_KEYS):
            _refuse_without(text, catalog=catalog, moved=path)


def _refuse_without(text: str, *, catalog: PurePosixPath, moved: PurePosixPath) -> NoReturn:
    raise UnreadableInputError(
        f"{printable(text)}: has no {printable(str(catalog))}, and its catalog {printable(str(moved))} is gone; "
        f"pass --base-catalog {printable(str(moved))} to compare with it"
    )


def _repository_of(catalog: Path) -> tuple[GitRepository | None, str]:
    try:
        # A catalog that has moved may have left no folder.
        folder = next(folder for folder in _without_links(catalog).parents if folder.is_dir())
        return GitRepository.holding(folder), ""
    except NoRepositoryError as error:
        return None, str(error)


def _inside(path: Path, root: Path) -> PurePosixPath:
    """Give a path relative to the root, without a link on the way to it."""
    real = _without_links(path)
    if not real.is_relative_to(root):
        raise UnreadableInputError(
            f"{printable(str(path))}: is outside of {printable(str(root))}, so the base has no counterpart; pass one "
            "inside"
        )
    return PurePosixPath(real.relative_to(root).as_posix())


def _without_links(path: Path) -> Path:
    """Resolve the folder of a path; a link at its end keeps its name."""
    return path.resolve() if path.name in ("", "..") else path.parent.resolve() / path.name


def _is_folder(text: str) -> bool:
    try:
        return Path(text).is_dir()
    except (OSError, ValueError):
        # Too long, or with a null character.
        return False


def _is_path(text: str) -> bool:
    """Whether it is written as a path, so that no ref can be meant."""
    return Path(text).is_absolute() or text.startswith((".", "~")) or text.endswith(("/", os.sep))
