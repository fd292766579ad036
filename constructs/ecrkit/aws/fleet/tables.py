"""The tables of a dataset, and those that a preview writes for its queries."""

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
from ecrkit.preview.fleet.tables import PROTECTION_KINDS, REPOSITORY_KINDS, RULE_KINDS, STEP_KINDS, USED_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.aws.fleet.objects import Bucket, Place

__all__ = ["DATABASE", "PREVIEWS", "QUERY_TABLES", "all_tables", "dataset_tables", "query_table", "record_of"]

DATABASE = "ecrkit_fleet"
"""The Glue database, unless another one is named."""


QUERY_TABLES: Mapping[str, Mapping[str, str]] = {
    "rules": RULE_KINDS,
    "repositories": REPOSITORY_KINDS,
    "used": USED_KINDS,
    "protection": PROTECTION_KINDS,
    **STEP_KINDS,
}
"""The tables that a preview writes for its queries, and by them: DuckDB types by column."""

PREVIEWS = "previews"
"""Folder in the dataset of what previews write."""


def query_table(name: str, place: Place) -> Table:
    """
    Describe a table of what previews write; every query names the preview that it means.

    Args:
        name: one of :data:`QUERY_TABLES`.
        place: of the dataset.
    """
    return Table(
        name=f"preview_{name}",
        place=place.under(f"{PREVIEWS}/{name}"),
        columns=QUERY_TABLES[name],
        partitions=(Partition(name="preview"),),
    )


def all_tables(bucket: Bucket) -> tuple[Table, ...]:
    """
    Describe the tables over a dataset in S3, and those that previews write for their queries.

    Raises:
        AwsError: AWS refused, or could not be reached.
        UnreadableInputError: as :func:`dataset_tables`.
    """
    return (*dataset_tables(bucket), *(query_table(name, bucket.place) for name in QUERY_TABLES))


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
