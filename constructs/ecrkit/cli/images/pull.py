"""``ecrkit images pull``: an image out of a repository."""

from __future__ import annotations

import click

from ecrkit.aws.client import connect
from ecrkit.aws.transfers import plan_pull
from ecrkit.aws.transfers import pull as pull_image
from ecrkit.cli.arguments.options import aws_options, dry_run_option, output_option, tool_option
from ecrkit.cli.arguments.tools import tool_for
from ecrkit.cli.console.interrupts import tidy_end
from ecrkit.cli.console.output import echo, echo_json
from ecrkit.images.references import ImageReference

__all__ = ["pull"]


@click.command("pull")
@click.argument("source", metavar="REPOSITORY[:TAG|@DIGEST]")
@click.argument("destination", default="")
@tool_option
@dry_run_option("Show what would be pulled, and pull nothing.")
@aws_options
@output_option()
def pull(  # noqa: PLR0913 - one parameter per option
    source: str,
    destination: str,
    *,
    tool: str | None,
    dry_run: bool,
    profile: str | None,
    region: str | None,
    output: str,
) -> None:
    """
    Pull an image, and print its URI and digest.

    Pulls into docker or podman, and names the image DESTINATION if you pass one. With skopeo, DESTINATION is any
    of its destinations, as in oci:DIRECTORY:TAG. The default tag is latest. Logs in automatically.

    \b
    Examples:
      ecrkit images pull web:v1
      ecrkit images pull web:v1 oci:web:v1 --tool skopeo
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    reference = ImageReference.parse(source, default_tag="latest")
    program = tool_for(tool, source=destination or "engine")
    if not (program.keeps_images or destination):
        raise click.UsageError("skopeo has no image store; pass a destination, as in oci:DIRECTORY:TAG")
    client = connect(profile=profile, region=region).ecr()
    plan = plan_pull(client, reference, destination=destination)
    uri = f"{plan.repository.uri}{reference.suffix}"
    if dry_run:
        echo(f"would be pulled, with {program.name}: {uri}", err=True)
        return
    with tidy_end():
        pull_image(client, program, plan)
    if output == "json":
        echo_json(
            {
                "image": {
                    "registryId": plan.repository.account,
                    "repositoryName": plan.repository.name,
                    # A tag beside a digest says nothing of the image that was pulled.
                    "imageId": {"imageDigest": plan.image.digest}
                    | ({} if reference.digest else {"imageTag": reference.tag}),
                },
                "imageUri": uri,
            }
        )
        return
    echo(uri)
    echo(plan.image.digest)
