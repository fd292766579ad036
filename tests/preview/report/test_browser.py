"""The report in a real browser: contrast, filters, keys, screens and paper."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from builders.chromium import chromium
from builders.inventories import image
from builders.reports import fleet_of, images, page_of, page_of_all, page_of_fleet, previewed, used

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builders.chromium import Tab

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium")]

EVIL = "</script><script>document.title='evil'</script><img src=x onerror=\"document.title='evil'\">"

DATA = Path(__file__).parents[2] / "data" / "report"
CONTRAST = (DATA / "contrast.js").read_text(encoding="utf-8")
SHOWN = (DATA / "shown.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the pages of repositories of every size."""
    few, many, most = images(300), images(5_000), images(100_000)
    several = [
        previewed(images(20 * seed, seed=seed), used(images(20 * seed, seed=seed)), name=f"team/{seed}")
        for seed in range(9)
    ]
    texts = {
        "0": page_of(previewed([])),
        "1": page_of(previewed([image(tags=["pr-1"], age_days=40)])),
        "300": page_of(previewed(few, used(few, number=9)), missing=["my-app:gone"]),
        "5000": page_of(previewed(many, used(many))),
        "100000": page_of(previewed(most)),
        "repositories": page_of_all(several),
        "fleet": page_of_fleet(fleet_of(300)),
    }
    directory = tmp_path_factory.mktemp("pages")
    for name, text in texts.items():
        (directory / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: directory / f"{name}.html" for name in texts}


def choose(tab: Tab, *fates: str) -> None:
    """Leave the boxes of these fates checked only."""
    for box in ("expire", "archive", "stay"):
        if tab.run(f"document.querySelector('input[value={box}]').checked") != (box in fates):
            tab.run(f"document.querySelector('input[value={box}]').click()")


def write(tab: Tab, field: str, text: str) -> None:
    script = "field.value = TEXT; field.dispatchEvent(new Event('input'))".replace("TEXT", repr(text))
    tab.run(f"{{const field = document.getElementById('{field}'); {script}}}")


def search(tab: Tab, text: str) -> None:
    write(tab, "text", text)


def shown(tab: Tab) -> dict[str, Any]:
    return dict(tab.run(SHOWN))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["0", "1", "300", "5000", "repositories", "fleet"])
def test_contrast(tab: Tab, pages: dict[str, Path], name: str, scheme: str) -> None:
    """Text has a contrast of 4.5 to 1 at least, and graphics of 3 to 1, as WCAG 2.2 asks."""
    tab.open(pages[name], scheme=scheme)
    tab.run("for (const found of document.querySelectorAll('details')) found.open = true")
    found = tab.run(CONTRAST)

    assert found["bad"] == []
    assert found["texts"] > 20
    assert tab.errors == []


@pytest.mark.parametrize("name", ["0", "1", "300", "5000", "100000", "repositories", "fleet"])
def test_phone(tab: Tab, pages: dict[str, Path], name: str) -> None:
    """On a phone the decision is seen without scrolling, and nothing is wider than the screen."""
    tab.open(pages[name], width=390, height=844)

    assert tab.run("document.querySelector('.sentence').getBoundingClientRect().bottom") < 844
    assert tab.run("document.documentElement.scrollWidth") == 390
    charts = "[...document.querySelectorAll('.chart')].filter((found) => found.checkVisibility())"
    scales = tab.run(f"{charts}.map((found) => found.getBoundingClientRect().width / found.viewBox.baseVal.width)")
    assert all(scale > 0.95 for scale in scales)


@pytest.mark.parametrize("fate", ["expire", "archive", "stay"])
def test_filter_by_fate(tab: Tab, pages: dict[str, Path], fate: str) -> None:
    """Points and rows have the images of a fate only, and the same number of them."""
    tab.open(pages["300"])
    choose(tab, fate)
    tab.run("while (!document.getElementById('more').hidden) document.getElementById('more').click()")
    found = shown(tab)

    assert set(found["points"]) == ({fate, "protected"} if fate == "expire" else {fate})
    assert len(found["points"]) == len(found["fates"]) > 0
    assert {text.partition(",")[0] for text in found["fates"]} == {fate}
    assert found["count"] == f"Chart and table show {len(found['points'])} of 300 images."


@pytest.mark.parametrize("fate", ["expire", "archive", "stay"])
def test_each_fate_of_a_large_repository_has_rows(tab: Tab, pages: dict[str, Path], fate: str) -> None:
    """Of 100,000 images a filter shows rows of the same fate as the bars, and says how many of how many."""
    tab.open(pages["100000"])
    choose(tab, fate)
    found = shown(tab)

    assert set(found["bars"]) == set(found["fates"]) == {fate}
    assert re.fullmatch(r"The chart shows [\d,]+ of 100,000 images; the table lists [\d,]+ of them\.", found["count"])


def test_search(tab: Tab, pages: dict[str, Path]) -> None:
    """A search leaves the points and rows that match, and Show all brings the others back."""
    tab.open(pages["300"])
    search(tab, "pr-1")
    found = shown(tab)

    assert 0 < len(found["points"]) < 100
    assert all("pr-1" in text for text in found["rows"])
    tab.run("document.getElementById('reset').click()")
    tab.run("new Promise((resolve) => setTimeout(resolve, 50))")
    assert len(shown(tab)["points"]) == 300


