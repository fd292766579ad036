"""What neither local AWS can be made to answer: pages, archived images, fields of enhanced scanning."""

from __future__ import annotations

import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from ecrkit.aws.images import contents_of, deployed_images
from ecrkit.aws.repositories import deployed_repositories
from ecrkit.aws.scans import ScanTarget, scan_document, scan_targets
from ecrkit.aws.stacks import StackFinder
from ecrkit.aws.transfers import plan_pull
from ecrkit.errors import RefusedError
from ecrkit.images.references import ImageReference
from ecrkit.images.scans import read_scan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_ecr import ECRClient

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TARGET = ScanTarget(repository="web", digest=f"sha256:{'0' * 64}", platform="")


@pytest.fixture
def client() -> ECRClient:
    """A client that reaches nobody."""
    return boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1").client("ecr")


def repository(number: int) -> dict[str, Any]:
    """Describe a repository."""
    name = f"app-{number:05}"
    return {
        "repositoryArn": f"arn:aws:ecr:us-east-1:123456789012:repository/{name}",
        "registryId": "123456789012",
        "repositoryName": name,
        "repositoryUri": f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{name}",
        "createdAt": NOW,
        "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": "latest*"}],
        "imageScanningConfiguration": {"scanOnPush": True},
        "encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": "arn:aws:kms:us-east-1:123456789012:key/1"},
    }


def image(number: int, **others: object) -> dict[str, Any]:
    """Describe an image."""
    return {
        "imageDigest": f"sha256:{number:064x}",
        "imagePushedAt": NOW + timedelta(seconds=number),
        "imageSizeInBytes": 1000,
        "imageManifestMediaType": "application/vnd.oci.image.manifest.v1+json",
        **others,
    }


def image_pages(stubber: Stubber, *, pages: int, per_page: int) -> None:
    """Answer DescribeImages page by page."""
    for page in range(pages):
        expected: dict[str, Any] = {"repositoryName": "web", "filter": {"imageStatus": "ANY"}, "maxResults": 1000}
        expected |= {"nextToken": str(page)} if page else {}
        answer: dict[str, Any] = {"imageDetails": [image(page * per_page + number) for number in range(per_page)]}
        answer |= {"nextToken": str(page + 1)} if page + 1 < pages else {}
        stubber.add_response("describe_images", answer, expected)


def test_ten_thousand_repositories(client: ECRClient) -> None:
    """Ten pages of a thousand repositories are all of them, by name."""
    with Stubber(client) as stubber:
        for page in range(10):
            expected: dict[str, Any] = {"maxResults": 1000} | ({"nextToken": str(page)} if page else {})
            answer: dict[str, Any] = {"repositories": [repository(number) for number in range(page, 10_000, 10)]}
            answer |= {"nextToken": str(page + 1)} if page < 9 else {}
            stubber.add_response("describe_repositories", answer, expected)
        found = deployed_repositories(client)

    assert len(found) == 10_000
    assert [found[0].name, found[-1].name] == ["app-00000", "app-09999"]


def test_hundred_thousand_images_are_counted_page_by_page(client: ECRClient) -> None:
    """Counting holds a page of images at a time, not all of them."""
    with Stubber(client) as stubber:
        image_pages(stubber, pages=100, per_page=1000)
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            contents = contents_of(client, "web")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert contents.image_count == 100_000
    assert contents.size_bytes == 100_000_000
    assert contents.last_pushed_at == NOW + timedelta(seconds=99_999)
    assert peak - before < 10_000_000


def test_images_share_what_they_have_in_common(client: ECRClient) -> None:
    """To sort 100,000 images all have to be there: the words that the answers repeat are kept once."""
    words = ("imageManifestMediaType", "artifactMediaType", "imageStatus")
    details = [image(number, **{word: f"{word} that is repeated" for word in words}) for number in range(2)]
    with Stubber(client) as stubber:
        stubber.add_response("describe_images", {"imageDetails": details})
        first, second = deployed_images(client, "web")

    assert first.media_type is second.media_type
    assert first.artifact_media_type is second.artifact_media_type
    assert first.status is second.status
    assert first.severity_counts is second.severity_counts


def test_images_are_streamed(client: ECRClient) -> None:
    """Whoever stops reading asks for no further page."""
    with Stubber(client) as stubber:
        image_pages(stubber, pages=3, per_page=2)
        first = list(islice(deployed_images(client, "web"), 2))

        assert len(first) == 2
        with pytest.raises(AssertionError, match="2 responses remaining"):
            stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("mutability", "tag", "is_immutable"),
    [
        pytest.param("IMMUTABLE", "v1", True, id="immutable"),
        pytest.param("MUTABLE", "v1", False, id="mutable"),
        pytest.param("IMMUTABLE_WITH_EXCLUSION", "v1", True, id="not excluded"),
        pytest.param("IMMUTABLE_WITH_EXCLUSION", "latest-dev", False, id="excluded"),
        pytest.param("MUTABLE_WITH_EXCLUSION", "latest", True, id="excluded from the opposite"),
    ],
)
def test_exclusions_turn_mutability_round(client: ECRClient, mutability: str, tag: str, *, is_immutable: bool) -> None:
    """A tag that an exclusion matches behaves as the other tags do not."""
    answer = {**repository(1), "imageTagMutability": mutability}
    if "EXCLUSION" not in mutability:
        del answer["imageTagMutabilityExclusionFilters"]
    with Stubber(client) as stubber:
        stubber.add_response("describe_repositories", {"repositories": [answer]}, {"maxResults": 1000})
        (found,) = deployed_repositories(client)

    assert found.is_immutable(tag) == is_immutable


