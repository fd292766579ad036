from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from builders.policies import edited, errors, policy_text, rule, tagged

from ecrkit.lifecycle import RULEBOOK, check_policy

if TYPE_CHECKING:
    from ecrkit.errors import Check

TEXT = """\
{"rules": [
  {"rulePriority": 1, "description": "release candidates",
   "selection": {"tagStatus": "tagged", "tagPatternList": ["*-rc*"],
                 "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 14},
   "action": {"type": "transition", "targetStorageClass": "archive"}},
  {"rulePriority": 2,
   "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 3},
   "action": {"type": "expire"}},
  {"rulePriority": 3,
   "selection": {"tagStatus": "any", "storageClass": "archive",
                 "countType": "sinceImageTransitioned", "countUnit": "days", "countNumber": 365},
   "action": {"type": "expire"}}
]}
"""

FIRST_SELECTS = '"tagged", "tagPatternList": ["*-rc*"]'


@dataclass(frozen=True)
class Refused:
    """A text, or edits of the one above, and all that is wrong with it, a line each."""

    code: str
    id: str
    findings: str
    edits: tuple[tuple[str, str], ...] = ()
    text: str = TEXT


REFUSED = (
    Refused(
        "ECR101",
        "not JSON",
        edits=(("]}\n", "]\n"),),
        findings="policy.json:14:1: not JSON: the text ends where ',' or '}' is expected [ECR101]",
    ),
    Refused(
        "ECR102",
        "text too short",
        text='{"rules": []}',
        findings=(
            "policy.json:1:1: must have at least 100 characters, got 13; add a description to a rule [ECR102]\n"
            "policy.json:1:11: rules: must have at least 1 rule, got none; add one, or name no lifecycle policy"
            " [ECR108]"
        ),
    ),
    Refused(
        "ECR103",
        "text too long",
        text=TEXT.ljust(30_721),
        findings=(
            "policy.json:1:1: must have at most 30,720 characters, got 30,721; shorten the descriptions and the lists"
            " [ECR103]"
        ),
    ),
    Refused(
        "ECR104",
        "key written twice",
        edits=(('{"rulePriority": 2,', '{"rulePriority": 2,\n   "rulePriority": 4,'),),
        findings=(
            "policy.json:7:4: rules[1].rulePriority: the key 'rulePriority' is written twice, first on line 6; "
            "remove one; JSON readers silently drop the first [ECR104]"
        ),
    ),
    Refused(
        "ECR105",
        "unknown key",
        edits=(('"description": "release', '"comment": "release'),),
        findings=(
            "policy.json:2:23: rules[0].comment: unknown key 'comment'; known keys: rulePriority, description,"
            " selection, action [ECR105]"
        ),
    ),
    Refused(
        "ECR106",
        "missing key",
        edits=(('"countType": "imageCountMoreThan", ', ""),),
        findings="policy.json:7:17: rules[1].selection: the required key 'countType' is missing; add it [ECR106]",
    ),
    Refused(
        "ECR107",
        "wrong type",
        edits=(('"countNumber": 14', '"countNumber": "14"'),),
        findings="policy.json:4:87: rules[0].selection.countNumber: must be an integer, got a string [ECR107]",
    ),
    Refused(
        "ECR108",
        "no rules",
        text=f'{{"rules": []{" " * 100}}}',
        findings=(
            "policy.json:1:11: rules: must have at least 1 rule, got none; add one, or name no lifecycle policy"
            " [ECR108]"
        ),
    ),
    Refused(
        "ECR109",
        "too many rules",
        text=policy_text(*[rule(number, **tagged(f"v{number}")) for number in range(1, 52)]),
        findings="policy.json:2:12: rules: must have at most 50 rules, got 51; merge rules [ECR109]",
    ),
    Refused(
        "ECR110",
        "priority too low",
        edits=(('"rulePriority": 2', '"rulePriority": 0'),),
        findings="policy.json:6:20: rules[1].rulePriority: must be 1 or more, got 0 [ECR110]",
    ),
    Refused(
        "ECR111",
        "not a choice",
        edits=(('"untagged"', '"none"'),),
        findings=(
            "policy.json:7:31: rules[1].selection.tagStatus: must be 'tagged' or 'untagged' or 'any', got 'none'"
            " [ECR111]"
        ),
    ),
    Refused(
        "ECR112",
        "count too low",
        edits=(('"countNumber": 3}', '"countNumber": -3}'),),
        findings="policy.json:7:93: rules[1].selection.countNumber: must be 1 or more, got -3 [ECR112]",
    ),
    Refused(
        "ECR113",
        "bad count unit",
        edits=(('"days", "countNumber": 14', '"weeks", "countNumber": 14'),),
        findings=(
            "policy.json:4:64: rules[0].selection.countUnit: must be 'days', got 'weeks'; ECR supports no other unit"
            " [ECR113]"
        ),
    ),
    Refused(
        "ECR114",
        "empty list",
        edits=(('["*-rc*"]', "[]"),),
        findings=(
            "policy.json:3:59: rules[0].selection.tagPatternList: must have at least 1 entry, got none; add one, or"
            " remove the rule [ECR114]"
        ),
    ),
    Refused(
        "ECR115",
        "empty entry",
        edits=(('["*-rc*"]', '["*-rc*", ""]'),),
        findings=(
            "policy.json:3:69: rules[0].selection.tagPatternList[1]: must have at least 1 character, got ''; remove"
            " it, or write the pattern '*' to match every tag [ECR115]"
        ),
    ),
    Refused(
        "ECR116",
        "too many wildcards",
        edits=(('["*-rc*"]', '["*-rc*", "v*.*.*-*-*"]'),),
        findings=(
            "policy.json:3:69: rules[0].selection.tagPatternList[1]: must have at most 4 wildcards (*), got 5 in"
            " 'v*.*.*-*-*' [ECR116]"
        ),
    ),
    Refused(
        "ECR120",
        "tagged without list",
        edits=(('"tagPatternList": ["*-rc*"],', ""),),
        findings=(
            "policy.json:3:31: rules[0].selection.tagStatus: tagStatus 'tagged' needs a tagPatternList or a"
            ' tagPrefixList, got neither; add "tagPatternList": ["*"] for every tagged image [ECR120]'
        ),
    ),
    Refused(
        "ECR121",
        "two lists",
        edits=(('["*-rc*"],', '["*-rc*"], "tagPrefixList": ["rc"],'),),
        findings=(
            "policy.json:3:70: rules[0].selection.tagPrefixList: tagStatus 'tagged' needs either a tagPatternList or "
            "a tagPrefixList, got both; write the prefixes as patterns that end in * [ECR121]"
        ),
    ),
    Refused(
        "ECR122",
        "list without tagged",
        edits=(('"untagged",', '"untagged", "tagPrefixList": ["v"],'),),
        findings=(
            "policy.json:7:43: rules[1].selection.tagPrefixList: tagStatus 'untagged' must have no tagPrefixList; "
            "remove it, or select tagStatus 'tagged' [ECR122]"
        ),
    ),
    Refused(
        "ECR123",
        "unit missing",
        edits=(('"countUnit": "days", "countNumber": 14', '"countNumber": 14'),),
        findings=(
            "policy.json:4:31: rules[0].selection.countType: countType 'sinceImagePushed' needs a countUnit; add"
            ' "countUnit": "days" [ECR123]'
        ),
    ),
    Refused(
        "ECR124",
        "unit with count",
        edits=(('"imageCountMoreThan", ', '"imageCountMoreThan", "countUnit": "days", '),),
        findings=(
            "policy.json:7:78: rules[1].selection.countUnit: countType 'imageCountMoreThan' must have no countUnit;"
            " remove it, or count days since an event [ECR124]"
        ),
    ),
    Refused(
        "ECR125",
        "pulled expires",
        edits=(('"imageCountMoreThan", ', '"sinceImagePulled", "countUnit": "days", '),),
        findings=(
            "policy.json:8:23: rules[1].action.type: countType 'sinceImagePulled' needs the action 'transition', got "
            "'expire'; archive instead, or count with sinceImagePushed [ECR125]"
        ),
    ),
    Refused(
        "ECR126",
        "transitioned transitions",
        edits=(('{"type": "expire"}}\n', '{"type": "transition", "targetStorageClass": "archive"}}\n'),),
        findings=(
            "policy.json:12:23: rules[2].action.type: countType 'sinceImageTransitioned' needs the action 'expire', "
            "got 'transition'; an archived image can only expire [ECR126]"
        ),
    ),
    Refused(
        "ECR127",
        "transitioned and standard",
        edits=(('"storageClass": "archive",\n', '"storageClass": "standard",\n'),),
        findings=(
            "policy.json:10:54: rules[2].selection.storageClass: countType 'sinceImageTransitioned' needs"
            " storageClass 'archive', got 'standard'; write \"storageClass\": \"archive\" [ECR127]"
        ),
    ),
    Refused(
        "ECR127",
        "transitioned and no storage class",
        edits=((' "storageClass": "archive",\n', "\n"),),
        findings=(
            "policy.json:11:31: rules[2].selection.countType: countType 'sinceImageTransitioned' needs storageClass"
            ' \'archive\', got none; write "storageClass": "archive" [ECR127]'
        ),
    ),
    Refused(
        "ECR128",
        "archive and not transitioned",
        edits=(('"untagged",', '"untagged", "storageClass": "archive",'),),
        findings=(
            "policy.json:7:59: rules[1].selection.storageClass: storageClass 'archive' needs countType "
            "'sinceImageTransitioned', got 'imageCountMoreThan'; remove the storageClass, or count with "
            "sinceImageTransitioned [ECR128]"
        ),
    ),
    Refused(
        "ECR129",
        "archived too briefly",
        edits=(("365", "89"),),
        findings=(
            "policy.json:11:93: rules[2].selection.countNumber: must be 90 or more with 'sinceImageTransitioned', got"
            " 89; an archived image is kept and billed for at least that long [ECR129]"
        ),
    ),
    Refused(
        "ECR130",
        "transition without target",
        edits=((', "targetStorageClass": "archive"', ""),),
        findings=(
            "policy.json:5:23: rules[0].action.type: the action 'transition' needs a targetStorageClass; add"
            ' "targetStorageClass": "archive" [ECR130]'
        ),
    ),
    Refused(
        "ECR131",
        "target with expire",
        edits=(('{"type": "expire"}},', '{"type": "expire", "targetStorageClass": "archive"}},'),),
        findings=(
            "policy.json:8:33: rules[1].action.targetStorageClass: the action 'expire' must have no targetStorageClass;"
            " remove it, or write the action 'transition' [ECR131]"
        ),
    ),
    Refused(
        "ECR150",
        "text in a string",
        text='{"repositoryName": "web", "lifecyclePolicyText": "{}"}',
        findings=(
            "policy.json:1:50: lifecyclePolicyText: must be a policy, got a document that contains a policy in a "
            "string; save only the policy: run `aws ecr get-lifecycle-policy --repository-name web --query "
            "lifecyclePolicyText --output text > policy.json` [ECR150]"
        ),
    ),
    Refused(
        "ECR140",
        "duplicate priority",
        edits=(('"rulePriority": 3', '"rulePriority": 1'),),
        findings=(
            "policy.json:9:20: rules[2].rulePriority: rulePriority 1 is taken by rules[0]; the lowest free number is"
            " 3 [ECR140]"
        ),
    ),
    Refused(
        "ECR141",
        "second untagged",
        edits=((FIRST_SELECTS, '"untagged"'),),
        findings=(
            "policy.json:7:31: rules[1].selection.tagStatus: a second 'untagged' rule for storage class 'standard', "
            "in addition to rules[0]; merge the two [ECR141]"
        ),
    ),
    Refused(
        "ECR142",
        "second any",
        edits=((FIRST_SELECTS, '"any"'), ('"untagged"', '"any"')),
        findings=(
            "policy.json:7:31: rules[1].selection.tagStatus: a second 'any' rule for storage class 'standard', in "
            "addition to rules[0]; merge the two [ECR142]"
        ),
    ),
    Refused(
        "ECR143",
        "any not last",
        edits=((FIRST_SELECTS, '"any"'),),
        findings=(
            "policy.json:2:3: rules[0]: an 'any' rule must have the highest rulePriority of its storage class, got 1"
            " below 2; renumber it to 4 or more [ECR143]"
        ),
    ),
    Refused(
        "ECR144",
        "same list",
        edits=(('"untagged",', '"tagged", "tagPatternList": ["*-rc*"],'),),
        findings=(
            "policy.json:7:59: rules[1].selection.tagPatternList: the same tagPatternList as rules[0], in storage"
            " class 'standard'; merge the two [ECR144]"
        ),
    ),
)


