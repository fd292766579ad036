"""What the verdicts on a repository tell about the policy, beyond the fate of each image."""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING

from ecrkit.errors.excerpts import count_of
from ecrkit.images.cosign import COSIGN_PREFIX, CosignTag
from ecrkit.lifecycle.values import CountType
from ecrkit.preview.uncertainty import gaps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecrkit.images.inventory.values import ImageTable
    from ecrkit.lifecycle.evaluation.evaluation import Evaluation
    from ecrkit.lifecycle.values import LifecyclePolicy, Rule

__all__ = ["idle_rules", "insights"]


def insights(policy: LifecyclePolicy, evaluation: Evaluation) -> tuple[str, ...]:
    """
    Tell what a person would want to know about a policy that has been evaluated.

    Args:
        policy: that was evaluated.
        evaluation: of that policy, on the images of one repository.

    Returns:
        Sentences in lower case without full stops: rules that acted on nothing, rules that claimed nothing, what a
        number of images to keep comes to in releases, what the list of images cannot show.
    """
    return (*idle_rules(policy, evaluation), *_releases(policy, evaluation), *gaps(policy, evaluation))


def idle_rules(policy: LifecyclePolicy, evaluation: Evaluation) -> Iterator[str]:
    """
    Find rules that did nothing here, and say so as :func:`insights` does.

    A protecting rule that matches nothing any more is how images are lost: the naming of tags changed, and the rule
    below takes what it used to spare.
    """
    acted = {group.rule.rule_priority for group in evaluation.groups if group.rule and group.action}
    spared = {group.rule.rule_priority for group in evaluation.groups if group.rule and not group.action}
    for rule in policy.rules:
        priority = rule.rule_priority
        if priority not in acted | spared:
            yield f"rule {priority} claimed no image: it acted on nothing and protected nothing"
        elif priority not in acted:
            yield f"rule {priority} acted on nothing"
        elif priority not in spared:
            yield f"rule {priority} protected nothing: it acted on every image that it claimed"


def _releases(policy: LifecyclePolicy, evaluation: Evaluation) -> Iterator[str]:
    """Say what is kept in releases, where a release is several images."""
    images = evaluation.images
    if not _has_parts(images):
        return
    artifacts = {place for place, subject in enumerate(images.subjects) if subject}
    artifacts |= {place for place, tags in enumerate(images.tags) if any(map(CosignTag.find, tags))}
    children = set(chain.from_iterable(images.children))
    parts = artifacts | {place for place, digest in enumerate(images.digests) if digest in children}
    if evaluation.unknown_lists:
        # What a list refers to is not known, and has no tag as a rule.
        parts |= {place for place, tags in enumerate(images.tags) if not tags}
    for rule in policy.rules:
        if rule.selection.count_type is CountType.IMAGE_COUNT_MORE_THAN:
            kept = _kept_by(rule, evaluation)
            releases = len(kept - parts)
            if releases < len(kept):
                counted = count_of(releases, "release")
                yield (
                    f"rule {rule.rule_priority} keeps {rule.selection.count_number:,}: of the {len(kept):,} images that"
                    f" it keeps here {counted}, and {len(kept) - releases:,} that belong to releases or are about them"
                )


def _kept_by(rule: Rule, evaluation: Evaluation) -> set[int]:
    groups = (group.places for group in evaluation.groups if group.rule is rule and not group.action)
    return set(chain.from_iterable(groups))


def _has_parts(images: ImageTable) -> bool:
    """Whether a release may be more than one image here; most repositories are told from by this alone."""
    # What Cosign pushes may have no subject. This looks at up to 100,000 tags, so that it calls no function of ours.
    may_be_of_cosign = map(str.startswith, images.all_tags, repeat(COSIGN_PREFIX))
    return images.has_references or bool(images.manifest_lists) or any(may_be_of_cosign)
