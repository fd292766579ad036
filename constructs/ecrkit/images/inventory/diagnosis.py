"""
What is wrong with a list of images, and where: slow, and only called when something is.

It reads again, one image at a time, and holds for each what :mod:`ecrkit.images.inventory.reading` holds for columns.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

from ecrkit.documents import SyntaxProblem, parse_json
from ecrkit.errors import Location, excerpt, in_file_order
from ecrkit.images.inventory import rulebook
from ecrkit.images.inventory.fields import (
    CHILDREN_KEY,
    DIGESTS,
    LAYERS_KEY,
    LIST_KEY,
    NEXT_PAGE_KEYS,
    is_page,
    read_time,
    skip_space,
)
from ecrkit.images.inventory.values import ImageStatus
from ecrkit.images.layers import LayerPool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecrkit.errors import Check, Finding

__all__ = ["diagnose"]

MAX_FINDINGS = 20
"""A file of 100,000 images without a time of push is understood after a few."""

_TIMES = ("imagePushedAt", "lastRecordedPullTime", "lastArchivedAt", "lastActivatedAt")
_REQUIRED = ("imageDigest", "imagePushedAt")
_LISTS = ("imageTags", CHILDREN_KEY)
_LAYER = "the digest and the size of a layer, the same wherever it occurs"
_STRINGS = ("repositoryName", "registryId", "subjectManifestDigest", "imageManifestMediaType")


def diagnose(text: str, *, file: str) -> tuple[Finding, ...]:
    """
    Tell what is wrong with a list of images.

    Args:
        text: that the reader refused.
        file: how findings name it.

    Returns:
        The first findings, in file order; one at least.
    """
    diagnosis = _Diagnosis(text, file)
    with suppress(_EnoughError):
        diagnosis.run()
    return in_file_order(diagnosis.findings)


class _EnoughError(Exception):
    """There are as many findings as anybody will read."""


class _Diagnosis:
    """One run over one text."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._digests: dict[str, int] = {}
        self._of_all: dict[str, object] = {}
        self._layers = LayerPool()
        self.findings: list[Finding] = []

    def run(self) -> None:
        if not self._text.strip():
            self._report(rulebook.NOT_IMAGES, 0, "", problem="the text is empty")
            return
        for number, (start, pointer) in enumerate(self._starts(), start=1):
            self._image(start, pointer, number)

    def _starts(self) -> Iterator[tuple[int, str]]:
        """Find where each image begins, and its JSON pointer."""
        start = skip_space(self._text, 0)
        first, end = self._value(start)
        is_whole = not self._text[end:].strip()
        if is_whole and isinstance(first, list):
            yield from self._items_of_list(start, first)
        elif is_page(first) or isinstance(first, list):
            yield from self._pages(start)
        elif isinstance(first, dict) and "imageDigest" in first and "\n" in self._text[start:end]:
            problem = "the text has an image on several lines; JSON Lines have one on each, as 'jq -c' writes them"
            self._report(rulebook.NOT_IMAGES, start, "", problem=problem)
        elif isinstance(first, dict) and ("imageDigest" in first or not is_whole):
            yield from self._lines()
        else:
            got = "a list" if isinstance(first, list) else f"a mapping without '{LIST_KEY}'"
            got = got if isinstance(first, list | dict) else "neither a mapping nor a list"
            self._report(rulebook.NOT_IMAGES, start, "", problem=f"the text is {got}")

    def _items_of_list(self, start: int, values: list[Any]) -> Iterator[tuple[int, str]]:
        """Find the images in a list of images, of lists of images, of pages, or of all these."""
        for index, (at, pointer) in enumerate(self._items(start, "")):
            if is_page(values[index]):
                is_last = index == len(values) - 1
                yield from self._items_of_page(at, values[index], pointer, is_last=is_last)
            elif isinstance(values[index], list):
                yield from self._items(at, pointer)
            else:
                yield at, pointer

    def _pages(self, start: int) -> Iterator[tuple[int, str]]:
        """Find the images in pages, or lists of images, that follow each other."""
        while start < len(self._text):
            page, end = self._value(start)
            following = skip_space(self._text, end)
            if not (is_page(page) or isinstance(page, list)):
                problem = "the text continues after the 'imageDetails' with something else than another page"
                self._report(rulebook.NOT_IMAGES, start, "", problem=problem)
                return
            if isinstance(page, list):
                yield from self._items(start, "")
            else:
                yield from self._items_of_page(start, page, "", is_last=following == len(self._text))
            start = following

    def _items_of_page(
        self, start: int, page: dict[str, Any], pointer: str, *, is_last: bool
    ) -> Iterator[tuple[int, str]]:
        members = dict(self._members(start))
        for key in NEXT_PAGE_KEYS if is_last else ():
            if page.get(key):
                self._report(rulebook.MORE_PAGES, members[key], f"{pointer}/{key}", key=key)
        where = members[LIST_KEY], f"{pointer}/{LIST_KEY}"
        if isinstance(page[LIST_KEY], list):
            yield from self._items(*where)
        elif page[LIST_KEY] is not None:
            self._report(rulebook.WRONG_TYPE, *where, expected="a list", got=_shown(page[LIST_KEY]))

    def _items(self, start: int, pointer: str) -> Iterator[tuple[int, str]]:
        at, index = skip_space(self._text, start + 1), 0
        while self._text[at] != "]":
            yield at, f"{pointer}/{index}"
            at = skip_space(self._text, self._value(at)[1])
            if self._text[at] == ",":
                at = skip_space(self._text, at + 1)
            index += 1

    def _members(self, start: int) -> Iterator[tuple[str, int]]:
        """Give the keys of an object, and where their values begin."""
        at = skip_space(self._text, start + 1)
        while self._text[at] != "}":
            key, end = self._value(at)
            at = skip_space(self._text, skip_space(self._text, end) + 1)
            yield key, at
            at = skip_space(self._text, self._value(at)[1])
            if self._text[at] == ",":
                at = skip_space(self._text, at + 1)

    def _lines(self) -> Iterator[tuple[int, str]]:
        for match in re.finditer(r"[^\n]+", self._text):
            start, line = skip_space(self._text, match.start()), match[0].strip(" \t\r")
            if line and self._is_json(start, line):
                yield start, ""

    def _is_json(self, start: int, line: str) -> bool:
        try:
            json.loads(line, parse_constant=_refuse)
        except (ValueError, RecursionError):
            self._syntax(start, line)
            return False
        return True

    def _image(self, start: int, pointer: str, number: int) -> None:
        value, _ = self._value(start)
        if not isinstance(value, dict):
            self._report(rulebook.WRONG_TYPE, start, pointer, expected="an image as a mapping", got=_shown(value))
            return
        places = dict(self._members(start))
        for key, found in value.items():
            self._member(key, found, places[key], f"{pointer}/{key}")
        self._required(value, start, pointer)
        digest = value.get("imageDigest")
        if isinstance(digest, str):
            first = self._digests.setdefault(digest, number)
            if first != number:
                where = places["imageDigest"], f"{pointer}/imageDigest"
                self._report(rulebook.DUPLICATE_DIGEST, *where, digest=digest, first=first, second=number)
        for key in ("repositoryName", "registryId"):
            got = "" if value.get(key) is None else value[key]
            expected = self._of_all.setdefault(key, got)
            if got != expected and isinstance(got, str):
                where = places.get(key, start), f"{pointer}/{key}"
                shown = [_shown(name) if name else "none" for name in (expected, got)]
                self._report(rulebook.SEVERAL_REPOSITORIES, *where, first=shown[0], got=shown[1])

    def _required(self, value: dict[str, Any], start: int, pointer: str) -> None:
        missing = [key for key in _REQUIRED if key not in value]
        if (
            value.get("imageStatus") in (ImageStatus.ARCHIVED, ImageStatus.ACTIVATING)
            and value.get("lastArchivedAt") is None
        ):
            missing.append("lastArchivedAt")
        for key in missing:
            remedy = "an archived image has it" if key == "lastArchivedAt" else "every image has it"
            self._report(rulebook.MISSING_KEY, start, pointer, key=key, remedy=remedy)

    def _member(self, key: str, value: object, at: int, pointer: str) -> None:
        if value is None and key not in _REQUIRED:
            # As SDKs write what is absent.
            return
        if key in _TIMES:
            self._time(value, at, pointer)
        elif key == "imageDigest" and not (isinstance(value, str) and DIGESTS.fullmatch(f"{value}\n")):
            self._report(rulebook.BAD_DIGEST, at, pointer, got=_shown(value))
        elif key in _STRINGS and not isinstance(value, str):
            self._report(rulebook.WRONG_TYPE, at, pointer, expected="a string", got=_shown(value))
        elif key in _LISTS and not (isinstance(value, list) and all(isinstance(entry, str) for entry in value)):
            self._report(rulebook.WRONG_TYPE, at, pointer, expected="a list of strings", got=_shown(value))
        elif key == "imageSizeInBytes" and (type(value) is not int or value < 0):
            self._report(rulebook.WRONG_TYPE, at, pointer, expected="a number of bytes", got=_shown(value))
        elif key == LAYERS_KEY:
            self._layers_of_image(value, at, pointer)
        elif key == "imageStatus" and value not in list(ImageStatus):
            self._report(rulebook.BAD_STATUS, at, pointer, got=_shown(value))

    def _layers_of_image(self, value: object, at: int, pointer: str) -> None:
        if not isinstance(value, list):
            self._report(rulebook.WRONG_TYPE, at, pointer, expected="a list of layers", got=_shown(value))
            return
        for (place, where), layer in zip(self._items(at, pointer), value, strict=True):
            try:
                self._layers.layer(layer["digest"], layer["size"])
            except (KeyError, TypeError):
                self._report(
                    rulebook.WRONG_TYPE, place, where, expected="a layer with 'digest' and 'size'", got=_shown(layer)
                )
            except ValueError as error:
                self._report(rulebook.WRONG_TYPE, place, where, expected=_LAYER, got=f"{_shown(layer)}: {error}")

    def _time(self, value: object, at: int, pointer: str) -> None:
        try:
            time = read_time(value)
        except ValueError:
            self._report(rulebook.BAD_TIME, at, pointer, got=_shown(value))
            return
        if time.tzinfo is None:
            self._report(rulebook.NAIVE_TIME, at, pointer, got=_shown(value))
            return
        try:
            time.astimezone(UTC)
        except OverflowError:
            self._report(rulebook.BAD_TIME, at, pointer, got=_shown(value))

    def _value(self, at: int) -> tuple[Any, int]:
        """Parse the value that begins at an offset; give it, and where it ends."""
        try:
            return json.JSONDecoder(parse_constant=_refuse).raw_decode(self._text, at)
        except (ValueError, RecursionError):
            self._syntax(at, self._text[at:])
            raise _EnoughError from None

    def _syntax(self, start: int, text: str) -> None:
        """Tell what is no JSON about *text*, which begins at *start*."""
        try:
            parse_json(text)
        except SyntaxProblem as problem:
            line, column = self._position(start)
            is_first = problem.position.line == 1
            where = Location(
                self._file,
                line + problem.position.line - 1,
                problem.position.column + (column - 1 if is_first else 0),
            )
            self.findings.append(rulebook.NOT_JSON.at(where, problem=f"the text {problem.message}"))
        else:
            self._report(rulebook.NOT_JSON, start, "", problem="the text is nested too deeply, or a number is too long")

    def _report(self, check: Check, at: int, pointer: str, **values: object) -> None:
        line, column = self._position(at)
        self.findings.append(check.at(Location(self._file, line, column, pointer), **values))
        if len(self.findings) == MAX_FINDINGS:
            self.findings[-1] = replace(
                self.findings[-1], remedy=f"stopped at {MAX_FINDINGS} problems, more are possible"
            )
            raise _EnoughError

    def _position(self, at: int) -> tuple[int, int]:
        start = self._text.rfind("\n", 0, at) + 1
        return self._text.count("\n", 0, at) + 1, at - start + 1


def _refuse(constant: str) -> object:
    raise ValueError(constant)


def _shown(value: object) -> str:
    """Show a value of a document, on one line, of bearable length."""
    text = repr(value) if isinstance(value, str) else json.dumps(value)
    return excerpt(text)
