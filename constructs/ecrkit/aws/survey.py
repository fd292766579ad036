"""A quick look at an account that may not be reachable, for advice that nobody waits for."""

from __future__ import annotations

from dataclasses import replace
from threading import Thread

from ecrkit.aws.client import aws_errors, connect
from ecrkit.errors import EcrkitError

__all__ = ["MANY", "existing_repositories"]

MANY = 1_000
"""How many repositories are counted at most."""

_SECONDS = 4


def existing_repositories(*, account: str, region: str) -> int:
    """
    Count the repositories of an account in a Region, if that takes no more than a few seconds.

    Args:
        account: that the credentials must belong to.
        region: as in ``us-east-1``.

    Returns:
        The number, 1,000 for more than that; 0 without credentials of *account*, network or an answer in time.
    """
    found: list[int] = []
    # Names are resolved, and credentials found, without a time limit of ours: such a thread ends with the program.
    thread = Thread(target=lambda: found.append(_count(account=account, region=region)), daemon=True)
    thread.start()
    thread.join(_SECONDS)
    return found[0] if found else 0


def _count(*, account: str, region: str) -> int:
    try:
        aws = connect(region=region)
        from botocore.config import Config  # noqa: PLC0415 - not installed where connect raises

        hasty = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})
        aws = replace(aws, config=aws.config.merge(hasty))
        with aws_errors():
            if aws.session.get_credentials() is None or aws.account() != account:
                return 0
            return len(aws.ecr().describe_repositories(maxResults=MANY)["repositories"])
    except EcrkitError:
        return 0
