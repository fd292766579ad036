"""`ecrkit images list` against a local AWS."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from builders.accounts import REGISTRY, account_in
from builders.archives import Archive, archive_of
from builders.commands import ecrkit, ecrkit_on_terminal
from builders.images import add_index, manifest_digest, oci_layout
from builders.policies import ARCHIVE, policy_text, pulled, rule
from builders.proxies import Fault, drop, proxy_to
from builders.scans import answers, basic_answer, basic_finding

if TYPE_CHECKING:
    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox

pytestmark = [pytest.mark.server, pytest.mark.needs("skopeo", "umoci")]


@pytest.fixture(scope="module")
def account(ministack: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Account:
    """A repository with an image, an index of two platforms, and a signature of the image."""
    directory = tmp_path_factory.mktemp("home")
    source = oci_layout(directory)
    index = add_index(directory)
    account = account_in(ministack, directory)
    account.ecr.create_repository(repositoryName="web")
    for image, tag in ((source, "v1"), (index, "multi")):
        result = ecrkit("images", "push", image, f"web:{tag}", environment=account.environment)
        assert result.returncode == 0, result.stderr
    signed = manifest_digest(directory / "image")
    account.put_image("web", f"{signed.replace(':', '-')}.sig")
    return account


def listed(account: Account, *arguments: str) -> list[dict[str, object]]:
    """List as JSON."""
    result = ecrkit("images", "list", "web", "--output", "json", *arguments, environment=account.environment)
    assert result.returncode == 0, result.stderr
    images: list[dict[str, object]] = json.loads(result.stdout)["imageDetails"]
    return images


def by_tag(account: Account, tag: str) -> dict[str, object]:
    """Find an image of the list."""
    (image,) = [image for image in listed(account) if tag in str(image["imageTags"])]
    return image


def test_rows_tell_what_an_image_is(account: Account) -> None:
    """Platforms come from the index or the configuration; a signature is one, and tells whose."""
    result = ecrkit("images", "list", "web", environment=account.environment)

    heading, *rows = [line.split() for line in result.stdout.splitlines()]
    cells = {row[1].partition("-")[0]: [row[5], *row[6:]] for row in rows}
    assert heading == ["DIGEST", "TAGS", "SIZE", "AGE", "STORAGE", "PLATFORMS", "SIGNED", "SCAN"]
    assert cells == {
        "v1": ["standard", "linux/amd64", "yes", "-"],
        "multi": ["standard", "linux/amd64,linux/arm64/v8", "no", "-"],
        "sha256": ["standard", "signature", "no", "-"],
    }
    assert result.stderr == "3 images\n"


@pytest.mark.parametrize(
    ("arguments", "cells", "asked"),
    [
        pytest.param((), {"v1": "COMPLETE 2 HIGH", "multi": "-", "sha256": "-"}, 1, id="asked"),
        pytest.param(("--no-scans",), {"v1": "-", "multi": "-", "sha256": "-"}, 0, id="not asked"),
    ],
)
def test_scan_is_asked_for(account: Account, arguments: tuple[str, ...], cells: dict[str, str], asked: int) -> None:
    """DescribeImages does not tell scans any more: each image is asked for, and nothing that ECR does not scan."""
    findings = "ecr:DescribeImageScanFindings"
    answer = basic_answer(basic_finding("CVE-1"), basic_finding("CVE-2"), basic_finding("CVE-3", severity="LOW"))
    with proxy_to(account.url, Fault(findings, answers(answer))) as proxy:
        result = ecrkit("images", "list", "web", "--no-platforms", *arguments, environment=account.at(proxy.url))

    rows = [re.split(" {2,}", line) for line in result.stdout.splitlines()[1:]]
    assert {row[1].partition("-")[0]: row[7] for row in rows} == cells
    assert proxy.actions.count(findings) == asked


def test_newest_comes_first(account: Account) -> None:
    """The list goes back in time."""
    times = [str(image["imagePushedAt"]) for image in listed(account)]

    assert times == sorted(times, reverse=True)


def test_limit_keeps_the_newest(account: Account) -> None:
    """--limit shows so many, and says of how many."""
    result = ecrkit("images", "list", "web", "--limit", "1", environment=account.environment)

    assert len(result.stdout.splitlines()) == 2
    assert result.stderr == "3 images, 1 shown\n"


def test_json_has_the_service_names(account: Account) -> None:
    """JSON has the keys of DescribeImages, and what takes other calls in the same style."""
    image = by_tag(account, "v1")

    assert image["platforms"] == ["linux/amd64"]
    assert image["signed"] is True
    assert sorted(image) == [
        "artifactMediaType",
        "imageDigest",
        "imageManifestMediaType",
        "imagePushedAt",
        "imageSizeInBytes",
        "imageStatus",
        "imageTags",
        "platforms",
        "repositoryName",
        "signed",
        "storageClass",
    ]


def test_storage_class_is_shown(account: Account) -> None:
    """An archived image and one that is being restored are in the list, with their storage class and its times."""
    archive = Archive(1_700_000_000)
    archive.add("a", tags=("v1",), status="ARCHIVED")
    archive.add("b", tags=("v2",), status="ACTIVATING", age_days=2)
    with archive_of(account, archive) as proxy:
        text = ecrkit("images", "list", "web", "--no-platforms", "--no-scans", environment=account.at(proxy.url))
        document = ecrkit("images", "list", "web", "--output", "json", environment=account.at(proxy.url))

    assert [line.split()[5] for line in text.stdout.splitlines()[1:]] == ["archive", "restoring"]
    first, second = json.loads(document.stdout)["imageDetails"]
    assert (first["imageStatus"], first["storageClass"]) == ("ARCHIVED", "ARCHIVE")
    assert first["lastArchivedAt"].startswith("2023-11-1")
    assert (second["imageStatus"], second["storageClass"]) == ("ACTIVATING", "ARCHIVE")


def test_list_fits_a_narrow_terminal(account: Account) -> None:
    """On 80 columns a digest has a line of its own, and only a signature's tag is wider."""
    shown = ecrkit_on_terminal(
        "images", "list", "web", environment={**account.environment, "COLUMNS": "80", "LINES": "24"}
    )

    wide = [line for line in shown.splitlines() if len(line) > 80]
    assert all(".sig" in line for line in wide)
    assert str(by_tag(account, "v1")["imageDigest"]) in shown.splitlines()


