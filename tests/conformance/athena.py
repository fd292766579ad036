"""Athena evaluates policies on repositories at random as ecrkit does: a bucket, tables, queries, and their removal."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builders.datasets import random_fleet, write_dataset
from builders.inventories import NOW
from conformance.values import Result

from ecrkit.aws.client import aws_errors
from ecrkit.aws.fleet.engine import athena_fleet
from ecrkit.aws.fleet.glue import apply_tables
from ecrkit.aws.fleet.objects import Bucket, Place
from ecrkit.aws.fleet.tables import all_tables
from ecrkit.errors import AwsError
from ecrkit.lifecycle.evaluation.evaluation import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.values import Account, Json

__all__ = ["REPOSITORIES", "athena_results"]

REPOSITORIES = 300
_HOME_OF_S3 = "us-east-1"
_MOST_BYTES = 10**9


def athena_results(account: Account, *, seed: int) -> Iterator[Result]:
    """Write a dataset to a new bucket, compare the verdicts on each repository, and remove everything."""
    images, policies = random_fleet(seed, repositories=REPOSITORIES)
    bucket = Bucket(account.aws, Place(bucket=account.prefix, prefix=""))
    database = account.prefix.replace("-", "_")
    try:
        _create_bucket(account)
        with tempfile.TemporaryDirectory() as folder:
            dataset = write_dataset(Path(folder) / "dataset", images)
            for path in dataset.rglob("*.*"):
                bucket.upload(path.relative_to(dataset).as_posix(), path)
        apply_tables(account.aws, database, all_tables(bucket))
        with athena_fleet(
            account.aws,
            bucket.place,
            database=database,
            workgroup="primary",
            max_scanned_bytes=_MOST_BYTES,
            patience=account.patience,
        ) as fleet:
            fleet.set_policies(policies, now=NOW)
            theirs: dict[Any, dict[str, Json]] = {place: {} for place in images}
            for one in fleet.verdicts():
                theirs[one.place][one.digest] = [one.action, one.rule_priority, one.cause]
            account.report(f"athena: scanned {fleet.scanned_bytes:,} bytes")
        for place, several in images.items():
            ours = {
                verdict.image.digest: [
                    verdict.action and verdict.action.value,
                    verdict.rule and verdict.rule.rule_priority,
                    verdict.cause.name,
                ]
                for verdict in evaluate(policies[place], several, NOW).verdicts
            }
            yield Result(part="athena", name=place.repository, given={"seed": seed}, ours=ours, theirs=theirs[place])
    finally:
        _remove(account, bucket, database)


def _create_bucket(account: Account) -> None:
    settings: dict[str, Any] = {}
    if account.region != _HOME_OF_S3:
        settings["CreateBucketConfiguration"] = {"LocationConstraint": account.region}
    with aws_errors():
        _s3(account).create_bucket(Bucket=account.prefix, **settings)


def _remove(account: Account, bucket: Bucket, database: str) -> None:
    """Remove the tables with their database, and the bucket with its objects; what does not exist is no error."""
    account.report("removing the bucket and the tables of Athena")
    glue, s3 = account.aws.client("glue"), _s3(account)
    try:
        with aws_errors():
            glue.delete_database(Name=database)
    except AwsError as error:
        if error.code != "EntityNotFoundException":
            raise
    try:
        bucket.delete(bucket.sizes())
        with aws_errors():
            s3.delete_bucket(Bucket=account.prefix)
    except AwsError as error:
        if error.code != "NoSuchBucket":
            raise


def _s3(account: Account) -> Any:  # noqa: ANN401 - there are no stubs
    return account.aws.client("s3", s3={"addressing_style": "path"})
