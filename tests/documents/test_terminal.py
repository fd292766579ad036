"""What is printed does nothing but show."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.documents.terminal import (
    Styled,
    rewrite_line,
    terminal_text,
    write_command,
    write_document,
    write_json,
    write_line,
    write_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PRINTERS = {
    "print",
    "pprint",
    "click.echo",
    "click.secho",
    "click.echo_via_pager",
    "sys.stdout.write",
    "sys.stdout.writelines",
    "sys.stdout.buffer",
    "sys.stderr.write",
    "sys.stderr.writelines",
    "sys.stderr.buffer",
    "os.write",
}
"""What prints without asking; a name that is only spoken of counts too."""

ASKING = {
    "click.confirm": "cli/console/output.py",
    "click.prompt": "cli/console/output.py",
    "click.progressbar": "cli/console/progress.py",
}
"""What prints to a terminal in a way of its own, and the one module that may use it, with text that is safe."""


def names_in(path: Path) -> Iterator[str]:
    """Give every dotted name in a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node)
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=str(path.relative_to(ROOT)))
        for path in [*(ROOT / "constructs").rglob("*.py"), *(ROOT / "stacks").glob("*.py"), ROOT / "app.py"]
    ],
)
def test_only_one_module_prints(path: Path) -> None:
    """No other module prints by any means of Python or click."""
    place = path.relative_to(ROOT).as_posix().removeprefix("constructs/ecrkit/")
    forbidden = PRINTERS | {name for name, module in ASKING.items() if module != place}

    assert place == "documents/terminal.py" or not forbidden & set(names_in(path))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("web: fine, 3 €", "web: fine, 3 €", id="what is visible"),
        pytest.param("a\x1b[2Jb", "a\\x1b[2Jb", id="escape sequence"),
        pytest.param("a\x9b2Jb", "a\\x9b2Jb", id="escape sequence of one byte"),
        pytest.param("a\rb\nc", "a\\rb\\nc", id="line ends"),
        pytest.param("a\u202eb\u2066", "a\\u202eb\\u2066", id="bidirectional"),
        pytest.param("a\u200bb\ufeff", "a\\u200bb\\ufeff", id="zero width"),
        pytest.param("a\u2028b\u2029", "a\\u2028b\\u2029", id="line separators"),
        pytest.param("a\udcffb", "a\\udcffb", id="file name that is not UTF-8"),
        pytest.param("::error::x", "\\x3a:error::x", id="command"),
        pytest.param("  ::add-mask::x", "  \\x3a:add-mask::x", id="command after spaces"),
        pytest.param("a ::error::x", "a ::error::x", id="no command, since not first"),
        pytest.param("a ##[error]x", "a \\x23#[error]x", id="older command"),
        pytest.param("##vso[task.complete]", "\\x23#vso[task.complete]", id="command of Azure"),
        pytest.param("###[error]x", "#\\x23#[error]x", id="older command after its sign"),
    ],
)
def test_text(text: str, shown: str) -> None:
    """What acts is escaped, and only that."""
    assert terminal_text(text) == shown


@given(st.text())
def test_text_never_acts(text: str) -> None:
    """No text gives anything but one line of visible characters that is no command; shown again, it is the same."""
    shown = terminal_text(text)

    assert shown.isprintable()
    assert not shown.lstrip().startswith("::")
    assert "##[" not in shown
    assert terminal_text(shown) == shown


def test_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Parts make one line; a style shows only where it is wanted, and comes from us only."""
    parts = ("a\n", Styled("b\x1b[0m", "red", bold=True), "\x1b[31mc")
    write_line(*parts)
    write_line(*parts, styles=True)
    write_line("d", err=True)

    assert capsys.readouterr() == (
        "a\\nb\\x1b[0m\\x1b[31mc\na\\n\x1b[31m\x1b[1mb\\x1b[0m\x1b[0m\\x1b[31mc\n",
        "d\n",
    )


def test_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Of several lines none is a command."""
    write_text("a\n::error::b\n\rc")

    assert capsys.readouterr().out == "a\n\\x3a:error::b\n\\rc\n"


def test_line_that_changes(capsys: pytest.CaptureFixture[str]) -> None:
    """A line that is replaced holds nothing that moves the cursor."""
    rewrite_line("a\x1b[1A")

    assert capsys.readouterr().err == "\r\x1b[Ka\\x1b[1A"


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    """An annotation has its text and properties, and neither ends it early."""
    write_command("error", "100%\n::warning::x\r", file="a:b,c\n::x", line=3)

    assert capsys.readouterr().out == ("::error file=a%3Ab%2Cc\\n%3A%3Ax,line=3::100%25%0A\\x3a:warning::x\\r\n")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_means_the_same(text: str) -> None:
    """JSON is printed without anything that acts, and read back it is what it was."""
    printed: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ecrkit.documents.terminal._write", lambda piece, **_: printed.append(piece))
        write_json([json.dumps({text: [text]}, indent=2, ensure_ascii=False)])
    (shown,) = printed

    assert json.loads(shown) == {text: [text]}
    assert all(line.isprintable() for line in shown.split("\n"))
    assert "##[" not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param('{"a": "b c~"}', '{"a": "b c~"}', id="plain"),
        pytest.param('"\x7f"', r'"\u007f"', id="control character of ASCII"),
        pytest.param('"a\tb"', r'"a\u0009b"', id="tab"),
        pytest.param('"##[error]x"', r'"\u0023#[error]x"', id="command"),
        pytest.param('"#1"', '"#1"', id="sign without a command"),
        pytest.param('"\u202e"', r'"\u202e"', id="turned around"),
    ],
)
def test_json_of_any_kind_is_escaped(text: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is plain is printed as it is, in pieces of any length; what is not is escaped among it."""
    write_json(["[\n", text, ",\n", '"x"' + " " * 100_000, ",\n", text, "\n]"])

    assert capsys.readouterr().out == f'[\n{shown},\n"x"{" " * 100_000},\n{shown}\n]'


def test_json_is_utf8(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """Half of a character becomes the sign for what is none."""
    write_json([json.dumps("a\udcff\ud800", ensure_ascii=False)])

    assert capsysbinary.readouterr().out.decode() == '"a\ufffd\ufffd"'


def test_document_keeps_its_own_escapes(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """A page is printed as it is, in UTF-8."""
    write_document("<p>&lt;\u202f\udcff</p>\n")

    assert capsysbinary.readouterr().out.decode() == "<p>&lt;\u202f\ufffd</p>\n"
