"""How commands that can fail a pipeline end: with the exit code, and the reasons on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

from ecrkit.cli.console.output import count_of, echo
from ecrkit.cli.console.reports import finding_line
from ecrkit.errors import Severity, errors_in, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.cli.console.output import Line
    from ecrkit.errors import Finding

__all__ = ["consent_hint", "end", "end_of_findings", "first_lines", "give_up"]

_EXIT_FAILED = 1
_FEW = 3


def end(reasons: Sequence[Line], *, are_told: bool = False) -> NoReturn:
    """
    End a command: with 0, or with 1 and a line on standard error for each reason.

    The log of a pipeline shows only that, if the result goes to a file or to another program.

    Args:
        reasons: why the command fails; none if it does not.
        are_told: whether who reads standard error reads them already, in the summary of the command.
    """
    if not are_told:
        for reason in reasons:
            echo("failed: ", *(reason if isinstance(reason, tuple) else [reason]), err=True)
    sys.exit(_EXIT_FAILED if reasons else 0)


def give_up(why: str) -> NoReturn:
    """End a command with 1, and say why nothing was done."""
    echo(why, err=True)
    sys.exit(_EXIT_FAILED)


def end_of_findings(findings: Sequence[Finding], *, strict: bool, output: str) -> NoReturn:
    """
    End a command that reports findings: with 1 for an error or, if *strict*, for a warning that is not silenced.

    Args:
        findings: all of them.
        strict: whether warnings fail.
        output: format of the report; text has its own summary.
    """
    errors = errors_in(findings)
    # A note never fails a command.
    warnings = [found for found in findings if found.severity is Severity.WARNING and not found.silenced]
    failing = errors or (warnings if strict else [])
    end(first_lines([finding_line(found) for found in failing], noun="finding"), are_told=output == "text")


def first_lines(lines: Sequence[Line], *, noun: str) -> list[Line]:
    """Give the first few reasons, and the number of the others."""
    rest = len(lines) - _FEW
    return [*lines[:_FEW], *([f"{count_of(rest, f'more {noun}')}"] if rest > 0 else [])]


def consent_hint(names: Sequence[str]) -> str:
    """Say how to accept losses: with an option for each of the first *names*, and the number of the others."""
    options = " ".join(f"--allow {printable(name)}" for name in names[:_FEW])
    more = f" and {len(names) - _FEW:,} more" if len(names) > _FEW else ""
    return f"to accept intended changes, pass {options}{more}"
