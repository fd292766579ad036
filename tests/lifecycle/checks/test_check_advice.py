"""Advice is followed word for word: what it was about is then gone, and no other problem comes."""

from __future__ import annotations

import copy
import json
import re
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from builders.policies import ARCHIVE, archived, pulled, pushed, rule, tagged, untagged

from ecrkit.lifecycle import check_policy
from ecrkit.lifecycle.checks.reading import ACTION_KEYS, RULE_KEYS, SELECTION_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ecrkit.errors import Finding

NARROW = rule(1, **tagged("v1*"), **pushed(9))
KINDS = [
    rule(1, description="Any image"),
    rule(1, **tagged("*")),
    rule(1, **tagged("v*")),
    NARROW,
    rule(1, **untagged()),
    rule(1, **archived(90)),
]
RENUMBER = re.compile(r"(?:the lowest free number is|renumber it to) (\d+)")
THE_ANY_RULE = re.compile(r"and rules\[(\d+)\], the 'any' rule, to (\d+) or more")
MOVES = {"ECR140", "ECR143"}


def policies(*, size: int) -> Iterator[list[dict[str, Any]]]:
    """Every policy of so many rules, with every numbering of them."""
    some = KINDS if size == 2 else [kind for kind in KINDS if kind is not NARROW]
    for kinds in product(some, repeat=size):
        for priorities in product(range(1, size + 1), repeat=size):
            numbered = zip(kinds, priorities, strict=True)
            yield [{**copy.deepcopy(kind), "rulePriority": number} for kind, number in numbered]


def check(rules: list[dict[str, Any]]) -> tuple[Finding, ...]:
    return check_policy(json.dumps({"rules": rules}) + " " * 100, file="p.json").findings


def index_of(found: Finding) -> int:
    return int(re.findall(r"/rules/(\d+)", found.location.pointer)[0])


@pytest.mark.parametrize("size", [2, 3])
def test_a_rule_gets_the_number_that_is_advised(size: int) -> None:
    """When every rule has the number of its advice, all are numbered as ECR wants, whatever they were before."""
    followed = 0
    for rules in policies(size=size):
        before = check(rules)
        codes = {found.code for found in before}
        # Of two 'any' rules, none can be the last.
        if not MOVES & codes or "ECR142" in codes:
            continue
        for found in before:
            if found.code in MOVES:
                rules[index_of(found)]["rulePriority"] = int(RENUMBER.search(found.remedy)[1])  # type: ignore[index]  # it has a number
            if any_rule := THE_ANY_RULE.search(found.remedy):
                rules[int(any_rule[1])]["rulePriority"] = int(any_rule[2])
        followed += 1

        assert not MOVES & {found.code for found in check(rules)}, (before, rules)
    assert followed > 20


def test_a_rule_that_moves_up_acts() -> None:
    """A rule that can never act does after it moved up where that is advised, and leaves no other without images."""
    followed = 0
    for rules in policies(size=2):
        before = check(rules)
        for found in before:
            if found.code == "ECR204" and found.remedy.startswith("move it up"):
                moved = [rules[index_of(found)], *(other for other in rules if other is not rules[index_of(found)])]
                for number, each in enumerate(moved, start=1):
                    each["rulePriority"] = number
                followed += 1

                assert "ECR204" not in {again.code for again in check(moved)}
    assert followed > 0


WORDS = {
    "tagStatus": ("taged", "ANY", "un-tagged"),
    "countType": ("imageCountMoreThen", "imagecountmorethan"),
    "type": ("Expire", "expir"),
    "storageClass": ("Standard", "archiv"),
}


@pytest.mark.parametrize(("key", "given"), [(key, word) for key, words in WORDS.items() for word in words])
def test_a_word_that_is_advised_is_one(key: str, given: str) -> None:
    """After the word of the advice is written, that word is no problem."""
    made = rule(1, **tagged("v*"))
    part = made["action"] if key == "type" else made["selection"]
    part[key] = given
    (found,) = [found for found in check([made]) if found.code == "ECR111"]
    part[key] = re.findall(r"'([^']*)'", found.remedy)[0]

    assert "ECR111" not in {again.code for again in check([made])}


@pytest.mark.parametrize("key", [*RULE_KEYS, *SELECTION_KEYS, *ACTION_KEYS])
@pytest.mark.parametrize("misspelled", [str.lower, str.upper, lambda key: f"{key}x", lambda key: key[1:]])
def test_a_key_that_is_advised_is_neither_unknown_nor_twice(key: str, misspelled: Callable[[str], str]) -> None:
    """Where the key is set, the advice is to remove the other; else the key can be renamed as advised."""
    whole = rule(1, description="d", **tagged("v*"), **pulled(9), storageClass="standard", action=dict(ARCHIVE))
    parts = (whole, whole["selection"], whole["action"])
    part = next((part for part in parts if key in part), whole["selection"])
    wrong = misspelled(key)
    if wrong in part:
        return
    part[wrong] = part.get(key)
    (found,) = [found for found in check([whole]) if found.code == "ECR105"]
    if found.remedy.startswith("remove it"):
        del part[wrong]
    elif found.remedy.startswith("did you mean"):
        part[found.remedy.removeprefix("did you mean ").removesuffix("?")] = part.pop(wrong)

    codes = {again.code for again in check([whole])}
    assert not {"ECR104", "ECR105"} & codes or found.remedy.startswith("known keys")