def test_the_unedited_text_is_fine() -> None:
    """What the cases below are edits of has no error, so that each error comes from its edit."""
    assert errors(TEXT) == []


@pytest.mark.parametrize("refused", [pytest.param(case, id=f"{case.code}: {case.id}") for case in REFUSED])
def test_says_what_is_wrong_where_and_what_to_do(refused: Refused) -> None:
    """Each thing that ECR refuses is an error, and the only one, at its own place, with a remedy."""
    text = edited(refused.text, *refused.edits)

    assert "\n".join(errors(text)) == refused.findings
    assert f"[{refused.code}]" in refused.findings
    assert check_policy(text, file="policy.json").policy is None


def test_every_error_has_a_case() -> None:
    """No check of the rulebook is without a case above."""
    codes = {check.code for check in RULEBOOK if check.code.startswith("ECR1")}

    assert codes == {case.code for case in REFUSED}


def test_codes_are_unique_and_in_order() -> None:
    """A code stands for one check for ever, and tables list them in order."""
    codes = [check.code for check in RULEBOOK]

    assert codes == sorted(set(codes))
    assert all(re.fullmatch("ECR[12][0-9]{2}", code) for code in codes)


@pytest.mark.parametrize("check", [pytest.param(check, id=check.code) for check in RULEBOOK])
def test_texts_are_in_the_house_style(check: Check) -> None:
    """A row has a title and a source; its message begins in lower case, and neither that nor the remedy has a stop."""
    assert check.title
    assert check.source
    assert check.message[0] == check.message[0].lower()
    assert not check.message.endswith(".")
    assert not check.remedy.endswith(".")
