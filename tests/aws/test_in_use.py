"""Which images of a registry run: what ECR says a tag is, and what to do where it says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ecrkit.aws.in_use import images_in_use
from ecrkit.aws.workloads import Use
from ecrkit.errors import AwsError

if TYPE_CHECKING:
    from botocore.stub import Stubber
    from mypy_boto3_ecr import ECRClient

ACCOUNT = "123456789012"
HOST = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"
DIGEST = f"sha256:{'a' * 64}"


def listed(client: ECRClient, *uses: Use) -> list[str]:
    return [str(image) for image in images_in_use(client, uses, registry=ACCOUNT, region="us-east-1").images]


def test_tag_is_asked_for_once(client: ECRClient, stub: Stubber) -> None:
    """A tag that many use is looked up once, archived images included, and is one line with all its users."""
    stub.add_response(
        "describe_images",
        {"imageDetails": [{"imageDigest": DIGEST}]},
        {
            "registryId": ACCOUNT,
            "repositoryName": "web",
            "imageIds": [{"imageTag": "latest"}],
            "filter": {"imageStatus": "ANY"},
        },
    )
    uses = [Use(f"{HOST}/web:latest", "", "b"), Use(f"{HOST}/web", "", "a"), Use(f"{HOST}/web:v1", DIGEST, "c")]

    found = images_in_use(client, uses, registry=ACCOUNT, region="us-east-1")

    assert [(str(image), image.users) for image in found.images] == [(f"{HOST}/web@{DIGEST}", ("a", "b", "c"))]


@pytest.mark.parametrize("code", ["ImageNotFoundException", "RepositoryNotFoundException"])
def test_tag_that_is_gone_is_listed_as_it_is(client: ECRClient, stub: Stubber, code: str) -> None:
    """What runs and is not in ECR any more is listed by its tag, for a preview to say so."""
    stub.add_client_error("describe_images", code)

    assert listed(client, Use(f"{HOST}/web:v1", "", "a")) == [f"{HOST}/web:v1"]


def test_refusal_is_an_error(client: ECRClient, stub: Stubber) -> None:
    """Who may not ask ECR does not get half a list."""
    stub.add_client_error("describe_images", "AccessDeniedException", "no")

    with pytest.raises(AwsError, match="DescribeImages: access denied: no"):
        listed(client, Use(f"{HOST}/web:v1", "", "a"))


@pytest.mark.parametrize(
    ("image", "line"),
    [
        pytest.param(f"{HOST}/a/b@{DIGEST}", f"{HOST}/a/b@{DIGEST}", id="by digest"),
        pytest.param(f"{HOST}/a/b:v1@{DIGEST}", f"{HOST}/a/b@{DIGEST}", id="by both"),
        pytest.param(
            f"{ACCOUNT}.dkr-ecr.us-east-1.on.aws/web@{DIGEST}",
            f"{ACCOUNT}.dkr-ecr.us-east-1.on.aws/web@{DIGEST}",
            id="dual stack",
        ),
        pytest.param(
            f"{ACCOUNT}.dkr.ecr-fips.us-east-1.amazonaws.com/web@{DIGEST}",
            f"{ACCOUNT}.dkr.ecr-fips.us-east-1.amazonaws.com/web@{DIGEST}",
            id="FIPS",
        ),
        pytest.param(f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/web@{DIGEST}", None, id="another Region"),
        pytest.param(f"210987654321.dkr.ecr.us-east-1.amazonaws.com/web@{DIGEST}", None, id="another account"),
        pytest.param("public.ecr.aws/nginx/nginx:1", None, id="public"),
        pytest.param("nginx", None, id="Docker Hub"),
        pytest.param(f"{HOST}/Web:v1", None, id="no reference"),
    ],
)
def test_registry_decides(client: ECRClient, image: str, line: str | None) -> None:
    """Images of the registry are listed, whatever its host is called; the others are left out, and named."""
    found = images_in_use(client, [Use(image, "", "task")], registry=ACCOUNT, region="us-east-1")

    assert [str(one) for one in found.images] == ([line] if line else [])
    assert found.left_out == ({} if line else {image: ("task",)})


def test_lines_are_sorted(client: ECRClient) -> None:
    """The same images make the same list."""
    uses = [Use(f"{HOST}/{name}@{DIGEST}", "", "task") for name in ("web", "api", "a/b")]

    assert listed(client, *uses) == [f"{HOST}/{name}@{DIGEST}" for name in ("a/b", "api", "web")]
