"""What neither local AWS answers to an inventory: pages, archived images, pull times, lists that cannot be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from builders.inventories import LIST_TYPE, digest
from builders.policies import ARCHIVE, policy_text, pulled, pushed, rule

from ecrkit.aws.inventory import ImageSource, ManifestChoice, current_images
from ecrkit.aws.repositories import DeployedRepository
from ecrkit.errors import AwsError
from ecrkit.images.inventory.reading import parse_images
from ecrkit.images.inventory.values import ImageStatus
from ecrkit.images.inventory.writing import Heading, ReadManifest, inventory_lines
from ecrkit.registry.properties import RepositoryProperties

if TYPE_CHECKING:
    from botocore.stub import Stubber
    from mypy_boto3_ecr import ECRClient

    from ecrkit.images import Image

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ASKED = {"repositoryName": "web", "filter": {"imageStatus": "ANY"}, "maxResults": 1000}
HEADING = Heading(registry="123456789012", repository="web", region="us-east-1", begun_at=NOW.isoformat())


def source(client: ECRClient, *, children: bool | None = True, **known: tuple[str, ...]) -> ImageSource:
    manifests = {digest(name): ReadManifest(children=tuple(map(digest, names))) for name, names in known.items()}
    return ImageSource(client, "web", known=manifests, choice=ManifestChoice(children=children))


def detail(name: str, **others: object) -> dict[str, Any]:
    return {"repositoryName": "web", "imageDigest": digest(name), "imagePushedAt": NOW, **others}


def manifest_list(name: str) -> dict[str, Any]:
    return detail(name, imageManifestMediaType=LIST_TYPE)


def repository() -> DeployedRepository:
    return DeployedRepository(
        name="web",
        uri="123456789012.dkr.ecr.us-east-1.amazonaws.com/web",
        arn="arn:aws:ecr:us-east-1:123456789012:repository/web",
        account="123456789012",
        created_at=NOW,
        properties=RepositoryProperties(),
    )


def plain(found: Image) -> Image:
    """Take lists and tuples for the same."""
    return found._replace(tags=tuple(found.tags), children=tuple(found.children))


def answer_images(stub: Stubber, *pages: list[dict[str, Any]]) -> None:
    for number, page in enumerate(pages):
        asked = ASKED | ({"nextToken": str(number)} if number else {})
        answer: dict[str, Any] = {"imageDetails": page}
        answer |= {"nextToken": str(number + 1)} if number + 1 < len(pages) else {}
        stub.add_response("describe_images", answer, asked)


def answer_manifests(stub: Stubber, children: dict[str, list[str]], *, failures: dict[str, str] | None = None) -> None:
    images = [
        {
            "imageId": {"imageDigest": digest(name)},
            "imageManifest": json.dumps({"manifests": [{"digest": digest(child)} for child in names]}),
        }
        for name, names in children.items()
    ]
    failed = [
        {"imageId": {"imageDigest": digest(name)}, "failureCode": "ImageInaccessible", "failureReason": reason}
        for name, reason in (failures or {}).items()
    ]
    stub.add_response("batch_get_image", {"images": images, "failures": failed})


def children_of(found: list[dict[str, Any]]) -> list[list[str] | None]:
    return [one.get("childManifestDigests") for one in found]


def test_everything_survives_the_file(client: ECRClient, stub: Stubber) -> None:
    """Archived and restored images, pull times and subjects are read back as the service told them."""
    archived = detail("a", imageStatus="ARCHIVED", lastArchivedAt=NOW)
    restored = detail("b", imageStatus="ACTIVE", lastArchivedAt=NOW, lastActivatedAt=NOW)
    pulled = detail("c", imageStatus="ACTIVE", lastRecordedPullTime=NOW, subjectManifestDigest=digest("b"))
    answer_images(stub, [archived, restored, pulled])

    text = "".join(inventory_lines(HEADING, source(client).details()))

    a, b, c = parse_images(text.encode(), file="web.json").images
    assert (a.status, a.archived_at) == (ImageStatus.ARCHIVED, NOW)
    assert (b.status, b.activated_at) == (ImageStatus.ACTIVE, NOW)
    assert (c.pulled_at, c.subject) == (NOW, digest("b"))


IMAGES = [
    detail("a", imageStatus="ARCHIVED", lastArchivedAt=NOW, imageTags=["v1", "latest"], imageSizeInBytes=7),
    detail("b", imageStatus="ACTIVE", lastArchivedAt=NOW, lastActivatedAt=NOW),
    detail("c", imageStatus="ACTIVE", lastRecordedPullTime=NOW, subjectManifestDigest=digest("b")),
    manifest_list("d"),
]


def test_images_are_those_of_the_file(client: ECRClient, stub: Stubber) -> None:
    """Images that are read at once are those that would be written to a file and read again."""
    for _ in range(2):
        answer_images(stub, IMAGES)
        answer_manifests(stub, {"d": ["a", "b"]})
    text = "".join(inventory_lines(HEADING, source(client).details()))
    current = current_images(client, repository(), children=True)

    assert list(map(plain, current.inventory.images)) == list(map(plain, parse_images(text.encode(), file="f").images))
    assert (current.inventory.registry, current.inventory.repository) == ("123456789012", "web")
    assert (current.unread, current.why_unread) == (0, "")


@pytest.mark.parametrize(
    ("one", "message"),
    [
        pytest.param(
            {"imageDigest": digest("a")}, f"web@{digest('a')}: DescribeImages lacks 'imagePushedAt'", id="push"
        ),
        pytest.param(
            detail("a", imageStatus="FROZEN"),
            f"web@{digest('a')}: DescribeImages has a value that ecrkit cannot read: 'FROZEN' is not a valid "
            "ImageStatus",
            id="status",
        ),
        pytest.param(
            detail("a", imageStatus="ARCHIVED"),
            f"web@{digest('a')}: DescribeImages lacks the time of archiving",
            id="archived",
        ),
    ],
)
def test_image_that_cannot_be_judged(client: ECRClient, stub: Stubber, one: dict[str, Any], message: str) -> None:
    """An image without what a preview needs is an error of AWS's answer, and no guess."""
    answer_images(stub, [one])

    with pytest.raises(AwsError) as refused:
        current_images(client, repository(), children=False)

    assert str(refused.value) == message


