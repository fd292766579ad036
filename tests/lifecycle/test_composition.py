from __future__ import annotations

from dataclasses import replace

import pytest
from builders.policies import ARCHIVE, archived, policy, pushed, rule, tagged, untagged

from ecrkit.errors import InvalidPolicyError, Severity
from ecrkit.lifecycle import LifecyclePolicy, check_composition, compose


def summary(made: LifecyclePolicy) -> list[tuple[int, str]]:
    """Number and first entry, or tag status, of each rule."""
    return [(one.rule_priority, (*one.selection.tag_pattern_list, one.selection.tag_status)[0]) for one in made.rules]


def refusal(*policies: LifecyclePolicy) -> list[str]:
    with pytest.raises(InvalidPolicyError) as caught:
        compose(policies)
    return str(caught.value).splitlines()


def test_policies_follow_each_other() -> None:
    """The rules of the first come first, each policy's by priority, numbered from 1 without gaps."""
    made = compose([policy(rule(70, **tagged("b")), rule(7, **tagged("a"))), policy(rule(3, **tagged("c")))])

    assert summary(made) == [(1, "a"), (2, "b"), (3, "c")]


def test_any_comes_last() -> None:
    """A rule for any image goes behind those of the policies after it."""
    made = compose([policy(rule(1)), policy(rule(1, **untagged())), policy(rule(1, **tagged("v*")))])

    assert summary(made) == [(1, "untagged"), (2, "v*"), (3, "any")]


def test_any_of_both_classes_come_last_in_the_order_of_their_policies() -> None:
    """One for each storage class is fine, and they keep their order."""
    made = compose(
        [
            policy(rule(1, **tagged("v*")), rule(2, **archived(365))),
            policy(rule(1, **pushed(90), action=ARCHIVE)),
        ]
    )

    assert [(one.rule_priority, one.selection.storage_class.value) for one in made.rules] == [
        (1, "standard"),
        (2, "archive"),
        (3, "standard"),
    ]


def test_a_single_policy_keeps_its_numbers() -> None:
    """Nothing is changed that nothing is added to."""
    single = policy(rule(10, **untagged()), rule(900))

    assert compose([single]) == single


def test_a_clash_points_to_the_file_of_the_later_rule() -> None:
    """The finding stands where that rule was read, by the path that it has there, and names the other's place."""
    base = policy(rule(1, **tagged("v*")), rule(2, **untagged()), file="base/v1.json")
    team = policy(rule(5, **tagged("x")), rule(6, **tagged("v*")), rule(7, **untagged()), file="team/v3.json")

    assert refusal(base, team) == [
        (
            "team/v3.json:17:5: rules[1].selection.tagPatternList: the same tagPatternList as base/v1.json:3,"
            " in storage class 'standard'; merge the two [ECR144]"
        ),
        (
            "team/v3.json:31:5: rules[2].selection.tagStatus: a second 'untagged' rule for storage class 'standard', "
            "in addition to base/v1.json:17; merge the two [ECR141]"
        ),
    ]


def test_equal_policies_of_two_stores() -> None:
    """A composition names the files that it was made of, also where another of equal policies was made before."""
    made = [
        compose([policy(rule(1, **untagged()), file=f"{store}/a.json"), policy(rule(1), file=f"{store}/b.json")])
        for store in ("one", "two")
    ]

    assert [[found.origin and found.origin.file for found in each.rules] for each in made] == [
        ["one/a.json", "one/b.json"],
        ["two/a.json", "two/b.json"],
    ]


def test_two_any_clash() -> None:
    """Each policy's catch-all is fine by itself, and two are one too many."""
    assert refusal(policy(rule(1), file="one.json"), policy(rule(1, countNumber=5), file="two.json")) == [
        (
            "two.json:3:5: rules[0].selection.tagStatus: a second 'any' rule for storage class 'standard', in "
            "addition to one.json:3; merge the two [ECR142]"
        )
    ]


def test_a_policy_clashes_with_itself() -> None:
    """Naming a policy twice is no way to make it stronger."""
    assert refusal(*[policy(rule(**untagged()), file="one.json")] * 2) == [
        (
            "one.json:3:5: rules[0].selection.tagStatus: a second 'untagged' rule for storage class 'standard', in "
            "addition to one.json:3; merge the two [ECR141]"
        )
    ]


def test_the_whole_can_be_too_long() -> None:
    """What is about the whole document stands at the beginning of the first rule's file."""
    long = [
        policy(rule(**tagged(f"v{number}"), description="x" * 10_300), file=f"{number}.json") for number in range(3)
    ]

    assert refusal(*long) == [
        "0.json:1:1: must have at most 30,720 characters, got 31,427; shorten the descriptions and the lists [ECR103]"
    ]


def test_the_whole_can_have_too_many_rules() -> None:
    """Fifty rules are the limit of all policies together."""
    many = [
        policy(*[rule(number, **tagged(f"{name}{number}")) for number in range(1, 27)], file=f"{name}.json")
        for name in ("a", "b")
    ]

    assert refusal(*many) == ["a.json:1:1: must have at most 50 rules, got 52; merge rules [ECR109]"]


def test_rules_without_an_origin_are_shown_in_the_text_that_they_make() -> None:
    """A policy made in code has no file to point to."""
    in_code = LifecyclePolicy(tuple(replace(one, origin=None) for one in policy(rule()).rules))

    assert refusal(in_code, in_code) == [
        (
            "<policy made in code>:1:182: rules[1].selection.tagStatus: a second 'any' rule for storage class"
            " 'standard', in addition to rules[0]; merge the two [ECR142]"
        )
    ]


def test_no_policies_are_no_policy() -> None:
    """At least one is needed."""
    assert refusal() == [
        "<policy made in code>:1:1: must have at least 100 characters, got 12; add a description to a rule [ECR102]",
        (
            "<policy made in code>:1:10: rules: must have at least 1 rule, got none;"
            " add one, or name no lifecycle policy [ECR108]"
        ),
    ]


def test_checking_tells_what_composing_raises() -> None:
    """The findings are the same, and a composition without errors has its policy."""
    one, other = policy(rule(1)), policy(rule(1, **untagged()))

    assert check_composition([one, other]).policy == compose([one, other])
    assert check_composition([one, one]).policy is None
    assert [
        str(found) for found in check_composition([one, one]).findings if found.severity is Severity.ERROR
    ] == refusal(one, one)


def test_composing_twice_gives_the_same() -> None:
    """A composition that was made before is not made again."""
    policies = [policy(rule(1)), policy(rule(1, **untagged()))]

    assert compose(policies) is compose(policies)
