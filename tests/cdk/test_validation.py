"""The validation plugin finds policies wherever a template has one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_ecr as ecr
from builders.policies import policy
from builders.validations import (
    ALL_OF_FOUND,
    BAD,
    GOOD,
    TOO_LOW,
    app_with_plugin,
    creation_template,
    l1,
    plain_app,
    report,
    reported,
)

from ecrkit.cdk import LifecyclePolicyValidation, Repository

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from constructs import Construct

pytestmark = pytest.mark.node


@jsii.implements(cdk.IStableStringProducer)
class Late:
    """Gives a text when the app is synthesized, and not before."""

    def __init__(self, text: str) -> None:
        self._text = text

    def produce(self) -> str:
        return self._text


def condition(scope: Construct) -> str:
    return cdk.CfnCondition(
        scope, "Condition", expression=cdk.Fn.condition_equals(cdk.Aws.REGION, "us-east-1")
    ).logical_id


def checked(path: Path) -> list[str]:
    """Let the plugin look at one template; give resource and rule of each violation."""

    class Context:
        template_paths = (str(path),)
        app_construct = plain_app()

    validation = LifecyclePolicyValidation().validate(cast("cdk.IPolicyValidationContext", Context()))
    return [
        f"{resource.resource_logical_id} {violation.rule_name}"
        for violation in validation.violations
        for resource in violation.violating_resources
    ]


class TestWhereItLooks:
    def test_nothing_wrong(self) -> None:
        """Valid and complete policies are no finding."""
        app = app_with_plugin()
        stack = cdk.Stack(app, "Registry")
        l1(stack, "App", GOOD)
        creation_template(stack, "Cache", GOOD)
        Repository(stack, "Ours", lifecycle=policy(*json.loads(GOOD)["rules"]))

        assert report(app) == {"conclusion": "success", "violations": []}

    def test_l1(self) -> None:
        """The policy of a plain CfnRepository is checked; the finding is at its construct."""
        app = app_with_plugin()
        l1(cdk.Stack(app, "Registry"), "App")

        assert reported(app) == [f"Registry/App: ECR112 {TOO_LOW}"]

    def test_l2(self) -> None:
        """So is what the L2 makes of its rules."""
        app = app_with_plugin()
        repository = ecr.Repository(cdk.Stack(app, "Registry"), "App")
        repository.add_lifecycle_rule(tag_pattern_list=["a*", "b*"], max_image_count=3)
        repository.add_lifecycle_rule(tag_status=ecr.TagStatus.UNTAGGED, max_image_count=3)
        repository.add_lifecycle_rule(tag_status=ecr.TagStatus.ANY, max_image_count=3)

        assert reported(app) == [f"Registry/App/Resource: ECR203 {ALL_OF_FOUND.format('1:80')}"]

    def test_creation_template(self) -> None:
        """So is that of a repository creation template."""
        app = app_with_plugin()
        creation_template(cdk.Stack(app, "Registry"), "Cache")

        assert reported(app) == [f"Registry/Cache: ECR112 {TOO_LOW.replace('PolicyText', 'Policy')}"]

    def test_untyped(self) -> None:
        """So is one that a bare CfnResource has, and one that an override put there."""
        app = app_with_plugin()
        stack = cdk.Stack(app, "Registry")
        bare = {"LifecyclePolicy": {"LifecyclePolicyText": BAD}}
        cdk.CfnResource(stack, "Bare", type="AWS::ECR::Repository", properties=bare)
        l1(stack, "Overridden", GOOD).add_property_override("LifecyclePolicy.LifecyclePolicyText", BAD)

        assert reported(app) == [f"Registry/Bare: ECR112 {TOO_LOW}", f"Registry/Overridden: ECR112 {TOO_LOW}"]

    @pytest.mark.parametrize(
        "synthesizer",
        [
            pytest.param(cdk.DefaultStackSynthesizer, id="default"),
            pytest.param(cdk.LegacyStackSynthesizer, id="legacy"),
        ],
    )
    def test_nested_stacks(self, synthesizer: type[cdk.DefaultStackSynthesizer | cdk.LegacyStackSynthesizer]) -> None:
        """Nested stacks, and what is nested in these, are looked at too."""
        app = app_with_plugin()
        stack = cdk.Stack(app, "Registry", synthesizer=synthesizer())
        nested = cdk.NestedStack(stack, "Nested")
        l1(nested, "App")
        l1(cdk.NestedStack(nested, "Deeper"), "App")

        assert reported(app) == [
            f"Registry/Nested/App: ECR112 {TOO_LOW}",
            f"Registry/Nested/Deeper/App: ECR112 {TOO_LOW}",
        ]

    def test_stages(self) -> None:
        """So are the stacks of stages, and stacks nested in them."""
        app = app_with_plugin()
        stack = cdk.Stack(cdk.Stage(app, "Production"), "Registry")
        l1(stack, "App")
        l1(cdk.NestedStack(stack, "Nested"), "App")

        assert reported(app) == [
            f"Production/Registry/App: ECR112 {TOO_LOW}",
            f"Production/Registry/Nested/App: ECR112 {TOO_LOW}",
        ]

    def test_registered_with_a_stage(self) -> None:
        """Registered with a stage, the plugin looks at that stage alone."""
        app = plain_app()
        stage = cdk.Stage(app, "Production")
        cdk.Validations.of(stage).add_plugins(LifecyclePolicyValidation())
        for scope in (app, stage):
            stack = cdk.Stack(scope, "Registry")
            l1(cdk.NestedStack(stack, "Nested"), "App")

        assert reported(app) == [f"Production/Registry/Nested/App: ECR112 {TOO_LOW}"]

    @pytest.mark.parametrize(
        "make",
        [
            pytest.param(lambda scope: cdk.CfnParameter(scope, "Policy", default=BAD).value_as_string, id="Ref"),
            pytest.param(lambda _: cdk.Fn.sub(BAD), id="Sub"),
            pytest.param(lambda _: BAD.replace("prod", f"prod-{cdk.Aws.REGION}"), id="Join"),
            pytest.param(lambda scope: scope.to_json_string(json.loads(BAD)), id="ToJsonString"),
            pytest.param(lambda scope: cdk.Fn.condition_if(condition(scope), GOOD, BAD).to_string(), id="If"),
        ],
    )
    def test_function(self, make: Callable[[cdk.Stack], str]) -> None:
        """A text that functions write is judged in every form that it can have."""
        app = app_with_plugin()
        stack = cdk.Stack(app, "Registry")
        l1(stack, "App", make(stack))

        assert [line.split()[1] for line in reported(app)][:1] == ["ECR112"]

    def test_loop(self, tmp_path: Path) -> None:
        """So is the block of a loop, for each of its repositories; also where only a deploy knows how many."""
        path = tmp_path / "Loops.template.json"
        block = {
            "${Name}": {"Type": "AWS::ECR::Repository", "Properties": {"LifecyclePolicy": {"LifecyclePolicyText": BAD}}}
        }
        loops = {
            "Fn::ForEach::Two": ["Name", ["web", "api"], block],
            "Fn::ForEach::Late": ["Name", {"Ref": "Names"}, block],
        }
        path.write_text(json.dumps({"Resources": loops}), encoding="utf-8")

        found = checked(path)

        assert found == ["web ECR112", "api ECR112", "Fn::ForEach::Late ECR112"]

    @pytest.mark.parametrize("resource", [l1, creation_template])
    @pytest.mark.parametrize(
        "make",
        [
            pytest.param(lambda scope: cdk.CfnParameter(scope, "Policy").value_as_string, id="Ref"),
            pytest.param(lambda _: cdk.Fn.import_value("policy"), id="ImportValue"),
        ],
    )
    def test_what_only_a_deploy_knows(
        self, make: Callable[[cdk.Stack], str], resource: Callable[[cdk.Stack, str, str], cdk.CfnResource]
    ) -> None:
        """What only a deploy knows is said not to be checked, and stops no synthesis."""
        app = app_with_plugin()
        stack = cdk.Stack(app, "Registry")
        resource(stack, "App", make(stack))

        [violation] = (found := report(app))["violations"]
        assert (found["conclusion"], violation["ruleName"], violation["severity"]) == ("success", "TPL301", "info")
        assert violation["description"].startswith("not checked: ")

    def test_token(self) -> None:
        """A text that CDK itself learns late is checked as it stands in the template."""
        app = app_with_plugin()
        l1(cdk.Stack(app, "Registry"), "App", cdk.Lazy.string(Late(BAD)))

        assert reported(app) == [f"Registry/App: ECR112 {TOO_LOW}"]

    def test_no_policy(self) -> None:
        """A repository without a policy is no finding of this plugin."""
        app = app_with_plugin()
        ecr.CfnRepository(cdk.Stack(app, "Registry"), "App")

        assert reported(app) == []
