"""
What is wrong with a text that is not YAML, in words for those who wrote it.

A YAML parser reports where it gave up and what its grammar expected. The cause is often before that, so each of its
reports has a row here, which looks at the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ecrkit.documents.nodes import Position, SyntaxProblem
from ecrkit.errors import excerpt

if TYPE_CHECKING:
    from collections.abc import Callable

    import yaml

__all__ = ["Mark", "yaml_problem"]

_OTHERWISE = "cannot be read as YAML here; check the indentation, the quotes and the brackets"
_QUOTES_NEEDED = "put it in quotes"
_KEY_WITHOUT_SPACE = re.compile(r"\s*(?:- +)?(?P<key>[^\s:#'\"\[\]{},]+):(?P<value>[^\s:/]\S*)")
_KEY_WITH_VALUE = re.compile(r"\s*(?:- +)?[^\s#][^:]*: +[^\s#]")


class Mark(Protocol):
    """What PyYAML's two kinds of marks have in common; both count from 0."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class _Report:
    """
    What the parser reported.

    Attributes:
        lines: of the text.
        at: where it gave up.
        start: where what it was reading began.
        context: what it was reading.
    """

    lines: list[str]
    at: Position
    start: Position
    context: str

    @property
    def line(self) -> str:
        """The line where it gave up."""
        return self._line(self.at.line)

    @property
    def before(self) -> str:
        """That line up to there."""
        return self.line[: self.at.column - 1]

    @property
    def rest(self) -> str:
        """That line from there, for a message."""
        return excerpt(self.line[self.at.column - 1 :].strip(), longest=20)

    @property
    def is_at_end(self) -> bool:
        """Whether nothing follows."""
        return self.at.line >= len(self.lines) and not self.rest

    @property
    def above(self) -> tuple[int, str]:
        """The number of the last line above that is neither empty nor a comment, and that line."""
        for number in range(self.at.line - 1, 0, -1):
            line = self._line(number)
            if line.strip() and not line.lstrip().startswith("#"):
                return number, line
        return 0, ""

    def _line(self, number: int) -> str:
        return self.lines[number - 1] if number <= len(self.lines) else ""


def yaml_problem(error: yaml.MarkedYAMLError, text: str) -> SyntaxProblem:
    """
    Say what is wrong.

    Args:
        error: that PyYAML raised, with libyaml or without.
        text: that it read.
    """
    at = _position(error.problem_mark or error.context_mark)
    report = _Report(text.split("\n"), at, _position(error.context_mark) if error.context_mark else at, _text(error))
    problem = str(error.problem or "")
    for pattern, explain in _ROWS:
        if re.search(pattern, problem):
            return explain(report)
    return SyntaxProblem(_OTHERWISE, at)


def _text(error: yaml.MarkedYAMLError) -> str:
    return " ".join(str(part) for part in (error.context, error.problem) if part)


def _position(mark: Mark | None) -> Position:
    return Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)


def _no_token(report: _Report) -> SyntaxProblem:
    if "\t" in report.before + report.line[report.at.column - 1 : report.at.column]:
        return SyntaxProblem("has a tab in the indentation; indent with spaces", _first(report, "\t"))
    return SyntaxProblem(f"has a value that begins with {report.rest[:1]!r}; {_QUOTES_NEEDED}", report.at)


def _first(report: _Report, character: str) -> Position:
    found = report.line.find(character)
    return Position(report.at.line, found + 1) if found >= 0 else report.at


def _no_colon(report: _Report) -> SyntaxProblem:
    """Explain a key that its colon does not follow; it began where the parser says."""
    line = report.lines[report.start.line - 1] if report.start.line <= len(report.lines) else ""
    found = _without_space(report.start.line, line)
    if found:
        return found
    opening = line[report.start.column - 1 : report.start.column]
    if opening in {"'", '"'}:
        return SyntaxProblem("opens a quote and does not close it on its line", report.start)
    return SyntaxProblem("has a line that is no key; write 'key: value'", report.start)


def _without_space(number: int, line: str) -> SyntaxProblem | None:
    """Find a colon without a space after it in a line that has no other."""
    match = _KEY_WITHOUT_SPACE.match(line)
    if match is None or ": " in line or line.rstrip().endswith(":"):
        return None
    key, value = excerpt(match["key"], longest=20), excerpt(match["value"], longest=20)
    return SyntaxProblem(
        f"has no space after the colon of '{key}'; write '{key}: {value}'", Position(number, match.start("key") + 1)
    )


def _value_not_allowed(report: _Report) -> SyntaxProblem:
    if re.search(r":\s", report.before):
        return SyntaxProblem(f"has a value with ': ' in it; {_QUOTES_NEEDED}", report.at)
    number, above = report.above
    found = _without_space(number, above)
    if found:
        return found
    indentation = Position(report.at.line, len(report.line) - len(report.line.lstrip()) + 1)
    if _KEY_WITH_VALUE.match(above):
        problem = "has a key below another one that has a value already; indent both alike, or remove that value"
        return SyntaxProblem(problem, indentation)
    if above:
        column = len(above) - len(above.lstrip()) + 1
        return SyntaxProblem("has a line that is no key; write 'key: value'", Position(number, column))
    return SyntaxProblem(f"has ':' where no value is allowed; {_QUOTES_NEEDED} what is before it", report.at)


