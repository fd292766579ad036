"""``ecrkit sandbox``: a local AWS, bootstrapped, for a command."""

from __future__ import annotations

import os
import shlex
import shutil
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.aws.sandbox import (
    Target,
    bootstrap,
    environment_directory,
    find_cdk,
    prepare_environment,
    run_command,
    running_sandbox,
)
from ecrkit.cli.console.interrupts import tidy_end
from ecrkit.cli.console.output import echo
from ecrkit.cli.console.progress import ProgressLine
from ecrkit.documents.terminal import write_text
from ecrkit.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ecrkit.aws.sandbox import Sandbox
    from ecrkit.catalog.values import Environment

__all__ = ["sandbox"]

_CATALOG = Path("repositories.yaml")
_DEFAULT_TARGET = Target(account="123456789012", region="us-east-1")
# What a shell says of a command that it does not find.
_EXIT_NOT_FOUND = 127
_CDK = "cdk"


@click.command(
    "sandbox",
    short_help="Run a command with a local AWS.",
    # The options of COMMAND are its own.
    context_settings={"allow_interspersed_args": False},
)
@click.option(
    "--catalog",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"Catalog whose environments are bootstrapped.  [default: {_CATALOG}, if it exists]",
)
@click.option("--demo", is_flag=True, help="Deploy the catalog, push two images and preview a policy, then stop.")
@click.option("--prepare", is_flag=True, help="Only install MiniStack, to start sandboxes without a network later.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def sandbox(ctx: click.Context, catalog: Path | None, command: tuple[str, ...], *, demo: bool, prepare: bool) -> None:
    """
    Run COMMAND with a local AWS that ends when COMMAND ends.

    The local AWS is MiniStack on a free port of this machine, reachable only from this machine. The CDK is
    bootstrapped for the environments of the catalog; without a catalog, for account 123456789012 in us-east-1. COMMAND
    gets an endpoint and credentials of the first environment, but not your own AWS settings. Each environment has an
    AWS profile with its name. The exit code is COMMAND's; 127 if COMMAND was not found, 2 if the sandbox did not start.

    Without the CDK CLI, nothing is bootstrapped, and commands that do not need the CDK still run.

    The first sandbox installs MiniStack in your cache, in a separate Python environment; it needs a package index
    once.

    Without COMMAND, prints lines that set environment variables in your shell, and the sandbox runs until Ctrl-C.

    \b
    Examples:
      ecrkit sandbox -- cdk deploy --all
      ecrkit sandbox -- ecrkit audit --profile prod --environment prod
      ecrkit sandbox --demo
    """  # noqa: D301 - click's mark for lines that stay as they are
    if sum([demo, prepare, bool(command)]) > 1:
        raise click.UsageError("--demo, --prepare and COMMAND exclude each other; pass one of them")
    if prepare:
        with tidy_end(), _installing() as report:
            prepare_environment(environ=os.environ, report=report)
        echo(f"MiniStack is in {environment_directory(os.environ)}")
        return
    if command and shutil.which(command[0]) is None:
        echo(f"error: {command[0]}: command not found", err=True)
        ctx.exit(_EXIT_NOT_FOUND)
    if catalog is None and _CATALOG.exists():
        catalog = _CATALOG
    if demo and catalog is None:
        raise click.UsageError(f"--demo: needs a catalog, and {_CATALOG} does not exist; pass --catalog")
    environments = _environments(catalog)
    targets = tuple(Target(account=place.account, region=place.region) for place in environments) or (_DEFAULT_TARGET,)
    profiles = _profiles(environments)
    search_path = os.environ.get("PATH", os.defpath)
    if demo and catalog:
        cdk = find_cdk(Path.cwd(), search_path=search_path)
        with tidy_end(), _bootstrapped(targets, profiles, cdk=cdk) as running:
            _demonstrate(running, catalog, environments, cdk=cdk)
        return
    with _bootstrapped(targets, profiles, cdk=_cdk_for(command, search_path=search_path)) as running:
        code = run_command(running, targets[0], command) if command else _stay(running)
    ctx.exit(code)


def _environments(catalog: Path | None) -> tuple[Environment, ...]:
    if catalog is None:
        return ()
    from ecrkit.catalog import read_catalog  # noqa: PLC0415 - only needed if there is a catalog

    return read_catalog(catalog).environments


def _profiles(environments: Sequence[Environment]) -> dict[str, Target]:
    """Give each environment a profile of its name, and the one that it names."""
    targets = {place.name: Target(account=place.account, region=place.region) for place in environments}
    return targets | {place.profile: targets[place.name] for place in environments if place.profile}


def _cdk_for(command: Sequence[str], *, search_path: str) -> Path | None:
    """
    Find the CDK CLI, and a Node to run it with; ``None`` without either, unless COMMAND is the CDK.

    Raises:
        SandboxError: COMMAND is the CDK, which is not installed.
    """
    # Importing it checks Node, which `--help` does not need.
    from ecrkit.cdk.node import bundled_node  # noqa: PLC0415

    try:
        cdk = find_cdk(Path.cwd(), search_path=search_path)
    except SandboxError:
        if _CDK in {Path(word).name for word in command[:2]}:
            raise
        echo("the CDK CLI is not installed, so no account is bootstrapped", err=True)
        return None
    if bundled_node() is None and shutil.which("node", path=search_path) is None:
        echo("Node is not installed, so no account is bootstrapped for the CDK", err=True)
        return None
    return cdk


@contextmanager
def _installing() -> Iterator[Callable[[str], None]]:
    """Show what is installed, for how long already."""
    begin = time.monotonic()
    with ProgressLine() as line:
        yield lambda what: line.tell(what, time.monotonic() - begin)


@contextmanager
def _bootstrapped(
    targets: tuple[Target, ...], profiles: Mapping[str, Target], *, cdk: Path | None
) -> Iterator[Sandbox]:
    # Importing it checks Node, which `--help` does not need.
    from ecrkit.cdk.node import bundled_node  # noqa: PLC0415

    with _installing() as report:
        prepare_environment(environ=os.environ, report=report)
    echo("starting MiniStack", err=True)
    with running_sandbox(targets[0], environ=os.environ, profiles=profiles) as running:
        if cdk:
            echo(f"bootstrapping {', '.join(map(str, targets))}", err=True)
            bootstrap(running, targets, cdk=cdk, node=bundled_node())
        if len(targets) > 1:
            listed = ", ".join(f"{name} ({target.account} {target.region})" for name, target in profiles.items())
            echo(f"AWS profiles: {listed}", err=True)
        echo(f"ready at {running.endpoint_url}", err=True)
        yield running


def _demonstrate(running: Sandbox, catalog: Path, environments: Sequence[Environment], *, cdk: Path) -> None:
    # See above.
    from ecrkit.catalog.template import public_stack_name, registry_stack_name  # noqa: PLC0415 - loaded with the catalog
    from ecrkit.cdk.node import bundled_node  # noqa: PLC0415
    from ecrkit.cli.sandbox.demo import Demo  # noqa: PLC0415 - only needed here

    Demo(
        sandbox=running,
        catalog=catalog,
        repositories=[entry.name for entry in environments[0].repositories],
        skipped_stacks=[
            *(public_stack_name(place.name) for place in environments if place.public_repositories),
            *(
                registry_stack_name(place.name)
                for place in environments
                if place.registry and place.registry.is_deployed
            ),
        ],
        cdk=cdk,
        node=bundled_node(),
    ).run()


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
