"""Two small images, and a push without a tool."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from builders.sandbox_checks import ecr
from builders.sandboxes import HOME

from ecrkit.aws.sandbox import push_sample, sample_image, write_layout
from ecrkit.errors import SandboxError

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server


def test_push(running: Sandbox) -> None:
    """Two images that are pushed are two images of the repository."""
    client = ecr(running, HOME)
    client.create_repository(repositoryName="team/app")
    for tag in ("v1", "v2"):
        push_sample(running, "team/app", sample_image(tag))
    images = client.describe_images(repositoryName="team/app")["imageDetails"]

    assert sorted(image["imageTags"] for image in images) == [["v1"], ["v2"]]


def test_rejected(running: Sandbox) -> None:
    """A push to a repository that does not exist is one line."""
    with pytest.raises(SandboxError) as caught:
        push_sample(running, "app", sample_image("v1"))

    assert str(caught.value) == "app:v1: cannot be pushed, POST /v2/app/blobs/uploads/ gave status 404"


@pytest.mark.needs("skopeo")
def test_layout(tmp_path: Path) -> None:
    """Skopeo reads the files, and finds the same manifest in them."""
    image = sample_image("v1")
    write_layout(tmp_path / "image", image)
    command = ["skopeo", "inspect", "--raw", f"oci:{tmp_path}/image:v1"]
    raw = subprocess.run(command, capture_output=True, text=True, check=True)

    assert raw.stdout == image.manifest
