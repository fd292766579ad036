"""The validation plugin: what its report says of each finding, and of our construct."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from builders.policies import policy, policy_text, rule, tagged
from builders.stores import make_store
from builders.validations import (
    ALL_OF,
    ALL_OF_FOUND,
    BAD,
    GOOD,
    INCOMPLETE,
    TOO_LOW,
    UNPROTECTED,
    app_with_plugin,
    l1,
    plain_app,
    report,
    reported,
)

import ecrkit
from ecrkit.cdk import LifecyclePolicyValidation, Repository
from ecrkit.lifecycle import RULEBOOK
from ecrkit.policies.references import PolicyRef
from ecrkit.policies.rulebook import UNPUBLISHED
from ecrkit.policies.store import PolicyStore
from ecrkit.registry.rulebook import ACCESS_RULEBOOK
from ecrkit.registry.templates import TEMPLATE_RULEBOOK

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.node


class TestWhatItSays:
    def test_report(self) -> None:
        """A finding has its code, its severity, what to do, and the property that it is about."""
        app = app_with_plugin()
        l1(cdk.Stack(app, "Registry"), "App", ALL_OF)

        [violation] = report(app)["violations"]
        [construct] = violation.pop("violatingConstructs")
        assert violation == {
            "ruleName": "ECR203",
            "severity": "warning",
            "description": ALL_OF_FOUND.format("9:27"),
            "suggestedFix": "write one rule per entry, unless all is what you mean",
        }
        assert construct["constructPath"] == "Registry/App"
        assert construct["cloudFormationResource"] == {
            "templatePath": "Registry.template.json",
            "logicalId": "App",
            "propertyPaths": ["Properties.LifecyclePolicy.LifecyclePolicyText"],
        }

    def test_without_remedy(self) -> None:
        """Where the message says what to do, nothing else is suggested."""
        app = app_with_plugin()
        l1(cdk.Stack(app, "Registry"), "App")

        [violation] = report(app)["violations"]
        assert "suggestedFix" not in violation

    def test_everything(self) -> None:
        """The report lists every problem of a policy, in order."""
        text = policy_text(rule(0, countNumber=0), rule(2, **tagged("a*", "b*")), rule(2, **tagged("c*")))
        app = app_with_plugin()
        l1(cdk.Stack(app, "Registry"), "App", text)

        assert [found["ruleName"] for found in report(app)["violations"]] == ["ECR110", "ECR112", "ECR203", "ECR140"]

    def test_same_words(self) -> None:
        """The same message for several repositories is one violation."""
        app = app_with_plugin()
        stack = cdk.Stack(app, "Registry")
        l1(stack, "App")
        l1(stack, "Web")

        [violation] = report(app)["violations"]
        assert [found["constructPath"] for found in violation["violatingConstructs"]] == [
            "Registry/App",
            "Registry/Web",
        ]

    @pytest.mark.parametrize(
        ("text", "conclusion"),
        [pytest.param(BAD, "failure", id="error"), pytest.param(INCOMPLETE, "success", id="warning")],
    )
    def test_conclusion(self, text: str, conclusion: str) -> None:
        """Errors fail; warnings alone do not."""
        app = app_with_plugin()
        l1(cdk.Stack(app, "Registry"), "App", text)

        assert report(app)["conclusion"] == conclusion

    def test_acknowledged(self) -> None:
        """What somebody acknowledged for a construct, with a reason, is told of the others only."""
        app = app_with_plugin()
        stack = cdk.Stack(app, "Registry")
        l1(stack, "App", INCOMPLETE)
        acknowledgment = cdk.Acknowledgment(id="ecrkit::ECR213", reason="nothing of it runs")
        cdk.Validations.of(l1(stack, "Web", INCOMPLETE)).acknowledge(acknowledgment)

        assert reported(app) == [f"Registry/App: ECR213 {UNPROTECTED}"]

    def test_unpublished(self, tmp_path: Path) -> None:
        """A version that was read for the app and is not published is a warning, of no resource."""
        store = PolicyStore(make_store(tmp_path, {"web/v1.json": GOOD, "other/v1.json": GOOD}))
        app = plain_app()
        cdk.Validations.of(app).add_plugins(LifecyclePolicyValidation(policies=store))
        cdk.Stack(app, "Registry")
        store.read(PolicyRef("web", 1))

        [violation] = report(app)["violations"]
        assert violation["ruleName"] == "STO112"
        assert violation["severity"] == "warning"
        assert violation["description"].endswith("web@1 is not published, so it can still change")

    def test_about_itself(self) -> None:
        """It has the name and version of ecrkit, and every check as a rule."""
        plugin = LifecyclePolicyValidation()

        assert (plugin.name, plugin.version) == ("ecrkit", ecrkit.__version__)
        assert plugin.rule_ids == [
            check.code for check in (*RULEBOOK, *ACCESS_RULEBOOK, *TEMPLATE_RULEBOOK, UNPUBLISHED)
        ]


class TestOurConstruct:
    def test_completeness_is_told_once(self) -> None:
        """What our construct says of itself the plugin does not say again."""
        app = app_with_plugin()
        repository = Repository(cdk.Stack(app, "Registry"), "App", lifecycle=policy(rule(1)))

        assert [entry.data for entry in repository.node.metadata if entry.type == "aws:cdk:warning"] == [
            (
                "any image can expire, because no rule protects any tagged images; put a rule above it for the "
                "deployed tags [ECR213] [ack: ECR213]"
            )
        ]
        assert reported(app) == []

    def test_others_of_the_same_name(self) -> None:
        """A plain repository is not taken for ours because its logical id is the same in another stack."""
        app = app_with_plugin()
        Repository(cdk.Stack(app, "Ours"), "App", lifecycle=policy(rule(1)))
        Repository(cdk.NestedStack(cdk.Stack(app, "Nesting"), "Nested"), "App", lifecycle=policy(rule(1)))
        plain = ecr.Repository(cdk.Stack(app, "Plain"), "App")
        plain.add_lifecycle_rule(max_image_count=10)

        assert reported(app) == [f"Plain/App/Resource: ECR213 {UNPROTECTED}"]

    def test_rules(self) -> None:
        """What is wrong with a rule the construct leaves to the plugin."""
        app = app_with_plugin()
        Repository(cdk.Stack(app, "Registry"), "App", lifecycle=policy(*json.loads(ALL_OF)["rules"]))

        assert reported(app) == [f"Registry/App/Resource: ECR203 {ALL_OF_FOUND.format('1:80')}"]

    def test_override(self) -> None:
        """What somebody put in the place of its policy is checked as any other."""
        app = app_with_plugin()
        repository = Repository(cdk.Stack(app, "Registry"), "App", lifecycle=policy(*json.loads(GOOD)["rules"]))
        resource = repository.node.default_child
        assert isinstance(resource, ecr.CfnRepository)
        resource.add_property_override("LifecyclePolicy.LifecyclePolicyText", BAD)

        assert reported(app) == [f"Registry/App/Resource: ECR112 {TOO_LOW}"]
