"""One run: every part, in order, and always the removal of what it created."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import WaiterError
from conformance.athena import athena_results
from conformance.cleanup import clean
from conformance.deployment import deployment_results
from conformance.previews import preview_results, question_results
from conformance.report import Report
from conformance.scenarios import RANDOM_REPOSITORIES, scenarios
from conformance.texts import access_results, lifecycle_results
from conformance.values import Account

import ecrkit
from ecrkit.aws.client import aws_errors, connect, guarded
from ecrkit.aws.interruptions import ENDING_SIGNALS, no_interruption
from ecrkit.errors import AwsError, EcrkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import datetime

    from conformance.values import Result

__all__ = ["PARTS", "PARTS_ON_REQUEST", "account_of", "images_of", "results_of", "run"]

PARTS = ("lifecycle", "access", "preview", "questions", "deployment")
"""In the order of a run: what takes a minute comes before what takes many."""

PARTS_ON_REQUEST = ("athena",)
"""What needs other services than ECR, and runs only if it is named."""

_IMAGES_OF_QUESTIONS = 16


def account_of(  # noqa: PLR0913 - clocks and reports are the caller's
    *,
    profile: str | None,
    region: str | None,
    prefix: str,
    clock: Callable[[], datetime],
    seconds: Callable[[], float],
    sleep: Callable[[float], None],
    report: Callable[[str], None],
) -> Account:
    """
    Connect to an account.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    aws = connect(profile=profile, region=region)
    # The adaptive retries of ecrkit keep to the rates that ECR allows.
    unchecked = aws.config.merge(Config(parameter_validation=False))
    return Account(
        ecr=guarded(aws.session.client("ecr", config=unchecked)),
        cloudformation=aws.cloudformation(),
        aws=aws,
        number=aws.account(),
        region=aws.region,
        prefix=prefix,
        clock=clock,
        seconds=seconds,
        sleep=sleep,
        report=report,
    )


def images_of(parts: Collection[str], seed: int, *, random_repositories: int = RANDOM_REPOSITORIES) -> int:
    """Count the images that a run pushes."""
    planned = scenarios(seed, random_repositories=random_repositories) if "preview" in parts else ()
    return sum(len(scenario.drafts) for scenario in planned) + _IMAGES_OF_QUESTIONS * ("questions" in parts)


def results_of(
    account: Account, part: str, *, seed: int, random_repositories: int = RANDOM_REPOSITORIES
) -> Iterator[Result]:
    """Compare one part, result by result; the caller cleans up."""
    match part:
        case "lifecycle":
            return lifecycle_results(account)
        case "access":
            return access_results(account)
        case "preview":
            return preview_results(account, seed=seed, random_repositories=random_repositories)
        case "questions":
            return question_results(account)
        case "athena":
            return athena_results(account, seed=seed)
        case _:
            return deployment_results(account)


def run(
    account: Account,
    *,
    seed: int,
    parts: Collection[str] = PARTS,
    random_repositories: int = RANDOM_REPOSITORIES,
    estimate: str = "",
) -> Report:
    """
    Compare, and remove everything that the run has created, whatever ends it.

    Args:
        account: to use.
        seed: of the cases at random.
        parts: to run.
        random_repositories: with images at random.
        estimate: of the cost, for the report.

    Returns:
        The report; where AWS, Ctrl-C or a signal ended the run early, of what was compared until then.
    """
    report = Report(
        version=ecrkit.__version__,
        region=account.region,
        seed=seed,
        estimate=estimate,
        began=account.clock().isoformat(timespec="seconds"),
    )
    try:
        with _ending_signals_raise():
            for part in (part for part in (*PARTS, *PARTS_ON_REQUEST) if part in parts):
                results = results_of(account, part, seed=seed, random_repositories=random_repositories)
                _collect(account, report, part, results)
            report.is_complete = True
    except KeyboardInterrupt:
        report.error = "interrupted"
    except (EcrkitError, WaiterError) as error:
        report.error = str(error)
    finally:
        with no_interruption():
            account.stopping.set()
            report.leftovers = _cleaned(account, report)
            report.ended = account.clock().isoformat(timespec="seconds")
    return report


def _collect(account: Account, report: Report, part: str, results: Iterator[Result]) -> None:
    with aws_errors():
        for number, result in enumerate(results, 1):
            report.results.append(result)
            if not result.agrees:
                account.report(f"{part}: {result.name}: ECR differs")
            elif number % 25 == 0:
                account.report(f"{part}: {number} compared")
    done = [result for result in report.results if result.part == part]
    account.report(f"{part}: {len(done)} compared, {sum(not result.agrees for result in done)} differ")


def _cleaned(account: Account, report: Report) -> list[str]:
    try:
        with aws_errors():
            return clean(account, account.prefix)
    except AwsError as error:
        report.error = " ".join(filter(None, [report.error, f"cannot clean up: {error}"]))
        return [account.prefix]


@contextmanager
def _ending_signals_raise() -> Iterator[None]:
    """Let every signal that ends a program do what Ctrl-C does."""
    before = {number: signal.getsignal(number) for number in ENDING_SIGNALS}
    taken = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in taken:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, before[number])


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
