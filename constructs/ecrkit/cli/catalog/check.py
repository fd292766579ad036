"""``ecrkit catalog check``: the catalog and all it names."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ecrkit.catalog import check_catalog, read_catalog_text
from ecrkit.cli.console.reports import FORMATS, echo_report, exit_code
from ecrkit.errors import in_file_order
from ecrkit.policies.checks import check_store
from ecrkit.policies.store import PolicyStore

__all__ = ["check"]


@click.command("check")
@click.argument("path", default="repositories.yaml", type=click.Path(path_type=Path))
@click.option(
    "--policies",
    type=click.Path(path_type=Path),
    help="The policy store.  [default: policies/lifecycle beside the catalog]",
)
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("--output", type=click.Choice(FORMATS), default="text", show_default=True)
def check(path: Path, *, policies: Path | None, strict: bool, output: str) -> None:
    """
    Tell everything that is wrong with the catalog PATH and the policies that it names.

    Also reports what is wrong with the policy store: its names and numbers, its lock, and published versions that
    changed or vanished.

    Exits with 1 when it could not be deployed.
    """
    store = PolicyStore(policies or path.parent / "policies" / "lifecycle")
    findings = check_catalog(read_catalog_text(path), file=path.as_posix(), policies=store).findings
    if store.is_there:
        # A pinned version that changed is found by both.
        findings = in_file_order(dict.fromkeys((*findings, *check_store(store.root).disorder)))
    echo_report(findings, checked=1, noun="catalog", output=output)
    sys.exit(exit_code(findings, strict=strict))
