"""What the parts of the kit share: the account that they use, and what they find."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any, TypeAlias

from ecrkit.aws.polling import Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_ecr import ECRClient

    from ecrkit.aws.client import Aws

__all__ = ["Account", "Json", "Result"]

Json: TypeAlias = Any
"""Anything that JSON can write."""

_PREVIEW_SECONDS = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """
    Where to compare.

    Attributes:
        ecr: client of the Region; it checks no parameters, so that ECR sees the wrong ones.
        cloudformation: client of the Region.
        aws: makes clients for other services.
        number: twelve digits.
        region: as in ``us-east-1``.
        prefix: of everything that this run creates.
        clock: timezone-aware time.
        seconds: that never go back.
        sleep: for so many seconds.
        report: prints a line of progress.
        stopping: set when the run removes what it created; nothing is pushed from then on.
    """

    ecr: ECRClient
    cloudformation: CloudFormationClient
    aws: Aws
    number: str
    region: str
    prefix: str
    clock: Callable[[], datetime]
    seconds: Callable[[], float]
    sleep: Callable[[float], None]
    report: Callable[[str], None]
    stopping: Event = field(default_factory=Event)

    def name(self, purpose: str) -> str:
        """Give the name of a repository for a purpose."""
        return f"{self.prefix}/{purpose}"

    def create(self, purpose: str) -> str:
        """Create a repository with mutable tags, and give its name; only in the thread that cleans up."""
        name = self.name(purpose)
        self.ecr.create_repository(
            repositoryName=name,
            imageTagMutability="MUTABLE",
            tags=[{"Key": "ecrkit-conformance", "Value": self.prefix}],
        )
        return name

    @property
    def patience(self) -> Patience:
        """How to wait for a preview."""
        return Patience(
            seconds=_PREVIEW_SECONDS, clock=self.seconds, sleep=self.sleep, report=lambda _status, _seconds: None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """
    One comparison.

    Attributes:
        part: of the kit.
        name: of the comparison, unique in its part.
        given: what both were given.
        ours: verdict of ecrkit.
        theirs: verdict of ECR; ``None`` where there is none.
        note: what else to know, such as the message of ECR.
    """

    part: str
    name: str
    given: Mapping[str, Json]
    ours: Json
    theirs: Json
    note: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the verdicts are the same; so they are where ECR has none."""
        return self.theirs is None or self.ours == self.theirs
