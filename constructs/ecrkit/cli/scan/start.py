"""``ecrkit scan start``: have an image scanned."""

from __future__ import annotations

import click

from ecrkit.aws.client import connect
from ecrkit.aws.scans import scan_targets, start_scan
from ecrkit.cli.arguments.options import aws_options, dry_run_option, output_option
from ecrkit.cli.console.output import echo, echo_json
from ecrkit.errors import AwsError
from ecrkit.images.references import ImageReference

__all__ = ["start"]


@click.command("start")
@click.argument("image", metavar="REPOSITORY[:TAG|@DIGEST]")
@dry_run_option("Show what would be scanned, and start nothing.")
@aws_options
@output_option()
def start(image: str, *, dry_run: bool, profile: str | None, region: str | None, output: str) -> None:
    """
    Start a basic scan of an image.

    For a multi-architecture image (manifest list), scans the image of each platform. ECR scans an image once
    in 24 hours. It starts no basic scan if enhanced scanning is on, because that scans automatically.

    \b
    Examples:
      ecrkit scan start web:v1
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    client = connect(profile=profile, region=region).ecr()
    targets = scan_targets(client, ImageReference.parse(image, default_tag="latest"))
    if dry_run:
        for target in targets:
            echo(f"would be scanned: {target}", err=True)
        return
    started = []
    refused: list[AwsError] = []
    for target in targets:
        try:
            status = start_scan(client, target)
        except AwsError as error:
            # One image of an index that was scanned today does not keep the others from being scanned.
            refused.append(AwsError(f"{target}: {error}", code=error.code))
            continue
        started.append(
            {
                "repositoryName": target.repository,
                "imageId": {"imageDigest": target.digest},
                "imageScanStatus": {"status": status},
            }
        )
        if output == "text":
            echo(f"{target}: {status}")
    if output == "json" and started:
        echo_json({"imageScans": started})
    for other in refused[:-1]:
        echo(f"error: {other}", err=True)
    if refused:
        raise refused[-1]
