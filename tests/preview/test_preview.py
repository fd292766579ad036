"""What is said about a policy beyond the fate of each image."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from builders.inventories import LIST_TYPE, NOW, image
from builders.policies import ARCHIVE, archived, policy, pushed, rule, tagged
from builders.random_cases import inventories, policies
from hypothesis import given

from ecrkit.images import Image, ImageTable, Inventory
from ecrkit.preview.preview import Preview, Totals, preview
from ecrkit.preview.protection import Protections

if TYPE_CHECKING:
    from ecrkit.lifecycle import LifecyclePolicy

LONG = "A description that makes a short policy long enough for the service"
GB = 1_000_000_000
KEEP_TWO = {"countType": "imageCountMoreThan", "countNumber": 2}


def previewed(rules: list[dict[str, Any]], images: list[Image], *, ahead: int = 0) -> Preview:
    return preview(
        policy({**rules[0], "description": LONG}, *rules[1:]),
        Inventory(file="i.json", images=ImageTable.of(images)),
        now=NOW + timedelta(days=ahead),
        today=NOW,
        protections=Protections(),
    )


@given(policies(), inventories())
def test_totals_add_up(rules: LifecyclePolicy, images: list[Image]) -> None:
    """The rules, and the images that none matches, are all images."""
    found = preview(
        rules,
        Inventory(file="i.json", images=ImageTable.of(images)),
        now=NOW,
        today=NOW,
        protections=Protections(),
    )

    parts = [part.totals for part in found.by_rule]
    assert Totals.sum([*parts, Totals(images=found.unclaimed)]) == found.totals
    assert found.totals.images == len(images)
    assert found.totals.stay == sum(verdict.action is None for verdict in found.evaluation.verdicts)


def test_bytes_and_saving() -> None:
    """Bytes are those of the images that expire; what has no size is left out, and that is noted."""
    images = [
        image(age_days=9, size_bytes=GB),
        image(age_days=9, size_bytes=None),
        image(tags=["v1"], age_days=9, size_bytes=5),
        image(size_bytes=7),
    ]
    found = previewed([rule(1, **tagged("v*"), **pushed(1), action=ARCHIVE), rule(2, **pushed(1))], images)

    assert found.totals == Totals(images=4, expire=2, archive=1, expire_bytes=GB, archive_bytes=5, without_size=1)
    assert found.totals.saving(0.1) == 0.1
    assert found.notes == ("the size of 1 image is unknown and not counted",)


def test_clock_skew_is_noted() -> None:
    """Images pushed after now are told, and count as new."""
    found = previewed([rule(1, **pushed(1))], [image(age_days=-0.5), image(age_days=-1)])

    [note] = found.notes
    assert note.startswith("2 images were pushed after 2026-11-01T12:00:00+00:00, up to 2026-11-02T12:00:00+00:00: ")
    assert note.endswith(": a clock is wrong, or --now is")
    assert found.totals.stay == 2


def test_looking_far_ahead_is_noted() -> None:
    """Images that are archived on the way could expire from there, which one evaluation does not tell."""
    rules = [rule(1, **pushed(1), action=ARCHIVE), rule(2, **archived(90))]

    note = "an image that is archived by then may expire from the archive 90 days later; this is not counted"
    assert note in previewed(rules, [image(age_days=9)], ahead=91).notes
    assert note not in previewed(rules, [image(age_days=9)], ahead=90).notes


def test_idle_rules() -> None:
    """Rules that claimed, acted on or protected nothing are told."""
    rules = [
        rule(1, **tagged("prod*"), **KEEP_TWO),
        rule(2, **tagged("beta*"), **KEEP_TWO),
        rule(3, **tagged("dev*"), **pushed(1)),
        rule(4, **pushed(5)),
    ]
    images = [image(tags=["beta-1"]), image(tags=["dev-1"], age_days=9), image(age_days=9), image(age_days=1)]

    assert previewed(rules, images).insights == (
        "rule 1 claimed no image: it acted on nothing and protected nothing",
        "rule 2 acted on nothing",
        "rule 3 protected nothing: it acted on every image that it claimed",
    )


def test_releases() -> None:
    """A number of images to keep is said in releases, where a release is several images."""
    images = [
        image("a", tags=["v2"], age_days=1, children=["b", "c"]),
        image("b", age_days=1.1),
        image("c", age_days=1.2),
        image("d", age_days=1.3, subject="a"),
        image("e", tags=["v1"], age_days=9),
    ]

    assert previewed([rule(1, countType="imageCountMoreThan", countNumber=4)], images).insights == (
        "rule 1 keeps 4: of the 4 images that it keeps here 1 release, and 3 that belong to releases or are about them",
    )


def test_releases_by_tag() -> None:
    """What unknown lists refer to has no tag; signatures without a subject tell by theirs."""
    images = [
        image(tags=["v2"], media_type=LIST_TYPE),
        image(age_days=1.1),
        image(tags=[f"sha256-{'0' * 64}.sig"], age_days=1.2),
        image(tags=["v1"], age_days=1.3),
        image(age_days=9),
    ]

    releases, unknown = previewed([rule(1, countType="imageCountMoreThan", countNumber=4)], images).insights
    assert releases.startswith("rule 1 keeps 4: of the 4 images that it keeps here 2 releases, and 2 that belong")
    assert unknown.startswith("the images of 1 manifest list are unknown: ")
    assert unknown.endswith("; pass --manifests")


def test_archived_images_may_be_left_out() -> None:
    """A rule for archived images, and none at hand: perhaps they were not listed."""
    assert (
        "no archived images; describe-images omits them unless called with --filter imageStatus=ANY"
        in previewed([rule(1, **archived(90))], [image()]).insights
    )
    assert len(previewed([rule(1, **archived(90))], []).insights) == 1
