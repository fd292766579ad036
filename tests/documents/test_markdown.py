"""Markdown of a comment: what others wrote is shown as it is, and the comment fits."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ecrkit.documents.markdown import MAX_LENGTH, Section, code, compose, details, length, prose, row, table
from ecrkit.errors import excerpt, printable

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
HOSTILE = [
    pytest.param("a|b", id="pipe"),
    pytest.param("a`b``c`", id="backticks"),
    pytest.param("</code></summary><script>alert(1)</script>", id="html"),
    pytest.param("<!-- ecrkit:review -->", id="marker"),
    pytest.param("@octocat @org/team", id="mention"),
    pytest.param("#1 org/repo#2 !3", id="reference"),
    pytest.param("[text](https://example.com) ![x](y)", id="link"),
    pytest.param("https://example.com www.example.com", id="bare-link"),
    pytest.param("**bold** _em_ ~~no~~ $x$", id="emphasis"),
    pytest.param("&amp; &#124; \\| \\", id="entities-and-backslashes"),
    pytest.param("a\n\n# b\r\n| c |", id="line-ends"),
    pytest.param("\u202e\x1b[31m\x00", id="control-characters"),
    pytest.param("## heading", id="heading"),
]


class _Texts(HTMLParser):
    """Collects the cells of a table, and every tag."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.cells: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.cells:
            self.cells[-1] += data


def rendered(text: str) -> _Texts:
    return _Texts(MARKDOWN.render(text))


def shown(text: str, *, longest: int) -> str:
    return excerpt(printable(text), longest=longest)


@pytest.mark.parametrize("text", HOSTILE)
def test_code_in_a_cell(text: str) -> None:
    """A name in a cell stays in its cell, is shown as it is, and is nothing but code."""
    found = rendered(table(("a", "b")) + row(code(text), "end"))

    assert [cell.strip("\n") for cell in found.cells] == [printable(text), "end"]
    assert found.tags == ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "code", "td"]


@pytest.mark.parametrize("text", HOSTILE)
def test_code_in_a_summary(text: str) -> None:
    """A name in the line of a folded section ends neither the line nor the section."""
    found = rendered(compose([details(code(text), Section(head="inside"))]))

    assert found.tags == ["details", "summary", "code", "p"]
    assert found.text.split() == [*printable(text).split(), "inside"]


@pytest.mark.parametrize("text", HOSTILE)
def test_prose(text: str) -> None:
    """A message is one paragraph of plain text; a zero-width space keeps mentions and references from acting."""
    found = rendered(f"- {prose(text)}")

    assert found.tags == ["ul", "li"]
    assert found.text.replace("\u200b", "").strip() == printable(text).strip()


@pytest.mark.parametrize("text", ["@octocat", "#1", "!2"])
def test_no_mention(text: str) -> None:
    """Nobody is notified by a message: the sign and the name are apart."""
    assert text not in rendered(prose(text)).text


@given(st.text(max_size=300))
def test_any_text_stays_in_its_cell(text: str) -> None:
    """Whatever a name holds, a row has as many cells as were written."""
    found = rendered(table(("a", "b", "c")) + row(code(text), prose(text), "end"))

    assert len(found.cells) == 3
    assert found.cells[0].strip("\n") == shown(text, longest=260)
    assert found.cells[2].strip() == "end"


@given(
    st.lists(
        st.tuples(st.text(max_size=50), st.lists(st.text(max_size=400), max_size=60), st.integers(0, 200)), max_size=40
    ),
    st.integers(200, 5_000),
)
def test_fits(parts: list[tuple[str, list[str], int]], room: int) -> None:
    """A comment has at most the length that it may have, whatever its sections hold."""
    sections = [Section(head=prose(head), rows=[code(row) for row in rows] * many) for head, rows, many in parts]

    assert length(compose(sections, room=room)) <= room


def test_nothing_is_cut_where_there_is_room() -> None:
    """Sections that fit are whole, in their order."""
    text = compose([Section(head="a\n", rows=["b", "c"], tail="\n"), Section(head="d")])

    assert text == "a\nb\nc\n\nd\n"


def test_cut_rows_are_counted() -> None:
    """A long section ends with the number of rows that are left out."""
    text = compose([Section(head="names: ", rows=["name"] * 1_000, joiner=", ", more="and {} more")], room=1_000)

    assert text.startswith("names: name, name, ")
    assert text.endswith(f", and {1_000 - text.count('name,')} more\n")
    assert text.count("name,") > 100


def test_short_sections_leave_their_room_to_long_ones() -> None:
    """A section that needs little takes nothing from the others."""
    long = Section(head="", rows=["x" * 9] * 1_000)

    alone, beside = (len(compose(sections, room=2_000)) for sections in ([long], [long, Section(head="short")]))

    assert alone - beside < 20


def test_section_has_its_own_limit() -> None:
    """A section that matters little is cut although there is room."""
    assert len(compose([Section(head="", rows=["x" * 9] * 1_000, most=500)])) <= 500


def test_sections_without_room_are_counted() -> None:
    """Of too many sections the first ones are kept, and the others are counted."""
    text = compose([Section(head=f"{number} {'x' * 500}") for number in range(100)], room=3_000)

    assert text.startswith("0 xxx")
    assert text.splitlines()[-1].startswith("_9")
    assert text.endswith(
        "more sections are left out: the comment has no room for them. The text and JSON outputs have them._\n"
    )


def test_length_counts_utf_16() -> None:
    """A character outside of the basic plane counts as two, as in some services."""
    assert (length("ab"), length("é"), length("🚢")) == (2, 1, 2)
    assert MAX_LENGTH < 65_536
