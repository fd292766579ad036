from __future__ import annotations

import pytest
from builders.policies import ABSENT, archived, errors, policy_text, pushed, rule, tagged, untagged


def found(*rules: object) -> list[str]:
    """What is wrong with *rules*: the path, the message and the remedy, in file order."""
    return [error.split(": ", 1)[1].rpartition(" [")[0] for error in errors(policy_text(*rules))]


def test_a_priority_is_taken_by_its_first_owner() -> None:
    """Every later rule with a number is refused, and each gets another number that is free."""
    assert found(rule(1, **tagged("a")), rule(3, **tagged("b")), rule(1, **tagged("c")), rule(1, **tagged("d"))) == [
        "rules[2].rulePriority: rulePriority 1 is taken by rules[0]; the lowest free number is 2",
        "rules[3].rulePriority: rulePriority 1 is taken by rules[0]; renumber it to 4",
    ]


def test_the_lowest_free_number_may_be_the_first() -> None:
    """Numbers need not begin at 1, and what is free there is offered."""
    assert found(rule(2, **tagged("a")), rule(2, **tagged("b"))) == [
        "rules[1].rulePriority: rulePriority 2 is taken by rules[0]; the lowest free number is 1"
    ]


def test_any_beside_another_rule_of_its_number_is_one_mistake() -> None:
    """The number is taken; that 'any' would not be last is not said on top of that."""
    assert found(rule(1), rule(1, **tagged("a"))) == [
        (
            "rules[1].rulePriority: rulePriority 1 is taken by rules[0]; renumber it to 2, and rules[0], the"
            " 'any' rule, to 3 or more"
        )
    ]


def test_a_priority_is_taken_in_the_other_class_too() -> None:
    """Numbers are unique in the document, not in a storage class."""
    assert found(rule(1, **pushed(1)), rule(1, **archived(90))) == [
        "rules[1].rulePriority: rulePriority 1 is taken by rules[0]; the lowest free number is 2"
    ]


def test_gaps_and_any_order_are_fine() -> None:
    """Only the numbers count, not where a rule stands in the list."""
    assert found(rule(900), rule(20, **untagged()), rule(3, **tagged("v*"))) == []


def test_one_untagged_rule_for_each_class() -> None:
    """The second of a class is refused, one for the other class is not."""
    assert (
        found(
            rule(1, **untagged(), **archived(90)),
            rule(2, **untagged(), **pushed(1)),
        )
        == []
    )
    assert found(
        rule(1, **untagged(), **archived(90)),
        rule(2, **untagged(), **pushed(1)),
        rule(3, **untagged()),
        rule(4, **untagged(), **archived(91)),
    ) == [
        (
            "rules[2].selection.tagStatus: a second 'untagged' rule for storage class 'standard', in addition to "
            "rules[1]; merge the two"
        ),
        (
            "rules[3].selection.tagStatus: a second 'untagged' rule for storage class 'archive', in addition to "
            "rules[0]; merge the two"
        ),
    ]


def test_one_any_rule_for_each_class() -> None:
    """One that archives and one that expires from the archive make one policy."""
    assert found(rule(1, **pushed(90)), rule(2, **archived(365))) == []
    assert found(rule(1, **pushed(90)), rule(2), rule(3)) == [
        (
            "rules[1].selection.tagStatus: a second 'any' rule for storage class 'standard', in addition to rules[0];"
            " merge the two"
        ),
        (
            "rules[2].selection.tagStatus: a second 'any' rule for storage class 'standard', in addition to rules[0];"
            " merge the two"
        ),
    ]


def test_any_is_last_in_its_own_class() -> None:
    """A higher number in the other class does no harm."""
    assert found(rule(1, **pushed(90)), rule(2, **tagged("v*"), **archived(365)), rule(3, **archived(90))) == []


def test_any_is_renumbered_to_what_is_free() -> None:
    """The number that the remedy names is above all others and nobody's."""
    assert found(rule(2), rule(7, **tagged("v*")), rule(5, **untagged()), rule(8, **archived(90))) == [
        (
            "rules[0]: an 'any' rule must have the highest rulePriority of its storage class, got 2 below 7;"
            " renumber it to 9 or more"
        )
    ]


