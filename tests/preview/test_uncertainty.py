"""What a change of policy does to images is certain only where the list of images shows it."""

from __future__ import annotations

from builders.inventories import LIST_TYPE, NOW, digest, image
from builders.policies import policy, pushed, rule, tagged, untagged
from builders.random_cases import inventories, policies
from hypothesis import HealthCheck, given, settings

from ecrkit.images import Image, ImageTable, Inventory
from ecrkit.lifecycle import ActionType, LifecyclePolicy
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.evaluation.open_questions import OpenQuestion
from ecrkit.preview.protection import Protections
from ecrkit.preview.uncertainty import ImageChanges, diff_images

KEEP = policy(rule(1, **tagged("v*"), description="keeps the newest ten, and has a description of some length"))
UNTAGGED_GO = policy(rule(1, **untagged(), **pushed(1)), rule(2, **tagged("v*")))
UNKNOWN = (
    "the images of 1 manifest list are unknown: ECR keeps them while the list stays, but ecrkit evaluated each alone; "
    "pass --manifests"
)


def changes(old: LifecyclePolicy, new: LifecyclePolicy, images: list[Image]) -> ImageChanges:
    inventory = Inventory(file="i.json", repository="my-app", registry="", images=ImageTable.of(images))
    return diff_images(old, new, inventory, NOW, protections=Protections(must_keep=("v*",)))


def losses(images: list[Image]) -> dict[str, bool]:
    """Give the images that expire newly, and whether each may stay."""
    fates = changes(KEEP, UNTAGGED_GO, images).fates
    return {fate.new.image.digest: fate.may_stay for fate in fates if fate.is_newly_expired}


def test_an_untagged_image_beside_an_unknown_list_may_stay() -> None:
    """It may be one that the list refers to, which ECR keeps while the list is there."""
    images = [image("a", tags=["v1"], media_type=LIST_TYPE, age_days=9), image("b", age_days=9)]

    assert losses(images) == {digest("b"): True}
    assert changes(KEEP, UNTAGGED_GO, images).notes == (UNKNOWN,)


def test_what_a_known_list_does_not_refer_to_goes() -> None:
    """Where the children of every list are known, so is the fate of all others."""
    images = [
        image("a", tags=["v1"], media_type=LIST_TYPE, age_days=9, children=["c"]),
        image("b", age_days=9),
        image("c", age_days=9),
    ]

    assert losses(images) == {digest("b"): False}


def test_a_list_that_goes_keeps_nothing() -> None:
    """An unknown list that expires with the others does not make their end uncertain."""
    assert losses([image("a", media_type=LIST_TYPE, age_days=9), image("b", age_days=9)]) == {
        digest("a"): False,
        digest("b"): False,
    }


def test_an_open_question_that_mattered_is_noted() -> None:
    """Whatever decided a fate without being documented, under either policy."""
    images = [image("a", tags=["v1"], age_days=9), image("b", tags=["v2"], age_days=9)]
    keep_one = policy(rule(1, **tagged("v*"), countNumber=1, description="keeps the newest one of all versions"))

    assert changes(keep_one, KEEP, images).notes == (OpenQuestion.TIED_PUSH_TIMES.value,)


def test_a_protected_image_that_goes_is_found_whatever_the_old_policy_does() -> None:
    """The new policy is what will act on it."""
    keep_one = policy(rule(1, **tagged("v*"), countNumber=1, description="keeps the newest one of all versions"))
    images = [image("a", tags=["v1"], age_days=9), image("b", tags=["v2"], age_days=8)]

    assert [found.verdict.image.digest for found in changes(keep_one, keep_one, images).violations] == [digest("a")]


def test_without_lists_nothing_is_noted() -> None:
    """Plain images raise no question."""
    assert changes(KEEP, UNTAGGED_GO, [image("b", age_days=9)]).notes == ()


def test_a_push_after_now_is_noted() -> None:
    """A clock is wrong, and every age with it."""
    assert changes(KEEP, UNTAGGED_GO, [image("b", age_days=-1)]).notes == (
        (
            "1 image was pushed after 2026-11-01T12:00:00+00:00, up to 2026-11-02T12:00:00+00:00: a clock is wrong,"
            " or --now is"
        ),
    )


@given(policies(), policies(), inventories())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_certain_happens_whatever_the_lists_refer_to(
    old: LifecyclePolicy, new: LifecyclePolicy, images: list[Image]
) -> None:
    """An image that is counted as lost without the children of lists is lost with them, where these have no tags."""
    children = {child for found in images for child in found.children}
    plain = [
        found._replace(
            tags=() if found.digest in children else found.tags, media_type=LIST_TYPE if found.children else None
        )
        for found in images
    ]
    fates = changes(old, new, [found._replace(children=()) for found in plain]).fates
    known = {verdict.image.digest: verdict.action for verdict in evaluate(new, plain, NOW).verdicts}
    certain = [fate for fate in fates if fate.is_newly_expired and not fate.may_stay and not fate.new.image.subject]

    assert all(
        known[fate.new.image.digest] is ActionType.EXPIRE for fate in certain if not fate.new.image.is_manifest_list
    )
