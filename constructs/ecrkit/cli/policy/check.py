"""``ecrkit policy check``: every problem of every policy file."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.cli.arguments.completions import FILE
from ecrkit.cli.arguments.options import output_option
from ecrkit.cli.arguments.paths import raise_all, require_one_stdin
from ecrkit.cli.console.endings import end_of_findings
from ecrkit.cli.console.reports import echo_report
from ecrkit.documents.files import read_argument
from ecrkit.documents.terminal import write_text
from ecrkit.errors import InvalidLockError, UnreadableInputError
from ecrkit.lifecycle import MAX_POLICY_BYTES, check_policy, read_policy_text
from ecrkit.policies.checks import check_store
from ecrkit.policies.lock import compare_file
from ecrkit.policies.references import store_at, version_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.errors import EcrkitError, Finding

__all__ = ["check"]

_DEFAULT_STORE = Path("policies/lifecycle")
_EXIT_UNREADABLE = 2


@click.command("check")
@click.argument("paths", nargs=-1, metavar="[PATH…]", type=FILE)
@click.option("--strict", is_flag=True, help="Fail on warnings, too.")
@output_option("sarif", "github")
def check(paths: tuple[str, ...], *, strict: bool, output: str) -> None:
    """
    Check lifecycle policies.

    Reports everything that ECR would reject, and warns about rules that are valid but almost always wrong.

    PATH is a JSON file, the output of `aws ecr get-lifecycle-policy`, a policy store, or - for standard input. A
    policy store is a directory that contains <name>/v<N>.json. If it is named lifecycle, you can also give its
    parent. Without PATH, checks policies/lifecycle.

    Exits with 1 if ECR would reject a policy or a published version changed, and with 2 if a policy cannot be
    read.

    \b
    Examples:
      ecrkit policy check
      ecrkit policy check policies/lifecycle/web/v2.json --strict
      ecrkit policy check - < policy.json
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    require_one_stdin(*paths)
    findings: list[Finding] = []
    checked = 0
    unreadable: list[EcrkitError] = []
    for path in paths or (str(_DEFAULT_STORE),):
        try:
            found, count = _check(path)
        except UnreadableInputError as error:
            # The others are still worth checking.
            unreadable.append(error)
            continue
        findings += found
        checked += count
    if not checked:
        raise_all(unreadable)
    echo_report(findings, checked=checked, noun="policy", output=output)
    if unreadable:
        for problem in unreadable:
            write_text(f"error: {problem}", err=True)
        sys.exit(_EXIT_UNREADABLE)
    end_of_findings(findings, strict=strict, output=output)


def _check(path: str) -> tuple[Sequence[Finding], int]:
    if path == "-":
        text, file = read_argument(path, at_most=MAX_POLICY_BYTES)
        return check_policy(text, file=file, unwrap=True).findings, 1
    if not Path(path).is_dir():
        return _check_file(path), 1
    result = check_store(store_at(Path(path)), today=datetime.now(UTC).date())
    return result.findings, result.checked


def _check_file(path: str) -> Sequence[Finding]:
    # A version of a store has to be a policy alone; any other file may be what a command printed.
    is_version = version_at(Path(path)) is not None
    checked = check_policy(read_policy_text(Path(path)), file=path, unwrap=not is_version)
    try:
        found = compare_file(Path(path), checked.policy)
    except InvalidLockError as error:
        return (*checked.findings, *error.findings)
    return (*checked.findings, *([found] if found else []))
