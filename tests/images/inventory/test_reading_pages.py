"""Lists of images that several calls printed, and fields that a dump writes as null."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING

import pytest
from builders.inventories import digest

from ecrkit.errors import InvalidImagesError
from ecrkit.images.inventory.reading import parse_images

if TYPE_CHECKING:
    from collections.abc import Iterator

A, B, C = ({"imageDigest": digest(name), "imagePushedAt": "2026-10-01T12:00:00Z"} for name in "abc")


@pytest.fixture(scope="module", params=["msgspec", "json"], autouse=True)
def parser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Read with each of the parsers: msgspec is an extra."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "json":
            patch.setitem(sys.modules, "ecrkit.images.inventory.fast_parsing", None)
        yield


def page(*details: object, **keys: object) -> dict[str, object]:
    return {"imageDetails": list(details), **keys}


def read(content: str) -> list[str]:
    return list(parse_images(content.encode(), file="i.json").images.digests)


def refused(content: str) -> list[str]:
    with pytest.raises(InvalidImagesError) as caught:
        read(content)
    return [re.sub(r"; .*| \[IMG.*", "", line) for line in str(caught.value).splitlines()]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(json.dumps([page(A), page(B, C)]), id="jq -s"),
        pytest.param(json.dumps([page(A, nextToken="x"), page(B, C)]), id="tokens between pages"),
        pytest.param(f"{json.dumps(page(A))}\n{json.dumps(page(B, C))}\n", id="jq -c"),
        pytest.param(
            f"{json.dumps(page(A), indent=4)}\n{json.dumps(page(B, C), indent=4)}\n", id="one after the other"
        ),
        pytest.param(json.dumps([page(A), page(), page(B, C), {"imageDetails": None}]), id="empty pages"),
        pytest.param(json.dumps([page(A), B, C]), id="pages and images"),
        pytest.param(json.dumps([[A], [], [B, C]]), id="jq -s and a path"),
        pytest.param(f"{json.dumps([A], indent=4)}\n{json.dumps([B, C])}\n[]\n", id="jq and a path"),
        pytest.param(json.dumps([[A], page(B), C]), id="lists, pages and images"),
    ],
)
def test_pages_are_taken_together(text: str) -> None:
    """However they were put into one file, they are one list, in order."""
    assert read(text) == [digest(name) for name in "abc"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            json.dumps([page(A), page(B, nextToken="x")]),
            "i.json:1:{at}: [1].nextToken: the list is incomplete: 'nextToken' is set",
            id="more pages",
        ),
        pytest.param(
            json.dumps([page(A), page(A)]),
            f"i.json:1:{{at}}: [1].imageDetails[0].imageDigest: {digest('a')} occurs twice, as image 1 and image 2 of"
            " this file",
            id="page twice",
        ),
        pytest.param(
            json.dumps([page(A | {"repositoryName": "a"}), page(B | {"repositoryName": "b"})]),
            "i.json:1:{at}: [1].imageDetails[0].repositoryName: must be 'a', like the images before, got 'b'",
            id="two repositories",
        ),
        pytest.param(
            json.dumps([[A], [B, A]]),
            f"i.json:1:{{at}}: [1][1].imageDigest: {digest('a')} occurs twice, as image 1 and image 3 of this file",
            id="list twice",
        ),
        pytest.param(
            f"{json.dumps([A])}\n{json.dumps([5])}",
            "i.json:2:2: [0]: must be an image as a mapping, got 5",
            id="no image in a list",
        ),
        pytest.param(
            json.dumps([page(A), {"imageDetails": 5}]),
            "i.json:1:{at}: [1].imageDetails: must be a list, got 5",
            id="no list",
        ),
        pytest.param(
            f"{json.dumps(page(A))}\n5",
            "i.json:2:1: not a list of images: the text continues after the 'imageDetails' with something else than"
            " another page",
            id="something else after a page",
        ),
    ],
)
def test_pages_that_do_not_fit_are_refused(text: str, message: str) -> None:
    """The message has the page and the place of each."""
    (found,) = refused(text)

    assert found == message.replace("{at}", found.split(":")[2])


@pytest.mark.parametrize(
    "key",
    [
        *("registryId", "repositoryName", "imageTags", "imageSizeInBytes", "imageStatus", "imageManifestMediaType"),
        *("artifactMediaType", "lastRecordedPullTime", "lastArchivedAt", "lastActivatedAt", "subjectManifestDigest"),
        *("childManifestDigests", "imageScanStatus", "imageScanFindingsSummary"),
    ],
)
def test_null_is_absent(key: str) -> None:
    """Every optional field may be null, as SDKs write what an image does not have."""
    with_null, without = (
        parse_images(json.dumps(page(first, B)).encode(), file="i.json") for first in (A | {key: None}, A)
    )

    assert list(with_null.images) == list(without.images)
    assert (with_null.registry, with_null.repository) == (without.registry, without.repository)