@pytest.mark.parametrize(
    ("arguments", "platforms"),
    [
        pytest.param((), None, id="left out"),
        pytest.param(("--platforms",), ["linux/amd64"], id="asked for"),
    ],
)
def test_policy_that_counts_pulls_is_not_disturbed(
    account: Account, arguments: tuple[str, ...], platforms: list[str] | None
) -> None:
    """Reading a manifest is a pull: where pulls decide what goes, platforms are read only when asked for."""
    text = policy_text(rule(1, **pulled(90), action=ARCHIVE))
    account.ecr.put_lifecycle_policy(repositoryName="web", lifecyclePolicyText=text)
    with proxy_to(account.url) as proxy:
        result = ecrkit("images", "list", "web", *arguments, "--output", "json", environment=account.at(proxy.url))
    account.ecr.delete_lifecycle_policy(repositoryName="web")

    (image,) = [image for image in json.loads(result.stdout)["imageDetails"] if image["imageTags"] == ["v1"]]
    assert image["platforms"] == platforms
    assert ("ecr:BatchGetImage" in proxy.actions) == (platforms is not None)


def test_platform_that_cannot_be_read_is_told(account: Account) -> None:
    """A configuration that does not come ends in one line, which does not hold its address: that is signed."""
    text = account.ecr.batch_get_image(repositoryName="web", imageIds=[{"imageTag": "v1"}])["images"][0][
        "imageManifest"
    ]
    account.ecr.create_repository(repositoryName="single")
    account.put_image("single", "v1", text=text)
    with proxy_to(account.url, Fault("ecr:GetDownloadUrlForLayer", drop, after=1)) as proxy:
        result = ecrkit("images", "list", "single", environment=account.at(proxy.url))

    assert result.returncode == 3
    assert re.sub(r"\w{64}", "…", result.stderr) == (
        "error: single: the configuration sha256:… cannot be read: RemoteDisconnected\n"
    )


def test_repository_that_does_not_exist_is_told(account: Account) -> None:
    """A name that is mistyped ends in one line, and where to find the right one."""
    result = ecrkit("images", "list", "wbe", environment=account.environment)

    assert result.returncode == 3
    assert result.stderr == (
        "error: GetLifecyclePolicy: The repository with name 'wbe' does not exist; "
        "run `ecrkit repos list` to list the repositories\n"
    )


@pytest.mark.parametrize(
    ("name", "code", "line"),
    [
        pytest.param("web:v1", 2, "Error: web:v1: name a repository, without ':v1'", id="image"),
        pytest.param(
            REGISTRY.replace("us-east-1", "eu-west-1") + "/web",
            1,
            f"error: {REGISTRY.replace('us-east-1', 'eu-west-1')}: not the registry of the credentials, {REGISTRY}; "
            "change --profile or --region, or omit the host",
            id="another registry",
        ),
        pytest.param(f"{REGISTRY}/web", 0, "3 images", id="this registry"),
    ],
)
def test_uri_names_a_repository(account: Account, name: str, code: int, line: str) -> None:
    """What `repos list` prints is taken as a name; an image, or another registry's repository, is not."""
    result = ecrkit("images", "list", name, "--no-platforms", environment=account.environment)

    assert result.returncode == code
    assert result.stderr.splitlines()[-1] == line


def test_empty_repository_is_told(account: Account) -> None:
    """No images is a result; JSON is whole."""
    account.ecr.create_repository(repositoryName="empty")

    text = ecrkit("images", "list", "empty", environment=account.environment)
    document = ecrkit("images", "list", "empty", "--output", "json", environment=account.environment)

    assert (text.stdout, text.stderr) == ("", "0 images\n")
    assert json.loads(document.stdout) == {"imageDetails": []}
