"""Commands leave tables, progress and terminals to the modules of the console."""

from __future__ import annotations

import ast
from pathlib import Path

import ecrkit.cli

CLI = Path(ecrkit.cli.__file__).parent
OF_CONSOLE = {"get_terminal_size", "ljust", "progressbar", "rewrite_line", "rjust"}
"""What lays out columns, draws progress, and asks about a terminal."""


def uses(source: str) -> set[str]:
    """Find what a module has to leave to the console."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        is_stream = isinstance(node, ast.Attribute) and name == "isatty" and "stdin" not in ast.unparse(node)
        if name in OF_CONSOLE or is_stream:
            found.add(name)
    return found


def test_commands_leave_it_to_the_console() -> None:
    """No command lays out a table, draws a bar, or asks for the width of the terminal."""
    modules = [path for path in CLI.rglob("*.py") if "console" not in path.parts and "files" not in path.parts]

    assert len(modules) > 40
    assert {str(path.relative_to(CLI)): found for path in modules if (found := uses(path.read_text("utf-8")))} == {}


def test_uses_are_found() -> None:
    """Names, attributes and streams are found; to ask whether somebody can answer is no use."""
    assert uses("x.ljust(3); click.progressbar(); rewrite_line(''); sys.stdout.isatty()") == {
        "ljust",
        "progressbar",
        "rewrite_line",
        "isatty",
    }
    assert uses("sys.stdin.isatty()") == set()
