"""
A catalog and the files that it includes, as one document.

``include`` of a catalog lists files or globs below its folder. Each file contains `repositories` only. The merged
document has the repositories of all files, each with its own file and position.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.catalog import rulebook
from ecrkit.documents import At, ListNode, Member, Node, ObjectNode, Reader, ScalarNode, SyntaxProblem, is_empty
from ecrkit.documents.files import read_text, unreadable
from ecrkit.documents.yaml_text import parse_yaml
from ecrkit.errors import Location, errors_in, excerpt, pointer_to

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ecrkit.errors import Check, Finding

__all__ = ["INCLUDE", "MAX_BYTES", "REPOSITORIES", "SCHEMA", "MergedDocument", "include_patterns", "read_document"]

INCLUDE = "include"
REPOSITORIES = "repositories"
SCHEMA = "$schema"
"""JSON files name their schema for editors in this key."""

MAX_BYTES = 32 * 1024 * 1024
"""Ten thousand repositories with all that can be said of each need a tenth of it."""

_GLOB = re.compile(r"[*?[]")
_ANY_FOLDERS = "**"


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedDocument:
    """
    A catalog with the repositories of its included files.

    Attributes:
        root: the catalog; ``None`` if its text is empty or invalid.
        texts: text of the catalog and of each included file, by file.
        findings: problems of ``include`` and of the included files, except those of single repositories.
        is_complete: whether every included file could be read.
    """

    root: Node | None
    texts: Mapping[str, str]
    findings: tuple[Finding, ...] = ()
    is_complete: bool = True


def read_document(text: str, *, file: str, edited: Mapping[str, str] | None = None) -> MergedDocument:
    """
    Parse a catalog and the files that it includes.

    Args:
        text: text of the catalog; any text is accepted.
        file: name of the catalog in findings; its folder contains the included files. ``-`` is in the working folder.
        edited: texts to use instead of those of included files, by file.

    Raises:
        UnreadableInputError: an included file or a folder cannot be read.
    """
    reader = Reader(file, rulebook.CATALOG_STRUCTURE)
    root = _parse(reader, text, file=file)
    texts = {file: text}
    if root is None:
        if not reader.findings:
            reader.report(rulebook.NOT_YAML, Location(file, 1, 1), problem="is empty")
        return MergedDocument(root=None, texts=texts, findings=tuple(reader.findings), is_complete=False)
    root = _without_schema(root)
    include = _member(root, INCLUDE)
    if include is None:
        return MergedDocument(root=root, texts=texts)
    merger = _Merger(reader, file, edited or {})
    merger.include(include)
    return MergedDocument(
        root=merger.merged(root, include),
        texts=texts | merger.texts,
        findings=tuple(reader.findings),
        is_complete=merger.is_complete,
    )


def include_patterns(text: str) -> tuple[str, ...]:
    """List the files and globs that a catalog includes; those of an invalid text as far as they can be read."""
    try:
        root = parse_yaml(text)
    except SyntaxProblem:
        return ()
    include = _member(root, INCLUDE)
    items = include.node.items if include and isinstance(include.node, ListNode) else ()
    texts = (item.value for item in items if isinstance(item, ScalarNode))
    return tuple(text for text in texts if isinstance(text, str) and not _problem(text))


class _Merger:
    """
    Collects the repositories of included files.

    Args:
        reader: of the catalog; collects the findings.
        catalog: name of the catalog.
        edited: texts by file, instead of those on the disk.
    """

    def __init__(self, reader: Reader, catalog: str, edited: Mapping[str, str]) -> None:
        self._reader = reader
        self._catalog = Path(catalog)
        self._name = catalog
        self._edited = edited
        self._members: list[Member] = []
        self.texts: dict[str, str] = {}
        self.is_complete = True

    def include(self, include: Member) -> None:
        """Read every file, in the order of the list; those of a glob by name, and each file once."""
        location = Location(self._name, *include.node.position, pointer_to(INCLUDE))
        at = At(include.node, location, Location(self._name, *include.key_position, location.pointer))
        items = () if is_empty(at) else self._reader.items(at)
        for item in items or ():
            pattern = self._reader.string(item)
            problem = "" if pattern is None else _problem(pattern)
            if problem:
                self._refuse(rulebook.BAD_INCLUDE, item.location, problem=problem)
            elif pattern is not None:
                self._include(pattern, item.location)
        # Repositories of files that were not read are not missing.
        self.is_complete = not errors_in(self._reader.findings)

    def merged(self, root: Node, include: Member) -> Node:
        """Add the repositories to those of the catalog; a name that another file has already is an error."""
        own = _member(root, REPOSITORIES)
        is_readable = own is None or isinstance(own.node, ObjectNode) or _is_nothing(own.node)
        if not isinstance(root, ObjectNode) or not is_readable:
            return root
        declared = own.node.members if own and isinstance(own.node, ObjectNode) else ()
        places = {member.key: self._place(member) for member in declared}
        added = []
        for member in self._members:
            here = self._place(member)
            first = places.setdefault(member.key, here)
            if first.file == here.file:
                added.append(member)
            else:
                self._reader.report(rulebook.SAME_REPOSITORY, here, name=member.key, other=first)
        position, key_position = (own.node.position, own.key_position) if own else (include.node.position,) * 2
        merged = Member(REPOSITORIES, key_position, ObjectNode((*declared, *added), position))
        if own is None:
            return replace(root, members=(*root.members, merged))
        return replace(root, members=tuple(merged if member is own else member for member in root.members))

    def _include(self, pattern: str, location: Location) -> None:
        folder = self._catalog.parent
        is_glob = bool(_GLOB.search(pattern))
        paths = sorted(_matches(folder, tuple(pattern.split("/"))))
        paths = [path for path in paths if path != self._catalog and not (is_glob and path.is_dir())]
        if not paths:
            check = rulebook.NOTHING_INCLUDED if is_glob else rulebook.NO_INCLUDED_FILE
            self._refuse(check, location, pattern=pattern)
        for path in paths:
            name = path.as_posix()
            if name in self.texts:
                continue
            if path.is_dir():
                self._refuse(rulebook.BAD_INCLUDE, location, problem=f"must name files, got the folder {pattern!r}")
            elif not path.resolve().is_relative_to(folder.resolve()):
                problem = f"{name} is a link that leads out of the folder of the catalog"
                self._refuse(rulebook.BAD_INCLUDE, location, problem=problem)
            else:
                self.texts[name] = self._edited[name] if name in self._edited else read_text(path, at_most=MAX_BYTES)
                self._read(name)

    def _read(self, file: str) -> None:
        reader = Reader(file, rulebook.CATALOG_STRUCTURE)
        root = _parse(reader, self.texts[file], file=file)
        # A file with nothing but comments declares nothing.
        if root is not None:
            for key, child in reader.members(reader.root(_without_schema(root))).items():
                if key == SCHEMA:
                    reader.string(child)
                elif key != REPOSITORIES:
                    reader.report(rulebook.NOT_INCLUDABLE, child.key_location, key=excerpt(key), catalog=self._name)
                elif isinstance(child.node, ObjectNode):
                    self._members += [replace(member, file=file) for member in child.node.members]
                elif not is_empty(child):
                    reader.members(child)
        self._reader.findings += reader.findings

    def _refuse(self, check: Check, location: Location, **values: object) -> None:
        self._reader.report(check, location, **values)

    def _place(self, member: Member) -> Location:
        return Location(member.file or self._name, *member.key_position, pointer_to(REPOSITORIES, member.key))


def _parse(reader: Reader, text: str, *, file: str) -> Node | None:
    try:
        return parse_yaml(text)
    except SyntaxProblem as problem:
        where = Location(file, problem.position.line, problem.position.column)
        reader.report(rulebook.NOT_YAML, where, problem=problem.message)
        return None


def _member(root: Node | None, key: str) -> Member | None:
    """Find the value of a key; of a key that is written twice the last, as the reader takes it."""
    members = root.members if isinstance(root, ObjectNode) else ()
    return next((member for member in reversed(members) if member.key == key), None)


def _is_nothing(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.value is None


def _without_schema(root: Node) -> Node:
    if not isinstance(root, ObjectNode):
        return root
    return replace(root, members=tuple(member for member in root.members if not _is_schema(member)))


def _is_schema(member: Member) -> bool:
    return member.key == SCHEMA and isinstance(member.node, ScalarNode) and isinstance(member.node.value, str)


def _problem(pattern: str) -> str:
    """Say why a text is neither a file nor a glob below the folder of the catalog; empty if it is one."""
    if "\\" in pattern or ":" in pattern:
        return f"must be a path with '/' between folders, got {pattern!r}"
    parts = pattern.split("/")
    if pattern.startswith("/") or ".." in parts:
        return f"must be below the folder of the catalog, got {pattern!r}"
    if any(part in {"", "."} for part in parts):
        return f"must be a file or a glob, as in 'teams/*.yaml', got {pattern!r}"
    if any(_ANY_FOLDERS in part and part != _ANY_FOLDERS for part in parts) or parts[-1] == _ANY_FOLDERS:
        return f"'**' must stand for whole folders, as in 'teams/**/*.yaml', got {pattern!r}"
    return ""


def _matches(folder: Path, parts: Sequence[str]) -> Iterator[Path]:
    """Go through the paths that match: ``*`` stays in a folder, ``**`` goes below it, neither finds hidden names."""
    part, *rest = parts
    if part == _ANY_FOLDERS:
        yield from _matches(folder, rest)
        for path in _entries(folder):
            # A link could lead round in a circle.
            if path.is_dir() and not path.is_symlink() and not path.name.startswith("."):
                yield from _matches(path, parts)
        return
    paths = [folder / part]
    if _GLOB.search(part):
        paths = [path for path in _entries(folder) if fnmatchcase(path.name, part)]
        paths = [path for path in paths if part.startswith(".") or not path.name.startswith(".")]
    for path in paths:
        if rest and path.is_dir():
            yield from _matches(path, rest)
        elif not rest and (path.exists() or path.is_symlink()):
            yield path


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        raise unreadable(folder, error) from None
