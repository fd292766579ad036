"""What a new registry repository depends on: account, Region and CI."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import click

from ecrkit.cli.console.output import ask_for
from ecrkit.errors import printable
from ecrkit.images.names import REGION
from ecrkit.registry.access import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Answers", "Ci", "complete", "parse_account", "parse_ci", "parse_region"]


class Ci(StrEnum):
    """Which pipelines to write."""

    GITHUB = "github"
    GITLAB = "gitlab"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """
    What the templates depend on.

    Attributes:
        account: 12 digits.
        region: as in ``us-east-1``.
        ci: which pipelines to write.
    """

    account: str
    region: str
    ci: Ci

    def as_dict(self) -> dict[str, str]:
        """Give them as JSON values."""
        return {name: str(value) for name, value in asdict(self).items()}


def parse_account(text: str) -> str:
    """
    Check an account.

    Raises:
        click.BadParameter: it is none.
    """
    if not ACCOUNT.fullmatch(text):
        raise click.BadParameter(f"must be 12 digits, got '{printable(text)}'")
    return text


def parse_region(text: str) -> str:
    """
    Check a Region.

    Raises:
        click.BadParameter: it is none.
    """
    if not REGION.fullmatch(text):
        raise click.BadParameter(f"must be a Region as in 'us-east-1', got '{printable(text)}'")
    return text


def parse_ci(text: str) -> Ci:
    """
    Check the name of a CI.

    Raises:
        click.BadParameter: it is none.
    """
    if text not in list(Ci):
        raise click.BadParameter(f"must be {_listed(list(Ci))}, got '{printable(text)}'")
    return Ci(text)


def complete(
    *, account: str | None, region: str | None, ci: str | None, recorded: Answers | None, suggested_region: str | None
) -> Answers:
    """
    Complete the answers: given ones first, then those of the last run, then questions.

    Args:
        account: as given with ``--account``, checked.
        region: as given with ``--region``, checked.
        ci: as given with ``--ci``, checked.
        recorded: of the last run in the same directory.
        suggested_region: offered when the Region is asked.

    Raises:
        click.UsageError: something is missing and this is no terminal, or it contradicts the last run.
    """
    if recorded:
        for option, given, before in (("account", account, recorded.account), ("region", region, recorded.region)):
            if given not in {None, before}:
                raise click.UsageError(
                    f"--{option}: this directory was created for {before}, got {given}; "
                    "add an environment to repositories.yaml instead"
                )
        return Answers(account=recorded.account, region=recorded.region, ci=Ci(ci or recorded.ci))
    missing = [f"--{name}" for name, value in (("account", account), ("region", region), ("ci", ci)) if value is None]
    if missing and not sys.stdin.isatty():
        raise click.UsageError(f"not a terminal, cannot ask; pass {_listed(missing, 'and')}")
    return Answers(
        account=_given_or_asked(account, "AWS account (12 digits)", parse_account),
        region=_given_or_asked(region, "AWS Region", parse_region, default=suggested_region),
        ci=parse_ci(_given_or_asked(ci, f"CI ({_listed(list(Ci))})", parse_ci, default=Ci.GITHUB)),
    )


def _given_or_asked(
    given: str | None, question: str, parse: Callable[[str], str], *, default: str | None = None
) -> str:
    return ask_for(question, parse=parse, default=default) if given is None else given


def _listed(words: list[str] | list[Ci], last: str = "or") -> str:
    *rest, end = words
    return f"{', '.join(rest)} {last} {end}" if rest else str(end)
