"""The tables of a dataset, and of what a preview asks about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.aws.fleet.glue import Partition, Table
from ecrkit.aws.fleet.store import registry_of
from ecrkit.documents.files import decode
from ecrkit.errors import UnreadableInputError
from ecrkit.preview.fleet.dataset import (
    IMAGE_COLUMNS,
    IMAGES,
    RECORD,
    REPOSITORIES,
    REPOSITORY_COLUMNS,
    DatasetRecord,
    parse_record,
)

if TYPE_CHECKING:
    from ecrkit.aws.fleet.objects import Bucket

__all__ = ["DATABASE", "dataset_tables", "record_of"]

DATABASE = "ecrkit_fleet"
"""The Glue database, unless another one is named."""


def record_of(bucket: Bucket) -> DatasetRecord:
    """
    Read the record of a dataset in S3.

    Raises:
        AwsError: AWS refused, or could not be reached.
        UnreadableInputError: the folder holds no dataset, or one of another version.
    """
    content = bucket.read(RECORD)
    file = f"{bucket}{RECORD}"
    if content is None:
        raise UnreadableInputError(
            f"{bucket}: not a fleet dataset, it has no {RECORD}; create one with `ecrkit fleet inventory -o {bucket}`"
        )
    return parse_record(decode(content, file=file), file=file)


def dataset_tables(bucket: Bucket) -> tuple[Table, ...]:
    """
    Describe the tables over a dataset in S3, with the accounts and Regions that it has files of.

    Raises:
        AwsError: AWS refused, or could not be reached.
        UnreadableInputError: the folder holds no dataset, one of another version, or one without files.
    """
    record_of(bucket)
    registries = sorted({found for name in bucket.sizes(f"{REPOSITORIES}/") if (found := registry_of(name))})
    if not registries:
        raise UnreadableInputError(
            f"{bucket}: the dataset has no files yet; run `ecrkit fleet inventory -o {bucket}` to its end"
        )
    partitions = (
        Partition(name="account", values=tuple(sorted({registry.account for registry in registries}))),
        Partition(name="region", values=tuple(sorted({registry.region for registry in registries}))),
    )
    columns = {IMAGES: IMAGE_COLUMNS, REPOSITORIES: REPOSITORY_COLUMNS}
    return tuple(
        Table(name=name, place=bucket.place.under(name), columns=columns[name], partitions=partitions)
        for name in (IMAGES, REPOSITORIES)
    )
