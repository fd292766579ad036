"""``ecrkit policy check``: every problem of every policy file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.cli.output import count_of, echo_findings, echo_json, finding_documents
from ecrkit.files import decode, read_text
from ecrkit.findings import Severity, errors_in
from ecrkit.lifecycle import check_policy
from ecrkit.store_checks import check_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.findings import Finding

__all__ = ["check"]

_DEFAULT_STORE = Path("policies/lifecycle")


@click.command("check")
@click.argument("paths", nargs=-1, metavar="[PATH…]")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def check(paths: tuple[str, ...], *, strict: bool, output: str) -> None:
    """
    Tell everything that is wrong with lifecycle policies.

    A PATH is a JSON file, a directory that is a policy store (<name>/v<N>.json; or one that holds it as
    `lifecycle`), or - for standard input. Without one: policies/lifecycle.

    Exits with 1 when ECR would refuse a policy, or a published version changed.
    """
    findings: list[Finding] = []
    checked = 0
    for path in paths or (str(_DEFAULT_STORE),):
        found, count = _check(path)
        findings += found
        checked += count
    if output == "json":
        echo_json({"findings": finding_documents(findings), "checked": checked})
    else:
        echo_findings(findings)
        click.echo(_summary(findings, checked), err=True)
    failing = findings if strict else errors_in(findings)
    sys.exit(1 if failing else 0)


def _check(path: str) -> tuple[Sequence[Finding], int]:
    if path == "-":
        return check_policy(decode(sys.stdin.buffer.read(), file="-"), file="-").findings, 1
    if not Path(path).is_dir():
        return check_policy(read_text(Path(path)), file=path).findings, 1
    store = Path(path, "lifecycle") if Path(path, "lifecycle").is_dir() else Path(path)
    result = check_store(store)
    return result.findings, result.checked


def _summary(findings: Sequence[Finding], checked: int) -> str:
    errors = len(errors_in(findings))
    warnings = sum(found.severity is Severity.WARNING for found in findings)
    what = [count_of(errors, "error")] if errors else []
    what += [count_of(warnings, "warning")] if warnings else []
    return f"{count_of(checked, 'policy')} checked: {', '.join(what) or 'nothing wrong'}"
