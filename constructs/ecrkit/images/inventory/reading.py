"""
Images from what ``aws ecr describe-images`` prints, or from JSON Lines with an image in each.

A repository has up to 100,000 images, so that everything here looks at columns, not at images, and remembers no
position. Where msgspec is installed it parses; what it does not take, Python's own parser may. When anything at all is
wrong, :mod:`ecrkit.images.inventory.diagnosis` reads again, slowly, and tells what and where.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from ecrkit.documents.files import decode
from ecrkit.errors import InvalidImagesError
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
from ecrkit.images.inventory.values import ImageStatus, ImageTable, Inventory
from ecrkit.images.layers import Layer, LayerPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from mmap import mmap

__all__ = ["parse_images"]

_PLAIN_TIMES = re.compile(r"[0-9TWZ:.+\n-]*+")
_CHUNK = 1 << 22
_BLANK_LINES = re.compile(r"^[ \t\r]*\n", re.MULTILINE)
_STATUSES: dict[object, ImageStatus] = {None: ImageStatus.ACTIVE, **{status.value: status for status in ImageStatus}}

# By position, for speed; the fields of an image come first, in their order.
_Row = tuple[Any, ...]


class _Unsound(Exception):  # noqa: N818 - never leaves this module: a diagnosis takes its place
    """Something is wrong somewhere."""


def parse_images(content: bytes | mmap, *, file: str, progress: Callable[[int], None] | None = None) -> Inventory:
    """
    Parse the images of one repository; :func:`ecrkit.images.inventory.sources.read_images` takes a path.

    Args:
        content: UTF-8: an object with ``imageDetails``, several of them as a list or one after the other, a list of
            image details, or a line of JSON for each of them.
            Times are in ISO 8601 with an offset, or seconds since 1970. A manifest list may say what it refers to, and
            an image which layers it has, as in an inventory of ecrkit. Keys that no report needs may be anything.
        file: as the person named it.
        progress: called now and then with a number of bytes that have been read since.

    Returns:
        The images in the order of the file, times in UTC.

    Raises:
        InvalidImagesError: it is something else; carries what is wrong, and where.
        UnreadableInputError: it is not UTF-8.
    """
    report = progress or _ignore
    with suppress(_Unsound):
        return _inventory(_parsed_fast(content, report), file=file)
    text = decode(bytes(content), file=file)
    with suppress(_Unsound):
        return _inventory(_parsed(text, report), file=file)
    from ecrkit.images.inventory.diagnosis import diagnose  # noqa: PLC0415 - wanted only where something is wrong

    raise InvalidImagesError(diagnose(text, file=file))


def _parsed_fast(content: bytes | mmap, progress: Callable[[int], None]) -> list[_Row]:
    """Parse with msgspec."""
    try:
        from ecrkit.images.inventory.fast_parsing import parse  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise _Unsound from None
    try:
        return parse(content, progress)
    except (ValueError, RecursionError):
        raise _Unsound from None


def _parsed(text: str, progress: Callable[[int], None]) -> list[_Row]:
    """Parse with Python's own parser."""
    rows: list[_Row] = []
    try:
        for details, length in _details(text):
            rows += _rows(details)
            progress(length)
    except (ValueError, RecursionError):
        raise _Unsound from None
    return rows


def _details(text: str) -> Iterator[tuple[list[dict[str, Any]], int]]:
    """Give the images as JSON has them, in pieces, and the length of each piece."""
    start, decoder = skip_space(text, 0), _decoder(text)
    first, end = decoder.raw_decode(text, start)
    is_whole = not text[end : end + 1_000].strip() and not text[end:].strip()
    if is_whole and (isinstance(first, list) or (isinstance(first, dict) and LIST_KEY in first)):
        yield _of_pages(first if isinstance(first, list) else [first]), len(text)
        return
    if is_page(first) or isinstance(first, list):
        yield _of_pages(_values(text, start, decoder)), len(text)
        return
    # Lines. A line that is no JSON by itself makes the number of values differ, or the piece unreadable.
    while start < len(text):
        cut = text.find("\n", start + _CHUNK)
        end = cut + 1 if cut > 0 else len(text)
        piece = text[start:end].rstrip("\r\n")
        lines = _BLANK_LINES.sub("", piece).rstrip("\r\n") if _BLANK_LINES.search(piece) else piece
        details = decoder.decode(f"[{lines.replace(chr(10), ',')}]")
        if len(details) != lines.count("\n") + bool(lines):
            raise _Unsound
        yield details, end - start
        start = end


def _decoder(text: str) -> json.JSONDecoder:
    """Make a parser for *text*; one that calls a function for each object takes longer, so only if there are layers."""
    hook = LayerPool().of_object if f'"{LAYERS_KEY}"' in text else None
    return json.JSONDecoder(parse_constant=_refuse, object_hook=hook)


def _values(text: str, start: int, decoder: json.JSONDecoder) -> list[Any]:
    """Parse values that follow each other: pages, as several calls print them, or their lists of images."""
    values = []
    while start < len(text):
        value, end = decoder.raw_decode(text, start)
        if not (is_page(value) or isinstance(value, list)):
            raise _Unsound
        values.append(value)
        start = skip_space(text, end)
    return values


