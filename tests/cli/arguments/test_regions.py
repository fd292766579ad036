"""The Region of every command that calls AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from builders.commands import run_here

from ecrkit.cli import cli

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

READS_THE_VARIABLE_ITSELF = {"guard"}


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        elif command is not None:
            yield " ".join([*path, name]), command


def test_commands_read_the_variable() -> None:
    """Each command with a profile takes its Region from AWS_REGION, which boto3 does not read."""
    found = {
        name: {parameter.envvar for parameter in command.params}
        for name, command in commands(cli)
        if any(parameter.name == "profile" for parameter in command.params)
    }

    assert len(found) > 20
    assert {name for name, variables in found.items() if "AWS_REGION" not in variables} == READS_THE_VARIABLE_ITSELF


def test_message_names_the_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command with several Regions names its own option."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))

    assert run_here(f"fleet inventory -o {tmp_path}/dataset", monkeypatch) == 3
    assert capsys.readouterr().err == "error: no AWS Region; set AWS_REGION, or pass --regions\n"
