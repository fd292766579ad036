from __future__ import annotations

import pytest
from builders.policies import ABSENT, ARCHIVE, EXPIRE, archived, errors, policy_text, pulled, pushed, rule, tagged

COUNT_TYPES = ["imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned"]
AGES = COUNT_TYPES[1:]


def codes(*rules: object) -> list[str]:
    """The codes of everything wrong with *rules*, in file order."""
    return [error.rpartition(" [")[2].rstrip("]") for error in errors(policy_text(*rules))]


@pytest.mark.parametrize(
    ("count_type", "storage_class", "action", "expected"),
    [
        pytest.param("imageCountMoreThan", ABSENT, EXPIRE, [], id="number expires"),
        pytest.param("imageCountMoreThan", ABSENT, ARCHIVE, [], id="number archives"),
        pytest.param("imageCountMoreThan", "archive", EXPIRE, ["ECR128"], id="number of archived images"),
        pytest.param("sinceImagePushed", ABSENT, EXPIRE, [], id="push expires"),
        pytest.param("sinceImagePushed", "standard", ARCHIVE, [], id="push archives"),
        pytest.param("sinceImagePushed", "archive", EXPIRE, ["ECR128"], id="push of archived images"),
        pytest.param("sinceImagePulled", ABSENT, EXPIRE, ["ECR125"], id="pull expires"),
        pytest.param("sinceImagePulled", ABSENT, ARCHIVE, [], id="pull archives"),
        pytest.param("sinceImagePulled", "archive", EXPIRE, ["ECR128", "ECR125"], id="pull of archived images"),
        pytest.param("sinceImageTransitioned", "archive", EXPIRE, [], id="time in the archive expires"),
        pytest.param("sinceImageTransitioned", "archive", ARCHIVE, ["ECR126"], id="time in the archive archives"),
        pytest.param("sinceImageTransitioned", ABSENT, EXPIRE, ["ECR127"], id="time in the archive of nothing"),
        pytest.param("sinceImageTransitioned", "standard", EXPIRE, ["ECR127"], id="time in the archive of standard"),
    ],
)
def test_what_is_counted_goes_with_class_and_action(
    count_type: str, storage_class: object, action: object, expected: list[str]
) -> None:
    """Of all pairings those are errors that ECR refuses, and no others."""
    unit = ABSENT if count_type == "imageCountMoreThan" else "days"

    assert (
        codes(rule(countType=count_type, countUnit=unit, countNumber=90, storageClass=storage_class, action=action))
        == expected
    )


@pytest.mark.parametrize("count_type", AGES)
def test_every_age_needs_a_unit(count_type: str) -> None:
    """Each of the three ages is refused without a countUnit."""
    storage_class = "archive" if count_type == "sinceImageTransitioned" else ABSENT
    action = ARCHIVE if count_type == "sinceImagePulled" else EXPIRE

    assert codes(rule(countType=count_type, countNumber=90, storageClass=storage_class, action=action)) == ["ECR123"]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(90, [], id="90"),
        pytest.param(89, ["ECR129"], id="89"),
        pytest.param(0, ["ECR112"], id="0, which is wrong already"),
        pytest.param(None, ["ECR107"], id="null, which is wrong already"),
        pytest.param(ABSENT, ["ECR106"], id="absent, which is wrong already"),
    ],
)
def test_the_archive_keeps_90_days(days: object, expected: list[str]) -> None:
    """The 90 days are the first that are fine, and a number that is wrong in itself is not compared."""
    assert codes(rule(**archived(90) | {"countNumber": days})) == expected


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        pytest.param({"tagStatus": "tagged", "tagPatternList": ["v*"]}, [], id="patterns"),
        pytest.param({"tagStatus": "tagged", "tagPrefixList": ["v"]}, [], id="prefixes"),
        pytest.param({"tagStatus": "tagged", "tagPrefixList": []}, ["ECR114"], id="empty, but there"),
        pytest.param({"tagStatus": "tagged", "tagPrefixList": None}, ["ECR107"], id="unreadable, but there"),
        pytest.param({"tagStatus": "any", "tagPatternList": ["v*"]}, ["ECR122"], id="any"),
        pytest.param(
            {"tagStatus": "any", "tagPatternList": ["v*"], "tagPrefixList": ["v"]}, ["ECR122", "ECR122"], id="any, both"
        ),
        pytest.param(
            {"tagStatus": "TAGGED", "tagPatternList": ["v*"], "tagPrefixList": ["v"]},
            ["ECR111", "ECR121"],
            id="both, and a status that is no word",
        ),
        pytest.param({"tagStatus": "TAGGED"}, ["ECR111"], id="none, and a status that is no word"),
        pytest.param({"tagStatus": ABSENT, "tagPatternList": ["v*"]}, ["ECR106"], id="no status"),
    ],
)
def test_lists_go_with_tagged(selection: dict[str, object], expected: list[str]) -> None:
    """A rule for tagged images has one list, others have none, and what cannot be read is not held against either."""
    assert codes(rule(**selection)) == expected


def test_the_later_of_two_lists_is_too_many() -> None:
    """The finding stands at the list that was written second, whichever it is."""
    prefixes_last = errors(policy_text(rule(tagStatus="tagged", tagPatternList=["v*"], tagPrefixList=["v"])))
    patterns_last = errors(policy_text(rule(tagStatus="tagged", tagPrefixList=["v"], tagPatternList=["v*"])))

    assert prefixes_last[0].startswith("policy.json:12:9: rules[0].selection.tagPrefixList: ")
    assert patterns_last[0].startswith("policy.json:12:9: rules[0].selection.tagPatternList: ")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param(
            rule(**pulled(1) | {"countNumber": "1"}), ["ECR107", "ECR125"], id="an unreadable number beside a pull"
        ),
        pytest.param(
            rule(countType="imageCountMoreThan", countUnit="weeks"),
            ["ECR124"],
            id="a bad unit where none belongs",
        ),
        pytest.param(
            rule(**pushed(1), action=None),
            ["ECR107"],
            id="an unreadable action",
        ),
        pytest.param(
            rule(**archived(90) | {"storageClass": "ARCHIVE"}),
            ["ECR111"],
            id="an unreadable storage class may be the right one",
        ),
        pytest.param(
            rule(**pushed(1) | {"countType": "sincePushed", "storageClass": "archive"}),
            ["ECR111"],
            id="an unreadable count type may be the right one",
        ),
        pytest.param(
            rule(action=ARCHIVE | {"targetStorageClass": None}),
            ["ECR107"],
            id="an unreadable target is there",
        ),
        pytest.param(
            rule(action=EXPIRE | {"targetStorageClass": "glacier"}),
            ["ECR111"],
            id="an unreadable target may have to go",
        ),
        pytest.param(
            rule(action={"type": "remove", "targetStorageClass": "archive"}),
            ["ECR111"],
            id="an unreadable action may take a target",
        ),
        pytest.param(
            rule(0, **tagged()) | {"action": {}},
            ["ECR110", "ECR114", "ECR106"],
            id="three things at once",
        ),
    ],
)
def test_an_unreadable_neighbour_silences_no_other_check(changed: object, expected: list[str]) -> None:
    """Each check speaks for what it can read, and none guesses what it cannot."""
    assert codes(changed) == expected