def _no_key(report: _Report) -> SyntaxProblem:
    if report.before.strip():
        return SyntaxProblem(
            f"continues with '{report.rest}' after a value that is complete; put all of it in quotes", report.at
        )
    if report.rest.startswith(("]", "}")):
        return SyntaxProblem(f"has '{report.rest[:1]}' without an opening bracket; remove it", report.at)
    if report.rest.startswith("- "):
        return SyntaxProblem("has an item of a list among the keys of a mapping; indent it below a key", report.at)
    return SyntaxProblem(
        "has a line that is indented unlike the keys above; indent the keys of a mapping alike", report.at
    )


def _no_item(report: _Report) -> SyntaxProblem:
    if report.before.strip():
        return _no_key(report)
    return SyntaxProblem(
        "has a line without '- ' among the items of a list; indent it, or begin it with '- '", report.at
    )


def _unclosed(opening: str, closing: str) -> Callable[[_Report], SyntaxProblem]:
    def explain(report: _Report) -> SyntaxProblem:
        if report.is_at_end or report.at.line > report.start.line:
            return SyntaxProblem(f"opens '{opening}' and does not close it; add '{closing}'", report.start)
        if report.rest.startswith(":"):
            return SyntaxProblem(
                "has a second ':' in a value; add ',' before the key, or put the value in quotes", report.at
            )
        return SyntaxProblem(f"has '{report.rest}' where ',' or '{closing}' is expected", report.at)

    return explain


def _unclosed_quote(report: _Report) -> SyntaxProblem:
    return SyntaxProblem("opens a quote and does not close it; add the closing quote", report.start)


def _no_value(report: _Report) -> SyntaxProblem:
    if report.is_at_end:
        return SyntaxProblem("ends where a value is expected", report.at)
    return SyntaxProblem(f"has '{report.rest[:1]}' where a value is expected", report.at)


def _bad_name(report: _Report) -> SyntaxProblem:
    sign = "*" if "alias" in report.context else "&"
    return SyntaxProblem(f"has a value that begins with '{sign}'; {_QUOTES_NEEDED}", report.start)


def _no_anchor(report: _Report) -> SyntaxProblem:
    name = re.match(r"\*[^\s,\]}]*", report.line[report.at.column - 1 :])
    alias = excerpt(name[0], longest=20) if name else "*"
    return SyntaxProblem(f"has the alias '{alias}' without an anchor; {_QUOTES_NEEDED} if it is a value", report.at)


def _says(problem: str) -> Callable[[_Report], SyntaxProblem]:
    return lambda report: SyntaxProblem(problem, report.at)


_TAG = f"has a value that begins with '!'; {_QUOTES_NEEDED}"

# The words of libyaml, and of PyYAML's own scanner and parser.
_ROWS: tuple[tuple[str, Callable[[_Report], SyntaxProblem]], ...] = (
    (r"cannot start any token", _no_token),
    (r"found a tab", _says("has a tab in the indentation; indent with spaces")),
    (r"could not find expected ':'", _no_colon),
    (r"mapping values are not allowed", _value_not_allowed),
    (r"(?:block )?sequence entries are not allowed", _says("has '- ' on the line of a key; begin a line below it")),
    (r"mapping keys are not allowed", _says(f"has a value that begins with '?'; {_QUOTES_NEEDED}")),
    (r"unexpected (?:end of stream|document (?:indicator|separator))", _unclosed_quote),
    (r"unknown escape character", _says("has an unknown escape in double quotes; use single quotes")),
    (r"hexdecimal|escape sequence|Unicode character escape", _says("has an invalid escape in double quotes")),
    (r"expected ',' or '\]'", _unclosed("[", "]")),
    (r"expected ',' or '\}'", _unclosed("{", "}")),
    (r"expected '-' indicator", _no_item),
    (r"expected key", _no_key),
    (r"expected <block end>", lambda report: _no_item(report) if "collection" in report.context else _no_key(report)),
    (r"expected (?:the )?node content", _no_value),
    (r"expected alphabetic or numeric character", _bad_name),
    (r"undefined alias", _no_anchor),
    (r"second occurrence", _says("has an anchor twice; name them differently")),
    (r"another document", _says("has several documents; keep one, and remove '---' before the others")),
    (r"<document start>", _says("continues after the end of its value; check the indentation and the brackets")),
    (r"\btag\b|constructor|URI", _says(_TAG)),
    (r"directive|version", _says(f"has a line that begins with '%'; {_QUOTES_NEEDED}")),
    (
        r"indicator|chomping|comment or (?:a )?line break",
        _says("has something else after '|' or '>'; begin the text on the next line"),
    ),
)
