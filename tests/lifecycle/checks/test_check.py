from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from builders.policies import ARCHIVE, policy, policy_text, pulled, rule, tagged, untagged

from ecrkit.errors import InvalidPolicyError, Location, Severity, in_file_order
from ecrkit.lifecycle import (
    Action,
    ActionType,
    CountType,
    LifecyclePolicy,
    Rule,
    Selection,
    StorageClass,
    TagStatus,
    check_policy,
    parse_policy,
)
from ecrkit.lifecycle.checks.check import check_rules


def made(priority: int = 1, *, description: str | None = None, **selection: Any) -> Rule:  # noqa: ANN401 - the values of any field
    """Make a rule in code, without an origin."""
    keep_ten = Selection(tag_status=TagStatus.ANY, count_type=CountType.IMAGE_COUNT_MORE_THAN, count_number=10)
    return Rule(
        rule_priority=priority,
        description=description,
        selection=replace(keep_ten, **selection),
        action=Action(type=ActionType.EXPIRE),
    )


def test_a_valid_text_is_a_policy() -> None:
    """Every value of the document is in the policy, typed."""
    text = policy_text(
        rule(7, description="Archive what nobody pulls", **tagged("v*", "*-rc"), **pulled(90), action=ARCHIVE)
    )

    assert check_policy(text, file="policy.json").policy == LifecyclePolicy(
        (
            Rule(
                rule_priority=7,
                description="Archive what nobody pulls",
                selection=Selection(
                    tag_status=TagStatus.TAGGED,
                    tag_pattern_list=("v*", "*-rc"),
                    count_type=CountType.SINCE_IMAGE_PULLED,
                    count_number=90,
                ),
                action=Action(type=ActionType.TRANSITION, target_storage_class=StorageClass.ARCHIVE),
            ),
        )
    )


def test_reading_an_invalid_policy_tells_every_error_and_no_warning() -> None:
    """The exception carries the errors in file order, and its text is a line each."""
    text = policy_text(rule(0, tagStatus="tagged", tagPatternList=["-rc", "-rc"]), rule(1, countNumber=0))

    with pytest.raises(InvalidPolicyError) as caught:
        parse_policy(text, file="policy.json")

    assert {found.severity for found in caught.value.findings} == {Severity.ERROR}
    assert str(caught.value) == (
        "policy.json:4:23: rules[0].rulePriority: must be 1 or more, got 0 [ECR110]\n"
        "policy.json:23:24: rules[1].selection.countNumber: must be 1 or more, got 0 [ECR112]"
    )


def test_findings_are_in_file_order() -> None:
    """What is compared between rules stands among what is read in one."""
    text = policy_text(rule(1), rule(1), rule(3, countNumber="3", **untagged()), 4)
    findings = check_policy(text, file="policy.json").findings

    assert findings == in_file_order(findings)
    assert [found.location.line for found in findings if found.severity is Severity.ERROR] == [3, 15, 17, 30, 36]


def test_rules_made_in_code_are_checked_like_a_file() -> None:
    """Without an origin a finding points into the canonical text, and says that there is no file."""
    checked = check_rules([made(2, tag_status=TagStatus.UNTAGGED), made(1, count_number=0)])

    assert checked.policy is None
    assert [str(found) for found in checked.findings if found.severity is Severity.ERROR] == [
        (
            "<policy made in code>:1:11: rules[0]: an 'any' rule must have the highest rulePriority of its storage"
            " class, got 1 below 2; renumber it to 3 or more [ECR143]"
        ),
        "<policy made in code>:1:107: rules[0].selection.countNumber: must be 1 or more, got 0 [ECR112]",
    ]


def test_a_valid_policy_made_in_code_is_that_policy() -> None:
    """Nothing is lost on the way through the text."""
    rules = [made(1, tag_status=TagStatus.UNTAGGED), made(2, description="the rest")]

    assert check_rules(rules).policy == LifecyclePolicy(tuple(rules))


def test_no_rules_made_in_code_are_no_policy() -> None:
    """A policy without rules is refused, though no rule has an origin to point to."""
    checked = check_rules([])

    assert checked.policy is None
    assert [str(found) for found in checked.findings] == [
        "<policy made in code>:1:1: must have at least 100 characters, got 12; add a description to a rule [ECR102]",
        (
            "<policy made in code>:1:10: rules: must have at least 1 rule, got none;"
            " add one, or name no lifecycle policy [ECR108]"
        ),
    ]


def test_code_can_make_what_no_file_can_hold() -> None:
    """Half of a surrogate pair in a description is refused, not thrown back as an encoding error."""
    checked = check_rules([made(description="\ud83d")])

    assert checked.policy is None
    assert [str(found) for found in checked.findings] == [
        "<policy made in code>:1:43: not JSON: the text has half of a surrogate pair in a string [ECR101]"
    ]


def test_a_finding_about_a_rule_that_was_read_points_to_its_file() -> None:
    """The rule's own line and column, and the path that it has there."""
    (read,) = policy(rule(3), file="web/v1.json").rules
    beside = replace(read, rule_priority=9, origin=Location("web/v2.json", 20, 5, "/rules/4"))

    checked = check_rules([read, beside])

    assert [str(found) for found in checked.findings if found.severity is Severity.ERROR] == [
        (
            "web/v2.json:20:5: rules[4].selection.tagStatus: a second 'any' rule for storage class 'standard', in "
            "addition to web/v1.json:3; merge the two [ECR142]"
        )
    ]
