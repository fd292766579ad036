"""``ecrkit fleet inventory``: every image of many accounts and Regions, as a dataset."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ecrkit.aws.client import connect
from ecrkit.aws.fleet.accounts import Role, accounts_of
from ecrkit.aws.fleet.inventory import Sessions, failures_of, take_registries
from ecrkit.aws.fleet.store import Job, opened_store
from ecrkit.cli.arguments.options import children_option, folder_option, format_option
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.cli.console.progress import with_bar
from ecrkit.errors import AwsError, first_names
from ecrkit.registry.principals import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ecrkit.aws.client import Aws
    from ecrkit.aws.fleet.inventory import Outcome
    from ecrkit.aws.fleet.store import Registry
    from ecrkit.preview.fleet.dataset import Failure

__all__ = ["inventory"]


@click.command("inventory")
@folder_option(
    "Folder, or s3://BUCKET/PREFIX, to write the dataset to.", metavar="DATASET", required=True, is_text=True
)
@click.option(
    "--accounts", metavar="ID,…", multiple=True, help="Accounts to read.  [default: account of the credentials]"
)
@click.option(
    "--organizational-units", metavar="OU,…", multiple=True, help="Organizational units with further accounts to read."
)
@click.option(
    "--role", metavar="NAME|ARN", help="Role to assume in each account: a name, or an ARN that contains {account}."
)
@click.option(
    "--regions",
    metavar="REGION,…",
    multiple=True,
    envvar="AWS_REGION",
    help="Regions to read.  [default: the configured one]",
)
@children_option
@click.option("--retry", is_flag=True, help="Read only what the last run could not read.")
@click.option("--restart", is_flag=True, help="Start again instead of continuing an interrupted run.")
@click.option("--profile", help="AWS profile to use.")
@format_option()
def inventory(  # noqa: PLR0913 - one parameter per option
    destination: str,
    *,
    accounts: tuple[str, ...],
    organizational_units: tuple[str, ...],
    role: str | None,
    regions: tuple[str, ...],
    children: bool | None,
    retry: bool,
    restart: bool,
    profile: str | None,
    output: str,
) -> None:
    """
    Save the images of many accounts and Regions as a dataset.

    The dataset is Parquet, for `ecrkit fleet preview`. It includes the deployed lifecycle policies and the tags of the
    repositories.

    After an interruption, the same command continues. After a complete run, it starts from the beginning. An account or
    Region that cannot be read makes the dataset incomplete, and the command exits with 3. Changes nothing in ECR.

    \b
    Examples:
      ecrkit fleet inventory -o fleet
      ecrkit fleet inventory --accounts 111111111111 --role audit -o dataset
      ecrkit fleet inventory --organizational-units r-ab12 --role audit -o dataset
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    if retry and restart:
        raise click.UsageError("--retry keeps what was read, and --restart reads it again; pass one of them")
    named = _split(accounts)
    for account in named:
        if not ACCOUNT.fullmatch(account):
            raise click.BadParameter(f"{account}: must be 12 digits", param_hint="--accounts")
    found_role = Role(role) if role else None
    places = _split(regions)
    aws = connect(profile=profile, region=places[0] if places else None, needs_region=False)
    if not aws.session.region_name:
        raise AwsError("no AWS Region; set AWS_REGION, or pass --regions", code="NoRegionError")
    sessions = Sessions(aws, found_role)
    job = Job(
        begun_at=datetime.now(UTC).isoformat(),
        accounts=_accounts(aws, named, _split(organizational_units), own=sessions.account),
        regions=places or (aws.region,),
    )
    if found_role is None and {*job.accounts} - {sessions.account}:
        raise click.UsageError(f"the credentials are for {sessions.account}; pass --role to read other accounts")
    with opened_store(destination, aws) as store:
        job = store.begin(job, restart=restart, retry=retry)
        left = [registry for registry in job.registries if registry not in job.done]
        if job.done:
            _tell_continued(job, left)
        read = take_registries(sessions, store, job, left, children=children)
        outcomes = list(_taken(with_bar(read, length=len(left), label="reading registries")))
        failures = failures_of(outcomes)
        removed = store.finish(job, failures)
        if output == "json":
            echo_json(_document(str(store), job, outcomes, failures, removed))
        else:
            registries = count_of(len(job.registries) - sum(bool(one.error) for one in outcomes), "registry")
            repositories = count_of(sum(one.repositories for one in outcomes), "repository")
            images = count_of(sum(one.images for one in outcomes), "image")
            echo(f"{store}: {registries}, {repositories} and {images} read")
    for registry in removed:
        echo(f"{registry}: no longer listed, its files are removed", err=True)
    _tell_unread(outcomes)
    _end(failures)


