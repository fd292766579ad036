"""Comments of `ecrkit review`, `ecrkit catalog diff` and `ecrkit guard`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from builders.assemblies import repository, write_assembly
from builders.commands import ecrkit
from builders.reviews import AT, write_folder, write_inventories
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ecrkit.cli.review.markdown import GUARD_MARKER, LOSSES_MARKER, REVIEW_MARKER, guard_markdown, review_markdown
from ecrkit.deployment.guard import GUARD_RULEBOOK, GuardFinding
from ecrkit.deployment.review import Change, Checks, ImageLoss, Review
from ecrkit.documents.markdown import length
from ecrkit.errors import Location, Severity
from ecrkit.policies.rulebook import EMPTY_STORE

if TYPE_CHECKING:
    from pathlib import Path

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
HOSTILE = "a|b`c`</code></summary></details><script>x</script>\n\n# @octocat <!-- ecrkit:review -->"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two hundred repositories of which all but one get a policy that keeps less."""
    names = [f"team/web-{number}" for number in range(200)]
    for folder, policy in (("base", "keep@1"), ("head", "keep@2")):
        repositories = {name: {"lifecycle": policy} for name in names} | {"other": {"lifecycle": "keep@1"}}
        environments = {"dev": {"account": "123456789012", "region": "us-east-1", "shards": 4}}
        write_folder(tmp_path / folder, repositories, environments=environments)
    write_inventories(tmp_path / "images", names)
    return tmp_path / "head"


def loss(name: str = "web", **values: Any) -> ImageLoss:  # noqa: ANN401 - what a test varies
    return ImageLoss(
        **{"repository": name, "environments": ("dev",), "old": "a@1", "new": "a@2", "expire": 1, **values}
    )


def found(
    name: str = "web", *, code: str = "GRD111", message: str = "", severity: Severity = Severity.ERROR
) -> GuardFinding:
    return GuardFinding(
        stack="Shop",
        logical_id="Web",
        repository=name,
        code=code,
        severity=severity,
        message=message or f"'{name}' leaves the stack",
        remedy="put it back",
    )


def test_same_change_is_one_row(project: Path) -> None:
    """The same change in two hundred repositories is one row with a count, and an expandable list of the names."""
    result = ecrkit("review", "--base", "../base", "--images", "../images", "--output", "markdown", *AT, cwd=project)
    lines = result.stdout.splitlines()

    assert result.returncode == 1
    assert lines[0] == REVIEW_MARKER == "<!-- ecrkit:review -->"
    assert lines[1] == "### 🛑 ecrkit: 200 repositories would lose images"
    assert [line for line in lines if line.startswith("| 🛑 <code>")] == [
        "| 🛑 <code>keep&#64;1</code> → <code>keep&#64;2</code> | dev | 200 | 400 | 1.0&nbsp;TB | $100.00 | 0 |"
    ]
    assert (
        "<details><summary>200 repositories in dev: <code>keep&#64;1</code> → <code>keep&#64;2</code></summary>"
        in lines
    )
    assert sum(line.startswith("| <code>team/web-") for line in lines) == 200


def test_decision_comes_first(project: Path) -> None:
    """Before anything folded a comment says what it comes to, and how to accept it."""
    result = ecrkit("review", "--base", "../base", "--images", "../images", "--output", "markdown", *AT, cwd=project)
    first = result.stdout.partition("<details>")[0]

    assert "| 🛑 images | 400 images would newly expire (1.0 TB, $100.00 a month) |" in first
    assert "| ⚪ other stacks | not checked |" in first
    assert "To accept the losses: <code>--allow team/web-0</code>" in first
    assert " and 195 more; a name can be a glob." in first


def test_catalog_diff(project: Path) -> None:
    """`catalog diff` writes the same table, with a marker of its own."""
    catalogs = ("../base/repositories.yaml", "repositories.yaml")
    result = ecrkit(
        "catalog", "diff", *catalogs, "--images", "../images", "--exit-code", "--output", "markdown", *AT, cwd=project
    )

    assert result.returncode == 1
    assert result.stdout.splitlines()[:2] == [LOSSES_MARKER, "### 🛑 ecrkit: 200 repositories would lose images"]
    assert "<code>keep&#64;1</code> → <code>keep&#64;2</code> | dev | 200 | 400 |" in result.stdout


