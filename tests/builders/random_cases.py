"""
Policies and inventories at random: small, and full of the cases that matter.

They are made from a seed and not drawn piece by piece: thousands of them take seconds.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from builders.inventories import NOW, digest, image
from builders.policies import ARCHIVE, EXPIRE, policy
from hypothesis import strategies as st

from ecrkit.images import ImageStatus

if TYPE_CHECKING:
    from ecrkit.images import Image
    from ecrkit.lifecycle import LifecyclePolicy

__all__ = ["inventories", "policies", "random_inventory", "random_policy"]

_TAGS = ["prod", "prod-1", "prod-2", "beta-1", "beta-2", "v1", "v1.2", "latest", "a"]
_PATTERNS = ["prod*", "beta*", "*1", "v*", "v*.*", "latest", "*", "prod", "*-*", "*o*-*"]
_PREFIXES = ["prod", "beta", "v", "v1", "l"]
_DAYS = [0, 0.5, 1, 1, 2, 3, 3.5, 5, 10, 30, 89, 90, 91, 120, 400]
_STATUSES = [ImageStatus.ACTIVE] * 3 + [ImageStatus.ARCHIVED, ImageStatus.ACTIVATING]
_SEEDS = st.integers(0, 2**64 - 1).map(Random)


def policies(*, count_only: bool = False) -> st.SearchStrategy[LifecyclePolicy]:
    """Make policies of up to nine rules that ECR accepts."""
    return _SEEDS.map(lambda random: random_policy(random, count_only=count_only))


def inventories() -> st.SearchStrategy[list[Image]]:
    """Make lists of up to twelve images, some of which refer to others."""
    return _SEEDS.map(random_inventory)


def random_policy(random: Random, *, count_only: bool = False) -> LifecyclePolicy:
    """Make a policy; :func:`policies` draws them."""
    lists = {frozenset(entries): (key, entries) for key, entries in (_tag_list(random) for _ in range(3))}
    tagged: list[dict[str, Any]] = [{"tagStatus": "tagged", key: entries} for key, entries in lists.values()]
    selections = random.sample(tagged, random.randint(0, len(tagged)))
    selections += [{"tagStatus": "untagged"}] * random.randint(0, 1)
    archived = [] if count_only else random.sample(selections, random.randint(0, len(selections)))
    rules = [_rule(random, found, count_only=count_only) for found in selections] + [
        _archive_rule(random, found) for found in archived
    ]
    random.shuffle(rules)
    if random.random() < 0.5 or not rules:
        rules.append(_rule(random, {"tagStatus": "any"}, count_only=count_only))
    if random.random() < 0.5 and not count_only:
        rules.append(_archive_rule(random, {"tagStatus": "any"}))
    priorities = sorted(random.sample(range(1, 99), len(rules)))
    numbered = [{"rulePriority": number, **rule} for number, rule in zip(priorities, rules, strict=True)]
    numbered[0]["description"] = "Long enough, whatever else this policy of one short rule may say"
    random.shuffle(numbered)
    return policy(*numbered)


def random_inventory(random: Random) -> list[Image]:
    """Make a list of images; :func:`inventories` draws them."""
    names = random.sample(range(1, 0xFFF), random.randint(0, 12))
    images = [_image(random, f"{name:03x}") for name in names]
    linked = []
    for place, found in enumerate(images):
        before, behind = images[:place], images[place + 1 :]
        # What an image depends on stands before it, so that there are no circles.
        subject = random.choice(before).digest if before and random.random() < 0.3 else None
        children: list[str] = []
        if behind and random.random() < 0.3:
            children = [child.digest for child in random.sample(behind, min(len(behind), random.randint(1, 3)))]
            children.append(digest("fffff"))
        linked.append(found._replace(subject=subject, children=tuple(children)))
    random.shuffle(linked)
    return linked


def _image(random: Random, name: str) -> Image:
    found = image(
        name,
        tags=random.sample(_TAGS, random.choice([0, 1, 1, 2, 3])),
        age_days=random.choice(_DAYS),
        pulled_days_ago=random.choice([None, *_DAYS]),
    )
    status = random.choice(_STATUSES)
    if status is ImageStatus.ACTIVE and random.random() < 0.5:
        return found
    archived = NOW - timedelta(days=random.choice(_DAYS))
    activated = NOW - timedelta(days=random.choice(_DAYS)) if random.random() < 0.5 else None
    return found._replace(status=status, archived_at=archived, activated_at=activated)


def _tag_list(random: Random) -> tuple[str, list[str]]:
    key, entries = random.choice([("tagPatternList", _PATTERNS), ("tagPrefixList", _PREFIXES)])
    return key, random.sample(entries, random.choice([1, 1, 2]))


def _rule(random: Random, selection: dict[str, Any], *, count_only: bool) -> dict[str, Any]:
    counts = ["imageCountMoreThan"] if count_only else ["imageCountMoreThan", "sinceImagePushed", "sinceImagePulled"]
    count_type = random.choice(counts)
    unit = {} if count_type == "imageCountMoreThan" else {"countUnit": "days"}
    number = random.choice([1, 1, 2, 3, 4, 30])
    action = ARCHIVE if count_type == "sinceImagePulled" else random.choice([EXPIRE, EXPIRE, ARCHIVE])
    return {"selection": {**selection, "countType": count_type, **unit, "countNumber": number}, "action": action}


def _archive_rule(random: Random, selection: dict[str, Any]) -> dict[str, Any]:
    count = {"countType": "sinceImageTransitioned", "countUnit": "days", "countNumber": random.choice([90, 100, 119])}
    return {"selection": {**selection, "storageClass": "archive", **count}, "action": EXPIRE}
