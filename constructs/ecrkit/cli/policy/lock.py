"""``ecrkit policy lock``: publish new versions of policies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.cli.arguments.paths import STORE
from ecrkit.cli.console.endings import give_up
from ecrkit.cli.console.output import count_of, echo
from ecrkit.cli.console.reports import echo_findings, echo_report
from ecrkit.cli.policy.run_tests import failure_line
from ecrkit.documents.files import write_text
from ecrkit.errors import errors_in
from ecrkit.policies.checks import check_store
from ecrkit.policies.lock import digest, lock_path, render_lock
from ecrkit.policies.rulebook import UNPUBLISHED
from ecrkit.policies.testing.running import TEST_SUFFIX, read_policy_tests, run_policy_test

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from ecrkit.errors import Finding
    from ecrkit.policies.references import PolicyRef

__all__ = ["lock"]


@click.command("lock")
@click.argument("store", default="policies/lifecycle", type=STORE)
@click.option("--dry-run", is_flag=True, help="Show what would be published, and write nothing.")
def lock(store: Path, *, dry_run: bool) -> None:
    """
    Publish new versions of the policies in STORE.

    A published version never changes. Writes the lock next to STORE. Warnings about the new versions go to
    standard error.

    Exits with 1, and publishes nothing, if a policy or test is invalid, a test fails, or a published version
    changed or is missing.

    \b
    Examples:
      ecrkit policy lock --dry-run
      ecrkit policy lock policies/lifecycle
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    checked = check_store(store, with_tests=True)
    errors = errors_in(checked.findings)
    if errors:
        echo_report(errors, checked=checked.checked, noun="policy", output="text")
        give_up("nothing published")
    new = [reference for reference in checked.policies if reference not in checked.published]
    failures = list(_failures(store, new))
    if failures:
        for line in failures:
            echo(line)
        give_up(f"{count_of(len(failures), 'failure')} in policy tests; nothing published")
    paths = {str(_path(store, reference)) for reference in new}
    echo_findings([found for found in checked.findings if _is_told(found, paths)], err=True)
    if new and not dry_run:
        digests = {reference: digest(policy) for reference, policy in checked.policies.items()}
        write_text(lock_path(store), render_lock(digests))
    for reference in new:
        echo(str(reference))
    verb = "would be published" if dry_run else "published"
    echo(f"{count_of(len(new), 'version')} {verb} in {lock_path(store)}", err=True)


def _path(store: Path, reference: PolicyRef) -> Path:
    return store / reference.name / f"v{reference.version}.json"


def _is_told(found: Finding, paths: Collection[str]) -> bool:
    """Whether it is a warning of what is to be published, other than that it is not published yet."""
    return found.location.file in paths and not found.silenced and found.code != UNPUBLISHED.code


def _failures(store: Path, references: Iterable[PolicyRef]) -> Iterator[str]:
    """Run the tests of the versions that are to be published."""
    for reference in references:
        path = _path(store, reference).with_suffix(TEST_SUFFIX)
        if not path.is_file():
            continue
        read = read_policy_tests(path)
        for test in read.tests:
            for failure in run_policy_test(read.policy, test):
                yield failure_line(path, test, failure)
