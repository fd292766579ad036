"""The rules for cfn-lint: which there are, where they look and what they say."""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from builders.lint_cases import (
    BAD,
    CHECKS,
    GOOD,
    TOO_LOW,
    creation_template,
    found,
    ids,
    linted,
    repository,
    template,
    yaml_template,
)
from builders.policies import Document, policy_text, rule, tagged
from cfnlint.core import get_rules  # type: ignore[import-untyped] # it ships no types
from cfnlint.rules import Rules  # type: ignore[import-untyped] # it ships no types

from ecrkit import cfnlint as adapter
from ecrkit.cfnlint import RULES, rule_id
from ecrkit.documents.explanations import explain
from ecrkit.errors import Severity

if TYPE_CHECKING:
    from ecrkit.errors import Check


class TestRules:
    def test_every_check_has_one(self) -> None:
        """cfn-lint loads a rule for every check of the rulebook, and no other."""
        loaded = Rules.create_from_module("ecrkit.cfnlint")

        assert {loaded[rule_id].code: rule_id for rule_id in loaded} == {check.code: rule_id(check) for check in CHECKS}
        assert list(RULES) == [check.code for check in CHECKS]

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            pytest.param("ECR112", "E9112", id="error"),
            pytest.param("ECR203", "W9203", id="warning"),
            pytest.param("TPL301", "I9301", id="note"),
        ],
    )
    def test_id(self, code: str, expected: str) -> None:
        """An id has the letter of the severity, a nine, and the number of the code."""
        assert RULES[code].id == expected

    @pytest.mark.parametrize("check", [pytest.param(check, id=check.code) for check in CHECKS])
    def test_severity(self, check: Check) -> None:
        """cfn-lint gives a finding the severity that we give it."""
        severity = {Severity.NOTE: "informational"}.get(check.severity, check.severity.value)
        assert RULES[check.code]().severity == severity

    @pytest.mark.parametrize("check", [pytest.param(check, id=check.code) for check in CHECKS])
    def test_explains_itself(self, check: Check) -> None:
        """``cfn-lint --list-rules`` says what a rule requires, which code it has and where it comes from."""
        assert RULES[check.code].shortdesc == f"{check.title} [{check.code}]"
        assert RULES[check.code].description.startswith(explain(check).checks)
        assert RULES[check.code].description.endswith(f"Source: {check.source}.")
        assert RULES[check.code].source_url.startswith("https://docs.aws.amazon.com/AmazonECR/")

    def test_ids_are_free(self) -> None:
        """No two rules share an id, and all are where cfn-lint has none of its own."""
        ids = [rule.id for rule in RULES.values()]
        own = set(get_rules([], [], ["E", "W", "I"], include_experimental=True).all_rules)

        assert len(own) > 100
        assert len(set(ids)) == len(ids)
        assert [rule_id for rule_id in ids if not re.fullmatch("[EWI]9[0-9]{3}", rule_id)] == []
        assert [rule_id for rule_id in own if rule_id[1] == "9"] == []

    def test_knows_the_core_and_its_host(self) -> None:
        """The module imports ecrkit's core and cfn-lint, and nothing else that has to be installed."""
        tree = ast.parse(Path(adapter.__file__).read_text(encoding="utf-8"))
        imported = {
            name.partition(".")[0]
            for node in ast.walk(tree)
            for name in (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else []
            )
        }

        assert imported - sys.stdlib_module_names == {"cfnlint", "ecrkit"}


