"""
What a run costs, and what a registry does to the repositories of a run.

Source: Amazon ECR pricing and Amazon Inspector pricing, us-east-1 (read 2026-11). API calls, stacks of repositories and
pushes are free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecrkit.aws.client import aws_errors
from ecrkit.errors import RefusedError

if TYPE_CHECKING:
    from conformance.values import Account

__all__ = ["Estimate", "estimated", "refuse_replication"]

_DOLLARS_A_GIGABYTE_MONTH = 0.10
_DOLLARS_A_SCAN = 0.11
_DOLLARS_A_KMS_REQUEST = 0.03 / 10_000
_BYTES_AN_IMAGE = 2_000
_KMS_REQUESTS = 100
_FIRST_HOUR_OF_A_MONTH = 1 / 720


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """
    The cost of a run.

    Attributes:
        images: that are pushed.
        scans: of Amazon Inspector that the pushes cause.
        dollars: at most.
    """

    images: int
    scans: int
    dollars: float

    def __str__(self) -> str:
        """One line for people."""
        scans = f", {self.scans} scans by Amazon Inspector" if self.scans else ""
        price = "less than 1 cent" if self.dollars < 0.01 else f"about {self.dollars:.2f} USD"
        return f"{self.images} tiny images for some minutes{scans}: {price}"


def estimated(account: Account, *, images: int) -> Estimate:
    """
    Estimate before anything is created.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    with aws_errors():
        configuration = account.ecr.get_registry_scanning_configuration()["scanningConfiguration"]
    is_scanned = configuration.get("scanType") == "ENHANCED" and any(
        _selects(one["filter"], account.prefix) for rule in configuration["rules"] for one in rule["repositoryFilters"]
    )
    scans = images if is_scanned else 0
    stored = images * _BYTES_AN_IMAGE / 1e9 * _DOLLARS_A_GIGABYTE_MONTH * _FIRST_HOUR_OF_A_MONTH
    dollars = stored + scans * _DOLLARS_A_SCAN + _KMS_REQUESTS * _DOLLARS_A_KMS_REQUEST
    return Estimate(images=images, scans=scans, dollars=dollars)


def refuse_replication(account: Account) -> None:
    """
    Make sure that the registry does not copy the images elsewhere, where no run would remove them.

    Raises:
        RefusedError: a replication rule selects the repositories of the run.
        AwsError: AWS refused, or could not be reached.
    """
    with aws_errors():
        rules = account.ecr.describe_registry()["replicationConfiguration"]["rules"]
    for rule in rules:
        if _is_replicated(dict(rule), account.prefix):
            to = ", ".join(f"{one['registryId']} in {one['region']}" for one in rule["destinations"])
            raise RefusedError(
                f"{account.region}: a replication rule copies every repository to {to}, where no run would delete it; "
                "choose a Region without such a rule"
            )


def _is_replicated(rule: dict[str, Any], prefix: str) -> bool:
    filters = rule.get("repositoryFilters", [])
    return not filters or any(prefix.startswith(one["filter"]) for one in filters)


def _selects(pattern: str, prefix: str) -> bool:
    """Tell whether a scanning filter may select a repository of the run: up to its first wildcard."""
    return prefix.startswith(pattern.partition("*")[0])
