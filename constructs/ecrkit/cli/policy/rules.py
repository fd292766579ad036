"""``ecrkit policy rules``: every check, as a table."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ecrkit.cli.console.output import echo_json, table
from ecrkit.deployment.audit import AUDIT_RULEBOOK
from ecrkit.lifecycle import RULEBOOK
from ecrkit.policies.checks import STORE_RULEBOOK
from ecrkit.policies.testing.rulebook import POLICY_TEST_RULEBOOK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecrkit.errors import Check

__all__ = ["markdown_page", "rules"]

_INTRODUCTION = """\
# The rules

Every check of `ecrkit policy check` and `ecrkit audit`, by code. An error is what ECR refuses; a warning is legal, and
almost always a mistake. ECR211, ECR212 and ECR213 are about what a repository ends up with: `ecrkit catalog check`, the
construct and cfn-lint give them, a single file cannot. Those of a policy's own tests are made before a version is
published, by `ecrkit policy lock`. Those of what is there are made by [`ecrkit audit`](audit.md).

This page is the output of `ecrkit policy rules --output markdown`.
"""
_RULES = (*RULEBOOK, *STORE_RULEBOOK, *AUDIT_RULEBOOK)


@click.command("rules")
@click.option("--output", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
def rules(*, output: str) -> None:
    """Print every check that `policy check` and `audit` make, with its code and its source."""
    if output == "json":
        echo_json({"checks": [asdict(check) for check in _RULES]})
    elif output == "markdown":
        click.echo(markdown_page(), nl=False)
    else:
        rows = [(check.code, check.severity.value, check.title) for check in _RULES]
        click.echo(table(("CODE", "SEVERITY", "WHAT IS HELD"), rows))


def markdown_page() -> str:
    """Write the page of the documentation that lists every check."""
    sections = [
        _INTRODUCTION,
        "## A policy\n",
        *_markdown(RULEBOOK),
        "## A store\n",
        *_markdown(check for check in STORE_RULEBOOK if check not in POLICY_TEST_RULEBOOK),
        "## The tests of a policy\n",
        *_markdown(POLICY_TEST_RULEBOOK),
        "## What is there\n",
        *_markdown(AUDIT_RULEBOOK),
    ]
    return "\n".join(sections)


def _markdown(checks: Iterable[Check]) -> Iterable[str]:
    for check in checks:
        yield f"### {check.code}: {check.title}\n"
        yield f"{check.severity.value.capitalize()}: `{check.message}`\n"
        if check.remedy and not check.remedy.startswith("{"):
            yield f"What to do: {check.remedy}.\n"
        if check.example:
            yield f"How it bites: {check.example}\n"
        yield f"Source: {check.source}.\n"
