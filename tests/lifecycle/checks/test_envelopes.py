"""Policies inside other documents, as the AWS CLI prints them."""

from __future__ import annotations

import json

import pytest
from builders.policies import policy_text, rule

from ecrkit.lifecycle import check_policy, parse_policy

POLICY = policy_text(rule(1, description='Ünïcode 🚀 and "quotes"', countNumber=7))

ENVELOPES = {
    "get-lifecycle-policy": {"registryId": "1", "repositoryName": "web", "lifecyclePolicyText": POLICY},
    "get-lifecycle-policy-preview": {"lifecyclePolicyText": POLICY, "status": "COMPLETE", "previewResults": [{}]},
    "put-lifecycle-policy": {"repositoryName": "web", "lifecyclePolicyText": POLICY},
    "CloudFormation": {"LifecyclePolicyText": POLICY},
    "Terraform": {"repository": "web", "policy": POLICY},
    "only the text": POLICY,
}


@pytest.mark.parametrize("envelope", [pytest.param(value, id=name) for name, value in ENVELOPES.items()])
def test_the_policy_is_taken_out(envelope: object) -> None:
    """Every document that has the policy in a string stands for it, where the reader allows that."""
    taken = parse_policy(json.dumps(envelope), file="p.json", unwrap=True)

    assert taken == parse_policy(POLICY, file="p.json")


@pytest.mark.parametrize("envelope", [pytest.param(value, id=name) for name, value in ENVELOPES.items()])
def test_the_policy_alone_is_required_elsewhere(envelope: object) -> None:
    """Elsewhere such a document is one error, whatever the text is."""
    (found,) = check_policy(json.dumps(envelope), file="p.json").findings

    assert found.code == "ECR150"


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("is_ascii", [True, False])
def test_positions_lead_to_the_character_in_the_file(indent: int | None, *, is_ascii: bool) -> None:
    """A finding about the text in the string points to the place in the file, over escapes."""
    text = json.dumps(
        {"lifecyclePolicyText": POLICY.replace('"countNumber": 7', '"countNumber": 0')},
        indent=indent,
        ensure_ascii=is_ascii,
    )

    (found,) = check_policy(text, file="p.json", unwrap=True).findings
    line = text.splitlines()[found.location.line - 1]
    assert line[found.location.column - 1] == "0"
    assert line[: found.location.column - 1].endswith('countNumber\\": ')
    assert found.text == "lifecyclePolicyText.rules[0].selection.countNumber: must be 1 or more, got 0"


def test_a_text_that_is_not_json_is_told_where_it_is() -> None:
    """A syntax error in the string has its place in the file, too."""
    (found,) = check_policy('{"lifecyclePolicyText": "{\\"rules\\": [,]}"}', file="p.json", unwrap=True).findings

    assert str(found) == (
        'p.json:1:39: lifecyclePolicyText: not JSON: the text has "," where a value is expected [ECR101]'
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param('{"rules": [], "policy": "{}"}', "ECR105", id="rules of its own"),
        pytest.param('{"lifecyclePolicyText": {"rules": []}}', "ECR105", id="no string"),
        pytest.param('"a word"', "ECR107", id="a word"),
        pytest.param('["{}"]', "ECR107", id="a list"),
    ],
)
def test_other_documents_are_no_envelopes(text: str, code: str) -> None:
    """What has no policy in a string is checked as a policy."""
    assert code in {found.code for found in check_policy(text, file="p.json", unwrap=True).findings}


def test_the_command_has_no_file_where_the_policy_has_none() -> None:
    """A text that is a property of a template is not a file that a shell could write."""
    (found,) = check_policy('{"lifecyclePolicyText": "{}"}', file="LifecyclePolicyText").findings

    assert found.remedy == (
        "save only the policy: run `aws ecr get-lifecycle-policy --repository-name NAME --query lifecyclePolicyText"
        " --output text`"
    )
