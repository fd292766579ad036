"""`ecrkit images pull`: what was pushed comes back, from skopeo and from engines."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit, start
from builders.images import add_index, manifest_digest
from builders.proxies import Fault, drop, proxy_to

if TYPE_CHECKING:
    from pathlib import Path

    from builders.accounts import Account

pytestmark = [pytest.mark.server, pytest.mark.needs("skopeo", "umoci")]


@pytest.mark.needs("podman")
def test_engine_pushes_and_pulls(account: Account, source: str, tmp_path: Path) -> None:
    """An engine's image is tagged, pushed and pulled under the registry's name."""
    storage = tmp_path / "storage.conf"
    storage.write_text(f'[storage]\ndriver = "vfs"\nrunroot = "{tmp_path}/run"\ngraphroot = "{tmp_path}/root"\n')
    environment = {**account.environment, "CONTAINERS_STORAGE_CONF": str(storage)}
    podman("pull", source, storage=storage)

    pushed = ecrkit(
        "images", "push", f"localhost{tmp_path}/image", "web:v1", "--tool", "podman", environment=environment
    )
    pulled = ecrkit("images", "pull", "web:v1", "copy:v1", "--tool", "podman", environment=environment)
    podman("image", "exists", "copy:v1", storage=storage)

    assert pushed.returncode == 0, pushed.stderr
    assert pushed.stdout == pulled.stdout
    assert account.tags("web") == ["v1"]


@pytest.mark.needs("docker", "podman")
def test_docker_pushes_and_pulls(account: Account, source: str, tmp_path: Path) -> None:
    """The real docker does the same; the engine behind it is podman's, which speaks docker's API."""
    storage, registries, engine = (tmp_path / name for name in ("storage.conf", "registries.conf", "engine.sock"))
    storage.write_text(f'[storage]\ndriver = "vfs"\nrunroot = "{tmp_path}/run"\ngraphroot = "{tmp_path}/root"\n')
    host = account.url.removeprefix("http://")
    registries.write_text(f'[[registry]]\nlocation = "{host}"\ninsecure = true\n')
    podman("pull", source, storage=storage)
    environment = {**account.environment, "DOCKER_HOST": f"unix://{engine}"}
    with start(
        ["podman", "system", "service", "--time=0", f"unix://{engine}"],
        environment={"CONTAINERS_STORAGE_CONF": str(storage), "CONTAINERS_REGISTRIES_CONF": str(registries)},
        stderr=subprocess.DEVNULL,
    ) as service:
        try:
            while not engine.exists():
                time.sleep(0.02)
            image = f"localhost{tmp_path}/image"
            pushed = ecrkit("images", "push", image, "web:v1", "--tool", "docker", environment=environment)
            pulled = ecrkit("images", "pull", "web:v1", "copy:v1", "--tool", "docker", environment=environment)
        finally:
            service.terminate()
    podman("image", "exists", "copy:v1", storage=storage)

    assert pushed.returncode == 0, pushed.stderr
    assert pushed.stdout == pulled.stdout
    assert account.tags("web") == ["v1"]


def podman(*arguments: str, storage: Path) -> None:
    """Run podman, with images of its own; it has to succeed."""
    result = subprocess.run(
        ["podman", *arguments],  # noqa: S607 - every machine has its own
        env={**os.environ, "CONTAINERS_STORAGE_CONF": str(storage)},
        check=False,
        capture_output=True,
    )
    assert result.returncode == 0, result.stderr


def test_pull_brings_the_same_image(account: Account, source: str, tmp_path: Path) -> None:
    """What was pushed comes back, and its URI and digest are printed."""
    pushed = ecrkit("images", "push", source, "web:latest", environment=account.environment)

    pulled = ecrkit("images", "pull", "web", f"oci:{tmp_path}/back:v1", environment=account.environment)

    assert pulled.returncode == 0, pulled.stderr
    assert pulled.stdout == pushed.stdout
    assert manifest_digest(tmp_path / "back") == manifest_digest(tmp_path / "image")


def test_index_comes_back_whole(account: Account, source: str, tmp_path: Path) -> None:
    """An index is pushed with the images of all its platforms, and pulled with them."""
    assert source
    index = add_index(tmp_path)
    pushed = ecrkit("images", "push", index, "web:multi", environment=account.environment)

    pulled = ecrkit("images", "pull", "web:multi", f"oci:{tmp_path}/back:v1", environment=account.environment)

    assert pulled.returncode == 0, pulled.stderr
    assert pulled.stdout == pushed.stdout
    assert manifest_digest(tmp_path / "back") == pulled.stdout.splitlines()[1]


def test_pull_that_fails_leaves_nothing(account: Account, source: str, tmp_path: Path) -> None:
    """A pull that breaks off removes what it had begun to write."""
    ecrkit("images", "push", source, "web:v1", environment=account.environment)

    with proxy_to(account.url, Fault("ecr:GetDownloadUrlForLayer", drop)) as proxy:
        result = ecrkit("images", "pull", "web:v1", f"oci:{tmp_path}/back:v1", environment=account.at(proxy.url))

    assert result.returncode == 3
    assert result.stderr.splitlines()[-1].startswith("error: skopeo copy: ")
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        pytest.param(
            ("web:nope", "oci:back:v1"),
            3,
            "error: web:nope: no such image; run `ecrkit images list web` to list the images",
            id="no image",
        ),
        pytest.param(
            ("nope", "oci:back:v1"),
            3,
            "error: nope: no such repository in us-east-1; "
            "if the catalog does not declare it, add `nope: {}` to its repositories; then deploy it",
            id="no repository",
        ),
        pytest.param(
            ("web:v1", "--tool", "skopeo"),
            2,
            "Error: skopeo has no image store; pass a destination, as in oci:DIRECTORY:TAG",
            id="nowhere to",
        ),
    ],
)
def test_what_cannot_be_pulled_is_one_line(
    account: Account, arguments: tuple[str, ...], code: int, line: str, tmp_path: Path
) -> None:
    """Problems are reported before anything is written."""
    result = ecrkit("images", "pull", *arguments, environment=account.environment, cwd=tmp_path)

    assert result.returncode == code
    assert result.stderr.splitlines()[-1] == line
    assert not (tmp_path / "back").exists()