class TestWhereItLooks:
    @pytest.mark.parametrize("resource", [repository, creation_template])
    def test_valid(self, resource: Any) -> None:  # noqa: ANN401 - one of the builders
        """A valid policy is no finding, of ours or of cfn-lint's own."""
        assert linted(template(resource())) == []

    def test_repository(self) -> None:
        """The policy of a repository is checked; a finding names property, line, column and path."""
        assert found(template(repository(BAD))) == [f"E9112 LifecyclePolicyText:34:24: {TOO_LOW}"]

    def test_creation_template(self) -> None:
        """So is that of a repository creation template."""
        assert found(template(creation_template(BAD))) == [f"E9112 LifecyclePolicy:34:24: {TOO_LOW}"]

    @pytest.mark.parametrize(
        "value",
        [
            pytest.param({"Ref": "Policy"}, id="Ref"),
            pytest.param({"Fn::Sub": BAD}, id="Sub"),
            pytest.param({"Fn::Sub": BAD.replace("50", "${Count}")}, id="Sub-of-a-parameter"),
            pytest.param({"Fn::Sub": [BAD.replace("prod", "${Name}"), {"Name": {"Ref": "Stage"}}]}, id="Sub-variable"),
            pytest.param({"Fn::Join": ["", [BAD[:90], BAD[90:]]]}, id="Join"),
            pytest.param({"Fn::If": ["IsProduction", BAD, GOOD]}, id="If"),
            pytest.param({"Fn::If": ["IsProduction", GOOD, BAD]}, id="Else"),
            pytest.param({"Fn::If": ["Undefined", GOOD, BAD]}, id="If-of-nothing"),
            pytest.param({"Fn::FindInMap": ["Policies", {"Ref": "Stage"}, "text"]}, id="FindInMap"),
            pytest.param({"Fn::Select": [1, [GOOD, BAD]]}, id="Select"),
        ],
    )
    @pytest.mark.parametrize("resource", [repository, creation_template])
    def test_function(self, resource: Any, value: object) -> None:  # noqa: ANN401 - one of the builders
        """A text that functions write is judged in every form that it can have."""
        text = template(
            resource(value),
            Parameters={"Policy": {"Type": "String", "Default": BAD}, "Stage": {"Type": "String", "Default": "prod"}},
            Conditions={"IsProduction": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
            Mappings={"Policies": {"prod": {"text": GOOD}, "dev": {"text": BAD}}},
        )

        assert ids(found(text)) == ["E9112"] if "${Count}" not in str(value) else ["E9112", "I9301"]

    @pytest.mark.parametrize(
        "properties",
        [
            pytest.param({"LifecyclePolicyText": {"Fn::ToJsonString": json.loads(BAD)}}, id="ToJsonString"),
            pytest.param({"Fn::If": ["C", {"LifecyclePolicyText": BAD}, {"Ref": "AWS::NoValue"}]}, id="property"),
        ],
    )
    def test_function_of_a_repository(self, properties: object) -> None:
        """So is a policy that is written as an object, or that a condition leaves out."""
        resource = {"Type": "AWS::ECR::Repository", "Properties": {"LifecyclePolicy": properties}}

        assert ids(found(template(resource))) == ["E9112"]

    def test_loop(self) -> None:
        """So is the block of a loop; cfn-lint shows once what is wrong with all that it makes."""
        loop = ["Name", ["web", "api"], {"${Name}": repository(BAD)}]
        text = json.dumps({"Transform": "AWS::LanguageExtensions", "Resources": {"Fn::ForEach::All": loop}})

        assert found(text) == [f"E9112 LifecyclePolicyText:34:24: {TOO_LOW}"]

    def test_short_function(self) -> None:
        """So is one in the short form of YAML."""
        [line] = found(yaml_template(f" !Sub '{json.dumps(json.loads(BAD))}'"))

        assert line == f"E9112 LifecyclePolicyText:1:461: {TOO_LOW}"

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            pytest.param({"Ref": "Policy"}, "not checked: 'Policy' is", id="Ref"),
            pytest.param({"Fn::ImportValue": "policy"}, "not checked: Fn::ImportValue is", id="ImportValue"),
            pytest.param("{{resolve:ssm:policy}}", "not checked: {{resolve:ssm:policy}} is", id="dynamic-reference"),
            pytest.param(
                {"Fn::Sub": GOOD.replace("prod", "${Stage}")},
                "not checked where the text depends on it: 'Stage' is",
                id="part",
            ),
        ],
    )
    def test_what_only_a_deploy_knows(self, value: object, said: str) -> None:
        """What only a deploy knows is said not to be checked, which is no warning."""
        assert found(template(repository(value))) == [
            (
                f"I9301 {said} known only when the stack is deployed; check the text that it becomes with "
                "'ecrkit policy check' [TPL301]"
            )
        ]

    @pytest.mark.parametrize(
        "resource",
        [
            pytest.param({"Type": "AWS::ECR::Repository"}, id="no-properties"),
            pytest.param({"Type": "AWS::ECR::Repository", "Properties": {}}, id="no-policy"),
            pytest.param({"Type": "AWS::ECR::Repository", "Properties": {"LifecyclePolicy": {}}}, id="no-text"),
            pytest.param(repository({"Ref": "AWS::NoValue"}), id="no-value"),
            pytest.param({"Type": "AWS::ECR::Repository", "Properties": {"LifecyclePolicy": BAD}}, id="text-too-high"),
            pytest.param(repository(json.loads(BAD)), id="object"),
            pytest.param(repository([BAD]), id="list"),
            pytest.param(repository(1), id="number"),
            pytest.param(repository(BAD) | {"Type": "AWS::ECR::PublicRepository"}, id="another-type"),
        ],
    )
    def test_no_text(self, resource: Document) -> None:
        """Where no text is, there is nothing for these rules; a wrong type is found by cfn-lint's own."""
        assert found(template(resource)) == []


class TestWhatItSays:
    def test_everything(self) -> None:
        """Everything that is wrong with a policy is told, each by the rule of its check."""
        text = policy_text(rule(0, countNumber=0), rule(2, **tagged("a*", "b*")), rule(2, **tagged("c*")))

        assert ids(found(template(repository(text)))) == [
            "E9110",
            "E9112",
            "E9140",
            "W9203",
        ]

    def test_no_json(self) -> None:
        """A text that is not JSON is a finding too."""
        assert found(template(repository("rules: []".ljust(100)))) == [
            (
                "E9101 LifecyclePolicyText:1:1: not JSON: the text has the word rules without quotes;"
                ' write "rules" [ECR101]'
            )
        ]

    def test_completeness(self) -> None:
        """What a repository has is all that it has: what it leaves out is a warning, at the text."""
        assert found(template(repository(policy_text(rule(1, **tagged("v*")))))) == [
            (
                "W9211 LifecyclePolicyText:1:1: no rule for untagged images, so they stay forever; add a policy"
                " for them [ECR211]"
            ),
            (
                "W9212 LifecyclePolicyText:1:1: no rule for every tagged image, so their number grows forever;"
                " add a policy with an 'any' rule, or with the pattern '*' [ECR212]"
            ),
        ]

    def test_completeness_of_an_invalid_policy(self) -> None:
        """As long as ECR refuses a policy, nobody is told what it leaves out."""
        text = policy_text(rule(1, **tagged("v*"), countNumber=0))

        assert ids(found(template(repository(text)))) == ["E9112"]

    def test_completeness_of_a_creation_template(self) -> None:
        """What the policy of a creation template leaves out is a warning, as it is in the catalog."""
        text = policy_text(rule(1, **tagged("v*")))

        assert ids(found(template(creation_template(text)))) == ids(found(template(repository(text))))
        assert ids(found(template(creation_template(text)))) == ["W9211", "W9212"]


def test_severities_are_known() -> None:
    """Every severity has a letter that cfn-lint takes for it."""
    assert {rule_id(check)[0] for check in CHECKS} == {"E", "W", "I"}
    assert {severity.value for severity in Severity} == {"error", "warning", "note"}
