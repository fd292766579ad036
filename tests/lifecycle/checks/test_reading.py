from __future__ import annotations

import json

import pytest
from builders.policies import ABSENT, ARCHIVE, document, edited, errors, policy_text, pushed, rule, tagged

LINE = '{"rules": [{"rulePriority": 1, "selection": %s, "action": {"type": "expire"}}]}' + " " * 100
COUNT = '"countType": "imageCountMoreThan", "countNumber": 10'


def texts(text: str) -> list[str]:
    """What is wrong, without the place and the code."""
    return [error.split(": ", 1)[1].rpartition(" [")[0] for error in errors(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "[]",
            "p.json:1:1: must be a mapping, got a list [ECR107]",
            id="list",
        ),
        pytest.param(
            '"rules"',
            "p.json:1:1: must be a mapping, got a string [ECR107]",
            id="string",
        ),
        pytest.param(
            "null",
            "p.json:1:1: must be a mapping, got null [ECR107]",
            id="null",
        ),
        pytest.param(
            "{}",
            "p.json:1:1: the required key 'rules' is missing; add it [ECR106]",
            id="no rules",
        ),
        pytest.param(
            '{"rules": {}}',
            "p.json:1:11: rules: must be a list, got a mapping [ECR107]",
            id="rules is no list",
        ),
        pytest.param(
            '{"rules": ["expire"]}',
            "p.json:1:12: rules[0]: must be a mapping, got a string [ECR107]",
            id="rule is no object",
        ),
        pytest.param(
            "\n\n  rules:\n",
            'p.json:3:3: not JSON: the text has the word rules without quotes; write "rules" [ECR101]',
            id="YAML",
        ),
    ],
)
def test_the_document_must_be_an_object_with_a_list_of_rules(text: str, expected: str) -> None:
    """Whatever a text is instead, one finding says so."""
    assert errors(text.ljust(100), file="p.json") == [expected]


