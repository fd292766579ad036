"""
The ``ecrkit`` command: parse, call the library, print, exit.

Exit codes: 0 fine; 1 findings, or a refusal to do harm; 2 usage or unreadable input; 3 AWS refused, could not be
reached, or was interrupted: nothing is known; 141 nobody reads standard output any more, as a shell says of it.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import NoReturn

import click

import ecrkit
from ecrkit.cli.console.lazy import LazyGroup
from ecrkit.documents.terminal import write_text
from ecrkit.errors import AwsError, EcrkitError, RefusedError, ToolError

__all__ = ["cli", "main"]

_EXIT_REFUSED = 1
_EXIT_USAGE = 2
_EXIT_NO_VERDICT = 3

cli = LazyGroup(
    "ecrkit",
    help="Registries as code for Amazon ECR.\n\nRun a command with -h for its options and examples.",
    examples=(
        "ecrkit init registries",
        "ecrkit policy preview keep-last-10@1 --images web.json",
    ),
    sections={
        "Start": ("init", "doctor", "sandbox", "completion"),
        "Author": ("policy", "catalog", "schema", "rules"),
        "Review": ("review", "guard"),
        "Operate": ("audit", "adopt", "repos"),
        "Images": ("images", "scan", "login"),
    },
    commands={
        "init": "ecrkit.cli.init:init",
        "doctor": "ecrkit.cli.doctor:doctor",
        "completion": "ecrkit.cli.completion:completion",
        "policy": "ecrkit.cli.policy:policy",
        "catalog": "ecrkit.cli.catalog:catalog",
        "schema": "ecrkit.cli.schema:schema",
        "rules": "ecrkit.cli.rules:rules",
        "repos": "ecrkit.cli.repos:repos",
        "review": "ecrkit.cli.review.command:review",
        "guard": "ecrkit.cli.guard:guard",
        "login": "ecrkit.cli.login:login",
        "images": "ecrkit.cli.images:images",
        "scan": "ecrkit.cli.scan:scan",
        "audit": "ecrkit.cli.audit:audit",
        "adopt": "ecrkit.cli.adopt:adopt",
        "sandbox": "ecrkit.cli.sandbox:sandbox",
    },
)
click.version_option(ecrkit.__version__, prog_name="ecrkit")(cli)


def main() -> None:
    """Run the command line; what a person can mend ends in one line, never in a traceback."""
    _open_streams()
    try:
        sys.exit(cli.main(standalone_mode=False))
    except click.ClickException as error:
        said = io.StringIO()
        error.show(said)
        # Click lists the choices of a missing argument behind tabs, which would be printed as `\t`.
        write_text(said.getvalue().rstrip("\n").replace("\n\t", "\n  "), err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail("interrupted", code=_EXIT_NO_VERDICT)
    except (AwsError, ToolError) as error:
        _fail(error, code=_EXIT_NO_VERDICT)
    except RefusedError as error:
        _fail(error, code=_EXIT_REFUSED)
    except EcrkitError as error:
        _fail(error, code=_EXIT_USAGE)
    except ExceptionGroup as errors:
        for one in errors.exceptions:
            write_text(f"error: {one}", err=True)
        sys.exit(_EXIT_USAGE)
    except OSError as error:
        from ecrkit.documents.files import system_reason  # noqa: PLC0415 - standard output is a full disk, for one

        _fail(f"cannot be written: {system_reason(error)}", code=_EXIT_USAGE)


def _open_streams() -> None:
    """Give a place to the standard streams that the caller closed, and refuse to print a result to nobody."""
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - open until the process ends
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as above
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as above
        _fail("standard output is closed; send it to /dev/null if only the exit code matters", code=_EXIT_USAGE)


def _fail(error: EcrkitError | str, *, code: int) -> NoReturn:
    write_text(f"error: {error}", err=True)
    sys.exit(code)
