"""The report, as text and in a real browser."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from builders.browsers import dom_of
from builders.commands import ecrkit
from builders.inventories import NOW, digest, image, write_images
from builders.policies import ARCHIVE, policy, policy_text, pulled, pushed, rule, tagged, untagged

from ecrkit.images import Image, ImageTable, Inventory
from ecrkit.preview.preview import Preview, preview
from ecrkit.preview.protection import Protections, UsedImage
from ecrkit.preview.report import render_page

if TYPE_CHECKING:
    from pathlib import Path

RULES = [
    rule(1, **tagged("prod*"), countNumber=2),
    rule(2, **untagged(), **pushed(14)),
    rule(3, **tagged("v*"), **pulled(30), action=ARCHIVE),
]
EVIL = "</script><script>document.title='evil'</script>"


def inventory(number: int) -> list[Image]:
    """Make images of every kind, spread over a year and more."""
    tags = [["prod-{}"], [], ["v{}"], ["x{}"]]
    return [
        image(
            format(place, "x"),
            tags=[tag.format(place) for tag in tags[place % 4]],
            age_days=place * 500 / number,
        )
        for place in range(1, number + 1)
    ]


def previewed(images: list[Image], protections: Protections | None = None, name: str = "my-app") -> Preview:
    return preview(
        policy(*RULES),
        Inventory(file="i.json", repository=name, images=ImageTable.of(images)),
        now=NOW,
        today=NOW,
        protections=protections or Protections(),
    )


def page_of(found: Preview) -> str:
    return render_page(found, price=0.1, price_source="a test", missing=["my-app:gone"])


def data_in(page: str) -> dict[str, Any]:
    [text] = re.findall(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    return dict(json.loads(text))


def test_every_image_is_a_point() -> None:
    """Of few images each is a point, in the trace of its rule and fate, and a row."""
    found = previewed(inventory(40))
    data = data_in(page_of(found))

    names = {trace["name"]: len(trace["x"]) for trace in data["figure"]["data"]}
    assert names == {
        "rule 1: stay (2)": 2,
        "rule 1: expire (8)": 8,
        "rule 2: stay (1)": 1,
        "rule 2: expire (9)": 9,
        "rule 3: stay (1)": 1,
        "rule 3: archive (9)": 9,
        "no rule: stay (10)": 10,
    }
    assert len(data["rows"]) == 40
    assert data["scope"] == "All images, newest first."


@pytest.mark.parametrize("number", [1, 50])
def test_every_rule_has_a_shade_of_its_own(number: int) -> None:
    """Stacked on each other, what different rules decide can be told apart, however many rules there are."""
    rules = [rule(place, **tagged(f"{place}-*"), countNumber=1, description="x" * 60) for place in range(1, number + 1)]
    images = [image(format(place, "x"), tags=[f"{place % number + 1}-{place}"]) for place in range(3 * number)]
    found = preview(
        policy(*rules),
        Inventory(file="i.json", images=ImageTable.of(images)),
        now=NOW,
        today=NOW,
        protections=Protections(),
    )
    colors = [trace["marker"]["color"] for trace in data_in(page_of(found))["figure"]["data"]]

    assert len(set(colors)) == len(colors) == 2 * number


@pytest.mark.parametrize("number", [2_001, 20_000])
def test_many_images_are_bars(number: int) -> None:
    """Many images are counted by time, and the bars hold every one; the table has the newest that do not stay."""
    found = previewed(inventory(number))
    data = data_in(page_of(found))

    assert {trace["type"] for trace in data["figure"]["data"]} == {"bar"}
    assert sum(sum(trace["y"]) for trace in data["figure"]["data"]) == number
    assert max(len(trace["x"]) for trace in data["figure"]["data"]) <= 150
    assert {text.rpartition(" ")[2] for trace in data["figure"]["data"] for text in trace["customdata"]} <= {
        "B",
        "kB",
        "MB",
        "GB",
    }
    acted = found.totals.expire + found.totals.archive
    assert data["scope"].startswith(f"The newest {len(data['rows']):,} of the {acted:,} images that expire or")


def test_size() -> None:
    """A report on 100,000 images has less than 10 MB."""
    assert len(page_of(previewed(inventory(100_000))).encode()) < 10_000_000


def test_no_images() -> None:
    """A report on nothing is a page, too."""
    assert data_in(page_of(previewed([])))["rows"] == []


def test_long_ago() -> None:
    """Bars stand for so long a time that they can be seen."""
    images = [image(format(place, "x"), age_days=20_000 + place) for place in range(2_001)]
    images.append(image("ffff", age_days=0))

    assert max(len(trace["x"]) for trace in data_in(page_of(previewed(images)))["figure"]["data"]) <= 150


def test_protected_images_come_first() -> None:
    """Protected images that would expire stand at the top, and what is in use and gone after them."""
    used = UsedImage(text="my-app:prod-3", origin="in-use.txt:1", repository="my-app", digest=digest("a"))
    images = [image("a", tags=["prod-1"], age_days=9), *(image(tags=["prod-2"], age_days=days) for days in (1, 2))]
    page = page_of(previewed(images, Protections(used=(used,))))

    alert = f"<p class='alert'>{digest('a')} (prod-1): in use (in-use.txt:1), and rule 1 would expire it</p>"
    assert f"<section id=\"alerts\">{alert}<p class='remark'>in use, but not found: my-app:gone</p>" in page


def test_data_is_never_markup() -> None:
    """Names and tags that are markup stay text."""
    page = page_of(previewed([image(tags=[EVIL, "<b>"], age_days=1)], name=EVIL))
    data = data_in(page)

    assert EVIL not in page
    assert data["rows"][0][2] == f"{EVIL}, <b>"
    assert "<b>" not in data["figure"]["data"][-1]["text"][0]


def test_command(tmp_path: Path) -> None:
    """`--output html` writes the page to standard output."""
    (tmp_path / "policy.json").write_text(policy_text(*RULES))
    images = write_images(tmp_path / "images.json", inventory(10))
    arguments = ("policy", "preview", tmp_path / "policy.json", "--images", images, "--now", NOW.isoformat())

    result = ecrkit(*arguments, "--output", "html")

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("<!DOCTYPE html>")
    assert "$0.10 per GB and month: Amazon ECR pricing" in result.stdout


def test_one_repository(tmp_path: Path) -> None:
    """A report is about one repository."""
    (tmp_path / "policy.json").write_text(policy_text(*RULES))

    result = ecrkit("policy", "preview", tmp_path / "policy.json", "--images", tmp_path, "--output", "html")

    assert result.returncode == 2
    assert "--output html reports one repository; pass one file to --images" in result.stderr


@pytest.mark.browser
@pytest.mark.needs("chromium")
@pytest.mark.parametrize("number", [10, 1_000, 100_000])
def test_opens_in_a_browser(tmp_path: Path, number: int) -> None:
    """A browser draws the chart and fills the table, offline."""
    path = tmp_path / "report.html"
    path.write_text(page_of(previewed(inventory(number))), encoding="utf-8")

    dom = dom_of(path, profile=tmp_path / "profile")

    assert re.search(r'<html[^>]* data-ready-after="[0-9]+"', dom)
    assert len(re.findall("<tr><td>20", dom)) == min(number, 1_000)
    assert dom.count('class="main-svg"') >= 2


@pytest.mark.browser
@pytest.mark.needs("chromium")
def test_filters(tmp_path: Path) -> None:
    """Choosing a fate hides the rows and the points of others; the text filters rows."""
    path = tmp_path / "report.html"
    path.write_text(page_of(previewed(inventory(40))), encoding="utf-8")
    script = """
    const fate = document.getElementById("fate");
    fate.value = "expire";
    fate.dispatchEvent(new Event("change"));
    const text = document.getElementById("text");
    text.value = "prod";
    text.dispatchEvent(new Event("input"));
    const visible = document.getElementById("chart").data.filter((trace) => trace.visible).map((trace) => trace.name);
    document.body.dataset.visible = visible.join("|");
    """

    dom = dom_of(path, profile=tmp_path / "profile", script=script)

    assert "8 of 40 rows" in dom
    assert 'data-visible="rule 1: expire (8)|rule 2: expire (9)"' in dom


def test_nothing_turns_text_around() -> None:
    """What is no visible character is shown as its escape, in the page and in its data."""
    page = page_of(previewed([image(tags=["a\u202eb"], age_days=1)], name="web\u2066\x1b"))

    assert "web\\u2066\\x1b: lifecycle preview" in page
    assert data_in(page)["rows"][0][2] == "a\\u202eb"
    assert not {"\u2066", "\u202e", "\x1b"} & set(page.partition('<script id="data"')[0])


@pytest.mark.browser
@pytest.mark.needs("chromium")
def test_nothing_is_run_from_data(tmp_path: Path) -> None:
    """Markup in names, tags and descriptions is shown, and not run."""
    path = tmp_path / "report.html"
    images = [image(tags=[f"<img src=x onerror=\"document.title='evil'\">{EVIL}"], age_days=1)]
    path.write_text(page_of(previewed(images, name=EVIL)), encoding="utf-8")

    dom = dom_of(path, profile=tmp_path / "profile")

    assert "<title>&lt;/script&gt;" in dom
    assert "<title>evil" not in dom
    assert "<img src" not in dom
