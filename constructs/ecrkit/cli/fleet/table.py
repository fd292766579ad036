"""``ecrkit fleet table``: tables of Athena over a dataset in S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ecrkit.aws.client import connect
from ecrkit.aws.fleet.glue import apply_tables, tables_template
from ecrkit.aws.fleet.objects import SCHEME, Bucket, Place
from ecrkit.aws.fleet.tables import DATABASE, all_tables
from ecrkit.cli.arguments.options import aws_options, output_option
from ecrkit.cli.console.output import echo, echo_json

if TYPE_CHECKING:
    from ecrkit.aws.fleet.glue import Change, Table

__all__ = ["table"]


@click.command("table")
@click.option(
    "--inventory", metavar="S3_URI", required=True, help="Dataset in S3, as `ecrkit fleet inventory` writes it."
)
@click.option("--database", metavar="NAME", default=DATABASE, show_default=True, help="Glue database of the tables.")
@click.option("--template", is_flag=True, help="Print a CloudFormation template instead of changing Glue.")
@aws_options
@output_option()
def table(  # noqa: PLR0913 - one parameter per option
    inventory: str, *, database: str, template: bool, profile: str | None, region: str | None, output: str
) -> None:
    """
    Create or update the Athena tables over a dataset in S3.

    The tables list the accounts and Regions of the dataset as partitions, so you need no crawler. Run the command again
    after you add accounts or Regions. Create the tables in the Region of the bucket.

    \b
    Examples:
      ecrkit fleet table --inventory s3://my-fleet/daily
      ecrkit fleet table --inventory s3://my-fleet/daily --template -o fleet.json
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    if not inventory.startswith(SCHEME):
        raise click.BadParameter(
            f"{inventory}: must be s3://BUCKET/PREFIX; Athena reads only S3", param_hint="--inventory"
        )
    place = Place.parse(inventory)
    aws = connect(profile=profile, region=region)
    tables = all_tables(Bucket(aws, place))
    if template:
        echo_json(tables_template(database, tables))
        return
    changes = apply_tables(aws, database, tables)
    if output == "json":
        echo_json({"database": database, "tables": [_document(one, changes[one.name]) for one in tables]})
        return
    for one in tables:
        echo(f"{database}.{one.name}: {changes[one.name]}")


def _document(one: Table, change: Change) -> dict[str, str]:
    return {"name": one.name, "location": str(one.place), "change": change}
