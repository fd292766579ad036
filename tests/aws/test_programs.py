"""Programs whose output and exit code ecrkit reads."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pytest
from builders.programs import is_running, program

from ecrkit.aws.programs import Program, Run
from ecrkit.errors import ToolError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.posix


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool(Program):
    """Any program."""

    name: ClassVar[str] = "tool"


def script(directory: Path, text: str) -> Tool:
    path = program(directory, "tool")
    path.write_text(f"#!/bin/sh\n{text}\n")
    return Tool(path=str(path))


def test_attempt_keeps_what_a_program_prints(tmp_path: Path) -> None:
    """A failure is not an error: exit code and both streams are given."""
    tool = Tool(path=str(program(tmp_path, "tool", prints="{}", complains="no", code=12)))

    assert tool.attempt(["verify"], seconds=10) == Run(code=12, output="{}\n", complaints="no\n")


def test_slow_program_is_ended(tmp_path: Path) -> None:
    """After its time, the program ends with everything that it started."""
    tool = script(tmp_path, f"sleep 60 &\necho $! > {tmp_path}/child\nwait")

    with pytest.raises(ToolError) as caught:
        tool.attempt(["verify"], seconds=0.5)

    child = int((tmp_path / "child").read_text())
    assert str(caught.value) == "tool verify: no answer within 0.5 s"
    assert not is_running(child)


def test_killed_program_is_an_error(tmp_path: Path) -> None:
    """A program that a signal ended has not answered."""
    with pytest.raises(ToolError) as caught:
        script(tmp_path, "kill -9 $$").attempt(["verify"], seconds=10)

    assert str(caught.value) == f"tool verify: ended by signal {signal.SIGKILL.value}"


def test_program_that_cannot_start_is_an_error(tmp_path: Path) -> None:
    """A file that is no program is named, with the reason of the system."""
    path = tmp_path / "tool"
    path.write_bytes(b"\x7fELF")
    path.chmod(0o755)

    with pytest.raises(ToolError) as caught:
        Tool(path=str(path)).attempt(["verify"], seconds=10)

    assert str(caught.value) == f"tool: {path} cannot be started: exec format error"
