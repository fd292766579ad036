"""With msgspec and without it, a list of images is the same."""

from __future__ import annotations

import json
import sys
from typing import Any
from unittest import mock

import pytest
from builders.inventories import digest
from hypothesis import example, given
from hypothesis import strategies as st

from ecrkit.errors import EcrkitError
from ecrkit.images.inventory.reading import parse_images

DETAILS = [
    {"imageDigest": digest(name), "imagePushedAt": "2026-10-01T12:00:00Z", "imageTags": [name]} for name in "abc"
]
VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 5, 5.0, 1e30, 10**30, "", "x", "ARCHIVED", "2026-10-01T12:00:00.1234567+02:00", [], ["v1"], {}]
    + [[{"digest": digest("a"), "size": size}] for size in (1, 2, -1, True, "1")]
    + [[{"digest": "x", "size": 1}], [{"digest": digest("a")}], [{"digest": digest("b"), "size": 1, "mediaType": "x"}]]
)
KEYS = st.sampled_from(
    [
        *DETAILS[0],
        "imageSizeInBytes",
        "imageStatus",
        "lastArchivedAt",
        "repositoryName",
        "childManifestDigests",
        "layers",
        "other",
    ]
)
PIECES = st.sampled_from([*'{}[]",:\\ \n019.eE-', "NaN", "\x00", "\x7f", "ä", "\\ud800", "\\u0041", "null", '"a":'])
FORMS = st.sampled_from(
    [("", "\n", ""), ("", "\n\n", "\n"), ("", "\r\n", ""), ("", " ", ""), ("[", ",", "]")]
    + [('{"inventory": {"repositoryName": "web"}, "imageDetails": [', ",\n", "]}")]
    + [('{"imageDetails": [', ", ", end) for end in ("]}", "]}\n", '], "nextToken": null}', '], "NextToken": "x"}')]
)


def outcome(content: bytes) -> object:
    """What is read, or what is said."""
    try:
        inventory = parse_images(content, file="i.json")
    except EcrkitError as error:
        return str(error)
    return list(map(repr, inventory.images)), list(inventory.pushed_texts), inventory.name, inventory.registry


@given(
    st.lists(st.tuples(st.sampled_from(DETAILS), st.dictionaries(KEYS, VALUES, max_size=2)), max_size=3),
    FORMS,
    st.lists(st.tuples(st.floats(0, 1), st.booleans(), PIECES), max_size=2),
)
@example([(DETAILS[0], {})], ("", "", ""), [(0.0, True, "\ufeff")])
def test_parsers_agree(
    details: list[tuple[dict[str, Any], dict[str, Any]]],
    form: tuple[str, str, str],
    errors: list[tuple[float, bool, str]],
) -> None:
    """Whatever is broken about the text, both parsers come to the same images or the same message."""
    before, between, after = form
    text = before + between.join(json.dumps({**base, **keys}) for base, keys in details) + after
    for share, is_inserted, piece in errors:
        place = int(share * len(text))
        text = text[:place] + piece + text[place + (not is_inserted) :]

    with_msgspec = outcome(text.encode())
    with mock.patch.dict(sys.modules, {"ecrkit.images.inventory.fast_parsing": None}):
        without = outcome(text.encode())

    assert with_msgspec == without


@pytest.mark.parametrize("content", [b'[{"other": "\xff"}]', b"\xff"])
def test_not_utf_8(content: bytes) -> None:
    """Text that is not UTF-8 is refused."""
    assert "not UTF-8" in str(outcome(content))
