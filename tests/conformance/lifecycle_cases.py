"""Lifecycle policies to send to ECR: the examples of the rules, and what is at a limit and beyond."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from builders.policies import ABSENT, ARCHIVE, EXPIRE, archived, document, pulled, pushed, rule, tagged, untagged
from builders.rule_examples import whole

from ecrkit.documents.explanations import explain
from ecrkit.lifecycle import RULEBOOK
from ecrkit.lifecycle.checks.rulebook import MAX_RULES, MAX_TEXT, MAX_WILDCARDS, MIN_ARCHIVED_DAYS, MIN_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["lifecycle_cases"]

_LARGE = (2**31 - 1, 2**31, 2**63)


def lifecycle_cases() -> dict[str, str]:
    """Give the texts to send, by name."""
    cases = dict(_examples())
    for name, rules in (*_limits(), *_pairings(), *_neighbours(), *_types()):
        cases[name] = json.dumps(document(*rules))
    return {**cases, **dict(_texts())}


def _examples() -> Iterator[tuple[str, str]]:
    for check in RULEBOOK:
        yield f"{check.code}: {check.title}", whole(explain(check).example)


def _limits() -> Iterator[tuple[str, list[Any]]]:
    for number in (1, MAX_RULES, MAX_RULES + 1):
        yield f"{number} rules", [rule(place, **tagged(f"a{place}")) for place in range(1, number + 1)]
    for number in (-1, 0, 1, *_LARGE):
        yield f"rulePriority {number}", [rule(number)]
        yield f"countNumber {number}", [rule(countNumber=number)]
        yield f"countNumber {number} of days", [rule(**pushed(number))]
    for number in (0, 1, MAX_WILDCARDS, MAX_WILDCARDS + 1):
        yield f"pattern with {number} wildcards", [rule(**tagged("a" + "*b" * number))]
    yield "pattern of consecutive wildcards", [rule(**tagged("*" * MAX_WILDCARDS))]
    for number in (MIN_ARCHIVED_DAYS - 1, MIN_ARCHIVED_DAYS, MIN_ARCHIVED_DAYS + 1):
        yield f"{number} days in the archive", [rule(**archived(number))]
    yield "empty list", [rule(**tagged())]
    yield "empty entry", [rule(**tagged(""))]
    yield "entry of 128 characters", [rule(**tagged("a" * 128))]
    yield "entry of 129 characters", [rule(**tagged("a" * 129))]
    yield "100 entries", [rule(**tagged(*(f"a{place}*" for place in range(100))))]
    yield "empty description", [rule(description="")]


def _pairings() -> Iterator[tuple[str, list[Any]]]:
    """Every pair of keys whose values depend on each other."""
    for kind in ("imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned"):
        for unit in (ABSENT, "days", "hours"):
            shown = "no unit" if unit is ABSENT else unit
            given = {"countType": kind, "countUnit": unit, "countNumber": 100}
            action = ARCHIVE if kind == "sinceImagePulled" else EXPIRE
            storage = "archive" if kind == "sinceImageTransitioned" else ABSENT
            yield f"{kind} in {shown}", [rule(**given, storageClass=storage, action=action)]
        for storage in (ABSENT, "standard", "archive"):
            for action in (EXPIRE, ARCHIVE):
                unit = ABSENT if kind == "imageCountMoreThan" else "days"
                given = {"countType": kind, "countUnit": unit, "countNumber": 100, "storageClass": storage}
                shown = "no storage class" if storage is ABSENT else storage
                yield f"{kind}, {shown}, {action['type']}", [rule(**given, action=action)]
    for status in ("tagged", "untagged", "any"):
        for patterns in (ABSENT, ["a*"]):
            for prefixes in (ABSENT, ["a"]):
                lists = {"tagPatternList": patterns, "tagPrefixList": prefixes}
                shown = " and ".join(key for key, value in lists.items() if value is not ABSENT) or "no list"
                yield f"{status} with {shown}", [rule(tagStatus=status, **lists)]
    for kind in ("expire", "transition"):
        for target in (ABSENT, "archive", "standard"):
            action = {"type": kind} if target is ABSENT else {"type": kind, "targetStorageClass": target}
            yield f"{kind} to {'no target' if target is ABSENT else target}", [rule(action=action)]


def _neighbours() -> Iterator[tuple[str, list[Any]]]:
    """Rules that are fine alone."""
    in_archive = rule(2, **archived(100))
    yield "priorities with gaps", [rule(3, **tagged("a")), rule(900)]
    yield "rules out of order", [rule(9), rule(1, **tagged("a"))]
    yield "same priority", [rule(1, **tagged("a")), rule(1)]
    yield "same priority in two storage classes", [rule(2), in_archive]
    yield "'any' rule before a tagged one", [rule(1), rule(2, **tagged("a"))]
    yield "'any' rule before one of the archive", [rule(1), in_archive]
    yield (
        "'any' rule of the archive before a tagged one of the archive",
        [
            rule(1, **archived(100)),
            rule(2, **tagged("a"), **archived(100)),
        ],
    )
    yield "two 'any' rules", [rule(1), rule(2, **pushed(9))]
    yield "'any' rules in both storage classes", [rule(1), in_archive]
    yield "two 'untagged' rules", [rule(1, **untagged()), rule(2, **untagged(), **pushed(9))]
    yield (
        "'untagged' rules in both storage classes",
        [
            rule(1, **untagged()),
            rule(2, **untagged(), **archived(100)),
        ],
    )
    yield "same list", [rule(1, **tagged("a*")), rule(2, **tagged("a*"), **pushed(9))]
    yield "same list in another order", [rule(1, **tagged("a*", "b*")), rule(2, **tagged("b*", "a*"))]
    yield "same list in both storage classes", [rule(1, **tagged("a*")), rule(2, **tagged("a*"), **archived(100))]
    yield "lists that overlap", [rule(1, **tagged("a*", "b*")), rule(2, **tagged("a*"))]
    yield (
        "prefixes that mean the same as patterns",
        [
            rule(1, **tagged("a*")),
            rule(2, tagStatus="tagged", tagPrefixList=["a"]),
        ],
    )
    yield "same entry twice in a list", [rule(**tagged("a*", "a*"))]
    yield "wildcard in a prefix", [rule(tagStatus="tagged", tagPrefixList=["a*"])]
    yield "age of the last pull", [rule(**pulled(1), action=ARCHIVE)]


def _types() -> Iterator[tuple[str, list[Any]]]:
    """Values of a wrong type, and words in another case."""
    for value in (1.0, 1.5, "1", True, None, ABSENT):
        shown = "absent" if value is ABSENT else json.dumps(value)
        yield f"rulePriority is {shown}", [rule(value, description="A text that makes the policy long enough")]
        yield f"countNumber is {shown}", [rule(countNumber=value, description="A text that makes it long enough")]
    for key, value in (
        ("description", None),
        ("description", 1),
        ("storageClass", None),
        ("storageClass", "ARCHIVE"),
        ("tagStatus", "ANY"),
        ("countType", "imagecountmorethan"),
        ("tagPatternList", None),
    ):
        yield f"{key} is {json.dumps(value)}", [rule(**{key: value})]
    yield "patterns are a text", [rule(tagStatus="tagged", tagPatternList="a*")]
    yield "pattern is a number", [rule(tagStatus="tagged", tagPatternList=[1])]
    yield "unknown key in a selection", [rule(tagstatus="any")]
    yield "unknown key in an action", [rule(action={"type": "expire", "after": 1})]
    yield "rule is a list", [[rule()]]


def _texts() -> Iterator[tuple[str, str]]:
    for length in (MIN_TEXT - 1, MIN_TEXT):
        yield f"{length} characters, none of them a rule", _filled({"rules": []}, length)
    for length in (MAX_TEXT, MAX_TEXT + 1):
        yield f"{length} characters in a description", _described(length)
        yield f"{length} characters with white space", _filled(document(rule()), length)
    yield "key of a policy that does not exist", json.dumps({"Version": "1", **document(rule())})
    yield "rules are no list", json.dumps({"rules": rule()})
    yield (
        "key written twice with the same value",
        json.dumps(document(rule())).replace('"countNumber": 10', '"countNumber": 10, "countNumber": 10'),
    )
    yield "byte order mark", f"\ufeff{json.dumps(document(rule()))}"


def _filled(policy: dict[str, Any], length: int) -> str:
    return json.dumps(policy).ljust(length)


def _described(length: int) -> str:
    missing = length - len(json.dumps(document(rule(description=""))))
    return json.dumps(document(rule(description="x" * missing)))
