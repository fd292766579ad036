"""The report on a fleet, as text."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from builders.reports import fleet_of, page_of_fleet

from ecrkit.preview.fleet.dataset import DatasetRecord
from ecrkit.preview.fleet.tables import Place


def text_of(page: str) -> str:
    body = page.partition("<main>")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def test_10000_repositories() -> None:
    """Ten thousand repositories are in one page of less than 5 MB, each with its account and Region."""
    found = fleet_of(10_000)
    page = page_of_fleet(found)
    acting = [one for one in found.repositories if one.expiring or one.transitioning]

    assert len(acting) > 9_000
    assert page.count('<li class="repository row">') == len(acting)
    assert len(page.encode()) < 5_000_000
    assert "10,000 repositories of 4 accounts in 2 Regions" in text_of(page)


def test_order_and_parts() -> None:
    """The decision comes first, then accounts, Regions and teams, then repositories by the bytes that they free."""
    found = fleet_of(300)
    page = page_of_fleet(found)
    text = text_of(page)
    names = re.findall(r'<span class="name">([^ ]+) <span class="soft">([0-9]{12}) ([a-z0-9-]+)</span>', page)
    freed = {(one.place.repository, one.place.account, one.place.region): one.freed_bytes for one in found.repositories}

    assert re.findall(r"<h2 [^>]*>([^<]+)</h2>", page) == [
        "Accounts",
        "Regions",
        "Values of the tag team",
        "Repositories by bytes freed",
        "Notes",
    ]
    assert [freed[name] for name in names] == sorted((freed[name] for name in names), reverse=True)
    assert f"{found.total.protected_going} of them run now." in text
    assert "repositories lose no image" in text
    assert "have no policy: the images there stay" in text
    assert "the 90 days" not in text


def test_hostile_texts() -> None:
    """Names of teams and repositories are text, whatever they hold."""
    evil = "</script><script>alert(1)</script>"
    found = fleet_of(3)
    first = replace(found.repositories[0], place=Place("111111111111", "eu-west-1", evil), expiring=1)
    page = page_of_fleet(
        replace(
            found,
            repositories=[first, *found.repositories[1:]],
            teams={first.place: evil},
            record=DatasetRecord(begun_at="2026-11-01T12:00:00+00:00", complete=False),
        )
    )

    assert evil not in page
    assert text_of(page).count(evil) == 2
    assert "The dataset is incomplete" in text_of(page)


def test_first_of_many_protected() -> None:
    """The numbers are those of all protected images, also if only the first are listed."""
    found = fleet_of(1_000)
    number = found.total.protected_going
    text = text_of(page_of_fleet(replace(found, protected=found.protected[:7])))

    assert number > 7
    assert f"{number} of them run now." in text
    assert f"and {number - 5} more protected images" in text
    assert f"{number - 7} more are in the JSON output." in text
