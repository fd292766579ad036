"""The validation plugin: what it reports, and what a synthesis makes of that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any, cast

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_ecr as ecr
from builders.apps import ROOT, run_app
from builders.policies import policy, policy_text, rule, tagged, untagged
from builders.stores import make_store

import ecrkit
from ecrkit.cdk import LifecyclePolicyValidation, Repository
from ecrkit.lifecycle import RULEBOOK
from ecrkit.policies.references import PolicyRef
from ecrkit.policies.rulebook import UNPUBLISHED
from ecrkit.policies.store import PolicyStore
from ecrkit.registry.rulebook import ACCESS_RULEBOOK
from ecrkit.registry.templates import TEMPLATE_RULEBOOK

if TYPE_CHECKING:
    from collections.abc import Callable

    from constructs import Construct

pytestmark = pytest.mark.node

GOOD = policy_text(rule(1, **tagged("prod-*")), rule(2, **untagged()), rule(3))
BAD = GOOD.replace('"countNumber": 10', '"countNumber": 0', 1)
TOO_LOW = "LifecyclePolicyText:8:24: rules[0].selection.countNumber: must be 1 or more, got 0"
INCOMPLETE = policy_text(rule(1))
UNPROTECTED = "LifecyclePolicyText:1:1: any image can expire, since no rule for tagged images protects some"
ALL_OF = policy_text(rule(1, **tagged("a*", "b*")), rule(2, **untagged()), rule(3))
ALL_OF_FOUND = (
    "LifecyclePolicyText:{}: rules[0].selection.tagPatternList: 2 entries select the images that match all of them,"
    " not any"
)

REPORT = f"""\
ERROR {TOO_LOW} (ecrkit)
   Registry/App (App) aws-cdk-lib.aws_ecr.CfnRepository
   Acknowledge with 'ecrkit::ECR112'
"""
WARNING = f"""\
WARNING {UNPROTECTED} (ecrkit)
   Registry/App (App) aws-cdk-lib.aws_ecr.CfnRepository
   Suggested fix: put a rule above it for the tags that are deployed
   Acknowledge with 'ecrkit::ECR213'
"""


def plain_app(**context: object) -> cdk.App:
    """Make an app without the plugin, whose synthesis ends well whatever is found."""
    settings = {"@aws-cdk/core:failSynthOnValidationErrors": False, **context}
    return cdk.App(analytics_reporting=False, context=settings)


def app_with_plugin(**context: object) -> cdk.App:
    app = plain_app(**context)
    cdk.Validations.of(app).add_plugins(LifecyclePolicyValidation())
    return app


@jsii.implements(cdk.IStableStringProducer)
class Late:
    """Gives a text when the app is synthesized, and not before."""

    def __init__(self, text: str) -> None:
        self._text = text

    def produce(self) -> str:
        return self._text


def l1(scope: Construct, construct_id: str, text: str = BAD) -> ecr.CfnRepository:
    lifecycle = ecr.CfnRepository.LifecyclePolicyProperty(lifecycle_policy_text=text)
    return ecr.CfnRepository(scope, construct_id, lifecycle_policy=lifecycle)


def creation_template(scope: Construct, construct_id: str, text: str = BAD) -> ecr.CfnRepositoryCreationTemplate:
    return ecr.CfnRepositoryCreationTemplate(
        scope, construct_id, applied_for=["PULL_THROUGH_CACHE"], prefix=construct_id.lower(), lifecycle_policy=text
    )


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


def report(app: cdk.App) -> dict[str, Any]:
    """Synthesize *app*; give the plugin's part of CDK's report, an empty one when nothing is wrong."""
    path = Path(app.synth().directory, "validation-report.json")
    plugins = json.loads(path.read_text(encoding="utf-8"))["pluginReports"] if path.exists() else []
    nothing = {"conclusion": "success", "violations": []}
    return next((plugin for plugin in plugins if plugin["pluginName"] == "ecrkit"), nothing)


def reported(app: cdk.App) -> list[str]:
    """Synthesize *app*; give each finding of the plugin with the path of its construct, by that path."""
    return sorted(
        f"{construct['constructPath']}: {violation['ruleName']} {violation['description']}"
        for violation in report(app)["violations"]
        for construct in violation["violatingConstructs"]
    )


@dataclass(frozen=True)
class Program:
    """
    An app as its users write it, in a process of its own.

    Attributes:
        path: of the script.
    """

    path: Path

    def run(self) -> subprocess.CompletedProcess[str]:
        """Run it without the CDK command line."""
        return self._run([sys.executable, str(self.path)])

    def synth(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run it by ``cdk synth``."""
        cdk_cli = str(ROOT / "node_modules" / ".bin" / "cdk")
        output = str(self.path.with_name("cdk.out"))
        return self._run([cdk_cli, "synth", "--quiet", *options, "--app", f"python {self.path}", "--output", output])

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        # Where pytest is, CDK puts its report into the exception instead of showing it.
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        path = os.pathsep.join([str(Path(sys.executable).parent), os.defpath])
        settings = {"PATH": path, "PYTHONPATH": str(ROOT), "CDK_OUTDIR": str(self.path.with_name("cdk.out"))}
        return subprocess.run(
            command,
            cwd=self.path.parent,
            env={**environ, **settings, "AWS_EC2_METADATA_DISABLED": "true", "CI": "true"},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], Program]:
    def write(text: str) -> Program:
        """Write an app of one stack and one repository, an L1, with the policy *text*."""
        path = tmp_path / "program.py"
        source = f"""\
            import aws_cdk as cdk
            from aws_cdk import aws_ecr as ecr
            from ecrkit.cdk import LifecyclePolicyValidation

            app = cdk.App(analytics_reporting=False)
            cdk.Validations.of(app).add_plugins(LifecyclePolicyValidation())
            stack = cdk.Stack(app, "Registry")
            ecr.CfnRepository(stack, "App", lifecycle_policy={{"lifecyclePolicyText": {text!r}}})
            app.synth()
        """
        path.write_text(dedent(source), encoding="utf-8")
        return Program(path)

    return write


