"""``ecrkit catalog check``: the catalog and all it names."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.catalog import check_catalog, read_catalog_text
from ecrkit.cli.arguments.options import output_option
from ecrkit.cli.arguments.paths import STORE
from ecrkit.cli.console.collector import without_collector
from ecrkit.cli.console.endings import end_of_findings
from ecrkit.cli.console.reports import echo_report
from ecrkit.documents.files import argument_name
from ecrkit.errors import in_file_order
from ecrkit.policies.checks import check_store
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.errors import Finding

__all__ = ["all_findings", "check"]


@click.command("check")
@click.argument("path", default="repositories.yaml", type=click.Path(path_type=Path))
@click.option(
    "--policies",
    type=STORE,
    help="Policy store.  [default: policies/lifecycle next to the catalog]",
)
@click.option("--strict", is_flag=True, help="Fail on warnings, too.")
@output_option("sarif", "github")
@without_collector()
def check(path: Path, *, policies: Path | None, strict: bool, output: str) -> None:
    """
    Check the catalog PATH and the policies that it names.

    Reports everything that would fail a deploy, and warns about settings that are valid but almost always wrong.
    Also checks the policy store: names and numbers, the lock, and published versions that changed or are missing.
    PATH is a file, or - for standard input; the policy store is then policies/lifecycle.

    Exits with 1 if the catalog could not be deployed.

    \b
    Examples:
      ecrkit catalog check
      ecrkit catalog check --strict --output github
      git show main:repositories.yaml | ecrkit catalog check -
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    store = PolicyStore(policies or path.parent / "policies" / "lifecycle")
    findings = all_findings(read_catalog_text(path), file=argument_name(path), policies=store)
    echo_report(findings, checked=1, noun="catalog", output=output)
    end_of_findings(findings, strict=strict, output=output)


def all_findings(
    text: str, *, file: str, policies: PolicyStore, edited: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """Check a catalog, the files that it includes, the policies that it names, and their store, as of today."""
    today = datetime.now(UTC).date()
    findings = check_catalog(text, file=file, policies=policies, edited=edited, today=today).findings
    if not policies.is_there:
        return findings
    # A pinned version that changed is found by both.
    return in_file_order(dict.fromkeys((*findings, *check_store(policies.root, today=today).disorder)))