def test_every_any_that_is_not_last_is_named() -> None:
    """Two of them in one class are two findings, besides being one too many."""
    assert found(rule(1), rule(2), rule(3, **untagged())) == [
        (
            "rules[0]: an 'any' rule must have the highest rulePriority of its storage class, got 1 below 3;"
            " renumber it to 4 or more"
        ),
        (
            "rules[1]: an 'any' rule must have the highest rulePriority of its storage class, got 2 below 3;"
            " renumber it to 5 or more"
        ),
        (
            "rules[1].selection.tagStatus: a second 'any' rule for storage class 'standard', in addition to rules[0];"
            " merge the two"
        ),
    ]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(
            tagged("a", "b"),
            tagged("b", "a"),
            ["rules[1].selection.tagPatternList: the same tagPatternList as rules[0], in storage class 'standard'"],
            id="another order",
        ),
        pytest.param(
            tagged("a", "b", "a"),
            tagged("b", "a"),
            ["rules[1].selection.tagPatternList: the same tagPatternList as rules[0], in storage class 'standard'"],
            id="an entry twice",
        ),
        pytest.param(
            {"tagStatus": "tagged", "tagPrefixList": ["a"]},
            {"tagStatus": "tagged", "tagPrefixList": ["a"]},
            ["rules[1].selection.tagPrefixList: the same tagPrefixList as rules[0], in storage class 'standard'"],
            id="prefixes",
        ),
        pytest.param(
            tagged("a") | archived(90),
            tagged("a") | archived(99),
            ["rules[1].selection.tagPatternList: the same tagPatternList as rules[0], in storage class 'archive'"],
            id="archived images",
        ),
        pytest.param(tagged("a"), tagged("a", "b"), [], id="overlap"),
        pytest.param(tagged("a*"), {"tagStatus": "tagged", "tagPrefixList": ["a"]}, [], id="the same as prefixes"),
        pytest.param(tagged("a"), tagged("a") | archived(90), [], id="another class"),
        pytest.param(tagged("a"), tagged("A"), [], id="another case"),
    ],
)
def test_no_two_rules_have_the_same_list(
    first: dict[str, object], second: dict[str, object], expected: list[str]
) -> None:
    """Equal lists of one kind and class are refused, in any order; what merely overlaps is not."""
    assert found(rule(1, **first), rule(2, **second)) == [f"{line}; merge the two" for line in expected]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param(
            [rule("1", **tagged("a")), rule(2, **tagged("a"))],
            [
                "rules[0].rulePriority: must be an integer, got a string",
                (
                    "rules[1].selection.tagPatternList: the same tagPatternList as rules[0], in storage class"
                    " 'standard'; merge the two"
                ),
            ],
            id="an unreadable priority leaves the lists",
        ),
        pytest.param(
            [rule(ABSENT), rule(2, **tagged("a"))],
            ["rules[0]: the required key 'rulePriority' is missing; add it"],
            id="a missing priority is not compared",
        ),
        pytest.param(
            [rule(1, **tagged("a", "")), rule(1, **tagged("a", ""))],
            [
                (
                    "rules[0].selection.tagPatternList[1]: must have at least 1 character, got '';"
                    " remove it, or write the pattern '*' to match every tag"
                ),
                "rules[1].rulePriority: rulePriority 1 is taken by rules[0]; the lowest free number is 2",
                (
                    "rules[1].selection.tagPatternList: the same tagPatternList as rules[0], in storage class"
                    " 'standard'; merge the two"
                ),
                (
                    "rules[1].selection.tagPatternList[1]: must have at least 1 character, got '';"
                    " remove it, or write the pattern '*' to match every tag"
                ),
            ],
            id="a wrong entry leaves the lists and the priorities",
        ),
        pytest.param(
            [
                rule(1, tagStatus="tagged", tagPrefixList=["a", 1]),
                rule(2, tagStatus="tagged", tagPrefixList=["a", 2]),
            ],
            [
                "rules[0].selection.tagPrefixList[1]: must be a string, got an integer",
                "rules[1].selection.tagPrefixList[1]: must be a string, got an integer",
            ],
            id="what is left of two unreadable lists is not compared",
        ),
        pytest.param(
            [rule(1, **tagged()), rule(2, **tagged()), rule(3, tagStatus="tagged", tagPrefixList=None)],
            [
                (
                    "rules[0].selection.tagPatternList: must have at least 1 entry, got none;"
                    " add one, or remove the rule"
                ),
                (
                    "rules[1].selection.tagPatternList: must have at least 1 entry, got none;"
                    " add one, or remove the rule"
                ),
                "rules[2].selection.tagPrefixList: must be a list, got null",
            ],
            id="empty lists are not compared",
        ),
        pytest.param(
            [rule(1), rule(2, storageClass="glacier", **untagged()), rule(3) | {"selection": 1}, 4],
            [
                "rules[1].selection.storageClass: must be 'standard' or 'archive', got 'glacier'",
                "rules[2].selection: must be a mapping, got an integer",
                "rules[3]: must be a mapping, got an integer",
            ],
            id="a rule of no known class is in none",
        ),
        pytest.param(
            [rule(1, countNumber=0), rule(2, **untagged() | {"countType": "x"}), rule(3, **untagged())],
            [
                (
                    "rules[0]: an 'any' rule must have the highest rulePriority of its storage class, got 1 below 3;"
                    " renumber it to 4 or more"
                ),
                "rules[0].selection.countNumber: must be 1 or more, got 0",
                (
                    "rules[1].selection.countType: must be 'imageCountMoreThan' or 'sinceImagePushed' or"
                    " 'sinceImagePulled' or 'sinceImageTransitioned', got 'x'"
                ),
                (
                    "rules[2].selection.tagStatus: a second 'untagged' rule for storage class 'standard', in "
                    "addition to rules[1]; merge the two"
                ),
            ],
            id="unreadable counts leave the order",
        ),
    ],
)
def test_an_unreadable_neighbour_silences_no_other_check(rules: list[object], expected: list[str]) -> None:
    """Rules are compared by what of them can be read, and by nothing else."""
    assert found(*rules) == expected
