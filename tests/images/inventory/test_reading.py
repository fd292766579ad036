"""What is a list of images, and what is wrong with others."""

from __future__ import annotations

import json
import re
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from builders.inventories import detail, digest, image
from builders.random_cases import inventories
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.errors import InvalidImagesError
from ecrkit.images.inventory import fast_parsing
from ecrkit.images.inventory.reading import parse_images

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.errors import Finding
    from ecrkit.images import Image, Inventory

A = {"imageDigest": digest("a"), "imagePushedAt": "2026-10-01T12:00:00Z"}
B = {"imageDigest": digest("b"), "imagePushedAt": "2026-10-02T12:00:00Z"}


@pytest.fixture(scope="module", params=["msgspec", "json"], autouse=True)
def parser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Read with each of the parsers: msgspec is an extra."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "json":
            patch.setitem(sys.modules, "ecrkit.images.inventory.fast_parsing", None)
        yield


def text(*details: object, **keys: object) -> str:
    return json.dumps({"imageDetails": list(details), **keys})


def read(content: str) -> Inventory:
    return parse_images(content.encode(), file="i.json")


def refused(content: str) -> list[str]:
    with pytest.raises(InvalidImagesError) as caught:
        read(content)
    return str(caught.value).splitlines()


@given(inventories())
def test_every_form_gives_the_same_images(images: list[Image]) -> None:
    """What describe-images prints, a bare list and JSON Lines hold the same images, in order."""
    details = [detail(found) for found in images]
    plain = [found._replace(children=(), tags=list(found.tags) or ()) for found in images]

    for content in (text(*details), json.dumps(details, indent=1), "".join(f"{json.dumps(one)}\n" for one in details)):
        if content:
            assert list(read(content).images) == plain


@pytest.mark.parametrize(
    ("time", "meant"),
    [
        pytest.param("2026-10-01T12:00:00Z", datetime(2026, 10, 1, 12, tzinfo=UTC), id="Z"),
        pytest.param("2026-10-01T14:00:00+02:00", datetime(2026, 10, 1, 12, tzinfo=UTC), id="offset"),
        pytest.param("2026-10-01T12:00:00.5Z", datetime(2026, 10, 1, 12, 0, 0, 500_000, tzinfo=UTC), id="fraction"),
        pytest.param(1790856000, datetime(2026, 10, 1, 12, tzinfo=UTC), id="seconds"),
        pytest.param(1790856000.25, datetime(2026, 10, 1, 12, 0, 0, 250_000, tzinfo=UTC), id="fraction of seconds"),
    ],
)
def test_times(time: object, meant: datetime) -> None:
    """Times are ISO 8601 with an offset, or seconds since 1970, one by one; they are in UTC then."""
    inventory = read(text({**A, "imagePushedAt": time, "lastRecordedPullTime": time}, B))

    assert inventory.images[0].pushed_at == inventory.images[0].pulled_at == meant
    assert {found.tzinfo for found in inventory.images.pushed_at} == {UTC}


def test_texts_of_times_are_kept_where_they_are_plain() -> None:
    """A report prints a time as the file has it, unless it holds what JSON would escape."""
    assert list(read(text(A, B)).pushed_texts) == ["2026-10-01T12:00:00Z", "2026-10-02T12:00:00Z"]
    assert read(text({**A, "imagePushedAt": '2026-10-01"12:00:00Z'})).pushed_texts == ()


def test_names_are_those_of_the_file() -> None:
    """The repository and the registry come from the images."""
    inventory = read(text(detail(image(), repository="a/b")))

    assert (inventory.registry, inventory.repository) == ("123456789012", "a/b")


@pytest.mark.parametrize("content", ["[]", '{"imageDetails": []}', ' {"imageDetails": [], "nextToken": null}\n'])
def test_no_images(content: str) -> None:
    """An empty repository is one."""
    assert len(read(content).images) == 0


def test_lines_with_gaps() -> None:
    """Empty lines between JSON Lines, and line ends of other systems, say nothing."""
    content = f"\n{json.dumps(A)}\r\n\r\n   \n{json.dumps(B)}"

    assert list(read(content).images.digests) == [digest("a"), digest("b")]


