"""Repositories and policies for ECR's preview: worked examples, cases by hand, and cases at random."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from builders.policies import ABSENT, ARCHIVE, EXPIRE, document, pulled, pushed, rule, tagged, untagged
from conformance.pushes import Draft

from ecrkit.lifecycle import check_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RANDOM_REPOSITORIES", "Scenario", "scenarios"]

RANDOM_REPOSITORIES = 4
_POLICIES_EACH = 6
_EXAMPLES = Path(__file__).parents[1] / "data" / "worked_examples.json"
_PATTERNS = ("prod*", "beta*", "*1", "v*", "v*.*", "prod", "*", "*-*", "PROD*", "*o*-*")
_PREFIXES = ("prod", "beta", "v", "v1", "rod", "Prod")
_LONG = "A description that makes a short policy long enough for the service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """
    A repository, and policies to preview there.

    Attributes:
        name: unique; the last part of the name of the repository.
        drafts: images, in the order of their pushes.
        policies: texts by name.
    """

    name: str
    drafts: tuple[Draft, ...]
    policies: dict[str, str]


def scenarios(seed: int, *, random_repositories: int = RANDOM_REPOSITORIES) -> Iterator[Scenario]:
    """Give all of them; the same for the same seed."""
    yield from _worked_examples()
    yield Scenario(name="tags", drafts=_TAGS, policies=_texts(_OF_TAGS))
    yield Scenario(name="references", drafts=_REFERENCES, policies=_texts(_OF_REFERENCES))
    for number in range(1, random_repositories + 1):
        yield _at_random(number, Random(f"{seed}/{number}"))  # noqa: S311 - cases, no secrets


def _worked_examples() -> Iterator[Scenario]:
    for number, example in enumerate(json.loads(_EXAMPLES.read_text(encoding="utf-8")), 1):
        images = sorted(example["images"], key=lambda image: int(image["push_order"]))
        drafts = tuple(Draft(name=image["id"], tags=tuple(image["tags"])) for image in images)
        text = json.dumps(example["policy"], indent=1)
        yield Scenario(name=f"example-{number}", drafts=drafts, policies={example["name"]: text})


_TAGS = (
    Draft(name="old", tags=("prod-1", "beta-1")),
    Draft(name="capital", tags=("PROD-2",)),
    Draft(name="nothing"),
    Draft(name="release", tags=("v1.2", "prod")),
    Draft(name="inside", tags=("nonprod-1",)),
    Draft(name="second", tags=("beta-2", "v2")),
    Draft(name="nothing-again"),
    Draft(name="new", tags=("prod-3", "latest")),
)
_PREFIX = {"tagStatus": "tagged", "tagPrefixList": ["prod"]}
_OF_TAGS: dict[str, list[dict[str, Any]]] = {
    "keep one by prefix": [rule(countNumber=1, **_PREFIX)],
    "keep two by pattern": [rule(countNumber=2, **tagged("prod*"))],
    "pattern without wildcard": [rule(countNumber=1, **tagged("prod")), rule(2, countNumber=6)],
    "pattern with wildcards inside": [rule(countNumber=1, **tagged("*o*-*1"))],
    "all entries of a list": [rule(countNumber=1, **tagged("prod*", "beta*")), rule(2, countNumber=5)],
    "entries of a list by several tags": [rule(countNumber=1, **tagged("v*", "*a*", "b*")), rule(2, countNumber=2)],
    "every tagged image": [rule(countNumber=4, **tagged("*"))],
    "untagged images": [rule(countNumber=1, **untagged())],
    "every image": [rule(countNumber=3)],
    "rule above protects": [rule(1, countNumber=9, **tagged("prod*")), rule(2, countNumber=1)],
    "rule above counts for the rule below": [
        rule(1, countNumber=2, **tagged("*1")),
        rule(2, countNumber=1, **tagged("prod*")),
        rule(7, countNumber=4),
    ],
    "priorities with gaps": [rule(5, countNumber=1, **untagged()), rule(90, countNumber=2)],
    "rules out of order": [rule(9, countNumber=1), rule(3, countNumber=1, **tagged("prod*"))],
    "archive past a count": [rule(1, countNumber=1, action=ARCHIVE, **tagged("*")), rule(2, countNumber=7)],
    "young images stay": [rule(1, **pushed(1), **tagged("prod*")), rule(2, countNumber=3)],
    "young images are not archived": [rule(1, **pulled(1), action=ARCHIVE, **untagged()), rule(2, countNumber=3)],
}

_REFERENCES = (
    Draft(name="amd64"),
    Draft(name="arm64"),
    Draft(name="list", tags=("v1",), children=("amd64", "arm64")),
    Draft(name="signature", subject="list"),
    Draft(name="alone", tags=("v2",)),
    Draft(name="sbom", subject="alone"),
    Draft(name="amd64-of-v3"),
    Draft(name="list-of-v3", tags=("v3",), children=("amd64-of-v3",)),
    Draft(name="signature-of-v3", subject="list-of-v3"),
    Draft(name="plain", tags=("v4",)),
)
_OF_REFERENCES = {
    "untagged images of lists that stay": [rule(countNumber=1, **untagged())],
    "lists that expire with their images": [rule(countNumber=1, **untagged()), rule(2, countNumber=1, **tagged("v*"))],
    "everything past a count": [rule(countNumber=4)],
    "signatures of images that stay": [rule(countNumber=2, **untagged()), rule(2, countNumber=2, **tagged("v*"))],
    "lists are archived": [rule(countNumber=1, action=ARCHIVE)],
}


def _texts(policies: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    return {name: _text(rules) for name, rules in policies.items()}


def _text(rules: list[dict[str, Any]]) -> str:
    return json.dumps(document({**rules[0], "description": _LONG}, *rules[1:]), indent=1)


def _at_random(number: int, random: Random) -> Scenario:
    drafts: list[Draft] = []
    for place in range(random.randint(5, 9)):
        tags = (
            {f"{random.choice(('prod', 'beta', 'v', 'Prod'))}{random.choice(('-', '.', ''))}{place}"}
            if place
            else set()
        )
        if random.random() < 0.3:
            tags = set()
        if random.random() < 0.3:
            tags.add(f"{random.choice(('v1.', 'beta-', 'nonprod-'))}{place}1")
        kind = random.random()
        free = [one.name for one in drafts if not one.children and not one.subject]
        children = tuple(random.sample(free, random.randint(1, min(2, len(free))))) if free and kind < 0.25 else ()
        subject = random.choice(drafts).name if drafts and not children and kind > 0.8 else ""
        drafts.append(Draft(name=f"image-{place}", tags=tuple(sorted(tags)), children=children, subject=subject))
    policies = {f"random {number}.{place}": _policy(random) for place in range(1, _POLICIES_EACH + 1)}
    return Scenario(name=f"random-{number}", drafts=tuple(drafts), policies=policies)


def _policy(random: Random) -> str:
    """Draw until ECR would accept the policy."""
    while True:
        rules = [_rule(random) for _ in range(random.randint(1, 4))]
        priorities = random.sample(range(1, 50), len(rules))
        text = _text([{**found, "rulePriority": number} for found, number in zip(rules, priorities, strict=True)])
        if check_policy(text, file="policy.json").policy:
            return text


def _rule(random: Random) -> dict[str, Any]:
    entries = random.choice((("tagPatternList", _PATTERNS), ("tagPrefixList", _PREFIXES)))
    tags = {"tagStatus": "tagged", entries[0]: random.sample(entries[1], random.choice((1, 1, 2)))}
    selection = random.choice((tags, tags, untagged(), {"tagStatus": "any"}))
    if random.random() < 0.15:
        return rule(**pushed(1), **selection)
    action = random.choice((EXPIRE, EXPIRE, ARCHIVE))
    return rule(countUnit=ABSENT, countNumber=random.randint(1, 4), action=action, **selection)
