"""Tables over a dataset, as Glue and CloudFormation take them."""

from __future__ import annotations

import json

import pytest
from builders.linting import cfn_lint

from ecrkit.aws.fleet.glue import Partition, Table, hive_type, tables_template
from ecrkit.aws.fleet.objects import Place

TABLE = Table(
    name="images",
    place=Place(bucket="fleet", prefix="daily/images/"),
    columns={"repository": "VARCHAR", "pushed_at": "BIGINT", "tags": "VARCHAR[]"},
    partitions=[
        Partition(name="account", values=("111111111111", "222222222222")),
        Partition(name="region", values=("eu-west-1",)),
    ],
)


@pytest.mark.parametrize(
    ("duckdb", "hive"),
    [
        ("VARCHAR", "string"),
        ("BIGINT", "bigint"),
        ("VARCHAR[]", "array<string>"),
        ("MAP(VARCHAR, VARCHAR)", "map<string,string>"),
    ],
)
def test_types(duckdb: str, hive: str) -> None:
    """Every type of the dataset has one of Hive."""
    assert hive_type(duckdb) == hive


def test_partitions_are_projected() -> None:
    """Athena computes the partitions from the accounts and Regions of the dataset, and reads no others."""
    definition = TABLE.definition()

    assert definition["PartitionKeys"] == [{"Name": "account", "Type": "string"}, {"Name": "region", "Type": "string"}]
    assert definition["StorageDescriptor"]["Location"] == "s3://fleet/daily/images/"
    assert definition["Parameters"] == {
        "EXTERNAL": "TRUE",
        "classification": "parquet",
        "projection.enabled": "true",
        "projection.account.type": "enum",
        "projection.account.values": "111111111111,222222222222",
        "projection.region.type": "enum",
        "projection.region.values": "eu-west-1",
        "storage.location.template": "s3://fleet/daily/images/account=${account}/region=${region}/",
    }


def test_partition_without_values_is_injected() -> None:
    """A partition without values is one that every query names."""
    table = Table(
        name="rules",
        place=Place(bucket="fleet", prefix=""),
        columns={"policy": "VARCHAR"},
        partitions=[Partition(name="preview")],
    )

    parameters = table.definition()["Parameters"]

    assert (parameters["projection.preview.type"], "projection.preview.values" in parameters) == ("injected", False)


def test_template_is_valid() -> None:
    """CloudFormation's linter accepts the template, and it has the same definitions as the calls."""
    template = tables_template("ecrkit_fleet", [TABLE])

    assert cfn_lint(json.dumps(template)) == []
    assert template["Resources"]["ImagesTable"]["Properties"]["TableInput"] == TABLE.definition()
