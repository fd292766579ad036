"""``ecrkit sandbox``: a local AWS, bootstrapped, for a command."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.aws.sandbox import Target, bootstrap, find_cdk, run_command, running_sandbox
from ecrkit.cli.console.output import echo
from ecrkit.documents.terminal import write_text

if TYPE_CHECKING:
    from ecrkit.aws.sandbox import Sandbox

__all__ = ["sandbox"]

_CATALOG = Path("repositories.yaml")
_DEFAULT_TARGET = Target(account="123456789012", region="us-east-1")
# What a shell says of a command that it does not find.
_EXIT_NOT_FOUND = 127


@click.command(
    "sandbox",
    short_help="A local AWS for a command.",
    # The options of COMMAND are its own.
    context_settings={"allow_interspersed_args": False},
)
@click.option(
    "--catalog",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    show_default=f"{_CATALOG}, if it exists",
    help="Bootstrap the environments of this catalog.",
)
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def sandbox(ctx: click.Context, catalog: Path | None, command: tuple[str, ...]) -> None:
    """
    Run COMMAND with a local AWS, which is gone when COMMAND is.

    MiniStack is started on a free port of this machine, reachable from this machine only, and the
    CDK is bootstrapped for the environments of the catalog, or else for account 123456789012 in
    us-east-1. COMMAND finds credentials of the first environment and an endpoint in its
    environment, and nothing of your own AWS settings. Its exit code is passed on; 127 means that
    it was not found, 2 that the sandbox did not come up.

    Without COMMAND, the environment is printed for your shell to read, and the sandbox runs until
    Ctrl-C.

        ecrkit sandbox -- cdk deploy --all
    """
    # Importing it checks Node, which `--help` does not need.
    from ecrkit.cdk.node import bundled_node  # noqa: PLC0415

    if command and shutil.which(command[0]) is None:
        echo(f"error: {command[0]}: command not found", err=True)
        ctx.exit(_EXIT_NOT_FOUND)
    targets = _targets(catalog)
    home = targets[0]
    cdk = find_cdk(Path.cwd(), search_path=os.environ.get("PATH", os.defpath))
    echo("starting MiniStack", err=True)
    with running_sandbox(home, environ=os.environ) as running:
        echo(f"bootstrapping {', '.join(map(str, targets))}", err=True)
        bootstrap(running, targets, cdk=cdk, node=bundled_node())
        echo(f"ready at {running.endpoint_url}", err=True)
        code = run_command(running, home, command) if command else _stay(running)
    ctx.exit(code)


def _targets(catalog: Path | None) -> tuple[Target, ...]:
    if catalog is None:
        if not _CATALOG.exists():
            return (_DEFAULT_TARGET,)
        catalog = _CATALOG
    from ecrkit.catalog import read_catalog  # noqa: PLC0415 - only needed if there is a catalog

    environments = read_catalog(catalog).environments
    targets = tuple(Target(account=place.account, region=place.region) for place in environments)
    return targets or (_DEFAULT_TARGET,)


def _stay(running: Sandbox) -> int:
    unset = [f"unset {name}" for name in running.unwanted()]
    settings = running.settings(running.home).items()
    export = [f"export {name}={shlex.quote(value)}" for name, value in settings]
    try:
        write_text("\n".join([*unset, *export]))
        echo("paste these lines into the shell that is to use it; Ctrl-C ends it", err=True)
        running.wait()
    except KeyboardInterrupt:
        return 0