def test_search_of_bars(tab: Tab, pages: dict[str, Path]) -> None:
    """Bars shrink to the images that a search finds."""
    tab.open(pages["5000"])
    search(tab, "-debug")
    found = shown(tab)

    assert found["lanes"] == ["4"]
    assert re.fullmatch(r"Chart and table show \d+ of 5,000 images\.", found["count"])


def test_nothing_matches(tab: Tab, pages: dict[str, Path]) -> None:
    """A search that finds nothing says so, and offers the way back."""
    tab.open(pages["300"])
    search(tab, "no such tag")

    assert tab.run("document.getElementById('none').innerText") == "No image matches these filters. Show all"
    assert shown(tab)["points"] == []


@pytest.mark.parametrize("column", ["size", "pushed", "image", "rule"])
def test_sort(tab: Tab, pages: dict[str, Path], column: str) -> None:
    """A column sorts by its values in both directions, and says which."""
    tab.open(pages["300"])
    button = f"document.querySelector('button[data-sort={column}]')"
    cell = {"size": 4, "pushed": 5, "image": 0, "rule": 2}[column]
    seen = []
    for _ in range(2):
        tab.run(f"{button}.click()")
        values = tab.run(f"[...document.querySelectorAll('#rows tr')].map((row) => row.cells[{cell}].innerText)")
        seen.append((tab.run(f"{button}.closest('th').ariaSort"), values))

    by_direction = dict(seen)
    assert set(by_direction) == {"ascending", "descending"}
    if column == "size":
        first = [float(text.partition(" ")[0]) for text in by_direction["descending"]]
        assert first == sorted(first, reverse=True)
    if column == "pushed":
        assert by_direction["ascending"] == sorted(by_direction["ascending"])
    assert by_direction["ascending"][0] != by_direction["descending"][0]


def test_keys(tab: Tab, pages: dict[str, Path]) -> None:
    """Keys reach everything in the order of the page, and what has the focus can be seen."""
    tab.open(pages["300"])
    tab.press("Tab")
    assert tab.run("document.activeElement.innerText") == "Skip to the images"
    assert tab.run("document.activeElement.getBoundingClientRect().top") >= 0

    names, outlines = [], set()
    for _ in range(12):
        tab.press("Tab")
        names.append(tab.run("((found) => found.value || found.id || found.innerText)(document.activeElement)").strip())
        outlines.add(tab.run("getComputedStyle(document.activeElement).outlineStyle"))
        if names[-1] == "archive":
            tab.press(" ")

    controls = ["expire", "archive", "stay", "on", "rule", "text", "reset"]
    assert [name for name in names if name in controls] == controls
    assert outlines == {"solid"}
    assert "archive" not in shown(tab)["points"]


def test_screen_reader(tab: Tab, pages: dict[str, Path]) -> None:
    """Charts have a text, the table has roles on any screen, and the number of images is announced."""
    tab.open(pages["300"], width=390, height=844)
    roles = tab.run("[...new Set([...document.querySelectorAll('[role]')].map((found) => found.getAttribute('role')))]")

    assert {"img", "table", "row", "rowgroup", "columnheader", "rowheader", "cell", "status"} <= set(roles)
    assert tab.run("[...document.querySelectorAll('.chart')].every((found) => found.getAttribute('aria-label'))")
    assert tab.run("document.getElementById('count').getAttribute('aria-live')") == "polite"
    assert tab.run(
        "[...document.querySelectorAll('input, select')].every((found) => found.ariaLabel || found.labels.length)"
    )


def test_paper(tab: Tab, pages: dict[str, Path], tmp_path: Path) -> None:
    """It prints on A4, without controls, and says how many images are on the paper."""
    tab.open(pages["300"], media="print")

    assert tab.run("document.getElementById('printed').innerText") == "Printed: 50 of 300 images."
    assert not tab.run(
        "[...document.querySelectorAll('input, select, #more, #reset')].some((found) => found.checkVisibility())"
    )
    tab.print(tmp_path / "page.pdf")
    assert b"594.95996 841.91998" in (tmp_path / "page.pdf").read_bytes()


def test_repositories(tab: Tab, pages: dict[str, Path]) -> None:
    """A search leaves the repositories with such a name, and each opens."""
    tab.open(pages["repositories"])
    write(tab, "repository", "/7")

    seen = "[...document.querySelectorAll('.repository')].filter((found) => found.checkVisibility())"
    assert tab.run(f"{seen}.map((found) => found.querySelector('.name').innerText)") == ["team/7"]
    assert tab.run("document.getElementById('count').textContent") == "1 of 8 repositories that lose images"
    tab.run(f"{seen}[0].querySelector('summary').click()")
    assert "more than 14 days ago" in tab.run(f"{seen}[0].innerText")


def test_nothing_is_run_from_data(tab: Tab, tmp_path: Path) -> None:
    """Markup in names, tags and descriptions is shown, and not run; the page loads nothing."""
    path = tmp_path / "evil.html"
    path.write_text(page_of(previewed([image(tags=[EVIL], age_days=1)], name=EVIL)), encoding="utf-8")
    tab.open(path)

    assert tab.run("document.title").startswith(EVIL)
    assert tab.run("document.querySelector('#rows .tags').innerText") == EVIL
    assert tab.run("document.querySelectorAll('img, link, script[src]').length") == 0
    assert tab.run("performance.getEntriesByType('resource').length") == 0
    assert tab.errors == []
