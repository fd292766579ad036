"""Laws of the evaluation, on policies and inventories at random."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random  # noqa: TC003 - hypothesis reads the types
from typing import TYPE_CHECKING

from builders.inventories import NOW, detail, digest
from builders.random_cases import inventories, policies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lifecycle.reference_evaluator import reference_verdicts

from ecrkit.lifecycle import LifecyclePolicy, StorageClass, TagStatus
from ecrkit.lifecycle.checks.patterns import TagPattern
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.evaluation.verdicts import Cause
from ecrkit.lifecycle.rendering import rule_document

if TYPE_CHECKING:
    from ecrkit.images import Image
    from ecrkit.lifecycle import ActionType, Rule
    from ecrkit.lifecycle.evaluation.evaluation import Evaluation

# Drawing a policy and an inventory is most of the work.
many = settings(max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
some = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def fates(evaluation: Evaluation) -> dict[str, tuple[ActionType | None, int | None, Cause]]:
    return {
        verdict.image.digest: (verdict.action, verdict.rule.rule_priority if verdict.rule else None, verdict.cause)
        for verdict in evaluation.verdicts
    }


def meets(rule: Rule, image: Image) -> bool:
    """Whether an image meets the tagging requirement of a rule in its storage class, one at a time."""
    selection = rule.selection
    if (selection.storage_class is StorageClass.ARCHIVE) is not image.is_archived:
        return False
    if selection.tag_status is not TagStatus.TAGGED:
        return selection.tag_status is TagStatus.ANY or not image.tags
    patterns = [
        *map(TagPattern.of_pattern, selection.tag_pattern_list),
        *map(TagPattern.of_prefix, selection.tag_prefix_list),
    ]
    return all(any(map(pattern.matches, image.tags)) for pattern in patterns)


@given(policies(), inventories())
@many
def test_agrees_with_the_reference_evaluator(policy: LifecyclePolicy, images: list[Image]) -> None:
    """A second evaluator, written from the text alone, comes to the same verdicts."""
    document = {"rules": [rule_document(rule) for rule in policy.rules]}
    expected = reference_verdicts(
        document, [detail(image) for image in images], NOW, {image.digest: image.children for image in images}
    )

    assert {
        name: (action and action.value, priority)
        for name, (action, priority, _) in fates(evaluate(policy, images, NOW)).items()
    } == expected


@given(policies(), inventories())
@some
def test_one_verdict_each_in_order(policy: LifecyclePolicy, images: list[Image]) -> None:
    """Every image gets one verdict, in the order given, with a reason."""
    verdicts = evaluate(policy, images, NOW).verdicts

    assert [verdict.image for verdict in verdicts] == images
    assert all(verdict.reason for verdict in verdicts)


@given(policies(), inventories(), st.randoms(use_true_random=False))
@some
def test_order_does_not_matter(policy: LifecyclePolicy, images: list[Image], random: Random) -> None:
    """Neither the order of the images nor that of the rules in the file matters."""
    shuffled_rules, shuffled_images = list(policy.rules), list(images)
    random.shuffle(shuffled_rules)
    random.shuffle(shuffled_images)
    expected, got = (
        evaluate(policy, images, NOW),
        evaluate(LifecyclePolicy(tuple(shuffled_rules)), shuffled_images, NOW),
    )

    assert fates(got) == fates(expected)
    assert got.mattered == expected.mattered


@given(policies(), inventories(), st.randoms(use_true_random=False))
@some
def test_names_do_not_matter(policy: LifecyclePolicy, images: list[Image], random: Random) -> None:
    """Ties in push time apart, other digests get the same verdicts."""
    # A microsecond each makes all of them different, and moves none over a boundary.
    apart = [
        image._replace(
            pushed_at=image.pushed_at + timedelta(microseconds=number),
            activated_at=image.activated_at and image.activated_at + timedelta(microseconds=number),
        )
        for number, image in enumerate(images)
    ]
    names = [image.digest for image in images]
    renamed = dict(zip(names, random.sample(names, len(names)), strict=True))
    others = [
        image._replace(
            digest=renamed[image.digest],
            subject=renamed.get(image.subject or ""),
            children=tuple(renamed.get(child, child) for child in image.children),
        )
        for image in apart
    ]
    expected = fates(evaluate(policy, apart, NOW))

    assert fates(evaluate(policy, others, NOW)) == {renamed[name]: fate for name, fate in expected.items()}


@given(policies(), inventories())
@some
def test_claim_is_never_overridden(policy: LifecyclePolicy, images: list[Image]) -> None:
    """The rule of a verdict is the highest whose tagging requirement the image meets, unless its subject decides."""
    for verdict in evaluate(policy, images, NOW).verdicts:
        if verdict.cause is not Cause.FOLLOWS_SUBJECT:
            assert verdict.rule == next((rule for rule in policy.rules if meets(rule, verdict.image)), None)


@given(policies(), inventories(), st.data())
@some
def test_a_higher_number_acts_on_no_more(policy: LifecyclePolicy, images: list[Image], data: st.DataObject) -> None:
    """Raising a countNumber never makes an image expire, or be archived, that stayed before."""
    rule = data.draw(st.sampled_from(policy.rules))
    number = rule.selection.count_number + data.draw(st.integers(1, 50))
    raised = replace(rule, selection=replace(rule.selection, count_number=number))
    rules = [raised if other is rule else other for other in policy.rules]
    before, after = (
        {verdict.image.digest for verdict in evaluate(found, images, NOW).verdicts if verdict.action}
        for found in (policy, LifecyclePolicy(tuple(rules)))
    )

    assert after <= before


@given(policies(), inventories(), st.integers(0, 1_000))
@some
def test_time_only_takes(policy: LifecyclePolicy, images: list[Image], days: int) -> None:
    """What would be gone now is gone later too."""
    now, later = (
        {verdict.image.digest for verdict in evaluate(policy, images, at).verdicts if verdict.action}
        for at in (NOW, NOW + timedelta(days=days))
    )

    assert now <= later


@given(policies(), inventories())
@some
def test_due_is_when_it_happens(policy: LifecyclePolicy, images: list[Image]) -> None:
    """At the instant that a reason names an image still stays by its rule, and a microsecond later it does not."""
    alone = [image._replace(subject=None, children=()) for image in images]
    for index, verdict in enumerate(evaluate(policy, alone, NOW).verdicts):
        if verdict.due_at:
            at, after = verdict.due_at, verdict.due_at + timedelta(microseconds=1)
            assert evaluate(policy, alone, at).verdicts[index].action is None
            assert evaluate(policy, alone, after).verdicts[index].action is not None


@given(policies(count_only=True), inventories())
@some
def test_a_count_keeps_its_number(policy: LifecyclePolicy, images: list[Image]) -> None:
    """A rule that keeps a number never leaves fewer of the images that it matches, by itself."""
    for rule in policy.rules:
        alone = [image._replace(subject=None, children=()) for image in images]
        verdicts = evaluate(LifecyclePolicy((rule,)), alone, NOW).verdicts
        matching = [verdict for verdict in verdicts if verdict.rule]
        kept = [verdict for verdict in matching if verdict.action is None]
        assert len(kept) == min(len(matching), rule.selection.count_number)


@given(policies(), inventories())
@some
def test_what_nobody_refers_to_changes_nothing(policy: LifecyclePolicy, images: list[Image]) -> None:
    """A reference to an image that is not there is no reference."""
    others = [image._replace(subject=image.subject or digest("eeeee")) for image in images]

    assert fates(evaluate(policy, others, NOW)) == fates(evaluate(policy, images, NOW))