@pytest.fixture
def tampered(tmp_path: Path) -> Program:
    """An app of our catalog, with a plain repository in every stack, whose policy ECR refuses."""
    path = tmp_path / "tampered.py"
    source = f"""\
        from ecrkit.cdk import RepositoriesStack, catalog_stacks, synthesize
        import aws_cdk as cdk
        from aws_cdk import aws_ecr as ecr

        class Tampered(RepositoriesStack):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                ecr.CfnRepository(self, "App", lifecycle_policy={{"lifecyclePolicyText": {BAD!r}}})

        app = cdk.App()
        catalog_stacks(
            app,
            {str(ROOT / "repositories.yaml")!r},
            policies={str(ROOT / "policies" / "lifecycle")!r},
            repositories_stack=Tampered,
        )
        synthesize(app)
    """
    path.write_text(dedent(source), encoding="utf-8")
    return Program(path)


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
        """Everything that is wrong with a policy is told, in its order."""
        text = policy_text(rule(0, countNumber=0), rule(2, **tagged("a*", "b*")), rule(2, **tagged("c*")))
        app = app_with_plugin()
        l1(cdk.Stack(app, "Registry"), "App", text)

        assert [found["ruleName"] for found in report(app)["violations"]] == ["ECR110", "ECR112", "ECR203", "ECR140"]

    def test_same_words(self) -> None:
        """What is said of several repositories in the same words is one violation of them all."""
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
        assert violation["description"].endswith("web@1 is not published, so that it may still change")

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
                "any image can expire, since no rule for tagged images protects some; put a rule above it for the tags"
                " that are deployed [ECR213] [ack: ECR213]"
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


class TestSynth:
    def test_error(self, program: Callable[[str], Program]) -> None:
        """``cdk synth`` of an app with an invalid policy fails, and shows the finding."""
        synth = program(BAD).synth()

        assert synth.stderr == f"{REPORT}Synthesis finished with errors\n"
        assert synth.returncode == 1

    def test_error_alone(self, program: Callable[[str], Program]) -> None:
        """So does the app without the CDK command line."""
        run = program(BAD).run()

        assert run.stderr.count(REPORT) == 1
        assert run.returncode == 1

    def test_warning(self, program: Callable[[str], Program]) -> None:
        """A warning alone is shown, and does not stop a synthesis."""
        synth = program(INCOMPLETE).synth()

        assert synth.stderr.startswith(WARNING)
        assert synth.returncode == 0

    def test_warning_alone(self, program: Callable[[str], Program]) -> None:
        """Nor without the CDK command line."""
        run = program(INCOMPLETE).run()

        assert run.stderr.startswith(WARNING)
        assert run.returncode == 0

    def test_strict(self, program: Callable[[str], Program]) -> None:
        """``cdk synth --strict`` fails on a warning."""
        synth = program(INCOMPLETE).synth("--strict")

        assert synth.stderr == f"{WARNING}Synthesis finished with warnings (--strict mode)\n"
        assert synth.returncode == 1


class TestOurApp:
    """The app of this repository has the plugin, and whatever it finds ends in lines that a person can act on."""

    REPORT = REPORT.replace("Registry/App", "Repositories-dev/App")

    def test_stopped(self, tampered: Program) -> None:
        """Under ``cdk synth`` the finding is shown once, and nothing else."""
        synth = tampered.synth()

        assert synth.stderr == f"{self.REPORT}Synthesis finished with errors\n"
        assert synth.returncode == 1

    def test_stopped_alone(self, tampered: Program) -> None:
        """Run alone, the app shows the finding once, without a traceback, Python's or JavaScript's."""
        run = tampered.run()

        assert run.stderr.count(self.REPORT) == run.stderr.count("ECR112") == 1
        assert "ValidationFailed: Validation failed. A copy of this report can be found in: " in run.stderr
        assert "Traceback" not in run.stderr
        assert "    at " not in run.stderr
        assert run.returncode == 1

    def test_bad_file(self, tmp_path: Path) -> None:
        """A policy file that ECR would refuse is told with file, line and column, once."""
        path = tmp_path / "store" / "ours" / "v1.json"
        path.parent.mkdir(parents=True)
        path.write_text(BAD, encoding="utf-8")
        catalog = tmp_path / "repositories.yaml"
        catalog.write_text(
            'environments: {dev: {account: "123456789012", region: us-east-1}}\n'
            "repositories: {app: {lifecycle: ours@1}}\n",
            encoding="utf-8",
        )
        run = run_app(tmp_path / "out", context={"catalog": str(catalog), "policies": str(tmp_path / "store")})

        assert run.stderr == f"{path}:8:24: rules[0].selection.countNumber: must be 1 or more, got 0 [ECR112]\n"
        assert (run.returncode, run.stdout) == (1, "")
