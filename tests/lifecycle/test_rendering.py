from __future__ import annotations

import json

import pytest
from builders.policies import ARCHIVE, archived, document, policy, policy_text, pulled, pushed, rule, tagged, untagged

from ecrkit.lifecycle import parse_policy, render
from ecrkit.lifecycle.rendering import rule_document


def test_the_canonical_text_of_a_whole_policy() -> None:
    """Rules by priority, keys in the user guide's order, on one line and without a space."""
    made = policy(
        rule(30, **archived(365)),
        rule(20, description="Keep the last ten images"),
        rule(3, **untagged(), **pushed(14)),
        rule(2, tagStatus="tagged", tagPrefixList=["prod", "main"], **pulled(90), action=ARCHIVE),
        rule(1, **tagged("v*", "*-rc*")),
    )

    assert render(made) == (
        '{"rules":['
        '{"rulePriority":1,"selection":{"tagStatus":"tagged","tagPatternList":["v*","*-rc*"],'
        '"countType":"imageCountMoreThan","countNumber":10},"action":{"type":"expire"}},'
        '{"rulePriority":2,"selection":{"tagStatus":"tagged","tagPrefixList":["prod","main"],'
        '"countType":"sinceImagePulled","countUnit":"days","countNumber":90},'
        '"action":{"type":"transition","targetStorageClass":"archive"}},'
        '{"rulePriority":3,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days",'
        '"countNumber":14},"action":{"type":"expire"}},'
        '{"rulePriority":20,"description":"Keep the last ten images","selection":{"tagStatus":"any",'
        '"countType":"imageCountMoreThan","countNumber":10},"action":{"type":"expire"}},'
        '{"rulePriority":30,"selection":{"tagStatus":"any","storageClass":"archive",'
        '"countType":"sinceImageTransitioned","countUnit":"days","countNumber":365},"action":{"type":"expire"}}'
        "]}"
    )


def test_the_text_for_people() -> None:
    """With an indent it is the same document, a key a line, without an end of line at the end."""
    assert (
        render(policy(rule(**untagged(), **pushed(14), description="Expire untagged images")), indent=2)
        == """\
{
  "rules": [
    {
      "rulePriority": 1,
      "description": "Expire untagged images",
      "selection": {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": 14
      },
      "action": {
        "type": "expire"
      }
    }
  ]
}"""
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(rule(), rule(storageClass="standard"), id="the default written out"),
        pytest.param(rule(), dict(reversed(rule().items())), id="keys in another order"),
    ],
)
def test_equal_policies_have_equal_texts(one: object, other: object) -> None:
    """How a policy was written does not show in its text."""
    assert render(policy(one)) == render(policy(other))


def test_an_empty_description_is_not_absent() -> None:
    """What is there is kept, and what is absent is never null."""
    assert rule_document(policy(rule(description="")).rules[0]) == rule(description="")
    assert rule_document(policy(rule()).rules[0]) == rule()


def test_text_that_is_not_ascii_is_kept() -> None:
    """A character is written as itself, so that the length is what the service counts."""
    text = json.dumps(document(rule(description="für jeden Zweig 🚢")), ensure_ascii=True)

    assert "\\u00fc" in text
    assert '"description":"für jeden Zweig 🚢"' in render(parse_policy(text, file="policy.json"))


def test_rendering_a_rendered_text_changes_nothing() -> None:
    """The canonical text is its own canonical text."""
    once = render(policy(rule(2), rule(1, **untagged())))

    assert render(parse_policy(once, file="policy.json")) == once


def test_the_text_is_no_longer_than_the_file() -> None:
    """A file that is not too long has a text that is not too long."""
    assert len(render(policy(rule()))) < len(policy_text(rule()))
