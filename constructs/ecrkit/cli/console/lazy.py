"""A click group that imports a command when it is named, so that each pays only for its own imports."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LazyGroup"]

_EXIT_NOT_READ = 141


class LazyGroup(click.Group):
    """
    A group whose commands are imported when they are named.

    Args:
        name: of the group.
        commands: name of each command to ``module:attribute``.
        help: text shown by ``--help``.
    """

    def __init__(self, name: str, *, commands: Mapping[str, str], help: str) -> None:  # noqa: A002 - click's own name
        super().__init__(name, help=help)
        self._lazy_commands = dict(commands)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run the command; when nobody reads on, as in `ecrkit … | head`, end as one that SIGPIPE ends."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            # click would end with 1, which means findings here. What is left in the buffer goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(_EXIT_NOT_READ)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names in the order of declaration, which is the order of use."""
        return list(self._lazy_commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the command, or ``None`` when there is none of that name."""
        if cmd_name not in self._lazy_commands:
            return None
        module, _, attribute = self._lazy_commands[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            msg = f"{self._lazy_commands[cmd_name]} is not a click command"
            raise TypeError(msg)
        return command
