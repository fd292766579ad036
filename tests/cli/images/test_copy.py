"""`ecrkit images copy`: a signed image of several platforms, between two registries."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.request
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import boto3
import pytest
from builders.accounts import account_in, manifest_text
from builders.commands import ECRKIT, ecrkit, start
from builders.images import add_index, oci_layout
from builders.proxies import Fault, Hold, proxy_to

from ecrkit.aws.sandbox import Target, running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from builders.accounts import Account
    from mypy_boto3_ecr import ECRClient

    from ecrkit.aws.sandbox import Sandbox

pytestmark = [pytest.mark.server, pytest.mark.needs("skopeo", "umoci")]

PROD = Target(account="210987654321", region="eu-west-1")
PROD_REGISTRY = f"{PROD.account}.dkr.ecr.{PROD.region}.amazonaws.com"


class Registries(NamedTuple):
    """
    Two accounts, each with a registry of its own.

    Attributes:
        source: the account with the images.
        url: where the other account answers.
        directory: for configurations.
        digests: of the index and of its signature.
    """

    source: Account
    url: str
    directory: Path
    digests: tuple[str, str]

    @property
    def destination(self) -> ECRClient:
        """A client for the other account."""
        session = boto3.Session(
            aws_access_key_id=PROD.account, aws_secret_access_key="sandbox", region_name=PROD.region
        )
        return session.client("ecr", endpoint_url=self.url)

    def environment(self, *, source: str = "", destination: str = "") -> dict[str, str]:
        """Give the environment of a command: two profiles, each with its endpoint, that of a proxy if given."""
        config = self.directory / "config"
        places = (
            ("dev", "123456789012", "us-east-1", source or self.source.url),
            ("prod", PROD.account, PROD.region, destination or self.url),
        )
        config.write_text(
            "".join(
                f"[profile {name}]\naws_access_key_id = {account}\naws_secret_access_key = sandbox\n"
                f"region = {region}\nendpoint_url = {url}\n"
                for name, account, region, url in places
            )
        )
        kept = {
            name: value
            for name, value in self.source.environment.items()
            if name.lower() == "no_proxy" or not name.startswith(("AWS_ACCESS", "AWS_SECRET", "AWS_ENDPOINT"))
        }
        return {
            **{name: value for name, value in kept.items() if "REGION" not in name},
            "AWS_CONFIG_FILE": str(config),
            "TMPDIR": str(self.directory),
        }

    def copy(self, *arguments: str, source: str = "", destination: str = "") -> subprocess.CompletedProcess[str]:
        """Run the command between the two profiles."""
        profiles = ("--profile", "dev", "--destination-profile", "prod")
        environment = self.environment(source=source, destination=destination)
        return ecrkit("images", "copy", *arguments, *profiles, environment=environment)

    def tagged(self) -> dict[str, str]:
        """Give the digest of each tag at the destination."""
        images = self.destination.describe_images(repositoryName="web")["imageDetails"]
        return {tag: image["imageDigest"] for image in images for tag in image.get("imageTags", [])}


@pytest.fixture(scope="module")
def other() -> Iterator[Sandbox]:
    """A second local AWS, which is another account in another Region."""
    with running_sandbox(PROD, environ=os.environ) as sandbox:
        yield sandbox


@pytest.fixture
def registries(ministack: Sandbox, other: Sandbox, tmp_path: Path) -> Registries:
    """A signed index of two platforms in one account, and an empty, immutable repository in the other."""
    account_in(other, tmp_path)
    source = account_in(ministack, tmp_path)
    source.ecr.create_repository(repositoryName="web")
    oci_layout(tmp_path)
    pushed = ecrkit("images", "push", add_index(tmp_path), "web:v1", environment=source.environment)
    assert pushed.returncode == 0, pushed.stderr
    index = pushed.stdout.splitlines()[1]
    signature = push_manifest(source, f"{index.replace(':', '-')}.sig", signature_of(tmp_path))
    found = Registries(source, other.endpoint_url, tmp_path, (index, signature))
    found.destination.create_repository(repositoryName="web", imageTagMutability="IMMUTABLE")
    return found


def push_manifest(account: Account, tag: str, text: str) -> str:
    """Push a manifest through the registry: its layers are there; gives its digest."""
    request = urllib.request.Request(f"{account.url}/v2/web/manifests/{tag}", data=text.encode(), method="PUT")  # noqa: S310 - this machine
    request.add_header("Content-Type", "application/vnd.oci.image.manifest.v1+json")
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - as above
        response.read()
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def signature_of(directory: Path) -> str:
    """Write the manifest of a signature, with the configuration and the layer of the image: it needs some."""
    layout = directory / "image"
    digest = json.loads((layout / "index.json").read_text())["manifests"][0]["digest"]
    manifest = json.loads((layout / "blobs" / "sha256" / digest.partition(":")[2]).read_text())
    manifest["annotations"] = {"dev.cosignproject.cosign/signature": "MEUCIQ"}
    manifest["mediaType"] = "application/vnd.oci.image.manifest.v1+json"
    return json.dumps(manifest)


def test_signed_index_is_copied_whole(registries: Registries) -> None:
    """All platforms and the signature arrive with their digests; a second run has nothing to do."""
    index, signature = registries.digests

    copied = registries.copy("web:v1", "web")
    again = registries.copy("web:v1", "web", "--output", "json")

    assert copied.returncode == 0, copied.stderr
    assert copied.stdout == f"{PROD_REGISTRY}/web:v1\n"
    assert registries.tagged() == {"v1": index, f"{index.replace(':', '-')}.sig": signature}
    assert again.stderr == f"web:v1 to {PROD_REGISTRY}/web:v1: already there, {index}\n"
    (document,) = json.loads(again.stdout)["images"]
    assert document["status"] == "present"
    assert document["imageDigest"] == index
    assert [one["imageDigest"] for one in document["artifacts"]] == [signature]
    assert list(registries.directory.glob("ecrkit-*")) == []


def test_dry_run_copies_nothing(registries: Registries) -> None:
    """--dry-run says what would be copied, and asks for no password."""
    with proxy_to(registries.url) as proxy:
        result = registries.copy("web:v1", "web:v2", "--dry-run", destination=proxy.url)

    assert result.returncode == 0
    assert result.stderr.startswith(f"web:v1 to {PROD_REGISTRY}/web:v2: ")
    assert result.stderr.endswith(", with 1 artifact that belongs to it\n")
    assert "ecr:GetAuthorizationToken" not in proxy.actions
    assert registries.tagged() == {}


def test_interrupted_copy_is_resumed(registries: Registries) -> None:
    """Ctrl-C leaves no tag and no password; the next run copies only what is missing, and the digests are equal."""
    index, signature = registries.digests
    manifests = Fault("ecr:PutImage", hold := Hold(), after=4)
    with (
        hold,
        proxy_to(registries.url, manifests) as proxy,
        start(
            [ECRKIT, "images", "copy", "web:v1", "web", "--profile", "dev", "--destination-profile", "prod"],
            environment=registries.environment(destination=proxy.url),
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process,
    ):
        assert hold.reached.wait(timeout=30)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=30)

    assert process.returncode == 3
    assert said.splitlines()[-3:] == ["0 of 1 image copied; run the command again", "", "error: interrupted"]
    assert list(registries.directory.glob("ecrkit-*")) == []
    assert registries.tagged() == {}

    with proxy_to(registries.url) as proxy:
        resumed = registries.copy("web:v1", "web", destination=proxy.url)

    assert resumed.returncode == 0, resumed.stderr
    assert "1 of 2 manifests already there" in resumed.stderr
    assert registries.tagged() == {"v1": index, f"{index.replace(':', '-')}.sig": signature}


def test_immutable_tag_is_refused_before_the_copy(registries: Registries) -> None:
    """A tag that exists with another digest is refused, and nothing is uploaded."""
    text = manifest_text("other")
    digest = f"sha256:{sha256(text.encode()).hexdigest()}"
    registries.destination.put_image(repositoryName="web", imageTag="v1", imageManifest=text, imageDigest=digest)

    result = registries.copy("web:v1", "web", "--yes")

    assert result.returncode == 1
    assert result.stderr == (
        f"error: web:v1: the tag exists with another digest, {digest}, and is immutable; copy to another tag, or add "
        "this one to mutable_tags in the catalog\n"
    )
    assert registries.tagged() == {"v1": digest}


def test_mutable_tag_moves_only_with_a_yes(registries: Registries) -> None:
    """A mutable tag is taken from another image only with --yes, or an answer."""
    registries.destination.put_image_tag_mutability(repositoryName="web", imageTagMutability="MUTABLE")
    text = manifest_text("other")
    digest = f"sha256:{sha256(text.encode()).hexdigest()}"
    registries.destination.put_image(repositoryName="web", imageTag="v1", imageManifest=text, imageDigest=digest)

    unasked = registries.copy("web:v1", "web")
    told = registries.copy("web:v1", "web", "--yes")

    assert unasked.returncode == 2
    assert f"moves the tag v1 from {digest}\n" in unasked.stderr
    assert told.returncode == 0, told.stderr
    assert registries.tagged()["v1"] == registries.digests[0]


def test_list_of_images_comes_from_a_file(registries: Registries) -> None:
    """A file names an image and its destination in each line; without one, the repository has the same name."""
    listing = registries.directory / "release.txt"
    listing.write_text(f"# the release\nweb:v1\n\nweb@{registries.digests[0]} web:stable  # by digest\n")

    result = registries.copy("--from", str(listing))

    assert result.returncode == 0, result.stderr
    assert result.stdout == f"{PROD_REGISTRY}/web:v1\n{PROD_REGISTRY}/web:stable\n"
    assert registries.tagged()["stable"] == registries.tagged()["v1"] == registries.digests[0]


def test_tool_that_fails_is_one_line(registries: Registries) -> None:
    """A registry that goes away ends in one line and exit code 3, without a tag."""

    def refuse(handler: object) -> bool:
        handler.answer(500, {"Content-Type": "text/plain"}, b"no")  # type: ignore[attr-defined] # the proxy's own
        return False

    with proxy_to(registries.url, Fault("ecr:InitiateLayerUpload", refuse)) as proxy:
        result = registries.copy("web:v1", "web", destination=proxy.url)

    assert result.returncode == 3
    assert result.stderr.splitlines()[-1].startswith("error: skopeo copy: ")
    assert registries.tagged() == {}
