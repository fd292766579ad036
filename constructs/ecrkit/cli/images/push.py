"""``ecrkit images push``: an image into a repository."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from ecrkit.aws.client import connect
from ecrkit.aws.transfers import plan_push, tag_of
from ecrkit.aws.transfers import push as push_image
from ecrkit.cli.arguments.declared import read_declared, with_declared_exceptions
from ecrkit.cli.arguments.options import aws_options, confirmed, dry_run_option, output_option, tool_option, yes_option
from ecrkit.cli.arguments.tools import tool_for
from ecrkit.cli.console.interrupts import tidy_end
from ecrkit.cli.console.output import echo, echo_json
from ecrkit.errors import RefusedError
from ecrkit.images.references import ImageReference

if TYPE_CHECKING:
    from ecrkit.aws.repositories import DeployedRepository

__all__ = ["completed", "push"]


@click.command("push")
@click.argument("source")
@click.argument("target", metavar="REPOSITORY[:TAG]")
@tool_option
@dry_run_option("Show what would be pushed, and push nothing.")
@yes_option
@aws_options
@output_option()
def push(  # noqa: PLR0913 - one parameter per option
    source: str,
    target: str,
    *,
    tool: str | None,
    dry_run: bool,
    yes: bool,
    profile: str | None,
    region: str | None,
    output: str,
) -> None:
    """
    Push SOURCE, and print its URI and digest.

    SOURCE is a local image of docker or podman, or any source of skopeo, as in oci:DIRECTORY:TAG. Without TAG,
    uses the tag of SOURCE, or latest if SOURCE has none. Logs in automatically.

    Refuses, with exit code 1 and before uploading, if the tag exists and is immutable. Asks before it moves a
    mutable tag from another image.

    \b
    Examples:
      ecrkit images push web:v1 web:v1
      ecrkit images push oci:web:v1 payments/web:v1 --yes
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    reference = ImageReference.parse(target, default_tag=tag_of(source) or "latest")
    if reference.digest:
        raise click.UsageError(f"{target}: a push cannot choose the digest; name a tag")
    program = tool_for(tool, source=source)
    aws = connect(profile=profile, region=region)
    client = aws.ecr()
    plan = plan_push(client, program, source, reference, complete=partial(completed, region=aws.region))
    uri = f"{plan.repository.uri}{reference.suffix}"
    if plan.is_there:
        echo(f"{reference}: already exists, nothing to upload", err=True)
    elif plan.replaced:
        echo(f"{reference}: is now {plan.replaced.digest}", err=True)
    if dry_run:
        if not plan.is_there:
            echo(f"would be pushed, with {program.name}: {uri}", err=True)
        return
    if plan.replaced and not plan.is_there and not confirmed(f"Move the tag {reference.tag}?", yes=yes):
        raise RefusedError("nothing pushed")
    with tidy_end():
        image = push_image(client, program, plan)
    if output == "json":
        echo_json(
            {
                "image": {
                    "registryId": plan.repository.account,
                    "repositoryName": plan.repository.name,
                    "imageId": {"imageDigest": image.digest, "imageTag": reference.tag},
                },
                "imageUri": uri,
            }
        )
        return
    echo(uri)
    echo(image.digest)


def completed(repository: DeployedRepository, *, region: str) -> DeployedRepository:
    """Take the exceptions of the mutability from the catalog of the working directory."""
    declared = read_declared(None, None, account=repository.account, region=region)
    (completed,) = with_declared_exceptions([repository], declared.entries if declared else {})
    return completed
