"""Programs that copy between registries: what they are told, and what they never see."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ecrkit.aws.copiers import COPIERS, find_copier
from ecrkit.aws.login import Password, Registry
from ecrkit.errors import ToolError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.posix

SOURCE = Registry(host="localhost:5000", tls=False)
DESTINATION = Registry(host="registry.example")
PASSWORD = Password(host="registry.example", user="AWS", secret="s3cret", expires_at=datetime(2026, 11, 1, tzinfo=UTC))
DIGEST = f"sha256:{'a' * 64}"

SKOPEO = [
    "login --authfile DIR/auth.json --tls-verify=false --username AWS --password-stdin localhost:5000",
    "login --authfile DIR/auth.json --username AWS --password-stdin registry.example",
    (
        "copy --all --preserve-digests --src-authfile DIR/auth.json --dest-authfile DIR/auth.json "
        "--src-tls-verify=false "
        f"docker://localhost:5000/web@{DIGEST} docker://registry.example/shop@{DIGEST}"
    ),
]
ORAS = [
    "login --registry-config DIR/auth.json --plain-http --username AWS --password-stdin localhost:5000",
    "login --registry-config DIR/auth.json --username AWS --password-stdin registry.example",
    (
        "cp --from-registry-config DIR/auth.json --to-registry-config DIR/auth.json --from-plain-http "
        f"localhost:5000/web@{DIGEST} registry.example/shop"
    ),
]
REGCTL = [
    "registry set --tls disabled localhost:5000",
    "registry login --user AWS --pass-stdin localhost:5000",
    "registry login --user AWS --pass-stdin registry.example",
    f"image copy localhost:5000/web@{DIGEST} registry.example/shop@{DIGEST}",
]


def stand_in(directory: Path, name: str) -> None:
    """Write a program that writes down its arguments, its standard input and the configuration it is led to."""
    path = directory / name
    path.write_text(
        "#!/bin/sh\n"
        f'echo "$@" >> {directory}/arguments\n'
        f'echo "$REGCTL_CONFIG $DOCKER_CONFIG" > {directory}/variables\n'
        f'case "$*" in *stdin*) cat >> {directory}/given;; esac\n'
    )
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        pytest.param("skopeo", SKOPEO, id="skopeo"),
        pytest.param("oras", ORAS, id="oras"),
        pytest.param("regctl", REGCTL, id="regctl"),
    ],
)
def test_program_copies_by_digest(tmp_path: Path, name: str, arguments: list[str]) -> None:
    """Each is logged in at both registries, then copies by digest; the password is on standard input only."""
    stand_in(tmp_path, name)
    copier = find_copier(None, search_path=f"{tmp_path}:/usr/bin:/bin" if name == "skopeo" else str(tmp_path))
    private = copier.keeping(tmp_path / "private", process_group=0)

    for registry in (SOURCE, DESTINATION):
        private.log_in(registry, PASSWORD)
    private.copy(SOURCE, f"web@{DIGEST}", DESTINATION, f"shop@{DIGEST}")

    told = (tmp_path / "arguments").read_text().replace(str(tmp_path / "private"), "DIR")
    assert told.splitlines() == arguments
    assert (tmp_path / "given").read_text() == "s3cret" * 2
    if name == "regctl":
        private_files = f"{tmp_path}/private/regctl.json {tmp_path}/private\n"
        assert (tmp_path / "variables").read_text() == private_files


def test_missing_program_is_advised() -> None:
    """
    Without any tool, the error says what to install and why docker is not enough.

    For a missing tool that was named, it lists the others.
    """
    with pytest.raises(ToolError) as none:
        find_copier(None, search_path="")
    with pytest.raises(ToolError) as named:
        find_copier("oras", search_path="")

    assert COPIERS == ("skopeo", "oras", "regctl")
    assert str(none.value) == (
        "skopeo, oras or regctl: not found on PATH; install one, as with `apt-get install skopeo` or `brew install "
        "skopeo`; docker and podman cannot copy a multi-architecture image whole"
    )
    assert str(named.value) == "oras: not found on PATH; install it, or pass --tool skopeo or regctl"
