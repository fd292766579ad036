"""
Compare ecrkit with Amazon ECR itself, in an account of yours.

The page about conformance says what a run creates, costs and may do.
"""

from __future__ import annotations

import json
import random
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from conformance.cleanup import clean, leftovers, new_prefix
from conformance.costs import estimated, refuse_replication
from conformance.report import write_cases
from conformance.running import PARTS, PARTS_ON_REQUEST, account_of, images_of, run

from ecrkit.errors import AwsError, EcrkitError

if TYPE_CHECKING:
    from conformance.report import Report
    from conformance.values import Account

__all__ = ["main"]

_CASES = Path(__file__).parents[1] / "data" / "conformance"


@click.command()
@click.option("--profile", metavar="NAME", help="AWS profile to use.")
@click.option("--region", metavar="REGION", help="AWS Region; overrides the configured one.")
@click.option(
    "--part",
    "parts",
    multiple=True,
    type=click.Choice((*PARTS, *PARTS_ON_REQUEST)),
    help="Part to run.  [default: all but athena]",
)
@click.option("--seed", type=int, help="Seed of the cases at random.  [default: another one each time]")
@click.option("--report", "file", type=click.Path(path_type=Path), default="conformance.json", help="Report to write.")
@click.option("--cases", type=click.Path(path_type=Path), default=_CASES, help="Folder for disagreements.")
@click.option("--clean", "only_clean", is_flag=True, help="Only remove what interrupted runs left.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def main(  # noqa: PLR0913 - one parameter per option
    *,
    profile: str | None,
    region: str | None,
    parts: tuple[str, ...],
    seed: int | None,
    file: Path,
    cases: Path,
    only_clean: bool,
    yes: bool,
) -> None:
    """
    Compare ecrkit with Amazon ECR itself.

    Exits with 1 if ECR differs or something could not be removed, with 3 if AWS refused or the run was interrupted.
    """
    try:
        account = account_of(
            profile=profile,
            region=region,
            prefix=new_prefix(),
            clock=lambda: datetime.now(tz=UTC),
            seconds=time.monotonic,
            sleep=time.sleep,
            report=lambda line: click.echo(line, err=True),
        )
        if only_clean:
            raise SystemExit(_clean(account, yes=yes))
        raise SystemExit(_run(account, parts or PARTS, seed=seed, file=file, cases=cases, yes=yes))
    except AwsError as error:
        click.echo(f"error: {error}", err=True)
        raise SystemExit(3) from None
    except EcrkitError as error:
        click.echo(f"error: {error}", err=True)
        raise SystemExit(1) from None


def _clean(account: Account, *, yes: bool) -> int:
    names = leftovers(account)
    if not names:
        click.echo("nothing to remove")
        return 0
    click.echo("\n".join(names), err=True)
    if not yes:
        click.confirm(f"Remove these from {account.number} in {account.region}?", abort=True, err=True)
    left = clean(account)
    click.echo(f"removed {len(names) - len(left)} of {len(names)}")
    return 1 if left else 0


def _run(  # noqa: PLR0913 - what the options say
    account: Account, parts: tuple[str, ...], *, seed: int | None, file: Path, cases: Path, yes: bool
) -> int:
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    refuse_replication(account)
    estimate = estimated(account, images=images_of(parts, seed))
    click.echo(f"{account.number} in {account.region}: {estimate}; everything is named {account.prefix}", err=True)
    if not yes:
        click.confirm("Start?", abort=True, err=True)
    report = run(account, seed=seed, parts=parts, estimate=str(estimate))
    text = json.dumps(report.document(account.number), indent=2, ensure_ascii=False)
    file.write_text(f"{text}\n", encoding="utf-8")
    written = write_cases(report, cases, account.number)
    click.echo(_summary(report, file, written))
    if report.error:
        return 3
    return 1 if report.disagreements or report.leftovers else 0


def _summary(report: Report, file: Path, written: list[Path]) -> str:
    lines = [f"{len(report.results)} compared, {len(report.disagreements)} differ; see {file}"]
    lines += [f"case: {path}" for path in written]
    lines += [f"not removed: {name}" for name in report.leftovers]
    if report.leftovers:
        lines.append("remove them: make conformance CLEAN=1")
    if report.error:
        lines.append(f"ended early: {report.error}")
    return "\n".join(lines)


if __name__ == "__main__":
    main(prog_name="conformance")
