"""``ecrkit catalog``: the catalog and all it names."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ecrkit.catalog import check_catalog
from ecrkit.cli.output import count_of, echo_findings, echo_json, finding_documents
from ecrkit.files import read_text
from ecrkit.findings import errors_in
from ecrkit.store import PolicyStore

__all__ = ["catalog"]


@click.group("catalog")
def catalog() -> None:
    """Check the catalog."""


@catalog.command("check")
@click.argument("path", default="repositories.yaml", type=click.Path(path_type=Path))
@click.option(
    "--policies",
    type=click.Path(path_type=Path),
    help="The policy store.  [default: policies/lifecycle beside the catalog]",
)
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def check(path: Path, *, policies: Path | None, output: str) -> None:
    """
    Tell everything that is wrong with the catalog PATH and the policies that it names.

    Exits with 1 when it could not be deployed.
    """
    store = PolicyStore(policies or path.parent / "policies" / "lifecycle")
    checked = check_catalog(read_text(path), file=str(path), policies=store)
    if output == "json":
        echo_json({"findings": finding_documents(checked.findings), "checked": 1})
    else:
        echo_findings(checked.findings)
        click.echo(f"{path}: {_summary(len(checked.findings))}", err=True)
    sys.exit(1 if errors_in(checked.findings) else 0)


def _summary(findings: int) -> str:
    return count_of(findings, "finding") if findings else "nothing wrong"
