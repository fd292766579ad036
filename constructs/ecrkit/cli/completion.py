"""``ecrkit completion``: names of commands and options, completed by the shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from ecrkit.cli.arguments.options import output_file_option
from ecrkit.documents.terminal import write_document

__all__ = ["completion"]

_SHELLS = ("bash", "zsh", "fish")
_PROGRAM = "ecrkit"
_VARIABLE = "_ECRKIT_COMPLETE"
"""Click derives it from the name of the program."""


@click.command("completion")
@click.argument("shell", type=click.Choice(_SHELLS))
@output_file_option
def completion(shell: str) -> None:
    """
    Print the script that completes commands in your shell.

    \b
    Examples:
      ecrkit completion bash > ~/.local/share/bash-completion/completions/ecrkit
      ecrkit completion zsh > "${fpath[1]}/_ecrkit"
      ecrkit completion fish > ~/.config/fish/completions/ecrkit.fish
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"the installed click has no completion for {shell}; update click")
    root = click.get_current_context().find_root().command
    write_document(kind(root, {}, _PROGRAM, _VARIABLE).source())