def test_an_empty_text_is_no_document() -> None:
    """A text without anything in it is no JSON. That it is short follows, and is not reported."""
    assert errors("", file="p.json") == ["p.json:1:1: not JSON: the text is empty [ECR101]"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"tagStatus": 1}, "tagStatus: must be 'tagged' or 'untagged' or 'any', got an integer", id="tagStatus"
        ),
        pytest.param(
            {"countType": None},
            "countType: must be 'imageCountMoreThan' or 'sinceImagePushed' or 'sinceImagePulled' or "
            "'sinceImageTransitioned', got null",
            id="countType",
        ),
        pytest.param(
            {"storageClass": ["archive"]},
            "storageClass: must be 'standard' or 'archive', got a list",
            id="storageClass",
        ),
        pytest.param({"countNumber": True}, "countNumber: must be an integer, got a boolean", id="true is no integer"),
        pytest.param(
            {"countNumber": 10.0},
            "countNumber: must be an integer, got a number with a fraction or exponent",
            id="10.0 is no integer",
        ),
        pytest.param({"countNumber": {}}, "countNumber: must be an integer, got a mapping", id="countNumber"),
    ],
)
def test_each_value_has_its_type(changes: dict[str, object], expected: str) -> None:
    """A value of another type is refused, null and numbers that look whole among them."""
    assert texts(policy_text(rule(**changes))) == [f"rules[0].selection.{expected}"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param(rule("1"), "rulePriority: must be an integer, got a string", id="rulePriority"),
        pytest.param(rule(description=None), "description: must be a string, got null", id="description"),
        pytest.param(rule(action="expire"), "action: must be a mapping, got a string", id="action"),
        pytest.param(
            rule(action={"type": 1}),
            "action.type: must be 'expire' or 'transition', got an integer",
            id="type",
        ),
        pytest.param(
            rule(action=ARCHIVE | {"targetStorageClass": None}),
            "action.targetStorageClass: must be 'archive', got null",
            id="targetStorageClass",
        ),
        pytest.param(rule() | {"selection": []}, "selection: must be a mapping, got a list", id="selection"),
        pytest.param(
            rule(tagStatus="tagged", tagPatternList="v*"),
            "selection.tagPatternList: must be a list, got a string",
            id="tagPatternList",
        ),
        pytest.param(
            rule(tagStatus="tagged", tagPrefixList=None),
            "selection.tagPrefixList: must be a list, got null",
            id="tagPrefixList",
        ),
        pytest.param(
            rule(tagStatus="tagged", tagPrefixList=["v", 1]),
            "selection.tagPrefixList[1]: must be a string, got an integer",
            id="entry of a list",
        ),
        pytest.param(
            rule(**pushed(1) | {"countUnit": 1}),
            "selection.countUnit: must be a string, got an integer",
            id="countUnit",
        ),
    ],
)
def test_each_part_has_its_type(changed: object, expected: str) -> None:
    """A part of another type is refused, once: nothing is said of what it should have held."""
    assert texts(policy_text(changed)) == [f"rules[0].{expected}"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param(rule(countType="IMAGECOUNTMORETHAN"), "; write 'imageCountMoreThan'", id="countType"),
        pytest.param(rule(action={"type": "EXPIRE"}), "; write 'expire'", id="type"),
        pytest.param(
            rule(action=ARCHIVE | {"targetStorageClass": "ARCHIVE"}), "; write 'archive'", id="targetStorageClass"
        ),
        pytest.param(rule(storageClass="STANDARD"), "; write 'standard'", id="storageClass"),
        pytest.param(rule(countType="imageCount"), "got 'imageCount'", id="another word"),
    ],
)
def test_a_word_in_another_case_is_shown_as_it_is_written(changed: object, expected: str) -> None:
    """The API answers in upper case; who copies from there learns how the policy wants it."""
    (found,) = texts(policy_text(changed))

    assert found.endswith(expected)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param(
            rule(countType="imageCount"),
            "rules[0].selection.countType: must be 'imageCountMoreThan' or 'sinceImagePushed' or 'sinceImagePulled' or"
            " 'sinceImageTransitioned', got 'imageCount'",
            id="countType",
        ),
        pytest.param(
            rule(storageClass="glacier"),
            "rules[0].selection.storageClass: must be 'standard' or 'archive', got 'glacier'",
            id="storageClass",
        ),
        pytest.param(
            rule(action={"type": "delete"}),
            "rules[0].action.type: must be 'expire' or 'transition', got 'delete'",
            id="type",
        ),
        pytest.param(
            rule(action=ARCHIVE | {"targetStorageClass": "standard"}),
            "rules[0].action.targetStorageClass: must be 'archive', got 'standard'",
            id="nothing goes back to standard",
        ),
        pytest.param(
            rule(tagStatus="x" * 61),
            f"rules[0].selection.tagStatus: must be 'tagged' or 'untagged' or 'any', got '{'x' * 60}…'",
            id="a long word is cut",
        ),
        pytest.param(
            rule(tagStatus="x" * 60),
            f"rules[0].selection.tagStatus: must be 'tagged' or 'untagged' or 'any', got '{'x' * 60}'",
            id="a shorter one is not",
        ),
    ],
)
def test_each_word_is_one_of_its_own(changed: object, expected: str) -> None:
    """A word that ECR does not know is refused with those that it knows in that place."""
    assert texts(policy_text(changed)) == [expected]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param(
            (('"rules"', '"Rules"'),),
            [
                "the required key 'rules' is missing; add it",
                "Rules: unknown key 'Rules'; did you mean rules?",
            ],
            id="document",
        ),
        pytest.param(
            (('"action"', '"actions"'),),
            [
                "rules[0]: the required key 'action' is missing; add it",
                "rules[0].actions: unknown key 'actions'; did you mean action?",
            ],
            id="rule",
        ),
        pytest.param(
            (('"countNumber": 10', '"countNumber": 10,\n        "tagPatternlist": []'),),
            ["rules[0].selection.tagPatternlist: unknown key 'tagPatternlist'; did you mean tagPatternList?"],
            id="selection, in another case",
        ),
        pytest.param(
            (('"type": "expire"', '"type": "expire",\n        "when": "now"'),),
            ["rules[0].action.when: unknown key 'when'; known keys: type, targetStorageClass"],
            id="action, like nothing known",
        ),
    ],
)
def test_an_unknown_key_is_refused_at_every_level(edits: tuple[tuple[str, str], ...], expected: list[str]) -> None:
    """The finding names the key that it may have been meant for, or all that there are."""
    assert texts(edited(policy_text(rule()), *edits)) == expected


def test_an_unknown_key_is_shown_on_one_line() -> None:
    """A key may hold line ends and commands to a terminal; a finding holds neither."""
    text = edited(policy_text(rule()), ('"action"', '"a\\n::error::\\u001b[31m": 1, "action"'))

    assert texts(text) == [
        (
            r'rules[0]["a\n::error::\x1b[31m"]: unknown key '
            r"'a\n::error::\x1b[31m'; known keys: rulePriority, description, selection, action"
        )
    ]


