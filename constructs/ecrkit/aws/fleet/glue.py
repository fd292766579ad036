"""Tables of Athena over a dataset in S3, with projected partitions: no crawler, and nothing to repair."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ecrkit.aws.client import aws_errors
from ecrkit.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ecrkit.aws.client import Aws
    from ecrkit.aws.fleet.objects import Place

__all__ = ["Change", "Partition", "Table", "apply_tables", "stale_tables", "tables_template"]

_HIVE = {"VARCHAR": "string", "BIGINT": "bigint", "INTEGER": "int", "BOOLEAN": "boolean"}
_STORAGE = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
}
_MISSING = "EntityNotFoundException"
_COMPARED = ("StorageDescriptor", "PartitionKeys", "Parameters")


class Change(StrEnum):
    """What happened to a table."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """
    A part of a path, as in ``account=123456789012``.

    Attributes:
        name: of the key.
        values: all its values; empty if every query names one.
    """

    name: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """
    A table over Parquet files.

    Attributes:
        name: of the table.
        place: folder of its files, which has a folder for each value of each partition.
        columns: DuckDB types by name, without the partitions.
        partitions: from the outside to the inside.
    """

    name: str
    place: Place
    columns: Mapping[str, str]
    partitions: Sequence[Partition]

    def definition(self) -> dict[str, Any]:
        """
        Define it as Glue and CloudFormation take it.

        Source: Amazon Athena user guide, "Use partition projection with Amazon Athena" (read 2026-11).
        """
        folders = "".join(f"{one.name}=${{{one.name}}}/" for one in self.partitions)
        projection = {"projection.enabled": "true", "storage.location.template": f"{self.place}{folders}"}
        for one in self.partitions:
            projection[f"projection.{one.name}.type"] = "enum" if one.values else "injected"
            if one.values:
                projection[f"projection.{one.name}.values"] = ",".join(one.values)
        return {
            "Name": self.name,
            "TableType": "EXTERNAL_TABLE",
            "StorageDescriptor": {
                "Columns": [{"Name": name, "Type": hive_type(type_)} for name, type_ in self.columns.items()],
                "Location": str(self.place),
                **_STORAGE,
            },
            "PartitionKeys": [{"Name": one.name, "Type": "string"} for one in self.partitions],
            "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet", **projection},
        }


def hive_type(duckdb_type: str) -> str:
    """Name the type of Hive that reads what DuckDB writes as one of its own."""
    if duckdb_type.endswith("[]"):
        return f"array<{hive_type(duckdb_type.removesuffix('[]'))}>"
    if duckdb_type.startswith("MAP("):
        key, _, value = duckdb_type.removeprefix("MAP(").removesuffix(")").partition(", ")
        return f"map<{hive_type(key)},{hive_type(value)}>"
    return _HIVE[duckdb_type]


def apply_tables(aws: Aws, database: str, tables: Iterable[Table]) -> dict[str, Change]:
    """
    Create or update tables, and their database if it does not exist.

    Args:
        aws: account and Region of the tables.
        database: its name.
        tables: wanted.

    Returns:
        What happened to each table, by name.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    client = aws.client("glue")
    if _found(client.get_database, Name=database) is None:
        with aws_errors():
            client.create_database(DatabaseInput={"Name": database})
    changes = {}
    for table in tables:
        wanted = table.definition()
        there = _found(client.get_table, DatabaseName=database, Name=table.name)
        with aws_errors():
            if there is None:
                client.create_table(DatabaseName=database, TableInput=wanted)
                changes[table.name] = Change.CREATED
            elif _differs(there["Table"], wanted):
                client.update_table(DatabaseName=database, TableInput=wanted)
                changes[table.name] = Change.UPDATED
            else:
                changes[table.name] = Change.UNCHANGED
    return changes


def stale_tables(aws: Aws, database: str, tables: Iterable[Table]) -> tuple[str, ...]:
    """
    Name the tables that are missing, or not as wanted.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    client = aws.client("glue")
    there = {table.name: _found(client.get_table, DatabaseName=database, Name=table.name) for table in tables}
    return tuple(
        table.name
        for table in tables
        if (found := there[table.name]) is None or _differs(found["Table"], table.definition())
    )


def tables_template(database: str, tables: Iterable[Table]) -> dict[str, Any]:
    """Write a template of CloudFormation that creates the database and its tables."""
    account = {"Ref": "AWS::AccountId"}
    resources: dict[str, Any] = {
        "Database": {
            "Type": "AWS::Glue::Database",
            "Properties": {"CatalogId": account, "DatabaseInput": {"Name": database}},
        }
    }
    for table in tables:
        resources[f"{table.name.title()}Table"] = {
            "Type": "AWS::Glue::Table",
            "Properties": {
                "CatalogId": account,
                "DatabaseName": {"Ref": "Database"},
                "TableInput": table.definition(),
            },
        }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Tables of Athena over the images of a fleet, for ecrkit fleet preview",
        "Resources": resources,
    }


def _found(call: Any, **arguments: str) -> dict[str, Any] | None:  # noqa: ANN401 - a method of a client without stubs
    """Get something; ``None`` if it does not exist."""
    try:
        with aws_errors():
            return dict(call(**arguments))
    except AwsError as error:
        if error.code == _MISSING:
            return None
        raise


def _differs(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Compare only the keys that the definition sets, because Glue adds keys of its own."""
    return any(not _covers(there.get(key), wanted[key]) for key in _COMPARED)


def _covers(there: object, wanted: object) -> bool:
    if isinstance(wanted, dict):
        return isinstance(there, dict) and all(_covers(there.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(there, list) and len(there) == len(wanted) and all(map(_covers, there, wanted))
    return there == wanted
