"""What is legal and almost always a mistake: a row per warning, with its exact text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders.policies import ARCHIVE

from ecrkit.errors import Location, Severity
from ecrkit.lifecycle import COMPLETENESS_CODES, RULEBOOK, check_completeness, check_policy, parse_policy

BY_AGE: dict[str, Any] = {"countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30}
FROM_ARCHIVE: dict[str, Any] = {
    "storageClass": "archive",
    "countType": "sinceImageTransitioned",
    "countUnit": "days",
    "countNumber": 90,
}


def rule(
    priority: int = 1, *, patterns: list[str] | None = None, prefixes: list[str] | None = None, **selection: object
) -> dict[str, Any]:
    """Make a rule that keeps 5 images, for tags where some are given."""
    tags = {
        **({"tagPatternList": patterns} if patterns else {}),
        **({"tagPrefixList": prefixes} if prefixes else {}),
    }
    defaults = {"tagStatus": "tagged" if tags else "any", "countType": "imageCountMoreThan", "countNumber": 5}
    return {"rulePriority": priority, "selection": {**defaults, **tags, **selection}, "action": {"type": "expire"}}


def text_of(*rules: dict[str, Any]) -> str:
    return json.dumps({"rules": list(rules)}) + " " * 100


def warnings(*rules: dict[str, Any]) -> list[str]:
    checked = check_policy(text_of(*rules), file="p.json")
    assert checked.policy is not None, checked.findings
    return [f"{found.text} [{found.code}]" for found in checked.findings]


ROWS = {
    "ECR201": (
        [rule(patterns=["v*", "v*"])],
        "rules[0].selection.tagPatternList[1]: 'v*' is listed twice in this list; remove one",
    ),
    "ECR202": (
        [rule(prefixes=["prod-*"])],
        (
            "rules[0].selection.tagPrefixList[0]: a prefix is literal and no tag contains '*', so 'prod-*' matches "
            "nothing; write it in a tagPatternList"
        ),
    ),
    "ECR203": (
        [rule(prefixes=["dev", "staging"])],
        (
            "rules[0].selection.tagPrefixList: 2 entries select the images that match all of them, not any; "
            "write one rule per entry, unless all is what you mean"
        ),
    ),
    "ECR204": (
        [rule(1, patterns=["release-*"]), rule(2, patterns=["release-1*"])],
        (
            "rules[1]: can never act: every image that it could match is claimed by rules[0], of higher priority; "
            "move it up, or remove it"
        ),
    ),
    "ECR205": (
        [rule(countType="sinceImagePushed", countUnit="days", countNumber=30)],
        (
            "rules[0]: expires every image, including the running one, 30 days after the last push; "
            "keep a number of images (imageCountMoreThan), or put a rule above it that keeps the deployed tags"
        ),
    ),
    "ECR206": (
        [rule(prefixes=["-prod"])],
        (
            "rules[0].selection.tagPrefixList[0]: no tag can match '-prod'; "
            "a tag is a letter, digit or '_', then up to 127 of these, '.' and '-'"
        ),
    ),
    "ECR207": (
        [rule(countType="sinceImagePushed", countUnit="days", countNumber=30) | {"action": ARCHIVE}],
        (
            "rules[0]: archives every image, including the running one, 30 days after the last push: "
            "pulling an archived image fails; count from the last pull (sinceImagePulled), "
            "or put a rule above it that keeps the deployed tags"
        ),
    ),
}


@pytest.mark.parametrize("code", ROWS)
def test_warning(code: str) -> None:
    """Each says what, where and what to do."""
    rules, text = ROWS[code]

    assert warnings(*rules) == [f"{text} [{code}]"]


def test_every_warning_of_a_file_has_a_row() -> None:
    """A warning without a row here is not tested."""
    codes = {check.code for check in RULEBOOK if check.severity is Severity.WARNING}

    assert codes == {*ROWS, *COMPLETENESS_CODES}


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param([rule(1, patterns=["release-1*"]), rule(2, patterns=["release-*"])], id="wider below narrower"),
        pytest.param([rule(1, patterns=["a*", "b*"]), rule(2, patterns=["a*"])], id="fewer tags below more"),
        pytest.param(
            [
                rule(1, patterns=["*"], countType="sinceImagePulled", countUnit="days")
                | {"action": {"type": "transition", "targetStorageClass": "archive"}},
                rule(2, storageClass="archive", countType="sinceImageTransitioned", countUnit="days", countNumber=90),
            ],
            id="other storage class",
        ),
        pytest.param([rule(1, tagStatus="untagged"), rule(2)], id="any below untagged"),
    ],
)
def test_living_rule_is_not_called_dead(rules: list[dict[str, Any]]) -> None:
    """A rule that can still act on some image is none of these."""
    assert not [text for text in warnings(*rules) if "ECR204" in text]


@pytest.mark.parametrize(
    ("rules", "others"),
    [
        pytest.param(
            [rule(1, patterns=["a*"]), rule(2, patterns=["a*", "b*"])], "rules[0]", id="more tags below fewer"
        ),
        pytest.param([rule(1, patterns=["a*"]), rule(2, prefixes=["ab"])], "rules[0]", id="prefix below pattern"),
        pytest.param(
            [rule(1, tagStatus="untagged"), rule(2, patterns=["*"]), rule(3)],
            "rules[0] and rules[1]",
            id="any below all",
        ),
    ],
)
def test_dead_rule(rules: list[dict[str, Any]], others: str) -> None:
    """A rule is dead where those above it claim all that it could match."""
    dead = [text for text in warnings(*rules) if "ECR204" in text]

    assert len(dead) == 1
    assert f"is claimed by {others}, of higher priority" in dead[0]


@pytest.mark.parametrize(
    ("rules", "remedy"),
    [
        pytest.param([rule(1, patterns=["v*"]), rule(2, patterns=["v1*"])], "move it up, or remove it", id="tagged"),
        pytest.param([rule(1, tagStatus="untagged"), rule(2, patterns=["*"]), rule(3)], "remove it", id="any"),
    ],
)
def test_what_to_do_about_a_dead_rule(rules: list[dict[str, Any]], remedy: str) -> None:
    """An 'any' rule has to be last, so it cannot move up."""
    (dead,) = [text for text in warnings(*rules) if "ECR204" in text]

    assert dead.endswith(f"of higher priority; {remedy} [ECR204]")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param(
            [rule(patterns=["*"], **BY_AGE)],
            ["rules[0]: expires every tagged image, including the running one, 30 days after the last push"],
            id="every tag",
        ),
        pytest.param(
            [rule(patterns=["**", "*"], **BY_AGE)],
            ["rules[0]: expires every tagged image, including the running one, 30 days after the last push"],
            id="every tag, written twice",
        ),
        pytest.param(
            [rule(**BY_AGE | {"countNumber": 1})],
            ["rules[0]: expires every image, including the running one, 1 day after the last push"],
            id="one day",
        ),
        pytest.param(
            [rule(1, tagStatus="untagged"), rule(2, **BY_AGE)],
            [
                (
                    "rules[1]: expires every image that no rule above claims, including the running one,"
                    " 30 days after the last push"
                )
            ],
            id="below a rule for untagged images",
        ),
        pytest.param(
            [rule(1, tagStatus="untagged"), rule(2, patterns=["*"], **BY_AGE)],
            ["rules[1]: expires every tagged image, including the running one, 30 days after the last push"],
            id="every tag below a rule for untagged images",
        ),
        pytest.param(
            [rule(1, patterns=["v*"], **BY_AGE), rule(2, **BY_AGE)],
            [
                (
                    "rules[1]: expires every image that no rule above claims, including the running one,"
                    " 30 days after the last push"
                )
            ],
            id="below a rule that keeps none",
        ),
        pytest.param([rule(1, patterns=["prod*"]), rule(2, **BY_AGE)], [], id="below a rule that keeps some"),
        pytest.param([rule(1, patterns=["*"]), rule(2, **BY_AGE)], [], id="for untagged images only, in effect"),
        pytest.param([rule(patterns=["v*"], **BY_AGE)], [], id="some tags"),
        pytest.param(
            [rule(1, patterns=["*"], **BY_AGE) | {"action": ARCHIVE}, rule(2, **FROM_ARCHIVE)],
            [
                (
                    "rules[0]: archives every tagged image, including the running one, 30 days after the last push,"
                    " and rules[1] expires it 90 days later: pulling an archived image fails"
                )
            ],
            id="archived, then expired",
        ),
        pytest.param(
            [rule(1, patterns=["prod*"]), rule(2, **BY_AGE) | {"action": ARCHIVE}],
            [],
            id="archived below a rule that keeps some",
        ),
    ],
)
def test_every_image_by_push_age(rules: list[dict[str, Any]], expected: list[str]) -> None:
    """What goes by push age is said of a rule for every tag as of 'any', unless a rule above it keeps some."""
    found = [text for text in warnings(*rules) if text.endswith(("[ECR205]", "[ECR207]"))]

    assert [text.rpartition("; ")[0] for text in found] == expected


@pytest.mark.parametrize(
    ("rules", "codes"),
    [
        pytest.param(None, ["ECR211", "ECR212"], id="no policy"),
        pytest.param([rule()], ["ECR213"], id="any alone"),
        pytest.param([rule(1, prefixes=["prod"]), rule(2)], [], id="any below a protecting rule"),
        pytest.param([rule(1, prefixes=["-prod"]), rule(2)], ["ECR213"], id="protects nothing"),
        pytest.param([rule(tagStatus="untagged")], ["ECR212"], id="untagged alone"),
        pytest.param([rule(patterns=["*"])], ["ECR211", "ECR213"], id="every tag"),
        pytest.param(
            [rule(1, tagStatus="untagged"), rule(2, patterns=["**"])], ["ECR213"], id="untagged and every tag"
        ),
        pytest.param([rule(1, patterns=["*"]), rule(2, prefixes=["v"])], ["ECR211", "ECR213"], id="protects too late"),
        pytest.param([rule(1, prefixes=["v"], **BY_AGE), rule(2)], ["ECR213"], id="by age protects nothing"),
        pytest.param([rule() | {"action": ARCHIVE}], [], id="archived and kept"),
        pytest.param([rule(1) | {"action": ARCHIVE}, rule(2, **FROM_ARCHIVE)], ["ECR213"], id="archived, then expired"),
        pytest.param(
            [rule(1, **BY_AGE | {"countType": "sinceImagePulled"}) | {"action": ARCHIVE}, rule(2, **FROM_ARCHIVE)],
            [],
            id="archived if nobody pulls, then expired",
        ),
        pytest.param([rule(patterns=["v*"])], ["ECR211", "ECR212"], id="some tags"),
    ],
)
def test_what_a_repository_ends_up_with(rules: list[dict[str, Any]] | None, codes: list[str]) -> None:
    """Nothing for untagged images, no cap, nothing protected: of the whole, not of a file."""
    policy = parse_policy(text_of(*rules), file="p.json") if rules else None

    found = check_completeness(policy, location=Location("repositories.yaml", 7, 3, "/repositories/web"))

    assert [finding.code for finding in found] == codes
    assert all(str(finding).startswith("repositories.yaml:7:3: repositories.web: ") for finding in found)
