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
        " images 5 expire 4 archived 0 stays 1 freed at most 4.0 GB saved a month $0.40"
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
