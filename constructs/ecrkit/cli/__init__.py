"""
The ``ecrkit`` command: parse, call the library, print, exit.

Exit codes: 0 fine; 1 findings; 2 usage or unreadable input; 3 AWS refused or could not be reached.
"""

from __future__ import annotations

import sys

import click

import ecrkit
from ecrkit.cli.lazy import LazyGroup
from ecrkit.errors import AwsError, EcrkitError

__all__ = ["cli", "main"]

_EXIT_USAGE = 2
_EXIT_AWS = 3
_EXIT_INTERRUPTED = 130

cli = LazyGroup(
    "ecrkit",
    help="Registries as code for Amazon ECR.",
    commands={
        "policy": "ecrkit.cli.policy:policy",
        "catalog": "ecrkit.cli.catalog:catalog",
        "schema": "ecrkit.cli.schema:schema",
        "repos": "ecrkit.cli.repos:repos",
        "guard": "ecrkit.cli.guard:guard",
        "sandbox": "ecrkit.cli.sandbox:sandbox",
    },
)
click.version_option(ecrkit.__version__, prog_name="ecrkit")(cli)


def main() -> None:
    """Run the command line; what a person can mend ends in one line, never in a traceback."""
    try:
        sys.exit(cli.main(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(_EXIT_INTERRUPTED)
    except AwsError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(_EXIT_AWS)
    except EcrkitError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(_EXIT_USAGE)
