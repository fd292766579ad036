"""How each tool is called. That the real ones understand it is tested where images are pushed and pulled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ecrkit.aws.login import Password, Registry
from ecrkit.aws.tools import TOOLS, find_tool
from ecrkit.errors import ToolError

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.aws.tools import Tool

LOCAL = Registry(host="localhost:4566", tls=False)
REMOTE = Registry(host="registry.example")
PASSWORD = Password(host="127.0.0.1:5000", user="AWS", secret="hush", expires_at=datetime(2026, 11, 23, tzinfo=UTC))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Put programs on a path that note how they are called."""
    log = tmp_path / "log"
    for name in TOOLS:
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "$*" >> {log}\ncat >> {log}.input\n')
        program.chmod(0o755)
    return log


def tool(name: str, log: Path, *, auth_file: str | None = None) -> Tool:
    return replace(find_tool(name, search_path=str(log.parent)), auth_file=auth_file)


def called(log: Path) -> list[str]:
    return log.read_text().splitlines()


@pytest.mark.parametrize(
    ("name", "registry", "options"),
    [
        pytest.param("docker", LOCAL, "", id="docker"),
        pytest.param("podman", LOCAL, "--authfile auth.json --tls-verify=false ", id="podman"),
        pytest.param("podman", REMOTE, "--authfile auth.json ", id="podman with TLS"),
        pytest.param("skopeo", LOCAL, "--authfile auth.json --tls-verify=false ", id="skopeo"),
    ],
)
def test_login(log: Path, name: str, registry: Registry, options: str) -> None:
    """The password goes through standard input, and docker has options neither for its file nor for TLS."""
    tool(name, log, auth_file="auth.json").log_in(registry, PASSWORD)

    assert called(log) == [f"login {options}--username AWS --password-stdin {registry.host}"]
    assert log.with_name("log.input").read_text() == "hush"


@pytest.mark.parametrize(
    ("name", "calls"),
    [
        pytest.param("docker", ["tag web:v1 localhost:4566/web:v1", "push localhost:4566/web:v1"], id="docker"),
        pytest.param(
            "podman",
            ["tag web:v1 localhost:4566/web:v1", "push --tls-verify=false localhost:4566/web:v1"],
            id="podman",
        ),
        pytest.param(
            "skopeo", ["copy --all --dest-tls-verify=false web:v1 docker://localhost:4566/web:v1"], id="skopeo"
        ),
    ],
)
def test_push(log: Path, name: str, calls: list[str]) -> None:
    """An engine names the image and pushes that name; skopeo copies."""
    program = tool(name, log)
    program.tag("web:v1", LOCAL, "web:v1")
    program.push("web:v1", LOCAL, "web:v1")

    assert called(log) == calls


@pytest.mark.parametrize(
    ("name", "destination", "calls"),
    [
        pytest.param("docker", "", ["pull registry.example/web:v1"], id="docker"),
        pytest.param(
            "docker", "copy:v1", ["pull registry.example/web:v1", "tag registry.example/web:v1 copy:v1"], id="a name"
        ),
        pytest.param("podman", "", ["pull --authfile auth.json registry.example/web:v1"], id="podman"),
        pytest.param(
            "skopeo",
            "oci:layout:v1",
            ["copy --all --src-authfile auth.json docker://registry.example/web:v1 oci:layout:v1"],
            id="skopeo",
        ),
        pytest.param(
            "skopeo",
            "docker-archive:web.tar",
            ["copy --src-authfile auth.json docker://registry.example/web:v1 docker-archive:web.tar"],
            id="one platform",
        ),
    ],
)
def test_pull(log: Path, name: str, destination: str, calls: list[str]) -> None:
    """An engine pulls, and tags if there is a destination; skopeo copies every platform that a destination can hold."""
    tool(name, log, auth_file="auth.json").pull(REMOTE, "web:v1", destination)

    assert called(log) == calls


@pytest.mark.posix
def test_failure_without_output(tmp_path: Path) -> None:
    """A program that fails in silence is named with its exit code."""
    program = tmp_path / "docker"
    program.write_text("#!/bin/sh\nexit 7\n")
    program.chmod(0o755)

    with pytest.raises(ToolError) as failed:
        find_tool("docker", search_path=str(tmp_path)).tag("web:v1", LOCAL, "web:v1")

    assert str(failed.value) == "docker tag: exited with code 7 and no output"
