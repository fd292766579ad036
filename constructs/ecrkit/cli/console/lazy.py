"""A click group that imports a command when it is named, so that each pays only for its own imports."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from ecrkit.cli.console.debugging import debug_option
from ecrkit.documents.nearest import near

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["LazyGroup"]

_EXIT_NOT_READ = 141
_OTHER_WORDS = {"publish": "lock", "save": "inventory"}
"""Words that help uses for what a command does, and the name of that command."""


class LazyGroup(click.Group):
    """
    A group whose commands are imported when they are named.

    Args:
        name: of the group.
        commands: name of each command to ``module:attribute``.
        help: text shown by ``--help``.
        examples: command lines to show below it.
        sections: headings of ``--help``, and the commands below each; without them all have one heading.
    """

    def __init__(
        self,
        name: str,
        *,
        commands: Mapping[str, str],
        help: str,  # noqa: A002 - click's own name
        examples: Sequence[str],
        sections: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        # \b keeps the lines as they are.
        listed = "\n".join(["\b", "Examples:", *(f"  {example}" for example in examples)])
        super().__init__(name, help=f"{help}\n\n{listed}", context_settings={"help_option_names": ["-h", "--help"]})
        self._lazy_commands = dict(commands)
        self._sections = dict(sections or {})

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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """
        Find the command that the first argument names.

        Raises:
            click.UsageError: there is none; the message suggests others, of subgroups too.
        """
        if args and not ctx.resilient_parsing and not args[0].startswith("-") and args[0] not in self._lazy_commands:
            meant = self._meant(ctx, args[0])
            hint = f" Did you mean {' or '.join(map(repr, meant))}?" if meant else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands below their headings, in columns that all headings share."""
        if not self._sections:
            super().format_commands(ctx, formatter)
            return
        headed = {name for names in self._sections.values() for name in names}
        others = [name for name in self._lazy_commands if name not in headed]
        longest = max(map(len, self._lazy_commands))
        limit = formatter.width - longest - 6
        for heading, names in {**self._sections, "Other": others}.items():
            rows = [
                (name.ljust(longest), command.get_short_help_str(limit))
                for name in names
                if (command := self.get_command(ctx, name)) and not command.hidden
            ]
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)

    def _meant(self, ctx: click.Context, name: str) -> list[str]:
        """List commands that *name* may have been meant for: of the groups below, and near ones of this group."""
        name = _OTHER_WORDS.get(name.lower(), name.lower())
        if name in self._lazy_commands:
            return [name]
        return [path for path, command in self._below(ctx) if command == name] or list(near(name, self._lazy_commands))

    def _below(self, ctx: click.Context) -> Iterator[tuple[str, str]]:
        for group in self._lazy_commands:
            command = self.get_command(ctx, group)
            if isinstance(command, click.Group):
                yield from ((f"{group} {name}", name) for name in command.list_commands(ctx))

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
        if not any(parameter.name == "debug" for parameter in command.params):
            # People add it to the command line that failed, at its end.
            command.params.append(debug_option(hidden=True))
        return command
