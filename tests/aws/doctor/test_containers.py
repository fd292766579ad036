"""docker, podman and skopeo: there, with a daemon or without, and not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders.programs import program

from ecrkit.aws.doctor import examine_tools

if TYPE_CHECKING:
    from pathlib import Path


def told(directory: Path) -> list[tuple[str, str, str, str]]:
    probes = examine_tools({"PATH": str(directory)})
    return [(probe.name, probe.status.value, probe.found, probe.remedy) for probe in probes]


def test_tools(tmp_path: Path) -> None:
    """Each tool that answers is fine, one without a daemon is a warning, and one that is missing a note."""
    docker = program(tmp_path, "docker", complains="Cannot connect to the Docker daemon", code=1)
    skopeo = program(tmp_path, "skopeo", prints="skopeo version 1.9.3")

    assert told(tmp_path) == [
        (
            "docker",
            "warning",
            f"{docker}: Cannot connect to the Docker daemon",
            "start its daemon: docker version shows why",
        ),
        ("podman", "note", "not found on PATH", ""),
        ("skopeo", "ok", f"1.9.3, {skopeo}", ""),
    ]


def test_silent_failure(tmp_path: Path) -> None:
    """A tool that fails without a word says so."""
    skopeo = program(tmp_path, "skopeo", code=4)

    assert told(tmp_path)[-1][2] == f"{skopeo}: exited with code 4 and no output"


def test_no_tool(tmp_path: Path) -> None:
    """Without any of them, one warning says what they are for."""
    assert told(tmp_path) == [
        (
            "container tool",
            "warning",
            "no container tool on PATH (docker, podman, skopeo)",
            "install one for ecrkit login, images push and images pull",
        )
    ]
