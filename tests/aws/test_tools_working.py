"""Which tool is used where an engine does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.programs import program

from ecrkit.aws.tools import find_working_tool
from ecrkit.errors import ToolError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.posix

DOWN = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"
NO_MACHINE = "Error: Cannot connect to Podman."


def install(directory: Path, **programs: str) -> str:
    """Write programs that complain and fail, or work where the complaint is empty; gives the search path."""
    for name, complaint in programs.items():
        program(directory, name, complains=complaint, code=1 if complaint else 0)
    return str(directory)


@pytest.mark.parametrize(
    ("programs", "source", "expected"),
    [
        pytest.param({"docker": ""}, "web:v1", ("docker", ""), id="docker answers"),
        pytest.param(
            {"docker": DOWN, "podman": "", "skopeo": ""},
            "web:v1",
            ("podman", f"docker does not answer ({DOWN}); using podman"),
            id="podman",
        ),
        pytest.param(
            {"docker": DOWN, "podman": NO_MACHINE, "skopeo": ""},
            "",
            (
                "skopeo",
                f"docker does not answer ({DOWN}); podman does not answer (Cannot connect to Podman); using skopeo",
            ),
            id="skopeo for a login",
        ),
        pytest.param({"docker": DOWN, "skopeo": ""}, "oci:web:v1", ("skopeo", ""), id="only skopeo can"),
        pytest.param({"docker": DOWN}, "", ("docker", ""), id="a login needs no daemon"),
        pytest.param({"docker": "", "podman": NO_MACHINE}, "web:v1", ("docker", ""), id="the first that answers"),
    ],
)
def test_tool(tmp_path: Path, programs: dict[str, str], source: str, expected: tuple[str, str]) -> None:
    """The first tool that answers is used. A message names the tools that did not answer."""
    tool, told = find_working_tool(None, search_path=install(tmp_path, **programs), source=source)

    assert (tool.name, told) == expected


@pytest.mark.parametrize(
    ("name", "programs", "message"),
    [
        pytest.param(
            "docker",
            {"docker": DOWN, "podman": ""},
            f"docker: does not answer: {DOWN}; start it, or pass --tool podman",
            id="named",
        ),
        pytest.param(
            None,
            {"docker": DOWN},
            f"docker: does not answer: {DOWN}; start it, or install podman; or give it as skopeo does, as in "
            "oci:DIRECTORY:TAG",
            id="no other",
        ),
        pytest.param(
            None,
            {"docker": DOWN, "podman": NO_MACHINE},
            f"docker: does not answer: {DOWN}; podman: does not answer: Cannot connect to Podman; start one; or give "
            "it as skopeo does, as in oci:DIRECTORY:TAG",
            id="neither",
        ),
        pytest.param(
            None,
            {},
            "docker or podman: not found on PATH; install one; or give it as skopeo does, as in oci:DIRECTORY:TAG",
            id="none",
        ),
    ],
)
def test_no_tool(tmp_path: Path, name: str | None, programs: dict[str, str], message: str) -> None:
    """A tool that was named is not replaced; the error says why, and what to do."""
    with pytest.raises(ToolError) as caught:
        find_working_tool(name, search_path=install(tmp_path, **programs), source="web:v1")

    assert str(caught.value) == message


def test_login_with_a_named_tool(tmp_path: Path) -> None:
    """Docker logs in without its daemon, so that a login asks for none."""
    tool, told = find_working_tool("docker", search_path=install(tmp_path, docker=DOWN))

    assert (tool.name, told) == ("docker", "")