def test_guard(tmp_path: Path) -> None:
    """`guard` writes its findings the same way, with a marker of its own."""
    old = write_assembly(tmp_path / "old", {"Shop": {f"R{number}": repository(f"r{number}") for number in range(200)}})
    new = write_assembly(tmp_path / "new", {"Shop": {}})
    result = ecrkit("guard", new, "--baseline", old, "--output", "markdown")
    lines = result.stdout.splitlines()

    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == "failed: 197 more findings"
    assert lines[:2] == [GUARD_MARKER, "### 🛑 ecrkit: 200 deploy problems"]
    assert "| 🛑 repository is removed from its stack | 200 | <code>r0</code>, … |" in lines
    assert "<details><summary>repository is removed from its stack (200)</summary>" in lines


def test_findings_with_messages_of_their_own() -> None:
    """Many findings of one check that say different things are a list below one row."""
    findings = [found(f"r{number}", code="GRD121", message=f"moves to {number}") for number in range(9)]
    lines = guard_markdown(findings, summary="9 resources compared").splitlines()

    assert sum(line.startswith("| 🛑") for line in lines) == 1
    assert sum(line.startswith("- <code>Shop/Web</code>: moves to ") for line in lines) == 9


def test_titles_are_known() -> None:
    """A check of the guard has a title that needs no escape."""
    assert all(set("|`<>*_[]").isdisjoint(check.title) for check in GUARD_RULEBOOK)


def test_hostile_names() -> None:
    """Names end neither a cell nor a section nor the marker, and are nobody's mention."""
    review = Review(
        base=HOSTILE,
        checks=Checks(findings=(EMPTY_STORE.at(Location(HOSTILE, 1, 1, f"/{HOSTILE}")),)),
        changes=(Change(what=f"Tags.{HOSTILE}: a → b", environments=(HOSTILE,), names=(HOSTILE,) * 9),),
        guard=(found(HOSTILE),),
        losses=(loss(HOSTILE, examples=(HOSTILE,), environments=(HOSTILE,), old=HOSTILE, notes=(HOSTILE,)),),
        unused=((HOSTILE, HOSTILE),),
    )
    text = review_markdown(review)
    html = MARKDOWN.render(text)

    assert text.count("<!-- ecrkit:review -->") == 1
    assert (html.count("<details>"), html.count("<summary>")) == (html.count("</details>"), html.count("</summary>"))
    assert "<script" not in html
    assert html.count("<h1>") == 0
    assert "\n# " not in text


NAMES = st.text(min_size=1, max_size=260)


@given(
    st.lists(NAMES, min_size=1, max_size=20),
    st.integers(1, 300),
    st.integers(0, 3_000),
)
def test_any_change_fits(names: list[str], times: int, differing: int) -> None:
    """A comment has fewer than 65,536 characters, however many changes there are, and whatever their names."""
    many = [f"{name}{number}" for number in range(times) for name in names]
    review = Review(
        base=names[0],
        checks=Checks(findings=tuple(EMPTY_STORE.at(Location(name, 1, 1)) for name in many)),
        changes=tuple(Change(what=name * 3, environments=(name,) * 9, names=tuple(many[:50])) for name in names),
        guard=tuple(found(name, message=name if index < differing else "") for index, name in enumerate(many)),
        losses=tuple(
            loss(name, old=name if index < differing else "a@1", notes=(name,)) for index, name in enumerate(many)
        ),
        unused=tuple((name, name) for name in many),
    )

    assert length(review_markdown(review)) < 65_536


def test_huge_change_keeps_what_matters() -> None:
    """What does not fit is counted, and the decision is there."""
    losses = tuple(loss(f"team/web-{number}", old=f"old-{number}@1") for number in range(5_000))
    text = review_markdown(Review(base="main", losses=losses, has_images=True))

    assert text.splitlines()[1] == "### 🛑 ecrkit: 5,000 repositories would lose images"
    assert "more |" in text
    assert "more sections are left out" in text
