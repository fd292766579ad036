"""``ecrkit login``: docker, podman or skopeo, logged in to the registry."""

from __future__ import annotations

import click

from ecrkit.aws.client import connect
from ecrkit.aws.transfers import log_in
from ecrkit.cli.arguments.options import aws_options, dry_run_option, output_option, tool_option
from ecrkit.cli.arguments.tools import tool_for
from ecrkit.cli.console.interrupts import tidy_end
from ecrkit.cli.console.output import echo, echo_json

__all__ = ["login"]


@click.command("login", short_help="Log a container tool in to the registry.")
@tool_option
@dry_run_option("Show which tool would be logged in, and change nothing.")
@aws_options
@output_option()
def login(*, tool: str | None, dry_run: bool, profile: str | None, region: str | None, output: str) -> None:
    """
    Log docker, podman or skopeo in to the registry, for 12 hours.

    ecrkit passes the password to the tool on standard input; the tool stores it where it always does.

    \b
    Examples:
      ecrkit login
      ecrkit login --tool podman --region eu-west-1
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    program = tool_for(tool)
    if dry_run:
        echo(f"would be logged in: {program.path}", err=True)
        return
    with tidy_end():
        registry, expires_at = log_in(connect(profile=profile, region=region).ecr(), program)
    if output == "json":
        echo_json({"tool": program.name, "registry": registry.host, "expiresAt": expires_at})
        return
    echo(f"{program.name} is logged in to {registry.host} until {expires_at}")
