"""Every command of ecrkit, found by walking through the groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ecrkit.cli import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["commands", "outputs_of"]


def commands() -> Iterator[tuple[str, click.Command]]:
    """Give each command with its name, as in ``policy check``."""
    yield from _below(cli, "")


def outputs_of(command: click.Command) -> list[str]:
    """Give the formats that ``--output`` of a command offers; none without the option."""
    return [
        str(choice)
        for parameter in command.params
        if parameter.name == "output" and isinstance(parameter.type, click.Choice)
        for choice in parameter.type.choices
    ]


def _below(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _below(command, f"{path}{name} ")
        elif command is not None:
            yield f"{path}{name}", command
