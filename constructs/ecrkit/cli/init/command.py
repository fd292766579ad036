"""``ecrkit init``: a registry repository to start from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.aws.survey import existing_repositories
from ecrkit.cli.arguments.options import confirmed, dry_run_option, output_option, yes_option
from ecrkit.cli.arguments.paths import raise_all
from ecrkit.cli.console.output import count_of, echo
from ecrkit.cli.init.answers import complete, parse_account, parse_region
from ecrkit.cli.init.changes import Status, apply, compare, obstacles
from ecrkit.cli.init.installation import installation_of, this_distribution
from ecrkit.cli.init.record import RECORD, Record, read_record
from ecrkit.cli.init.report import adopt_steps, echo_changes, echo_document, echo_steps, existing_in, next_steps
from ecrkit.cli.init.starter import starter_files
from ecrkit.errors import RefusedError, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.cli.init.changes import Change

__all__ = ["init"]


def _checked_account(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    return None if value is None else parse_account(value)


def _checked_region(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    return None if value is None else parse_region(value)


@click.command("init", short_help="Start a git repository for your catalog.")
@click.argument("directory", default=".", type=click.Path(path_type=Path))
@click.option("--account", metavar="ID", callback=_checked_account, help="AWS account, 12 digits.")
@click.option("--region", metavar="REGION", callback=_checked_region, help="AWS Region.")
@click.option("--ci", type=click.Choice(["github", "gitlab", "none"]), help="Pipelines to write.")
@click.option(
    "--upgrade", is_flag=True, help="Update files that you did not edit; for edited files, only print a diff."
)
@click.option(
    "--wheel",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Wheel of ecrkit to copy to vendor/.  [default: what this ecrkit was installed from]",
)
@dry_run_option("Show what would be written, and write nothing.")
@yes_option
@output_option()
def init(  # noqa: PLR0913 - one parameter per option
    directory: Path,
    *,
    account: str | None,
    region: str | None,
    ci: str | None,
    upgrade: bool,
    wheel: Path | None,
    dry_run: bool,
    yes: bool,
    output: str,
) -> None:
    """
    Start a git repository for your catalog in DIRECTORY, the current one by default.

    Writes a catalog, lifecycle policies with tests, a CDK app, pinned requirements, a Makefile and
    pipelines. Asks for missing options. Never overwrites a file: existing ones are listed and
    kept, and a second run changes nothing. The new repository pins the ecrkit version
    that you are running.

    After an update of ecrkit, --upgrade updates the files that nobody edited. It
    leaves the catalog, the policies, allow.txt, CODEOWNERS and the README alone.

    \b
    Examples:
      ecrkit init registries
      ecrkit init registries --account 123456789012 --region us-east-1 --yes
      ecrkit init registries --upgrade
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    record = read_record(directory) if directory.is_dir() else None
    if upgrade and record is None:
        raise RefusedError(
            f"{printable(str(directory))}: has no {RECORD}, so nothing to upgrade; run 'ecrkit init' without --upgrade"
        )
    installation = installation_of(this_distribution(), wheel=wheel)
    raise_all(obstacles(directory, [RECORD]))
    answers = complete(
        account=account,
        region=region,
        ci=ci,
        recorded=record.answers if record else None,
        suggested_region=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"),
    )
    files = starter_files(answers, installation)
    raise_all(obstacles(directory, files))
    changes = compare(directory, files, record=record, upgrade=upgrade)
    if not dry_run:
        _agree_on(changes, directory, yes=yes)
        written = Record(
            version=record.version if record and not upgrade else installation.version,
            answers=answers,
            digests=record.digests if record else {},
        )
        apply(directory, changes, record=written, upgrade=upgrade)
    is_first = record is None and not dry_run
    existing = existing_repositories(account=answers.account, region=answers.region) if is_first else 0
    kept = [each.path for each in changes if each.status is Status.KEPT and not files[each.path].is_yours]
    steps = next_steps(directory, kept=kept) if is_first else []
    if output == "json":
        echo_document(changes, directory=directory, dry_run=dry_run, steps=steps + (adopt_steps() if existing else []))
        return
    echo_changes(changes, dry_run=dry_run)
    if record and not upgrade and record.version != installation.version:
        of_both = f"written by ecrkit {record.version}, but this is {installation.version}"
        echo(f"{of_both}; run 'ecrkit init --upgrade' to update it", err=True)
    echo_steps("next:", steps)
    if existing:
        echo_steps(f"{existing_in(answers, existing)}; remove the samples from the catalog, then:", adopt_steps())


def _agree_on(changes: Sequence[Change], directory: Path, *, yes: bool) -> None:
    number = sum(change.writes for change in changes)
    if number and not confirmed(f"Write {count_of(number, 'file')} to {directory}?", yes=yes):
        raise RefusedError("nothing written")
