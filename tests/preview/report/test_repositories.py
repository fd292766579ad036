"""The report on several repositories, as text."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from builders.commands import run_here
from builders.inventories import NOW, image, write_images
from builders.policies import policy_text
from builders.reports import RULES, images, page_of_all, previewed, used

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

    from ecrkit.images import Image

EVIL = "</script><script>document.title='evil'</script>"


def text_of(page: str) -> str:
    body = page.partition("<main>")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def names_in(page: str) -> list[str]:
    return list(re.findall(r'<summary><span class="name">([^<]*)', page))


def old(number: int, *, size: int = 1_000_000_000) -> list[Image]:
    return [image(age_days=20, size_bytes=size) for _ in range(number)]


def test_totals_first() -> None:
    """The page begins with their number, the decision on all, and the sums."""
    page = page_of_all([previewed(old(3), name="a"), previewed([*old(1), image()], name="b"), previewed([], name="c")])
    text = text_of(page)

    assert "<title>3 repositories: keep-last-10@2</title>" in page
    assert text.startswith(
        "3 repositories Lifecycle policy keep-last-10@2 , evaluated 1 November 2026, 12:00 UTC"
        " Check 4 of 5 images expire, 4.0 GB. Pass --in-use to check whether any of them runs."
        " images 5 expire 4 archived 0 stays 1 freed at most 4.0 GB saved a month at most $0.40"
        " Repositories by bytes freed"
    )


def test_by_bytes_freed() -> None:
    """Repositories that lose images come by the bytes that they free; the others are folded with their number."""
    page = page_of_all(
        [
            previewed(old(2), name="small"),
            previewed(old(1, size=9_000_000_000), name="large"),
            previewed([image()], name="idle"),
            previewed([], name="empty-1"),
            previewed([], name="empty-2"),
        ]
    )

    assert names_in(page) == ["large", "small"]
    assert "1 repository loses no image idle 2 repositories are empty empty-1 empty-2" in text_of(page)


def layered(*layers: Mapping[str, int] | None, archived: int = 0) -> list[Image]:
    """Make old images of 1 GB with layers, and one that stays with the base of all."""
    found = [image(age_days=20, size_bytes=10**9, layers=each) for each in layers]
    tagged = [image(tags=["v1"], age_days=90, size_bytes=10**9, layers={"a": 5 * 10**7}) for _ in range(archived)]
    return [*found, *tagged, image(layers={"ba5e": 10**8})]


def test_real_bytes() -> None:
    """With layers, the numbers are those that are really freed; sizes are called apparent."""
    exact = previewed(layered({"ba5e": 10**8, "a": 4 * 10**8}, {"ba5e": 10**8, "b": 2 * 10**8}), name="web")
    text = text_of(page_of_all([exact, previewed([], name="empty")]))

    assert "Check 2 of 3 images expire, 2.0 GB (600.0 MB really freed)." in text
    assert "apparent size 2.0 GB really freed 600.0 MB saved a month $0.06 " in text
    assert "web 600.0 MB 2 of 3 images expire, 2.0 GB apparent" in text
    assert "1 more image expires (1.0 MB apparent size) by" in text
    assert "apparent bytes per day" in text
    assert "at most" not in text


def test_upper_bounds_are_called_so() -> None:
    """Unknown layers make every number that they are in an upper bound, and no other."""
    exact = previewed(layered({"ba5e": 10**8, "a": 4 * 10**8}), name="web")
    partly = previewed(layered({"ba5e": 10**8, "a": 4 * 10**8}, None, archived=1), name="api")
    page = page_of_all([exact, partly])
    text = text_of(page)

    assert "3 of 6 images expire, 3.0 GB (up to 1.8 GB really freed), and 1 is archived" in text
    assert ("apparent size 3.0 GB freed at most 1.8 GB archived at most 50.0 MB saved a month at most $0.18 ") in text
    assert "api up to 1.4 GB 2 of 4 images expire, 1 archived, 2.0 GB apparent" in text
    assert "web 400.0 MB 1 of 2 images expire, 1.0 GB apparent" in text
    assert '<dl class="figures many">' in page


def test_details() -> None:
    """A repository opens to what each rule does to it, and to the images that go."""
    page = page_of_all([previewed([image("a", tags=["pr-1"], age_days=40)], name="web"), previewed(old(1), name="b")])

    assert (
        "Rule Expire Archive Stay Freed rule 1 0 0 0 0 B rule 2 0 0 0 0 B rule 3 0 0 0 0 B rule 4 1 0 0 1.0 MB"
        " Image Fate Why Size Pushed (UTC)"
        " pr-1 000000000000 expire pushed 2026-09-22, more than 30 days ago 1.0 MB 2026-09-22"
    ) in text_of(page)


def test_protected_images() -> None:
    """Protected images that would go are named with their repository, and counted at it."""
    found = images(200)
    page = page_of_all([previewed(found, used(found, number=7), name="web"), previewed(old(1), name="b")])
    text = text_of(page)

    assert "7 of them run now. web: prod-2026." in text
    assert "and 2 more protected images" in text
    assert "7 protected" in text


def test_one_policy_is_described_once() -> None:
    """The rules come once, with what they do in all repositories."""
    page = page_of_all([previewed(images(100), name="a"), previewed(images(100, seed=1), name="b")])

    assert page.count("Keep the newest 10 images tagged") == 1
    assert "images of pull requests" in text_of(page).lower()


def test_size() -> None:
    """A page on thousands of repositories has 5 MB at most, and says what it leaves out."""
    each = [previewed(images(40, seed=seed), name=f"team/{seed}") for seed in range(8)]
    page = page_of_all([*each * 300])

    assert len(page.encode()) < 5_000_000
    assert "900 more repositories free" in text_of(page)


def test_data_is_never_markup() -> None:
    """Names and tags that are markup stay text."""
    page = page_of_all([previewed([image(tags=[f"pr-{EVIL}"], age_days=99)], name=EVIL), previewed([], name=EVIL)])

    assert EVIL not in page


def test_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`--images` with a directory and `--output html` writes one page on all of its repositories."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "draft.json").write_text(policy_text(*RULES))
    (tmp_path / "images").mkdir()
    for name in ("web", "api"):
        write_images(tmp_path / "images" / f"{name}.json", images(30), repository=name)

    code = run_here(f"policy preview draft.json --images images --now {NOW.isoformat()} --output html", monkeypatch)

    page = capsys.readouterr().out
    assert code == 0
    assert "<title>2 repositories: draft.json</title>" in page
    assert sorted(names_in(page)) == ["api", "web"]
