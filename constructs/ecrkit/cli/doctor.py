"""``ecrkit doctor``: whether this machine and account have what the project needs."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.aws.doctor import (
    Probe,
    Status,
    examine_account,
    examine_app,
    examine_boto3,
    examine_cdk,
    examine_extras,
    examine_node,
    examine_python,
    examine_tools,
)
from ecrkit.cli.arguments.options import aws_options, output_option
from ecrkit.cli.console.endings import end, first_lines
from ecrkit.cli.console.output import echo, echo_json
from ecrkit.cli.console.tables import echo_labelled
from ecrkit.documents.files import read_text
from ecrkit.documents.terminal import Styled
from ecrkit.errors import EcrkitError, InvalidCatalogError
from ecrkit.errors.extras import install_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.catalog import Environment

__all__ = ["doctor"]

_CATALOG = Path("repositories.yaml")
_APP = Path("cdk.json")
_COLORS = {Status.OK: "green", Status.WARNING: "yellow", Status.ERROR: "red"}
_PLURALS = {Status.ERROR: "errors", Status.WARNING: "warnings", Status.NOTE: "notes"}


@click.command("doctor")
@click.option(
    "--catalog",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Catalog whose environments to check.  [default: repositories.yaml, if it exists]",
)
@aws_options
@output_option()
def doctor(*, catalog: Path | None, profile: str | None, region: str | None, output: str) -> None:
    """
    Check that this machine and account have what ecrkit needs.

    Checks Python, Node, the CDK CLI with its cloud assembly schema, extras of ecrkit, boto3, docker, podman and
    skopeo. Also checks the Region, the credentials and the bootstrap version of each environment of the catalog.

    An error means that the catalog or cdk.json of this directory cannot work. A note means that something is
    missing that some commands need, but this directory does not. Without a network or credentials, ecrkit ends
    quickly and lists what it did not check. Nothing is changed.

    Exits with 1 if a check fails.

    \b
    Examples:
      ecrkit doctor
      ecrkit doctor --profile prod --region eu-west-1 --output json
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    probes: list[Probe] = []
    for probe in _probes(catalog, profile=profile, region=region):
        probes.append(probe)
        if output == "text":
            _echo(probe)
    is_fine = not any(probe.status is Status.ERROR for probe in probes)
    if output == "json":
        echo_json({"probes": [_document(probe) for probe in probes], "ok": is_fine})
    else:
        echo(_summary(probes), err=True)
    failing = [probe for probe in probes if probe.status is Status.ERROR]
    end(first_lines([_line(probe) for probe in failing], noun="error"), are_told=output == "text")


def _probes(catalog: Path | None, *, profile: str | None, region: str | None) -> Iterator[Probe]:
    is_app = _APP.is_file()
    yield examine_python()
    yield examine_node(os.environ, is_needed=is_app, install=install_command("cdk"))
    yield from examine_cdk(Path.cwd(), os.environ, is_needed=is_app)
    yield from examine_app(_APP)
    yield from examine_extras(needed={"cdk"} if is_app else set())
    boto3 = examine_boto3()
    yield boto3
    yield from examine_tools(os.environ)
    environments, probe = _environments(catalog)
    yield probe
    if boto3.status is Status.NOTE:
        yield Probe(name="credentials", status=Status.NOT_CHECKED, found="needs boto3")
        return
    yield from examine_account(
        environments, profile=profile, region=region, is_app=is_app, toolkit_stack=_toolkit_stack()
    )


def _environments(catalog: Path | None) -> tuple[Sequence[Environment], Probe]:
    path = catalog or _CATALOG
    name = "catalog"
    if catalog is None and not path.exists():
        found = f"no {_CATALOG} in this directory"
        return (), Probe(name=name, status=Status.NOTE, found=found, remedy="environments are not checked")
    from ecrkit.catalog import read_catalog  # noqa: PLC0415 - loads a YAML reader, for those who have a catalog

    try:
        environments = read_catalog(path, may_be_empty=True).environments
    except InvalidCatalogError as error:
        found = f"{path}: {len(error.findings)} errors" if len(error.findings) > 1 else str(error)
        return (), Probe(name=name, status=Status.ERROR, found=found, remedy=f"run ecrkit catalog check {path}")
    except EcrkitError as error:
        return (), Probe(name=name, status=Status.ERROR, found=str(error))
    listed = ", ".join(place.name for place in environments)
    return environments, Probe(name=name, status=Status.OK, found=f"{path}: {listed}")


def _toolkit_stack() -> str:
    """Read the name of the bootstrap stack from ``cdk.json``."""
    try:
        document = json.loads(read_text(_APP))
    except (EcrkitError, ValueError):
        document = None
    name = document.get("toolkitStackName") if isinstance(document, dict) else None
    return name if isinstance(name, str) else "CDKToolkit"


def _echo(probe: Probe) -> None:
    status = Styled(probe.status.value, _COLORS.get(probe.status))
    echo_labelled(status, _line(probe), width=len(Status.NOT_CHECKED))


def _line(probe: Probe) -> str:
    remedy = f"; {probe.remedy}" if probe.remedy else ""
    return f"{probe.name}: {probe.found}{remedy}"


def _document(probe: Probe) -> dict[str, object]:
    return {
        "name": probe.name,
        "status": probe.status.value,
        "found": probe.found,
        "remedy": probe.remedy or None,
    }


def _summary(probes: Sequence[Probe]) -> str:
    counts = Counter(probe.status for probe in probes)
    told = [
        f"{counts[status]} {_PLURALS[status] if counts[status] > 1 else status}"
        for status in (Status.ERROR, Status.WARNING, Status.NOTE)
        if counts[status]
    ]
    told += [f"{counts[Status.NOT_CHECKED]} not checked"] if counts[Status.NOT_CHECKED] else []
    return ", ".join([f"{counts[Status.OK]} ok", *told])