def _split(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({part.strip() for text in texts for part in text.split(",") if part.strip()}))


def _accounts(aws: Aws, named: Sequence[str], units: Sequence[str], *, own: str) -> tuple[str, ...]:
    if not units:
        return tuple(named) or (own,)
    found = accounts_of(aws, units)
    for account, state in found.left_out.items():
        echo(f"{account}: skipped, its state is {state}", err=True)
    accounts = tuple(sorted({*named, *found.active}))
    if not accounts:
        raise click.UsageError(f"no active account in {', '.join(units)}; name other units, or --accounts")
    return accounts


def _taken(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    try:
        yield from outcomes
    except AwsError as error:
        raise AwsError(f"{error}; run the same command again to continue", code=error.code) from error


def _tell_continued(job: Job, left: Sequence[Registry]) -> None:
    registries = count_of(len(job.registries), "registry")
    echo(
        f"continued: {len(job.registries) - len(left):,} of {registries} were read since {job.begun_at[:16]}Z; "
        "pass --restart to start again",
        err=True,
    )


def _document(
    dataset: str, job: Job, outcomes: Sequence[Outcome], failures: Sequence[Failure], removed: Sequence[Registry]
) -> dict[str, object]:
    """Describe the dataset; what an earlier run has read is not counted again."""
    counted = {one.registry: one for one in outcomes}
    registries = []
    for registry in job.registries:
        one = counted.get(registry)
        if one is None or not one.error:
            registries.append(
                {
                    "registryId": registry.account,
                    "region": registry.region,
                    "repositoryCount": one.repositories if one else None,
                    "imageCount": one.images if one else None,
                }
            )
    return {
        "dataset": dataset,
        "complete": not failures,
        "begunAt": job.begun_at,
        "registries": registries,
        "failures": [
            {"registryId": failure.registry, "region": failure.region, "error": failure.error} for failure in failures
        ],
        "removed": [{"registryId": registry.account, "region": registry.region} for registry in removed],
    }


def _tell_unread(outcomes: Iterable[Outcome]) -> None:
    """Report, once for each reason, which manifest lists have not been read."""
    by_reason: dict[str, list[Outcome]] = {}
    for one in outcomes:
        if one.unread:
            by_reason.setdefault(one.why_unread, []).append(one)
    for reason, several in by_reason.items():
        names = first_names([str(one.registry) for one in several])
        number = sum(one.unread for one in several)
        lists = "1 manifest list refers to" if number == 1 else f"{number:,} manifest lists refer to"
        echo(f"{names}: not known which images {lists}: {reason}", err=True)


def _end(failures: Sequence[Failure]) -> None:
    """
    Report what could not be read.

    Raises:
        AwsError: something could not be read.
    """
    for failure in failures:
        echo(f"{' '.join(filter(None, (failure.registry, failure.region)))}: {failure.error}", err=True)
    if failures:
        places = "1 account or Region" if len(failures) == 1 else f"{len(failures):,} accounts or Regions"
        raise AwsError(f"the dataset is incomplete: {places} could not be read; run the command again with --retry")
