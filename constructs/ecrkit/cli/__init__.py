"""
The ``ecrkit`` command: parse, call the library, print, exit.

Exit codes: 0 fine; 1 findings, or a refusal to do harm; 2 usage or unreadable input; 3 no result, because AWS
refused, could not be reached, the command was interrupted, or ecrkit has a fault; 141 nobody reads standard output any
more, as a shell says of it.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import click

import ecrkit
from ecrkit.cli.console.debugging import debug_option, echo_traceback, end_debugging, is_debugging
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
        "Images": ("images", "scan", "login", "fleet"),
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
        "fleet": "ecrkit.cli.fleet:fleet",
        "sandbox": "ecrkit.cli.sandbox:sandbox",
    },
)
cli.params.append(debug_option())
click.version_option(ecrkit.__version__, prog_name="ecrkit")(cli)


def main() -> None:
    """Run the command line; what a person can mend ends in one line, never in a traceback unless ``--debug`` asks."""
    _open_streams()
    try:
        sys.exit(cli.main(standalone_mode=False))
    except Exception as error:  # noqa: BLE001 - whatever it is, a person gets a line that helps
        echo_traceback(error)
        _tell(error)
        sys.exit(_exit_code(error))
    except KeyboardInterrupt as error:
        echo_traceback(error)
        _tell(error)
        sys.exit(_EXIT_NO_VERDICT)
    finally:
        end_debugging()


def _tell(error: BaseException) -> None:
    """Say what went wrong, and what to do about it."""
    match error:
        case click.ClickException():
            said = io.StringIO()
            error.show(said)
            # Click lists the choices of a missing argument behind tabs, which would be printed as `\t`.
            write_text(said.getvalue().rstrip("\n").replace("\n\t", "\n  "), err=True)
        case click.Abort() | KeyboardInterrupt():
            _echo_error("interrupted")
        case EcrkitError():
            _echo_error(error)
        case ExceptionGroup() if _is_expected(error):
            for one in error.exceptions:
                _echo_error(one)
        case OSError():
            from ecrkit.documents.files import system_reason  # noqa: PLC0415 - standard output is a full disk, for one

            _echo_error(f"cannot be written: {system_reason(error)}")
        case _:
            from ecrkit.cli.console.tracebacks import place_of  # noqa: PLC0415 - loads what only this needs

            advice = "the traceback above" if is_debugging() else "what the same command prints with --debug"
            place = place_of(error)
            where = f" in {place}" if place else ""
            _echo_error(f"{type(error).__name__}{where}: this is a fault of ecrkit, not yours; report {advice}")


def _exit_code(error: Exception) -> int:
    match error:
        case click.ClickException():
            return error.exit_code
        case RefusedError():
            return _EXIT_REFUSED
        case click.Abort() | AwsError() | ToolError():
            return _EXIT_NO_VERDICT
        case EcrkitError() | OSError():
            return _EXIT_USAGE
        case ExceptionGroup() if _is_expected(error):
            return _EXIT_USAGE
        case _:
            return _EXIT_NO_VERDICT


def _is_expected(errors: ExceptionGroup[Exception]) -> bool:
    return all(isinstance(one, EcrkitError) for one in errors.exceptions)


def _echo_error(error: object) -> None:
    write_text(f"error: {error}", err=True)


def _open_streams() -> None:
    """Give a place to the standard streams that the caller closed, and refuse to print a result to nobody."""
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - open until the process ends
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as above
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as above
        _echo_error("standard output is closed; send it to /dev/null if only the exit code matters")
        sys.exit(_EXIT_USAGE)
