"""
The dataset: the images of many accounts and Regions, as Parquet.

::

    DATASET/dataset.json
    DATASET/images/account=123456789012/region=eu-west-1/part-00000.parquet
    DATASET/repositories/account=123456789012/region=eu-west-1/part-00000.parquet

``dataset.json`` is written last and says whether everything was read. Times are microseconds since 1970 in UTC: Athena
reads timestamps of Parquet in milliseconds, and two pushes within one would become a tie.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ecrkit.documents.files import make_directory, read_text, write_text
from ecrkit.errors import RefusedError, UnreadableInputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "FORMAT",
    "IMAGES",
    "IMAGE_COLUMNS",
    "MOST_BYTES",
    "RECORD",
    "REPOSITORIES",
    "REPOSITORY_COLUMNS",
    "DatasetRecord",
    "Failure",
    "instant_of",
    "micros_of",
    "parse_record",
    "partition_of",
    "read_record",
    "record_in",
    "record_text",
    "write_record",
]

FORMAT = 1
"""Version of the columns below; another one is not read."""

IMAGE_COLUMNS = {
    "repository": "VARCHAR",
    "digest": "VARCHAR",
    "pushed_at": "BIGINT",
    "tags": "VARCHAR[]",
    "size_bytes": "BIGINT",
    "status": "VARCHAR",
    "pulled_at": "BIGINT",
    "archived_at": "BIGINT",
    "activated_at": "BIGINT",
    "subject": "VARCHAR",
    "media_type": "VARCHAR",
    "children": "VARCHAR[]",
}
"""The columns of ``images``: one after ``repository`` for each field of an image, in that order."""

MOST_BYTES = 2**63 - 1
"""The largest size that ``size_bytes`` holds."""

REPOSITORY_COLUMNS = {"repository": "VARCHAR", "policy": "VARCHAR", "tags": "MAP(VARCHAR, VARCHAR)"}
"""The columns of ``repositories``: the deployed lifecycle policy as text, if any, and the tags of the repository."""

IMAGES, REPOSITORIES = "images", "repositories"

RECORD = "dataset.json"
_MARK = "ecrkitFleetDataset"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """
    An account and Region that could not be read, or not to its end.

    Attributes:
        registry: account, twelve digits.
        region: as in ``us-east-1``; empty if the account as a whole could not be read.
        error: why.
    """

    registry: str
    region: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRecord:
    """
    What ``dataset.json`` says.

    Attributes:
        begun_at: when reading began, ISO 8601.
        complete: whether everything asked for was read.
        accounts: accounts that were asked for; empty for those of the files that were imported.
        regions: Regions that were asked for; likewise.
        failures: what could not be read.
    """

    begun_at: str
    complete: bool
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


def partition_of(dataset: Path, table: str, *, account: str, region: str) -> Path:
    """Give the folder of the files of one account and Region."""
    return dataset / table / f"account={account}" / f"region={region}"


def micros_of(instant: datetime) -> int:
    """Give the microseconds since 1970 of a timezone-aware instant, exactly."""
    return (instant - _EPOCH) // _MICROSECOND


def instant_of(micros: int) -> datetime:
    """Give the instant of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=micros)


def read_record(dataset: Path) -> DatasetRecord:
    """
    Read ``dataset.json``.

    Raises:
        UnreadableInputError: the folder holds no dataset, or one of another version.
    """
    path = dataset / RECORD
    if not path.exists():
        raise UnreadableInputError(
            f"{dataset.as_posix()}: not a fleet dataset, it has no {RECORD}; create one with `ecrkit fleet inventory` "
            "or `ecrkit fleet import`"
        )
    return parse_record(read_text(path), file=path.as_posix())


def parse_record(text: str, *, file: str) -> DatasetRecord:
    """
    Parse ``dataset.json``; :func:`read_record` takes the folder of a dataset.

    Raises:
        UnreadableInputError: it is something else, or of another version.
    """
    try:
        document = json.loads(text)
        version = document[_MARK]
        if version == FORMAT:
            return DatasetRecord(
                begun_at=str(document["begunAt"]),
                complete=document["complete"] is True,
                accounts=tuple(map(str, document["accounts"])),
                regions=tuple(map(str, document["regions"])),
                failures=tuple(
                    Failure(registry=str(one["registryId"]), region=str(one["region"]), error=str(one["error"]))
                    for one in document["failures"]
                ),
            )
    except (ValueError, KeyError, TypeError):
        raise UnreadableInputError(f"{file}: not the record of a fleet dataset; write the dataset again") from None
    raise UnreadableInputError(
        f"{file}: has version {version!r} of the dataset, but this ecrkit reads version {FORMAT}; write it again"
    )


def record_text(record: DatasetRecord) -> str:
    """Write the text of ``dataset.json``."""
    document = {
        _MARK: FORMAT,
        "complete": record.complete,
        "begunAt": record.begun_at,
        "accounts": list(record.accounts),
        "regions": list(record.regions),
        "failures": [
            {"registryId": failure.registry, "region": failure.region, "error": failure.error}
            for failure in record.failures
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def write_record(dataset: Path, record: DatasetRecord) -> None:
    """
    Write ``dataset.json``, whole or not at all; makes the folder.

    Raises:
        UnwritableOutputError: it cannot be written.
    """
    make_directory(dataset)
    write_text(dataset / RECORD, record_text(record))


def record_in(dataset: Path) -> DatasetRecord | None:
    """
    Read the record of a folder that is about to be written to.

    Returns:
        ``None`` for a folder that is empty, or not there.

    Raises:
        RefusedError: it holds something else.
        UnreadableInputError: it holds a dataset of another version.
    """
    if (dataset / RECORD).exists():
        return read_record(dataset)
    if dataset.exists() and (not dataset.is_dir() or any(dataset.iterdir())):
        raise RefusedError(
            f"{dataset.as_posix()}: contains something other than a fleet dataset; name another directory"
        )
    return None
