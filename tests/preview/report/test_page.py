"""The report on one repository, as text."""

from __future__ import annotations

import json
import re
from collections import Counter
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from builders.commands import run_here
from builders.inventories import NOW, digest, image, write_images
from builders.policies import policy_text, rule, tagged
from builders.reports import RULES, images, page_of, previewed, used

from ecrkit.preview.protection import Protections, UsedImage

if TYPE_CHECKING:
    from pathlib import Path

EVIL = "</script><script>document.title='evil'</script>"
TAGS = re.compile(r"<[^>]*>")


def data_in(page: str) -> dict[str, Any]:
    [text] = re.findall(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    return dict(json.loads(text))


def words_of(page: str, *, part: str) -> str:
    """Give the text of the part of a page with this class or id."""
    [found] = re.findall(rf'<section[^>]*(?:class="{part}[ "]|id="{part}")(.*?)</section>', page, re.DOTALL)
    return " ".join(unescape(TAGS.sub(" ", found.partition(">")[2])).split())


def drawing_in(page: str) -> str:
    """Give the drawing of the images for wide screens."""
    [found] = re.findall(r'<svg class="chart wide".*?</svg>', page, re.DOTALL)
    return str(found)


def test_title() -> None:
    """The title names repository and policy with its version, the head also the instant."""
    page = page_of(previewed([image()]))

    assert "<title>payments/api: keep-last-10@2</title>" in page
    assert "<h1>payments/api</h1>" in page
    assert 'Lifecycle policy <strong class="policy">keep-last-10@2</strong>, evaluated' in page
    assert '<time datetime="2026-11-01T12:00:00+00:00">1 November 2026, 12:00 UTC</time>' in page


def test_order() -> None:
    """The parts are in one order: decision, numbers, filters, chart, rules, images, notes."""
    page = page_of(previewed(images(30)))
    parts = [
        'class="decision',
        'class="figures',
        'id="filters"',
        'id="when"',
        'id="rules"',
        'id="images"',
        'id="notes"',
    ]

    assert sorted(parts, key=page.index) == parts


@pytest.mark.parametrize("number", [1, 300, 5_000])
def test_every_image_has_a_row(number: int) -> None:
    """Of up to thousands of images each has a row, and the counts are those of the preview."""
    found = previewed(images(number))
    data = data_in(page_of(found))
    fates = Counter(row[2] for row in data["rows"])

    assert (fates["expire"], fates["archive"], fates["stay"]) == (
        found.totals.expire,
        found.totals.archive,
        found.totals.stay,
    )
    assert sum(count for *_, count in data["counts"]) == number


def test_large_repository() -> None:
    """Of 100,000 images the page lists each fate of each rule, counts all, and has 5 MB at most."""
    found = previewed(images(100_000))
    page = page_of(found)
    data = data_in(page)
    listed = Counter((row[3], row[2]) for row in data["rows"])

    assert len(page.encode()) < 5_000_000
    assert sum(count for *_, count in data["counts"]) == 100_000
    assert {(rule, fate) for rule, fate, *_ in data["counts"]} == listed.keys()
    assert all(min(count, 500) <= listed[rule, fate] for rule, fate, _, count in data["counts"])


def test_few_images_are_marks() -> None:
    """Each of few images is a mark of the shape of its fate, with the number of its row."""
    found = previewed(images(300))
    page = page_of(found)
    kinds = Counter(re.findall(r'<path class="mark (\w+)" d="[^"]+" data-row=', drawing_in(page)))
    rows = re.findall(r'data-row="(\d+)"', drawing_in(page))

    assert kinds == {"expire": found.totals.expire, "archive": found.totals.archive, "stay": found.totals.stay}
    assert sorted(map(int, rows)) == list(range(300))
    assert "one mark is one image" in drawing_in(page)


@pytest.mark.parametrize(
    "found",
    [pytest.param(images(5_000), id="many"), pytest.param([image(age_days=3) for _ in range(400)], id="at once")],
)
def test_many_images_are_bars(found: list[Any]) -> None:
    """Images that cannot be a mark each are counted, and the bars have every one."""
    drawing = drawing_in(page_of(previewed(found)))

    assert sum(map(int, re.findall(r'data-count="(\d+)"', drawing))) == len(found)
    assert re.search(r"bars: images per (hour|3 hours|2 days)<", drawing)


def test_long_ago() -> None:
    """Bars stand for so much time that they can be seen."""
    old = [image(format(place, "x"), age_days=20_000 + place) for place in range(2_001)]

    bins = set(re.findall(r'data-bin="(\d+)"', drawing_in(page_of(previewed([*old, image("ffff", age_days=0)])))))
    assert 2 <= len(bins) <= 124


def test_cut_offs() -> None:
    """The chart has the cut-off of every rule, and says when now is."""
    texts = re.findall(r'<text class="(?:cut \w+|now)"[^>]*>([^<]*)', drawing_in(page_of(previewed(images(300)))))

    assert texts == [
        "now: 1 Nov 2026 12:00 UTC",
        "10th newest: 2026-10-19",
        "keeps newer than 14 days",
        "keeps images used within 60 days",
        "keeps newer than 30 days",
    ]


def test_no_images() -> None:
    """Without images the page says what the policy would do, and has no chart and no numbers."""
    page = page_of(previewed([]))

    assert words_of(page, part="decision") == (
        "Safe payments/api has no images, so nothing expires. Below is what the policy would do."
    )
    assert words_of(page, part="rules").startswith("Rules Rule 1 Keep the newest 10 images tagged 'prod-*', expire the")
    assert 'class="figures"' not in page
    assert 'id="images"' not in page


def test_protected_images() -> None:
    """The first five protected images that would go come first; the others are folded with their number."""
    found = images(3_000)
    page = page_of(previewed(found, used(found, number=400)), missing=["my-app:gone (in-use.txt:9)"])
    decision = words_of(page, part="decision")

    shown, _, folded = decision.partition("and 395 more protected images")
    assert shown.count(": in use (in-use.txt:") == 5
    assert folded.count(": in use (in-use.txt:") == 395
    assert folded.endswith("1 image is in use, but was not found my-app:gone (in-use.txt:9)")


def test_a_protected_image_is_a_diamond() -> None:
    """A protected image that would go has a shape of its own, and its row the reason."""
    found = [image("a", tags=["prod-1"], age_days=9), *(image(tags=[f"prod-{n}"], age_days=1) for n in range(10))]
    mine = UsedImage(text=digest("a"), origin="in-use.txt:1", digest=digest("a"))
    page = page_of(previewed(found, Protections(used=(mine,))))

    assert drawing_in(page).count('class="mark protected"') == 1
    assert [row[9:] for row in data_in(page)["rows"] if row[0] == digest("a")] == [["in use (in-use.txt:1)"]]


def test_data_is_never_markup() -> None:
    """Names, tags and descriptions that are markup stay text."""
    rules = [rule(1, **tagged("*"), description=EVIL)]
    page = page_of(previewed([image(tags=[EVIL, "<b>"], age_days=1)], name=EVIL, rules=rules), missing=[EVIL])

    assert EVIL not in page
    assert "<b>" not in page
    assert data_in(page)["rows"][0][1] == f"{EVIL}, <b>"


def test_nothing_turns_text_around() -> None:
    """What is no visible character is shown as its escape, in the page and in its data."""
    page = page_of(previewed([image(tags=["a\u202eb"], age_days=1)], name="web\u2066\x1b"))

    assert "<h1>web\\u2066\\x1b</h1>" in page
    assert data_in(page)["rows"][0][1] == "a\\u202eb"
    assert not {"\u2066", "\u202e", "\x1b"} & set(page)


def test_nothing_is_loaded() -> None:
    """The page allows its own script and style only, by their hashes, and names no address."""
    page = page_of(previewed(images(30)))
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)

    assert re.fullmatch(
        r"default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-[\w+/=]+';"
        r" base-uri 'none'; form-action 'none'",
        policy,
    )
    assert not re.findall(r'\s(?:src|href)="(?!#)|url\((?!#)|\sstyle="|\son\w+="', page)


@pytest.mark.parametrize(
    ("argument", "name"),
    [
        pytest.param("keep-last-10@1", "keep-last-10@1", id="version"),
        pytest.param("store/web/v3.json", "web@3", id="file of a store"),
        pytest.param("draft.json", "draft.json", id="other file"),
    ],
)
def test_command(
    argument: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--output html` writes the page to standard output, with the name of the policy."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "store" / "web").mkdir(parents=True)
    for file in ("draft.json", "store/web/v3.json"):
        (tmp_path / file).write_text(policy_text(*RULES))
    write_images(tmp_path / "images.json", images(10))

    code = run_here(
        f"policy preview {argument} --images images.json --now {NOW.isoformat()} --output html", monkeypatch
    )

    page = capsys.readouterr().out
    assert code == 0
    assert page.startswith("<!DOCTYPE html>")
    assert f"<title>my-app: {name}</title>" in page
    assert "The price is $0.10 per GB and month: Amazon ECR pricing, US East" in page
