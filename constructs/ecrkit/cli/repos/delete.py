"""``ecrkit repos delete``: a repository that nobody declares any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ecrkit.aws.client import connect
from ecrkit.aws.repositories import delete_repository, repository_details, repository_of
from ecrkit.cli.arguments.declared import read_declared
from ecrkit.cli.arguments.options import (
    aws_options,
    catalog_options,
    confirmed,
    dry_run_option,
    output_option,
    repository_named,
    yes_option,
)
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.documents.terminal import write_text
from ecrkit.errors import RefusedError
from ecrkit.images.sizes import readable_size

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.aws.repositories import RepositoryDetails

__all__ = ["delete"]


@click.command("delete")
@click.argument("name")
@click.option("--force", is_flag=True, help="Delete the repository with its images.")
@dry_run_option("Show what would be deleted, and delete nothing.")
@yes_option
@catalog_options
@aws_options
@output_option()
def delete(  # noqa: PLR0913 - one parameter per option
    name: str,
    *,
    force: bool,
    dry_run: bool,
    yes: bool,
    catalog: Path | None,
    policies: Path | None,
    profile: str | None,
    region: str | None,
    output: str,
) -> None:
    """
    Delete the repository NAME, after showing its images and stack.

    Always refuses a repository that the catalog declares. Refuses one that has images, unless --force is given. The
    exit code is then 1.

    \b
    Examples:
      ecrkit repos delete old-app --dry-run
      ecrkit repos delete old-app --force
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    aws = connect(profile=profile, region=region)
    ecr = aws.ecr()
    repository = repository_of(ecr, repository_named(name))
    name = repository.name
    declared = read_declared(catalog, policies, account=repository.account, region=aws.region)
    if declared is None:
        echo("no catalog found, so not checked whether one declares it; pass --catalog", err=True)
    elif not declared.is_about_it:
        echo(f"the catalog has no environment in {repository.account}, {aws.region}", err=True)
    elif name in declared.names:
        raise RefusedError(f"{name}: the catalog declares it; remove it there and deploy, then delete it")
    (details,) = repository_details(ecr, aws.cloudformation(), [repository])
    images = details.contents.image_count
    write_text(_what_goes(details), err=True)
    if images and not force:
        raise RefusedError(f"{name}: contains {count_of(images, 'image')}; pass --force to delete them too")
    if not dry_run:
        if not confirmed(f"Delete {name} permanently?", yes=yes):
            raise RefusedError("nothing deleted")
        delete_repository(ecr, name, force=force)
    if output == "json":
        echo_json(
            {
                "repository": {
                    "repositoryArn": repository.arn,
                    "registryId": repository.account,
                    "repositoryName": name,
                    "repositoryUri": repository.uri,
                },
                "imageCount": images,
                "dryRun": dry_run,
            }
        )
        return
    echo(f"{'would be deleted' if dry_run else 'deleted'}: {repository.uri}")


def _what_goes(details: RepositoryDetails) -> str:
    contents = details.contents
    lines = [details.repository.uri]
    if contents.last_pushed_at:
        lines.append(
            f"  {count_of(contents.image_count, 'image')}, {readable_size(contents.size_bytes)}, "
            f"the last pushed on {contents.last_pushed_at:%Y-%m-%d}"
        )
    else:
        lines.append("  no images")
    if details.stack:
        lines.append(f"  a resource of the stack {details.stack}, which will drift")
    return "\n".join(lines)