def test_pages(client: ECRClient, stub: Stubber) -> None:
    """All pages are read; an image that moved to the next page meanwhile is there once."""
    answer_images(stub, [detail("a"), detail("b")], [detail("b"), detail("c")])
    images = source(client)

    assert [one["imageDigest"] for one in images.details()] == [digest("a"), digest("b"), digest("c")]
    assert images.count == 3


def test_a_page_is_held_at_a_time(client: ECRClient, stub: Stubber) -> None:
    """The first image is there before the second page is asked for."""
    answer_images(stub, [detail("a")], [detail("b")])
    details = source(client).details()

    next(details)
    with pytest.raises(AssertionError, match="1 responses remaining"):
        stub.assert_no_pending_responses()
    next(details)


def test_children_are_read_a_hundred_at_a_time(client: ECRClient, stub: Stubber) -> None:
    """The lists of a page are read with as few calls as the service allows."""
    names = [f"{number:x}" for number in range(1, 251)]
    answer_images(stub, [manifest_list(name) for name in names])
    for start in (0, 100, 200):
        answer_manifests(stub, {name: ["f00"] for name in names[start : start + 100]})

    assert children_of(list(source(client).details())) == [[digest("f00")]] * 250


def test_known_children_are_not_read(client: ECRClient, stub: Stubber) -> None:
    """A list that an earlier inventory has read is not read again: manifests never change."""
    answer_images(stub, [manifest_list("a"), detail("b")])
    images = source(client, children=None, a=("b",))

    assert children_of(list(images.details())) == [[digest("b")], None]
    assert images.unread == 0


def test_what_cannot_be_read_is_counted(client: ECRClient, stub: Stubber) -> None:
    """A list that is archived, or gone, is an image without children, and is told."""
    answer_images(stub, [manifest_list("a"), manifest_list("b")])
    answer_manifests(stub, {"a": []}, failures={"b": "the image is archived"})
    images = source(client)

    assert children_of(list(images.details())) == [[], None]
    assert (images.unread, images.why_unread) == (1, "the image is archived")


@pytest.mark.parametrize(
    ("policy", "is_read"),
    [
        pytest.param(policy_text(rule(1, **pushed(90))), True, id="pushes"),
        pytest.param(policy_text(rule(1, **pushed(90), description="No sinceImagePulled here")), True, id="words"),
        pytest.param(policy_text(rule(1, **pulled(90), action=ARCHIVE)), False, id="pulls"),
        pytest.param(policy_text({"newKey": "a" * 100}), False, id="not understood"),
    ],
)
def test_reading_is_a_pull(client: ECRClient, stub: Stubber, policy: str, *, is_read: bool) -> None:
    """Where the lifecycle policy counts pulls, lists are not read: reading them would keep them."""
    answer_images(stub, [manifest_list("a")])
    stub.add_response("get_lifecycle_policy", {"lifecyclePolicyText": policy})
    if is_read:
        answer_manifests(stub, {"a": ["b"]})
    images = source(client, children=None)

    assert children_of(list(images.details())) == [[digest("b")] if is_read else None]
    assert images.unread == (0 if is_read else 1)
    assert images.why_unread == (
        "" if is_read else "ECR counts reading them as a pull; pass --children to read them anyway"
    )


def test_nothing_is_read_unasked(client: ECRClient, stub: Stubber) -> None:
    """With --no-children not even the policy is asked for."""
    answer_images(stub, [manifest_list("a")])
    images = source(client, children=False)

    assert children_of(list(images.details())) == [None]
    assert images.unread == 1


def test_no_manifest_is_one_line(client: ECRClient, stub: Stubber) -> None:
    """A manifest that is none is an error with its digest."""
    answer_images(stub, [manifest_list("a")])
    stub.add_response(
        "batch_get_image", {"images": [{"imageId": {"imageDigest": digest("a")}, "imageManifest": "no JSON"}]}
    )

    with pytest.raises(AwsError, match=rf"^web@{digest('a')}: not a manifest that ecrkit can read: "):
        list(source(client).details())