def test_everything_wrong_is_told_in_one_go() -> None:
    """One run finds every problem, in file order, and each once."""
    text = """\
{
  "rules": [
    {
      "rulePriority": 0,
      "selection": {
        "tagStatus": "TAGGED",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countUnit": "hours",
        "countNumber": null
      },
      "action": {"type": "archive"}
    },
    7
  ],
  "version": 1
}
"""

    assert errors(text) == [
        "policy.json:4:23: rules[0].rulePriority: must be 1 or more, got 0 [ECR110]",
        (
            "policy.json:6:22: rules[0].selection.tagStatus: must be 'tagged' or 'untagged' or 'any', got 'TAGGED';"
            " write 'tagged' [ECR111]"
        ),
        (
            "policy.json:9:9: rules[0].selection.countUnit: the key 'countUnit' is written twice, first on line 8;"
            " remove one; JSON readers silently drop the first [ECR104]"
        ),
        (
            "policy.json:9:22: rules[0].selection.countUnit: must be 'days', got 'hours'; ECR supports no other unit "
            "[ECR113]"
        ),
        "policy.json:10:24: rules[0].selection.countNumber: must be an integer, got null [ECR107]",
        "policy.json:12:26: rules[0].action.type: must be 'expire' or 'transition', got 'archive' [ECR111]",
        "policy.json:14:5: rules[1]: must be a mapping, got an integer [ECR107]",
        "policy.json:16:3: version: unknown key 'version'; known keys: rules [ECR105]",
    ]


@pytest.mark.parametrize("key", ["rulePriority", "selection", "action"])
def test_a_rule_has_its_required_keys(key: str) -> None:
    """A rule without one of them is refused, at the rule."""
    incomplete = {name: value for name, value in rule(description="long enough " * 9).items() if name != key}

    assert errors(policy_text(incomplete)) == [
        f"policy.json:3:5: rules[0]: the required key '{key}' is missing; add it [ECR106]"
    ]


@pytest.mark.parametrize("key", ["tagStatus", "countType", "countNumber"])
def test_a_selection_has_its_required_keys(key: str) -> None:
    """A selection without one of them is refused, at the selection."""
    assert texts(policy_text(rule(**{key: ABSENT}))) == [
        f"rules[0].selection: the required key '{key}' is missing; add it"
    ]


def test_an_action_has_a_type() -> None:
    """An empty action is refused."""
    assert texts(policy_text(rule(action={}))) == ["rules[0].action: the required key 'type' is missing; add it"]


def test_an_empty_list_where_none_belongs_is_one_mistake() -> None:
    """That it is empty too is not said: it has to go."""
    text = LINE % f'{{"tagStatus": "any", "tagPrefixList": [], {COUNT}}}'

    assert texts(text) == [
        (
            "rules[0].selection.tagPrefixList: tagStatus 'any' must have no tagPrefixList;"
            " remove it, or select tagStatus 'tagged'"
        ),
    ]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(rule(**tagged("*-*-*-*")), id="four wildcards"),
        pytest.param(rule(tagStatus="tagged", tagPrefixList=["a*b*c*d*e*"]), id="a prefix is literal"),
        pytest.param(rule(10**30, countNumber=10**30), id="no number is too large"),
        pytest.param(rule(description=""), id="empty description"),
        pytest.param(rule(storageClass="standard"), id="the default written out"),
        pytest.param(rule(**pushed(1), action=ARCHIVE), id="archived by age"),
        pytest.param(rule(action=ARCHIVE), id="archived by number"),
    ],
)
def test_what_nobody_forbids_is_no_error(changed: object) -> None:
    """The limits are where ECR draws them, and not nearer."""
    assert errors(policy_text(changed)) == []


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        pytest.param(
            30_720,
            [],
            id="longest",
        ),
        pytest.param(
            30_721,
            ["must have at most 30,720 characters, got 30,721; shorten the descriptions and the lists"],
            id="too long",
        ),
    ],
)
def test_the_length_is_counted_in_characters(length: int, expected: list[str]) -> None:
    """A character of several bytes counts once."""
    description = "é" * (length - len(policy_text(rule(description=""))))
    text = json.dumps(document(rule(description=description)), indent=2, ensure_ascii=False)

    assert len(text) == length
    assert texts(text) == expected


def test_a_pattern_of_very_many_wildcards_is_refused_at_once() -> None:
    """What is wrong already is not taken apart any further, which could take for ever."""
    assert texts(policy_text(rule(**tagged("a*" * 90)))) == [
        f"rules[0].selection.tagPatternList[0]: must have at most 4 wildcards (*), got 90 in '{'a*' * 30}…'"
    ]


def test_fifty_rules_are_not_too_many() -> None:
    """The fiftieth rule is fine."""
    assert errors(policy_text(*[rule(number, **tagged(f"v{number}")) for number in range(1, 51)])) == []
