"""``ecrkit images in-use``: what runs at this moment, by digest."""

from __future__ import annotations

import sys
from itertools import chain
from typing import TYPE_CHECKING

import click

from ecrkit.aws.client import connect
from ecrkit.aws.in_use import images_in_use
from ecrkit.aws.workloads import Use, function_uses, service_uses, task_uses
from ecrkit.cli.arguments.options import aws_options, output_option
from ecrkit.cli.console.listing import echo_json_list
from ecrkit.cli.console.output import count_of, echo
from ecrkit.registry.principals import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ecrkit.aws.client import Aws
    from ecrkit.aws.in_use import UsedImage
    from ecrkit.aws.inspector import Cluster, InspectedImage

__all__ = ["in_use"]

_COMMAND_SECONDS = 60


@click.command("in-use")
@click.option(
    "--registry", metavar="ACCOUNT", help="Registry whose images to list.  [default: the account of the credentials]"
)
@click.option("--ecs/--no-ecs", default=True, help="Read the tasks and services of ECS.  [default: --ecs]")
@click.option(
    "--lambda/--no-lambda", "functions", default=True, help="Read the functions of Lambda.  [default: --lambda]"
)
@click.option("--inspector", is_flag=True, help="Also list images that Amazon Inspector sees running in ECS and EKS.")
@click.option(
    "--kubernetes",
    "workloads",
    metavar="FILE",
    multiple=True,
    type=click.Path(allow_dash=True),
    help="Output of `kubectl get --output json`; - for standard input. May be given several times.",
)
@click.option(
    "--command",
    "commands",
    metavar="CMD",
    multiple=True,
    help="Command that prints more images, one per line. May be given several times.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=_COMMAND_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="Time limit of each command.",
)
@aws_options
@output_option()
def in_use(  # noqa: PLR0913 - one parameter per option
    *,
    registry: str | None,
    ecs: bool,
    functions: bool,
    inspector: bool,
    workloads: tuple[str, ...],
    commands: tuple[str, ...],
    timeout: float,
    profile: str | None,
    region: str | None,
    output: str,
) -> None:
    """
    List the images that workloads use, by digest.

    Prints the images of ECS tasks, ECS services and Lambda functions, one per line, in the format that `ecrkit policy
    preview --in-use` reads. Reads every cluster of the account and Region, and every version of every function. Images
    of other registries are listed on standard error.

    With --inspector, also lists the images that Amazon Inspector sees running in ECS and EKS: how often, when and in
    which clusters. With --kubernetes, also reads workloads of any kind that kubectl prints. A CMD of --command must
    exit with 0 and print at least one image; it runs without a shell.

    \b
    Examples:
      ecrkit images in-use > in-use.txt
      ecrkit images in-use --inspector --kubernetes workloads.json
      ecrkit images in-use --no-ecs --no-lambda --command './batch-images --all'
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    if registry is not None and not ACCOUNT.fullmatch(registry):
        raise click.UsageError(f"--registry: an account has twelve digits, got {registry!r}")
    if not (ecs or functions or inspector or workloads or commands):
        raise click.UsageError("nothing to read; pass --inspector, --kubernetes or --command, or omit --no-ecs")
    if workloads.count("-") > 1:
        raise click.UsageError("--kubernetes: standard input can be read only once")
    # What is quick to fail comes first.
    listed = [*_of_kubernetes(workloads), *_of_commands(commands, seconds=timeout)]
    aws = connect(profile=profile, region=region)
    uses = [*listed, *_of_aws(aws, ecs=ecs, functions=functions)]
    account = registry or aws.account()
    inspected = _of_inspector(aws, account) if inspector else ()
    found = images_in_use(aws.ecr(), uses, registry=account, region=aws.region, inspected=inspected)
    if output == "json":
        left_out = [{"image": image, "usedBy": list(users)} for image, users in found.left_out.items()]
        others = {"registryId": account, "region": aws.region, "leftOut": left_out}
        echo_json_list("images", map(_document, found.images), others=others)
    else:
        _echo_lines(found.images)
        if not found.images:
            # An empty list may be one that failed, and `policy preview --in-use` takes none.
            what = _sources(ecs=ecs, functions=functions, inspector=inspector, workloads=workloads, commands=commands)
            echo(f"# no image from {account} {aws.region} is in use in {what}")
    for image, users in found.left_out.items():
        echo(f"skipped: {image}: not in {account} {aws.region}; {count_of(len(users), 'user')}", err=True)
    for used in found.images:
        if not used.reference.digest:
            echo(f"not found: {used}: no image has this tag; {count_of(len(used.users), 'user')}", err=True)
    echo(f"{count_of(len(found.images), 'image')} in use", err=True)


def _sources(*, ecs: bool, functions: bool, inspector: bool, workloads: Sequence[str], commands: Sequence[str]) -> str:
    """Name what was read."""
    are_read = {
        "ECS": ecs,
        "Lambda": functions,
        "Amazon Inspector": inspector,
        "Kubernetes": workloads,
        "other commands": commands,
    }
    names = [name for name, is_read in are_read.items() if is_read]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _echo_lines(images: Iterable[UsedImage]) -> None:
    for used in images:
        if used.inspected:
            echo(_comment(used.inspected))
        echo(used)


def _of_aws(aws: Aws, *, ecs: bool, functions: bool) -> Iterable[Use]:
    client = aws.ecs() if ecs else None
    tasks = chain(task_uses(client), service_uses(client)) if client else ()
    return chain(tasks, function_uses(aws.functions()) if functions else ())


def _of_inspector(aws: Aws, account: str) -> Iterable[InspectedImage]:
    from ecrkit.aws.inspector import inspected_images  # noqa: PLC0415 - few lists need it

    return inspected_images(aws.inspector(), registry=account, region=aws.region)


def _of_kubernetes(paths: Iterable[str]) -> Iterator[Use]:
    from pathlib import Path  # noqa: PLC0415 - few lists need it

    from ecrkit.documents.files import decode, read_stream, read_text  # noqa: PLC0415 - as above
    from ecrkit.images.kubernetes import parse_workloads  # noqa: PLC0415 - as above

    for path in paths:
        text = decode(read_stream(sys.stdin.buffer, name="-"), file="-") if path == "-" else read_text(Path(path))
        yield from (Use(found.image, "", found.workload) for found in parse_workloads(text, file=path))


def _of_commands(commands: Iterable[str], *, seconds: float) -> Iterator[Use]:
    from ecrkit.aws.listings import images_listed_by  # noqa: PLC0415 - few lists need it

    for command in commands:
        yield from (Use(image, "", command) for image in images_listed_by(command, at_most_seconds=seconds))


def _comment(found: InspectedImage) -> str:
    """Write what Inspector knows as a line that `--in-use` skips."""
    last = f", last on {found.last_in_use_at:%Y-%m-%d}" if found.last_in_use_at else ""
    names = ", ".join(cluster.arn.rpartition("/")[2] for cluster in found.clusters)
    where = f", in {'cluster' if len(found.clusters) == 1 else 'clusters'} {names}" if names else ""
    return f"# {found.in_use_count:,} {'task or pod' if found.in_use_count == 1 else 'tasks or pods'}{last}{where}"


def _document(image: UsedImage) -> dict[str, object]:
    return {
        "image": str(image),
        "repositoryName": image.reference.repository,
        "imageDigest": image.reference.digest or None,
        "usedBy": list(image.users),
        **(_inspected(image.inspected) if image.inspected else {}),
    }


def _inspected(found: InspectedImage) -> dict[str, object]:
    """Use the names of Inspector."""
    return {
        "inUseCount": found.in_use_count,
        "lastInUseAt": found.last_in_use_at.isoformat() if found.last_in_use_at else None,
        "clusters": [_cluster(cluster) for cluster in found.clusters],
    }


def _cluster(cluster: Cluster) -> dict[str, object]:
    return {
        "clusterArn": cluster.arn,
        "runningUnitCount": cluster.running,
        "stoppedUnitCount": cluster.stopped,
        "lastInUse": cluster.last_in_use_at.isoformat() if cluster.last_in_use_at else None,
        "workloads": list(cluster.workloads),
    }
