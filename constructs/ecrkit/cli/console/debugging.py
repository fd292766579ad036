"""``--debug``: calls to AWS and tracebacks on standard error."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ecrkit.documents.terminal import write_line

if TYPE_CHECKING:
    import logging

__all__ = ["debug_option", "echo_traceback", "end_debugging", "is_debugging"]

_HANDLERS: list[logging.Handler] = []
"""Where the log goes while ``--debug`` applies; empty without it."""


def debug_option(*, hidden: bool = False) -> click.Option:
    """Make ``--debug``, which every group and command takes."""
    return click.Option(
        ["--debug"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        hidden=hidden,
        callback=_begin,
        help="Log AWS calls, and print tracebacks of errors.",
    )


def is_debugging() -> bool:
    """Whether ``--debug`` was given."""
    return bool(_HANDLERS)


def echo_traceback(error: BaseException) -> None:
    """Print where an error comes from, if ``--debug`` was given."""
    if not is_debugging():
        return
    from ecrkit.cli.console.tracebacks import traceback_lines  # noqa: PLC0415 - loads what only this needs

    for line in traceback_lines(error, environ=os.environ):
        write_line(line, err=True)


def end_debugging() -> None:
    """Log nothing any more; a process may run several commands."""
    if not _HANDLERS:
        return
    from ecrkit.aws.tracing import CALLS  # noqa: PLC0415 - as in _begin

    while _HANDLERS:
        CALLS.removeHandler(_HANDLERS.pop())


def _begin(_context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if not value or is_debugging():
        return
    import logging  # noqa: PLC0415 - most commands do without

    from ecrkit.aws.tracing import CALLS  # noqa: PLC0415 - as above

    class Handler(logging.Handler):
        """Prints as everything is printed: what is in a record cannot act on the terminal."""

        def emit(self, record: logging.LogRecord) -> None:
            write_line(f"debug: {record.getMessage()}", err=True)

    handler = Handler()
    _HANDLERS.append(handler)
    CALLS.addHandler(handler)
    CALLS.setLevel(logging.DEBUG)