def _of_pages(pages: list[Any]) -> list[Any]:
    """Take the images of all pages together; what is no page is an image, or a list of them."""
    if not any(is_page(page) or isinstance(page, list) for page in pages):
        return pages
    if is_page(pages[-1]) and any(pages[-1].get(key) for key in NEXT_PAGE_KEYS):
        raise _Unsound
    details: list[Any] = []
    for page in pages:
        # None is how SDKs write an empty list.
        found = page[LIST_KEY] if is_page(page) else page if isinstance(page, list) else [page]
        if found is None:
            continue
        if not isinstance(found, list):
            raise _Unsound
        details += found
    return details


def _rows(details: list[dict[str, Any]]) -> list[_Row]:
    if not set(map(type, details)) <= {dict}:
        raise _Unsound
    return [
        (
            get("imageDigest"),
            get("imagePushedAt"),
            get("imageTags", ()),
            get("imageSizeInBytes"),
            get("imageStatus"),
            get("lastRecordedPullTime"),
            get("lastArchivedAt"),
            get("lastActivatedAt"),
            get("subjectManifestDigest"),
            get("imageManifestMediaType"),
            get(CHILDREN_KEY, ()),
            get(LAYERS_KEY),
            get("repositoryName", ""),
            get("registryId", ""),
        )
        for detail in details
        for get in (detail.get,)
    ]


def _inventory(rows: list[_Row], *, file: str) -> Inventory:
    if not rows:
        return Inventory(file=file, images=ImageTable.of(()))
    digests, pushed, tags, sizes, statuses, pulled, archived, activated, subjects, media, children, layers, *owners = (
        zip(*rows, strict=True)
    )
    rows.clear()
    # As SDKs write what is absent.
    tags, children = (_without_null(column, ()) for column in (tags, children))
    names, registries = (_without_null(column, "") for column in owners)
    # Most lists of images say nothing of children, and to find that out is faster than to look at each.
    told = () if children.count(()) == len(children) else children
    known = [of_image for of_image in layers if of_image is not None] if layers.count(None) < len(layers) else ()
    states = _states(statuses)
    pushes, pulls, archivals, activations = map(_times, (pushed, pulled, archived, activated))
    table = ImageTable(
        (digests, pushes, tags, sizes, states, pulls, archivals, activations, subjects, media, children, layers)
    )
    is_sound = (
        all(map(_are_lists, (tags, told, known)))
        and {Layer}.issuperset(map(type, chain.from_iterable(known)))
        and all(map(_are_texts, (digests, names[:1], registries[:1], table.all_tags, chain.from_iterable(told))))
        and all({str, type(None)}.issuperset(map(type, column)) for column in (subjects, media))
        and {int, type(None)}.issuperset(map(type, sizes))
        # All are equal to the first, which is faster to find out than what they are.
        and all(column.count(column[0]) == len(column) for column in (names, registries))
        and table.has_each_once
        and DIGESTS.fullmatch("\n".join((*digests, "")))
        and min(filter(None, sizes), default=0) >= 0
        and None not in pushes
        and (states.count(ImageStatus.ACTIVE) == len(states) or all(map(_is_dated, states, archivals)))
    )
    if not is_sound:
        raise _Unsound
    # These are printed as they are, and so may be nothing but digits and signs of ISO 8601.
    texts = pushed if set(map(type, pushed)) == {str} and _PLAIN_TIMES.fullmatch("\n".join(pushed)) else ()
    return Inventory(file=file, registry=registries[0], repository=names[0], images=table, pushed_texts=texts)


def _without_null(column: tuple[Any, ...], absent: object) -> tuple[Any, ...]:
    return tuple(absent if value is None else value for value in column) if None in column else column


def _are_lists(column: Iterable[object]) -> bool:
    return all(issubclass(kind, list | tuple) for kind in set(map(type, column)))


def _are_texts(column: Iterable[object]) -> bool:
    return {str}.issuperset(map(type, column))


def _states(column: Sequence[Any]) -> Sequence[ImageStatus]:
    if not {str, type(None)}.issuperset(map(type, column)) or not _STATUSES.keys() >= set(column):
        raise _Unsound
    if column.count(column[0]) == len(column):
        return [_STATUSES[column[0]]] * len(column)
    return [_STATUSES[status] for status in column]


def _is_dated(state: ImageStatus, archived_at: datetime | None) -> bool:
    """Whether an image that is in the archive says since when."""
    return state is ImageStatus.ACTIVE or archived_at is not None


def _times(column: Sequence[Any]) -> Sequence[Any]:
    """Read a column of times; ``None`` stays."""
    kinds = set(map(type, column))
    if kinds == {type(None)}:
        return column
    try:
        if kinds == {str}:
            times: list[datetime | None] = list(map(datetime.fromisoformat, column))
        elif kinds == {str, type(None)}:
            times = [datetime.fromisoformat(time) if time is not None else None for time in column]
        else:
            times = [None if time is None else read_time(time) for time in column]
    except ValueError:
        raise _Unsound from None
    # Times in UTC share one object, and are fast to compare; a time without an offset has none to bring to UTC.
    return times if {time.tzinfo for time in times if time} == {UTC} else [time and _in_utc(time) for time in times]


def _in_utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise _Unsound
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise _Unsound from None


def _ignore(_number: int) -> None:
    """Tell nobody about progress."""


def _refuse(constant: str) -> object:
    """Refuse ``NaN`` and ``Infinity``, which are no JSON."""
    raise _Unsound(constant)
