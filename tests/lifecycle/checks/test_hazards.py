"""What is called a hazard takes every tagged image, and nothing else does: laws, against the evaluator."""

from __future__ import annotations

from datetime import timedelta
from string import ascii_letters
from typing import TYPE_CHECKING

from builders.inventories import NOW, image
from builders.policies import ARCHIVE, EXPIRE, archived, policy, pulled, pushed, rule, tagged, untagged
from builders.random_cases import inventories, policies
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ecrkit.errors import Location
from ecrkit.images import Image, ImageStatus
from ecrkit.images.inventory.values import ImageTable
from ecrkit.lifecycle import ActionType, StorageClass, check_completeness
from ecrkit.lifecycle.checks.check import check_rules
from ecrkit.lifecycle.checks.claims import Claim, claims_in
from ecrkit.lifecycle.checks.hazards import hazard_of
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.evaluation.matching import ImageIndex

if TYPE_CHECKING:
    from ecrkit.lifecycle import LifecyclePolicy

some = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)

LONG = 10_000
"""Days after which each rule by age has acted on what it selects."""

EVERY_TAG = st.lists(st.sampled_from(["*", "**", "****"]), min_size=1, max_size=3)
TAGS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", fullmatch=True)
SOME_TAGS = st.lists(st.sampled_from(["prod*", "*1", "v*.*", "*-*", "a"]), min_size=1, max_size=2)
COUNTS = st.sampled_from(
    [({}, EXPIRE), ({}, ARCHIVE), (pushed(30), EXPIRE), (pushed(30), ARCHIVE), (pulled(30), ARCHIVE)]
)


@st.composite
def hazardous_looking(draw: st.DrawFn) -> LifecyclePolicy:
    """Draw a policy with a rule for every tagged image, below others, and maybe one that empties the archive."""
    above = draw(st.lists(SOME_TAGS.map(lambda entries: tagged(*entries)) | st.just(untagged()), max_size=3))
    selections = [*above, draw(EVERY_TAG.map(lambda entries: tagged(*entries)) | st.just({"tagStatus": "any"}))]
    # ECR refuses two equal lists, and two rules for untagged images.
    selections = list({frozenset(found.get("tagPatternList", [])): found for found in selections[::-1]}.values())[::-1]
    rules = []
    for number, selection in enumerate(selections, start=1):
        count, action = draw(COUNTS)
        rules.append(rule(number, **selection | count, action=action, description="one of several rules"))
    if draw(st.booleans()):
        rules.append(rule(99, **archived(90) | draw(SOME_TAGS.map(lambda found: tagged(*found)) | st.just({}))))
    return policy(*rules)


def old(images: list[Image]) -> list[Image]:
    """Make images so old that everything by age has happened to them; nobody pulled them, nothing refers to them."""
    return [
        found._replace(
            pushed_at=NOW - timedelta(days=LONG),
            pulled_at=None,
            activated_at=None,
            archived_at=None,
            status=ImageStatus.ACTIVE,
            subject=None,
            children=(),
        )
        for found in images
    ]


def filled(claim: Claim) -> list[str]:
    """Give tags of an image that *claim* claims and that as few others as possible do."""
    used = {character for pattern in claim.patterns for piece in pattern.pieces for character in piece}
    # No pattern that is drawn here has one of these.
    other = next(character for character in "XYZ" if character not in used)
    return [fullest[0].replace("\0", other) for fullest in claim.patterns.values()]


@given(hazardous_looking() | policies(), inventories())
@some
def test_a_hazard_by_push_age_spares_no_old_tagged_image(drawn: LifecyclePolicy, images: list[Image]) -> None:
    """What ECR205 and ECR207 warn of happens to every inventory: each tagged image expires or is archived."""
    hazard = hazard_of(drawn.rules)
    assume(hazard and hazard.is_by_push_age)
    tagged_images = [found for found in old(images) if found.tags]

    # Few images: a number that a dead rule would keep spares them only if the rule is not dead.
    assert all(verdict.action for verdict in evaluate(drawn, tagged_images, NOW).verdicts)


@given(hazardous_looking() | policies())
@some
def test_a_hazard_takes_all_images_of_a_repository(drawn: LifecyclePolicy) -> None:
    """There is an inventory of which the rule itself expires or archives every image but those that it counts."""
    hazard = hazard_of(drawn.rules)
    assume(hazard)
    assert hazard
    kept = 0 if hazard.is_by_push_age else hazard.rule.selection.count_number
    # Some character is in no pattern: see Claim.has_every_tagged_image.
    claims = claims_in(drawn.rules, StorageClass.STANDARD)
    used = {character for claim in claims for pattern in claim.patterns for character in "".join(pattern.pieces)}
    tag = next(character for character in ascii_letters if character not in used)
    images = old([image(f"{number:03x}", tags=[tag * (number + 1)]) for number in range(kept + 3)])
    verdicts = evaluate(drawn, images, NOW).verdicts

    assert [verdict.action for verdict in verdicts if verdict.action] == [hazard.rule.action.type] * 3
    assert all(verdict.rule == hazard.rule for verdict in verdicts)


@given(hazardous_looking() | policies())
@some
def test_below_a_rule_that_keeps_some_there_is_no_hazard(drawn: LifecyclePolicy) -> None:
    """Where a rule for every tagged image is no hazard, some image can be pulled for ever: one of a rule above it."""
    claims = claims_in(drawn.rules, StorageClass.STANDARD)
    place = next((place for place, claim in enumerate(claims) if claim.has_every_tagged_image), None)
    assume(place is not None and hazard_of(drawn.rules) is None)
    candidates = [claim for claim in claims[: (place or 0) + 1] if claim.keeps_some_tagged_images]
    spared = []
    for claim in candidates:
        (one,) = old([image("aaa", tags=filled(claim) or ["X"])])
        (verdict,) = evaluate(drawn, [one._replace(pulled_at=NOW)], NOW).verdicts
        spared.append(verdict.action is None and verdict.rule == claim.rule)

    assert any(spared)


@given(hazardous_looking() | policies())
@some
def test_every_path_tells_the_same(drawn: LifecyclePolicy) -> None:
    """The checks of a file and of a repository both follow from the hazard."""
    hazard = hazard_of(drawn.rules)
    expires = bool(hazard and hazard.rule.action.type is ActionType.EXPIRE)
    by_age = bool(hazard and hazard.is_by_push_age)
    in_file = {found.code for found in check_rules(drawn.rules).findings} & {"ECR205", "ECR207"}
    of_repository = {found.code for found in check_completeness(drawn, location=Location("", 1, 1))} & {"ECR213"}

    assert in_file == ({"ECR205" if expires else "ECR207"} if by_age else set())
    assert bool(of_repository) is bool(hazard and hazard.expires)


@given(st.lists(EVERY_TAG | SOME_TAGS, min_size=1, max_size=1), st.lists(TAGS, min_size=1, max_size=5))
@some
def test_every_tag_is_every_tagged_image(lists: list[list[str]], tags: list[str]) -> None:
    """A list is called one for every tag exactly when the evaluator matches each tagged image with it."""
    (entries,) = lists
    (drawn,) = policy(rule(**tagged(*entries), **pushed(1), description="long enough for a policy of one rule")).rules
    claim = Claim.of(drawn)
    # Each tag by itself, and one that no list above matches.
    images = [image(f"{number:03x}", tags=[tag]) for number, tag in enumerate([*tags, "X"])]
    matched = ImageIndex(ImageTable.of(images)).matching(drawn.selection)

    assert claim is not None
    assert claim.has_every_tagged_image is (len(matched) == len(images))