def test_many_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are read piece by piece, and progress is told."""
    monkeypatch.setattr("ecrkit.images.inventory.reading._CHUNK", 100)
    monkeypatch.setattr(fast_parsing, "_CHUNK", 100)
    seen: list[int] = []
    content = "".join(f"{json.dumps({**A, 'imageDigest': digest(format(number, 'x'))})}\n" for number in range(50))

    inventory = parse_images(content.encode(), file="i.json", progress=seen.append)

    assert len(inventory.images) == 50
    assert len(seen) > 10
    assert sum(seen) <= len(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", "1:1: not a list of images: the text is empty; " + "{save} [IMG102]", id="empty"),
        pytest.param(" \n", "1:1: not a list of images: the text is empty; " + "{save} [IMG102]", id="space"),
        pytest.param("[", "1:2: not JSON: the text ends where a value is expected [IMG101]", id="not JSON"),
        pytest.param("[" * 100_000, "1:101: not JSON: {deep} [IMG101]", id="deep"),
        pytest.param("[" * 9_999 + "]" * 9_999, "1:101: not JSON: {deep} [IMG101]", id="deep and closed"),
        pytest.param(
            "5", "1:1: not a list of images: the text is neither a mapping nor a list; {save} [IMG102]", id="5"
        ),
        pytest.param(
            '{"images": []}',
            "1:1: not a list of images: the text is a mapping without 'imageDetails'; {save} [IMG102]",
            id="another document",
        ),
        pytest.param("[5]", "1:2: [0]: must be an image as a mapping, got 5 [IMG104]", id="no object"),
        pytest.param(
            '{"imageDetails": {}}', "1:18: imageDetails: must be a list, got {{}} [IMG104]", id="details as an object"
        ),
        pytest.param(
            '[{"imageDigest": "sha256:00", "imagePushedAt": NaN}]',
            '1:48: not JSON: the text has "NaN", which JSON does not have; write a number or null [IMG101]',
            id="NaN",
        ),
        pytest.param(
            text(A, nextToken="x"),
            "1:166: nextToken: the list is incomplete: 'nextToken' is set; read all pages: run the AWS CLI without"
            " --max-items and --no-paginate [IMG111]",
            id="one page of several",
        ),
        pytest.param(
            f"{json.dumps(A)}\n{json.dumps(A)}\n",
            f"2:17: imageDigest: {digest('a')} occurs twice, as image 1 and image 2 of this file; remove one: it "
            "would count twice [IMG109]",
            id="twice, in lines",
        ),
        pytest.param(
            f"{json.dumps(A)}\n {json.dumps(B)[:-1]}\n",
            "2:132: not JSON: the text ends where ',' or '}}' is expected [IMG101]",
            id="a broken line",
        ),
        pytest.param(
            f"{json.dumps(A)}\n{json.dumps(B)}}}\n",
            '2:132: not JSON: the text has "}}" where the end of the text is expected [IMG101]',
            id="too much in a line",
        ),
        pytest.param(
            f"{json.dumps(A)}, {json.dumps(B)}\n",
            '1:132: not JSON: the text has "," where the end of the text is expected [IMG101]',
            id="two in a line",
        ),
        pytest.param(
            f"{json.dumps(A, indent=2)}\n{json.dumps(B, indent=2)}\n",
            "1:1: not a list of images: the text has an image on several lines; JSON Lines have one on each, as 'jq -c'"
            " writes them; {save} [IMG102]",
            id="lines of several lines",
        ),
        pytest.param(
            f"{text(A)}\n{json.dumps(B)}",
            "2:1: not a list of images: the text continues after the 'imageDetails' with something else than another "
            "page; {save} [IMG102]",
            id="an image after a list",
        ),
    ],
)
def test_refused_text(content: str, message: str) -> None:
    """Text that is no list of images is refused with the place."""
    message = message.format(
        save="save the output of 'aws ecr describe-images'",
        deep="the text is nested more than 100 levels deep",
    )

    assert refused(content) == [f"i.json:{message}"]


@pytest.mark.parametrize(
    ("keys", "messages"),
    [
        pytest.param({"imageDigest": None}, ["[1].imageDigest: {digest}, got null [IMG105]"], id="no digest"),
        pytest.param({"imageDigest": "v1"}, ["[1].imageDigest: {digest}, got 'v1' [IMG105]"], id="bad digest"),
        pytest.param(
            {"imagePushedAt": "yesterday"}, ["[1].imagePushedAt: {time}, got 'yesterday' [IMG106]"], id="no time"
        ),
        pytest.param({"imagePushedAt": True}, ["[1].imagePushedAt: {time}, got true [IMG106]"], id="true"),
        pytest.param(
            {"imagePushedAt": "0001-01-01T00:00:00+05:00"},
            ["[1].imagePushedAt: {time}, got '0001-01-01T00:00:00+05:00' [IMG106]"],
            id="before the calendar in UTC",
        ),
        pytest.param({"imagePushedAt": 1e30}, ["[1].imagePushedAt: {time}, got 1e+30 [IMG106]"], id="far away"),
        pytest.param(
            {"imagePushedAt": "2026-10-01T12:00:00"},
            [
                "[1].imagePushedAt: must have an offset from UTC, got '2026-10-01T12:00:00'; {naive} [IMG107]",
            ],
            id="naive",
        ),
        pytest.param(
            {"imagePushedAt": None, "lastRecordedPullTime": 5},
            ["[1].imagePushedAt: {time}, got null [IMG106]"],
            id="null",
        ),
        pytest.param(
            {"imageStatus": "GONE"},
            ["[1].imageStatus: must be 'ACTIVE', 'ARCHIVED' or 'ACTIVATING', got 'GONE' [IMG108]"],
            id="status",
        ),
        pytest.param(
            {"imageStatus": "ARCHIVED"},
            ["[1]: the required key 'lastArchivedAt' is missing; an archived image has it [IMG103]"],
            id="archived without a time",
        ),
        pytest.param({"imageTags": "v1"}, ["[1].imageTags: must be a list of strings, got 'v1' [IMG104]"], id="tags"),
        pytest.param({"imageTags": [1]}, ["[1].imageTags: must be a list of strings, got [1] [IMG104]"], id="tag"),
        pytest.param(
            {"childManifestDigests": ["x", 1]},
            ['[1].childManifestDigests: must be a list of strings, got ["x", 1] [IMG104]'],
            id="child",
        ),
        pytest.param(
            {"imageSizeInBytes": 1.5}, ["[1].imageSizeInBytes: must be a number of bytes, got 1.5 [IMG104]"], id="size"
        ),
        pytest.param(
            {"imageSizeInBytes": -1}, ["[1].imageSizeInBytes: must be a number of bytes, got -1 [IMG104]"], id="less"
        ),
        pytest.param(
            {"subjectManifestDigest": 7},
            ["[1].subjectManifestDigest: must be a string, got 7 [IMG104]"],
            id="subject",
        ),
        pytest.param(
            {"repositoryName": "b"},
            [
                "[1].repositoryName: must be none, like the images before, got 'b'; {several} [IMG110]",
            ],
            id="another repository",
        ),
    ],
)
def test_refused_value(keys: dict[str, Any], messages: list[str]) -> None:
    """A value of an image that ECR would not have given is refused with its place."""
    lines = refused(json.dumps([A, {**B, **keys}]))

    expected = [
        message.format(
            digest="must be a digest as in 'sha256:0123…'",
            time="must be a time in ISO 8601, or seconds since 1970",
            naive="append 'Z' if it is UTC; without an offset the age is unknown",
            several="write a file for each repository: a policy counts the images of one",
        )
        for message in messages
    ]
    assert [re.sub(r"^i\.json:1:[0-9]+: ", "", line) for line in lines] == expected


@pytest.mark.parametrize(
    "key",
    [
        "imageTags",
        "imageSizeInBytes",
        "imageStatus",
        "lastRecordedPullTime",
        "lastArchivedAt",
        "lastActivatedAt",
        "subjectManifestDigest",
        "imageManifestMediaType",
        "artifactMediaType",
        "childManifestDigests",
        "layers",
        "repositoryName",
        "registryId",
    ],
)
def test_null_is_absent(key: str) -> None:
    """SDKs write null for an optional field that an image does not have, an untagged image for one."""
    assert list(read(text({**A, key: None}, B)).images) == list(read(text(A, B)).images)


def test_a_name_beside_null_is_one_too_many() -> None:
    """An image without a repository is not of the same repository as one with it, null or absent."""
    (line,) = refused(text({**A, "repositoryName": None}, {**B, "repositoryName": "web"}))

    assert "imageDetails[1].repositoryName: must be none, like the images before, got 'web'" in line


def test_all_in_one_go() -> None:
    """Everything that is wrong is told at once, in the order of the file."""
    assert [line.partition(" ")[0] for line in refused('[{"imageTags": 5},\n {"imageDigest": "x"},\n 7]')] == [
        "i.json:1:2:",
        "i.json:1:2:",
        "i.json:1:16:",
        "i.json:2:2:",
        "i.json:2:18:",
        "i.json:3:2:",
    ]


def test_two_repositories() -> None:
    """Images of two repositories are refused, each after the first with its place."""
    lines = refused(text(detail(image(), repository="a"), detail(image(), repository="b")))

    assert len(lines) == 1
    assert "imageDetails[1].repositoryName: must be 'a', like the images before, got 'b'" in lines[0]


def test_enough_is_enough() -> None:
    """After twenty findings there is a line that says so."""
    lines = refused(json.dumps([{}] * 1_000))

    assert len(lines) == 20
    assert lines[-1].endswith("is missing; stopped at 20 problems, more are possible [IMG103]")


VALUES: st.SearchStrategy[object] = st.sampled_from(
    [None, True, -1, 5, 1.5, 10**400, "", "x", "ACTIVE", "ARCHIVED", "2026-10-01T12:00:00Z", [], ["v1"], {}]
)
KEYS = st.sampled_from([*A, "imageTags", "imageSizeInBytes", "imageStatus", "lastRecordedPullTime", "lastArchivedAt"])


@given(st.lists(st.tuples(st.sampled_from([A, B, {}]), st.dictionaries(KEYS, VALUES, max_size=3)), max_size=3))
def test_what_is_refused_is_explained(details: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """The fast reader and the slow diagnosis agree: whatever one refuses, the other finds something wrong with."""
    content = json.dumps([{**base, **keys} for base, keys in details])
    findings: Sequence[Finding] | None = None
    try:
        read(content)
    except InvalidImagesError as error:
        findings = error.findings

    assert findings is None or findings


ODD_VALUES: tuple[object, ...] = (
    *(None, True, 0, -1, 1.5, 10**30, "", "x", "2026-01-01"),
    *("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"),
    *([], {}, [1], ["a", 1], [[]], {"a": 1}, [{"digest": digest("c0")}], [{"digest": [], "size": 1}]),
)
FULL = {
    **A,
    "imageTags": ["v1"],
    "imageSizeInBytes": 1,
    "imageStatus": "ACTIVE",
    **dict.fromkeys(("lastRecordedPullTime", "lastArchivedAt", "lastActivatedAt"), "2026-10-01T12:00:00Z"),
    "subjectManifestDigest": digest("b"),
    "imageManifestMediaType": "a",
    "childManifestDigests": [],
    "layers": [{"digest": digest("c0"), "size": 1}],
    "repositoryName": "web",
    "registryId": "123456789012",
}


@pytest.mark.parametrize("key", FULL)
def test_any_value_is_read_or_refused(key: str) -> None:
    """A value of any type, size and depth ends in images or in findings, never in another exception."""
    whole = json.dumps([FULL])
    images = [[{**FULL, key: odd}, {**FULL, "imageDigest": digest("b")}] for odd in ODD_VALUES]
    deep = [whole.replace(json.dumps(FULL[key]), nested, 1) for nested in (f"{'[' * 900}{']' * 900}", "[" * 100_000)]

    for content in (*map(json.dumps, images), *("\n".join(map(json.dumps, both[::-1])) for both in images), *deep):
        with suppress(InvalidImagesError):
            assert read(content).images


@pytest.mark.parametrize("content", ["", "1", "null", '"imageDetails"', "[1]", "1\n2", "[[[]]]", "NaN", "{}", "tru"])
def test_what_is_no_list_of_images_is_refused(content: str) -> None:
    """Any JSON, and any text, ends in findings."""
    assert refused(content) != []
