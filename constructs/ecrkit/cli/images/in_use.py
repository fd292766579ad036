"""``ecrkit images in-use``: what runs at this moment, by digest."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import click

from ecrkit.aws.client import connect
from ecrkit.aws.in_use import images_in_use
from ecrkit.aws.workloads import function_uses, service_uses, task_uses
from ecrkit.cli.arguments.options import aws_options, output_option
from ecrkit.cli.console.listing import echo_json_list
from ecrkit.cli.console.output import count_of, echo
from ecrkit.registry.principals import ACCOUNT

if TYPE_CHECKING:
    from ecrkit.aws.in_use import UsedImage

__all__ = ["in_use"]


@click.command("in-use")
@click.option(
    "--registry", metavar="ACCOUNT", help="Registry whose images to list.  [default: the account of the credentials]"
)
@aws_options
@output_option()
def in_use(*, registry: str | None, profile: str | None, region: str | None, output: str) -> None:
    """
    List the images that ECS and Lambda use, by digest.

    Prints the images of tasks, services and functions, one per line, in the format that `ecrkit policy preview
    --in-use` reads. Reads every cluster of the account and Region, and every version of every function. Images of other
    registries are listed on standard error.

    \b
    Examples:
      ecrkit images in-use > in-use.txt
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    if registry is not None and not ACCOUNT.fullmatch(registry):
        raise click.UsageError(f"--registry: an account has twelve digits, got {registry!r}")
    aws = connect(profile=profile, region=region)
    ecs = aws.ecs()
    uses = list(chain(task_uses(ecs), service_uses(ecs), function_uses(aws.functions())))
    account = registry or aws.account()
    found = images_in_use(aws.ecr(), uses, registry=account, region=aws.region)
    if output == "json":
        left_out = [{"image": image, "usedBy": list(users)} for image, users in found.left_out.items()]
        others = {"registryId": account, "region": aws.region, "leftOut": left_out}
        echo_json_list("images", map(_document, found.images), others=others)
    elif found.images:
        for used in found.images:
            echo(used)
    else:
        # An empty list may be one that failed, and `policy preview --in-use` takes none.
        echo(f"# ECS and Lambda run no image from {account} {aws.region}")
    for image, users in found.left_out.items():
        echo(f"skipped: {image}: not in {account} {aws.region}; {count_of(len(users), 'user')}", err=True)
    for used in found.images:
        if not used.reference.digest:
            echo(f"not found: {used}: no image has this tag; {count_of(len(used.users), 'user')}", err=True)
    echo(f"{count_of(len(found.images), 'image')} in use", err=True)


def _document(image: UsedImage) -> dict[str, object]:
    return {
        "image": str(image),
        "repositoryName": image.reference.repository,
        "imageDigest": image.reference.digest or None,
        "usedBy": list(image.users),
    }
