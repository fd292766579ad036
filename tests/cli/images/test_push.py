"""`ecrkit images push`: real images, real tools, a local registry."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from builders.accounts import REGISTRY
from builders.commands import ECRKIT, ecrkit, start
from builders.images import add_layer, manifest_digest
from builders.proxies import Fault, Hold, aws_error, drop, proxy_to

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from builders.accounts import Account

pytestmark = [pytest.mark.server, pytest.mark.needs("skopeo", "umoci")]


def uploads(actions: list[str]) -> list[str]:
    """Keep what writes to the registry."""
    return [action for action in actions if action in {"ecr:InitiateLayerUpload", "ecr:PutImage"}]


def test_push_prints_uri_and_digest(account: Account, source: str, tmp_path: Path) -> None:
    """The result is the URI and the digest, and nothing else; the rest is progress."""
    result = ecrkit("images", "push", source, "web:release", environment=account.environment)

    assert result.returncode == 0, result.stderr
    assert result.stdout == f"{REGISTRY}/web:release\n{manifest_digest(tmp_path / 'image')}\n"
    assert account.tags("web") == ["release"]


def test_image_keeps_its_tag(account: Account, source: str) -> None:
    """Without a tag, the image has the one that it had; JSON has the shape of PutImage."""
    result = ecrkit("images", "push", source, f"{REGISTRY}/web", "--output", "json", environment=account.environment)

    document = json.loads(result.stdout)
    assert document["image"]["imageId"]["imageTag"] == "v1"
    assert document["imageUri"] == f"{REGISTRY}/web:v1"


def test_password_is_kept_nowhere(account: Account, source: str, tmp_path: Path) -> None:
    """A push logs in for itself: no tool is logged in afterwards."""
    ecrkit("images", "push", source, "web", environment=account.environment)

    assert not (tmp_path / "auth.json").exists()
    assert not (tmp_path / "docker").exists()


def test_immutable_tag_is_refused_before_the_upload(account: Account, source: str, tmp_path: Path) -> None:
    """Another image under a tag that is there and immutable is refused, and not a byte has been uploaded."""
    ecrkit("images", "push", source, "web", environment=account.environment)
    first = manifest_digest(tmp_path / "image")
    add_layer(tmp_path)

    with proxy_to(account.url) as proxy:
        result = ecrkit("images", "push", source, "web", "--yes", environment=account.at(proxy.url))

    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error: web:v1: the tag exists and is immutable, pushed on ")
    assert result.stderr.endswith(f" ({first}); push another tag, or add this one to mutable_tags in the catalog\n")
    assert uploads(proxy.actions) == []


def test_same_image_again_is_fine(account: Account, source: str) -> None:
    """A pipeline that runs twice pushes once: the very image that is there needs no upload and breaks no rule."""
    before = ecrkit("images", "push", source, "web", environment=account.environment)

    with proxy_to(account.url) as proxy:
        again = ecrkit("images", "push", source, "web", environment=account.at(proxy.url))

    assert again.returncode == 0
    assert again.stdout == before.stdout
    assert again.stderr == "web:v1: already exists, nothing to upload\n"
    assert uploads(proxy.actions) == []


def test_tag_that_may_move_needs_a_yes(account: Account, source: str, tmp_path: Path) -> None:
    """A mutable tag is taken from another image only with --yes, or an answer."""
    ecrkit("images", "push", source, "cache:latest", environment=account.environment)
    first = manifest_digest(tmp_path / "image")
    add_layer(tmp_path)

    unasked = ecrkit("images", "push", source, "cache:latest", environment=account.environment)
    told = ecrkit("images", "push", source, "cache:latest", "--yes", environment=account.environment)

    assert unasked.returncode == 2
    assert unasked.stderr.startswith(f"cache:latest: is now {first}\n")
    assert told.returncode == 0
    assert told.stdout.splitlines()[1] == manifest_digest(tmp_path / "image") != first


def test_dry_run_pushes_nothing(account: Account, source: str) -> None:
    """--dry-run looks, tells, and asks for no password."""
    with proxy_to(account.url) as proxy:
        result = ecrkit("images", "push", source, "web:v9", "--dry-run", environment=account.at(proxy.url))

    assert result.returncode == 0
    assert result.stderr == f"would be pushed, with skopeo: {REGISTRY}/web:v9\n"
    # Once without credentials: the registry of a local AWS knows none.
    assert proxy.actions == ["ecr:DescribeRepositories", "ecr:DescribeRepositories", "ecr:DescribeImages"]


def test_dry_run_looks_for_the_source(account: Account) -> None:
    """--dry-run does not promise to push what is not there; nor does anybody log in for it."""
    with proxy_to(account.url) as proxy:
        result = ecrkit("images", "push", "oci:gone:v1", "web:v9", "--dry-run", environment=account.at(proxy.url))

    assert result.returncode == 3
    assert "gone/index.json: no such file or directory" in result.stderr
    assert "ecr:GetAuthorizationToken" not in proxy.actions


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        pytest.param(
            ("{source}", "nope"),
            3,
            "error: nope: no such repository in us-east-1; "
            "if the catalog does not declare it, add `nope: {}` to its repositories; then deploy it",
            id="no repository",
        ),
        pytest.param(
            ("{source}", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/nope"),
            3,
            "error: nope: no such repository in us-east-1; "
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com is in eu-west-1; pass --region eu-west-1",
            id="another Region",
        ),
        pytest.param(
            ("{source}", "wbe"),
            3,
            "error: wbe: no such repository in us-east-1; did you mean web? otherwise, "
            "if the catalog does not declare it, add `wbe: {}` to its repositories; then deploy it",
            id="misspelled repository",
        ),
        pytest.param(
            ("oci:gone:v1", "web"),
            3,
            'error: skopeo inspect: Error parsing image name "oci:gone:v1": open gone/index.json: '
            "no such file or directory",
            id="no source",
        ),
        pytest.param(
            ("{source}", "210987654321.dkr.ecr.us-east-1.amazonaws.com/web"),
            1,
            f"error: 210987654321.dkr.ecr.us-east-1.amazonaws.com: not the registry of the credentials, {REGISTRY}; "
            "change --profile or --region, or omit the host",
            id="another registry",
        ),
        pytest.param(
            ("{source}", "Web:v1"),
            2,
            "error: Web:v1: the repository's name must be parts of lower-case letters and digits, "
            "joined by '.', '_', '__', dashes or '/', got 'Web'",
            id="no name",
        ),
        pytest.param(
            ("{source}", "web@sha256:" + "0" * 64),
            2,
            f"Error: web@sha256:{'0' * 64}: a push cannot choose the digest; name a tag",
            id="digest",
        ),
    ],
)
def test_what_cannot_be_pushed_is_one_line(
    account: Account, source: str, arguments: tuple[str, str], code: int, line: str
) -> None:
    """What is wrong is the last line, and nothing was uploaded."""
    with proxy_to(account.url) as proxy:
        result = ecrkit(
            "images",
            "push",
            *(argument.format(source=source) for argument in arguments),
            environment=account.at(proxy.url),
        )

    assert result.returncode == code
    assert result.stderr.splitlines()[-1] == line
    assert uploads(proxy.actions) == []


def test_connection_that_drops_leaves_no_image(account: Account, source: str) -> None:
    """A registry that goes away in the middle of the upload ends in one line; it has no half image."""
    with proxy_to(account.url, Fault("ecr:UploadLayerPart", drop)) as proxy:
        result = ecrkit("images", "push", source, "web", environment=account.at(proxy.url))

    assert result.returncode == 3
    assert result.stderr.splitlines()[-1].startswith("error: skopeo copy: writing blob: ")
    assert account.tags("web") == []


def test_repository_that_vanishes_is_told(account: Account, source: str) -> None:
    """A repository that is deleted between the look and the upload ends in one line, and exit code 3."""

    def delete(_: object) -> bool:
        account.ecr.delete_repository(repositoryName="web", force=True)
        return True

    with proxy_to(account.url, Fault("ecr:GetAuthorizationToken", delete, times=1)) as proxy:
        result = ecrkit("images", "push", source, "web", environment=account.at(proxy.url))

    assert result.returncode == 3
    assert result.stderr.splitlines()[-1].startswith("error: skopeo copy: ")


@pytest.mark.parametrize(
    ("action", "number", "send"),
    [
        # A terminal sends it to all of them, a pipeline often to one process only.
        pytest.param("ecr:UploadLayerPart", signal.SIGINT, os.killpg, id="Ctrl-C"),
        pytest.param("ecr:PutImage", signal.SIGINT, os.kill, id="SIGINT alone"),
        pytest.param("ecr:UploadLayerPart", signal.SIGTERM, os.kill, id="SIGTERM alone"),
    ],
)
def test_interrupt_ends_tool_and_leaves_no_image(  # noqa: PLR0913, PLR0917 - fixtures and parameters
    account: Account, source: str, tmp_path: Path, action: str, number: int, send: Callable[[int, int], None]
) -> None:
    """Whoever ends the command in the middle of the upload ends the tool too: one line, no image, no password left."""
    with (
        Hold() as hold,
        proxy_to(account.url, Fault(action, hold)) as proxy,
        start(
            [ECRKIT, "images", "push", source, "web"],
            environment={**account.at(proxy.url), "TMPDIR": str(tmp_path)},
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process,
    ):
        assert hold.reached.wait(timeout=30)
        send(process.pid, number)
        # It ends when the tool has closed the pipe too, though no answer has come.
        _, said = process.communicate(timeout=30)

    assert process.returncode == 3
    assert said.splitlines()[-1] == "error: interrupted"
    assert list(tmp_path.glob("ecrkit-*")) == []
    assert account.tags("web") == []


@pytest.mark.needs("docker")
def test_docker_without_an_engine_keeps_no_password(account: Account, tmp_path: Path) -> None:
    """Where docker has no engine, that is the one line, and docker was not logged in."""
    environment = {**account.environment, "DOCKER_HOST": f"unix://{tmp_path}/nobody.sock"}

    result = ecrkit("images", "push", "image:v1", "web:v1", "--tool", "docker", environment=environment)

    assert result.returncode == 3
    assert result.stderr.splitlines()[-1].startswith("error: docker: does not answer: ")
    assert not (tmp_path / "docker" / "config.json").exists()


def test_denied_password_is_told(account: Account, source: str) -> None:
    """Without the permission to get a password there is one line, which names it."""
    denied = Fault("ecr:GetAuthorizationToken", aws_error("AccessDeniedException", message="not authorized"))
    with proxy_to(account.url, denied) as proxy:
        result = ecrkit("images", "push", source, "web", environment=account.at(proxy.url))

    assert result.returncode == 3
    assert result.stderr == (
        "error: GetAuthorizationToken: access denied: not authorized; "
        "docs/reference/iam.md lists what each command needs\n"
    )
