"""What an audit reads about images: their number, their last scans, and what it may not read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ecrkit.aws.observations import ImageObserver
from ecrkit.deployment.actual import ObservedImages
from ecrkit.errors import AwsError

if TYPE_CHECKING:
    from botocore.stub import Stubber
    from mypy_boto3_ecr import ECRClient

OLD = datetime(2026, 9, 1, tzinfo=UTC)
NEW = datetime(2026, 11, 1, tzinfo=UTC)


def image(number: int, *tags: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as many types as keys
    return {"imageDigest": f"sha256:{number:064x}", "imageTags": [*tags], "imagePushedAt": OLD, **more}


def scanned(at: datetime) -> dict[str, Any]:
    return {"imageScanFindingsSummary": {"imageScanCompletedAt": at}}


def test_images_are_counted_without_scans(client: ECRClient, stub: Stubber) -> None:
    """Without an age to check, the images are counted, archived ones too, and nothing else is asked."""
    stub.add_response("describe_images", {"imageDetails": [image(1, "v1"), image(2, imageStatus="ARCHIVED")]})

    assert ImageObserver(client, reads_scans=False).observe("web") == ObservedImages(count=2, scanned_at={})


def test_scans_that_are_listed_need_no_call(client: ECRClient, stub: Stubber) -> None:
    """The scans that DescribeImages names are taken, newest image first, of tagged images that ECR can scan."""
    details = [
        image(1, "v1", **scanned(OLD)),
        image(2, "v2", "latest", **{**scanned(NEW), "imagePushedAt": NEW}),
        image(3, **scanned(OLD)),
        image(4, "all", imageManifestMediaType="application/vnd.oci.image.index.v1+json"),
    ]
    stub.add_response("describe_images", {"imageDetails": details})

    observed = ImageObserver(client, reads_scans=True).observe("web")

    assert observed == ObservedImages(count=4, scanned_at={"latest": NEW, "v1": OLD})
    assert list(observed.scanned_at) == ["latest", "v1"]


@pytest.mark.parametrize(
    ("answer", "scanned_at"),
    [
        pytest.param(
            {"imageScanStatus": {"status": "ACTIVE"}, "imageScanFindings": {"imageScanCompletedAt": NEW}},
            {"v2": NEW},
            id="enhanced",
        ),
        pytest.param({"imageScanStatus": {"status": "IN_PROGRESS"}}, {}, id="under way"),
        pytest.param("ScanNotFoundException", {"v2": None}, id="never"),
    ],
)
def test_newest_image_is_asked_for(
    client: ECRClient, stub: Stubber, answer: dict[str, Any] | str, scanned_at: dict[str, datetime | None]
) -> None:
    """Where DescribeImages names no scan, the newest tagged image is asked for alone."""
    details = [image(1, "v1"), image(2, "v2", imagePushedAt=NEW)]
    stub.add_response("describe_images", {"imageDetails": details})
    if isinstance(answer, str):
        stub.add_client_error("describe_image_scan_findings", answer)
    else:
        expected = {"repositoryName": "web", "imageId": {"imageDigest": f"sha256:{2:064x}"}, "maxResults": 1}
        stub.add_response("describe_image_scan_findings", answer, expected)

    assert ImageObserver(client, reads_scans=True).observe("web") == ObservedImages(count=2, scanned_at=scanned_at)


def test_missing_permission_is_told_once(client: ECRClient, stub: Stubber) -> None:
    """Without permission nothing is observed, and the audit says why; another refusal ends it."""
    observer = ImageObserver(client, reads_scans=True)
    for message in ("No.", "Still no."):
        stub.add_client_error("describe_images", "AccessDeniedException", message)
    assert [observer.observe(name) for name in ("web", "api")] == [None, None]
    assert observer.problems == {
        "images": "DescribeImages: access denied: No.; docs/reference/iam.md lists what each command needs"
    }

    stub.add_client_error("describe_images", "ThrottlingException")
    with pytest.raises(AwsError, match="throttled"):
        observer.observe("web")
