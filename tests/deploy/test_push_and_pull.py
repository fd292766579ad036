"""A real registry client against a deployed repository."""

from __future__ import annotations

import base64
import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from builders.images import oci_layout
from builders.sandboxes import deploy_target

if TYPE_CHECKING:
    from pathlib import Path

    from builders.sandboxes import DeployTarget

pytestmark = pytest.mark.server


@pytest.mark.needs("skopeo", "umoci")
def test_image_goes_there_and_back(tmp_path: Path) -> None:
    """An image pushed with the password that ECR hands out is there, and comes back the same."""
    source = oci_layout(tmp_path)
    with deploy_target(tmp_path) as target:
        target.declare("  my-app: {}\n")
        target.deploy()
        registry = target.sandbox.endpoint_url.removeprefix("http://")
        auth_file = log_in(target, registry, tmp_path)
        there = f"docker://{registry}/my-app:v1"

        skopeo("copy", "--authfile", auth_file, "--dest-tls-verify=false", source, there)
        skopeo("copy", "--authfile", auth_file, "--src-tls-verify=false", there, f"oci:{tmp_path}/back:v1")
        (image,) = target.ecr().describe_images(repositoryName="my-app")["imageDetails"]

    assert image["imageTags"] == ["v1"]
    assert image["imageDigest"] == manifest_digest(tmp_path / "back") == manifest_digest(tmp_path / "image")


def log_in(target: DeployTarget, registry: str, directory: Path) -> str:
    token = target.ecr().get_authorization_token()["authorizationData"][0]["authorizationToken"]
    user, _, password = base64.b64decode(token).decode().partition(":")
    auth_file = str(directory / "auth.json")
    skopeo(
        "login", "--authfile", auth_file, "--tls-verify=false", "-u", user, "--password-stdin", registry, given=password
    )
    return auth_file


def skopeo(*arguments: str, given: str = "") -> None:
    result = subprocess.run(["skopeo", *arguments], input=given, text=True, capture_output=True, check=False)  # noqa: S607 - found on PATH
    assert result.returncode == 0, result.stderr


def manifest_digest(layout: Path) -> str:
    (manifest,) = json.loads((layout / "index.json").read_text())["manifests"]
    return str(manifest["digest"])