def test_archived_image_is_refused_before_the_pull(client: ECRClient) -> None:
    """An archived image cannot be pulled. The error says how to restore it."""
    with Stubber(client) as stubber:
        stubber.add_response("describe_repositories", {"repositories": [repository(1)]})
        stubber.add_response("describe_images", {"imageDetails": [image(1, imageStatus="ARCHIVED")]})
        with pytest.raises(RefusedError) as refused:
            plan_pull(client, ImageReference.parse("web:v1"), destination="")

    assert str(refused.value) == (
        "web:v1: the image is archived, and cannot be pulled; restore it with "
        f"`ecrkit images restore web sha256:{1:064x}`"
    )


def test_stack_that_is_forgotten_holds_nothing() -> None:
    """CloudFormation forgets a deleted stack, and the tags of what it left stay: there is no such stack."""
    session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1")
    cloudformation = session.client("cloudformation")
    tags = {f"aws:cloudformation:stack-{key}": "Shop" for key in ("name", "id")}
    with Stubber(cloudformation) as stub:
        stub.add_client_error("list_stack_resources", "ValidationError", "Stack with id Shop does not exist")
        resource = StackFinder(cloudformation).resource_by(tags, "web")

    assert resource is None


def test_archived_images_are_counted(client: ECRClient) -> None:
    """What is archived is there all the same: a repository that holds nothing else is not empty."""
    with Stubber(client) as stubber:
        stubber.add_response(
            "describe_images",
            {"imageDetails": [image(1, imageStatus="ARCHIVED", lastArchivedAt=NOW)]},
            {"repositoryName": "web", "filter": {"imageStatus": "ANY"}, "maxResults": 1000},
        )
        contents = contents_of(client, "web")

    assert contents.image_count == 1


@pytest.mark.parametrize(
    ("media_type", "is_signed"),
    [
        pytest.param("application/vnd.cncf.notary.signature", True, id="notation"),
        pytest.param("application/vnd.dev.sigstore.bundle.v0.3+json", True, id="cosign"),
        pytest.param("application/spdx+json", False, id="bill of materials"),
    ],
)
def test_referrers_sign(client: ECRClient, media_type: str, *, is_signed: bool) -> None:
    """An image is signed when a signature has it as its subject; another artifact does not sign."""
    subject = f"sha256:{1:064x}"
    with Stubber(client) as stubber:
        artifact = image(2, artifactMediaType=media_type, subjectManifestDigest=subject)
        stubber.add_response("describe_images", {"imageDetails": [image(1), artifact]})
        found = list(deployed_images(client, "web"))

    assert found[1].signs == ({subject} if is_signed else set())
    assert found[1].is_signature == is_signed


def finding(number: int) -> dict[str, Any]:
    """Describe what enhanced scanning finds, as the service does."""
    package = {"name": "zlib", "version": "1.2", "epoch": 0, "fixedInVersion": "1.3"}
    details = {"vulnerabilityId": f"CVE-2026-{number:04}", "vulnerablePackages": [package]}
    return {"severity": "UNTRIAGED", "status": "ACTIVE", "packageVulnerabilityDetails": details}


def scan_pages() -> Iterator[dict[str, Any]]:
    """Answer DescribeImageScanFindings page by page, each with the counts of all."""
    for page in range(3):
        found = {
            "imageScanCompletedAt": NOW,
            "enhancedFindings": [finding(page * 2 + number) for number in range(2)],
            "findingSeverityCounts": {"UNTRIAGED": 6},
        }
        answer = {"imageScanStatus": {"status": "ACTIVE"}, "imageScanFindings": found}
        yield answer | ({"nextToken": str(page + 1)} if page < 2 else {})


def test_image_that_calls_itself_provenance_is_scanned(client: ECRClient) -> None:
    """A member of an index is left out of a scan as provenance only where it runs nowhere."""
    annotations = {"vnd.docker.reference.type": "attestation-manifest"}
    children = [
        {"digest": f"sha256:{number:064x}", "platform": platform, "annotations": annotations}
        for number, platform in enumerate(
            [{"os": "linux", "architecture": "amd64"}, {"os": "unknown", "architecture": "unknown"}, None]
        )
    ]
    media_type = "application/vnd.oci.image.index.v1+json"
    with Stubber(client) as stubber:
        stubber.add_response("describe_images", {"imageDetails": [image(9, imageManifestMediaType=media_type)]})
        stubber.add_response("batch_get_image", {"images": [{"imageManifest": json.dumps({"manifests": children})}]})
        targets = scan_targets(client, ImageReference.parse("web:v1"))

    assert [target.platform for target in targets] == ["linux/amd64"]


def test_findings_of_all_pages_are_judged(client: ECRClient) -> None:
    """The findings of every page are there, and their counts are not added up."""
    with Stubber(client) as stubber:
        for answer in scan_pages():
            stubber.add_response("describe_image_scan_findings", answer)
        document = scan_document(client, TARGET)

    assert document is not None
    assert "nextToken" not in document
    scan = read_scan(document)
    assert [found.id for found in scan.vulnerabilities] == [f"CVE-2026-{number:04}" for number in range(6)]
    assert scan.counts == {"UNDEFINED": 6}
    assert scan.completed_at == NOW
