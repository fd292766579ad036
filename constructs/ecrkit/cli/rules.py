"""``ecrkit rules``: every check, or the explanation of some."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ecrkit.cli.arguments.completions import CHECK
from ecrkit.cli.arguments.options import output_option
from ecrkit.cli.console.output import echo_json, echo_lines
from ecrkit.cli.console.styles import severity_label
from ecrkit.cli.console.tables import table_lines
from ecrkit.cli.rulebooks import CHECKS, RULEBOOKS
from ecrkit.documents.explanations import explain
from ecrkit.documents.nearest import near
from ecrkit.documents.terminal import write_document, write_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ecrkit.errors import Check

__all__ = ["markdown_page", "rule_page", "rules"]

_WIDTH = 80
_PAGE_WIDTH = 120
_INTRODUCTION = """\
# Rules

Every check that ecrkit makes, by code. An error means that AWS rejects it, or that the result is not what you declared.
A warning means that it is valid but almost always wrong. `ecrkit rules CODE` prints the same text in a terminal.
In an example, `…` stands for repeated text that is left out.

This page is the output of `ecrkit rules --output markdown`.
"""


@click.command("rules", short_help="List every check, or explain some.")
@click.argument("codes", metavar="[CODE]...", nargs=-1, type=CHECK)
@output_option("markdown")
def rules(*, codes: tuple[str, ...], output: str) -> None:
    """
    List every check, or explain the checks named by CODE.

    An explanation has what the check requires, why it matters, how to fix a finding, and an example that fails.

    \b
    Examples:
      ecrkit rules
      ecrkit rules ECR205 CAT121
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    if output == "markdown" and codes:
        raise click.UsageError("'--output markdown' prints every check; pass it without CODE")
    checks = [_named(code) for code in codes] or list(CHECKS.values())
    if output == "json":
        echo_json({"rules": [_document(check) for check in checks]})
    elif output == "markdown":
        write_document(markdown_page())
    elif codes:
        write_text("\n\n".join(_text(check) for check in checks))
    else:
        rows = [(check.code, severity_label(check.severity), check.title) for check in checks]
        echo_lines(table_lines(("CODE", "SEVERITY", "TITLE"), rows))


def markdown_page() -> str:
    """Write the page of the documentation that explains every check."""
    parts = [_INTRODUCTION]
    for rulebook in RULEBOOKS:
        parts.append(f"## {rulebook.heading}\n\n{rulebook.introduction}\n")
        parts += _markdown(rulebook.checks)
    return "\n".join(parts)


def rule_page(check: Check) -> str:
    """Write a page of the documentation about one check."""
    explanation = explain(check)
    return "\n".join(
        [
            f"# {check.code}: {check.title}\n",
            f"Severity: **{check.severity.value}**\n",
            f"## What it checks\n\n{_filled(explanation.checks)}\n",
            f"## Why it matters\n\n{_filled(explanation.why)}\n",
            f"## Example\n\n```{_language(check)}\n{explanation.example}\n```\n",
            f"## Fix\n\n{_filled(explanation.fix)}\n",
            f"## Source\n\n{_filled(check.source)}\n",
        ]
    )


def _named(code: str) -> Check:
    check = CHECKS.get(code.upper())
    if check is None:
        longer = [known for known in CHECKS if code and known.startswith(code.upper())]
        nearest = longer or near(code.upper(), CHECKS)
        advice = f"did you mean {nearest[0]}?" if nearest else "'ecrkit rules' lists every code"
        raise click.UsageError(f"unknown code {code!r}; {advice}")
    return check


def _document(check: Check) -> dict[str, str]:
    head = {"code": check.code, "severity": check.severity.value, "title": check.title}
    return {**head, **asdict(explain(check)), "source": check.source}


def _text(check: Check) -> str:
    explanation = explain(check)
    parts = [f"{check.code}: {check.title} ({check.severity.value})", ""]
    parts += [*_labelled("Checks", explanation.checks), *_labelled("Why", explanation.why), "Example:"]
    parts += [textwrap.indent(explanation.example, "    "), ""]
    parts += [*_labelled("Fix", explanation.fix), *_labelled("Source", check.source)]
    return "\n".join(parts).rstrip("\n")


def _labelled(label: str, text: str) -> Sequence[str]:
    indent = " " * len("Source: ")
    return [
        textwrap.fill(
            text,
            _WIDTH,
            initial_indent=f"{label + ':':<{len(indent)}}",
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ),
        "",
    ]


def _markdown(checks: Iterable[Check]) -> Iterator[str]:
    for check in checks:
        explanation = explain(check)
        yield f"### {check.code}\n"
        yield f"**{check.title}** ({check.severity.value})\n"
        yield f"{_filled(f'{explanation.checks} {explanation.why}')}\n"
        yield f"```{_language(check)}\n{explanation.example}\n```\n"
        yield f"Fix: {explanation.fix}\n"
        yield f"Source: {check.source}.\n"


def _filled(text: str) -> str:
    return textwrap.fill(text, _PAGE_WIDTH, break_long_words=False, break_on_hyphens=False)


def _language(check: Check) -> str:
    """Name the language of an example, for highlighting."""
    if not explain(check).example.startswith(("{", "[")) and check.code[:3] in {"ECR", "TPL"}:
        return "yaml"
    languages = {"STO": "sh", "TST": "yaml", "CAT": "yaml", "ALW": "yaml", "USE": "sh", "GRD": "diff", "AUD": "sh"}
    return languages.get(check.code[:3], "json")
