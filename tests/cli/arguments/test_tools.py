"""What a person reads where docker does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.commands import run_here
from builders.programs import program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.posix, pytest.mark.server]

DOWN = "Cannot connect to the Docker daemon. Is it running?"


@pytest.fixture(autouse=True)
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install docker without a daemon, and podman."""
    program(tmp_path, "docker", complains=DOWN, code=1)
    program(tmp_path, "podman")
    monkeypatch.setenv("PATH", str(tmp_path))


def test_another_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Standard error says which tool is used instead."""
    assert run_here("login --dry-run", monkeypatch) == 0
    assert capfd.readouterr() == (
        "",
        f"docker does not answer ({DOWN}); using podman\nwould be logged in: {tmp_path / 'podman'}\n",
    )


@pytest.mark.parametrize("command", ["images push web:v1 web:v1", "images pull web:v1"])
def test_named_tool(command: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """A tool that was named is not replaced: the command ends before it asks AWS."""
    assert run_here(f"{command} --tool docker", monkeypatch) == 3
    assert f"docker: does not answer: {DOWN}; start it, or pass --tool podman" in capfd.readouterr().err
