"""The container tool of a command: the one that was named, or the first that answers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ecrkit.aws.tools import find_working_tool
from ecrkit.cli.console.output import echo

if TYPE_CHECKING:
    from ecrkit.aws.tools import Tool

__all__ = ["tool_for"]


def tool_for(name: str | None, *, source: str = "") -> Tool:
    """
    Find the tool, and report which others do not answer.

    Args:
        name: what ``--tool`` says.
        source: where the image is, or goes to; empty for a login.

    Raises:
        ToolError: no tool is installed, or no installed tool answers.
    """
    tool, passed_by = find_working_tool(name, search_path=os.environ.get("PATH", os.defpath), source=source)
    if passed_by:
        echo(passed_by, err=True)
    return tool
