from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import cloudformation_include as cfn_include
from builders.apps import ROOT, run_app, stacks_of, templates_in
from builders.catalogs import COMPLETE, EVERYTHING
from builders.gates import app_of, validation
from builders.linting import cfn_lint
from builders.snapshots import TemplateSnapshot
from builders.templates import repository_in, template_of

from ecrkit import PolicyStore
from ecrkit.catalog import read_catalog
from ecrkit.lifecycle import compose, render
from ecrkit.registry.cloudformation import logical_id

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

pytestmark = pytest.mark.node

SHIPPED = [f"Repositories-{environment.name}" for environment in read_catalog(ROOT / "repositories.yaml").environments]

HEAD = """
environments:
  dev: {account: "123456789012", region: us-east-1}
"""


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    outdir = tmp_path_factory.mktemp("shipped")
    run_app(outdir).check_returncode()
    return templates_in(outdir)


def resource(stack: cdk.Stack, name: str) -> ecr.CfnRepository:
    included = stack.node.find_child("Repositories")
    assert isinstance(included, cfn_include.CfnInclude)
    found = included.get_resource(logical_id(name, "Resource"))
    assert isinstance(found, ecr.CfnRepository)
    return found


def path_of(stack: cdk.Stack, name: str) -> str:
    return resource(stack, name).node.path


class TestShipped:
    def test_every_stack(self, shipped: dict[str, str]) -> None:
        """The app has a stack for every environment of the catalog, and the one that uses a repository."""
        assert sorted(shipped) == sorted([*SHIPPED, "BaseImageAlerts-dev"])

    @pytest.mark.parametrize("name", SHIPPED)
    def test_template(self, shipped: dict[str, str], name: str, snapshot: SnapshotAssertion) -> None:
        """What is deployed changes only where somebody reviews it; another logical id is another repository."""
        template = json.loads(shipped[name])

        assert template == snapshot(extension_class=TemplateSnapshot)

    @pytest.mark.parametrize("name", SHIPPED)
    def test_cfn_lint(self, shipped: dict[str, str], name: str) -> None:
        """cfn-lint has nothing to say."""
        assert cfn_lint(shipped[name]) == []

    def test_validation(self) -> None:
        """cdk-nag's AwsSolutions pack and CloudFormation's own validator find nothing."""
        stacks = stacks_of((ROOT / "repositories.yaml").read_text(encoding="utf-8"))

        assert validation(app_of(stacks[0])) == []


class TestEverything:
    """Whatever a catalog may say, nobody objects to the template."""

    def test_cfn_lint(self) -> None:
        """cfn-lint does not."""
        templates = [template_of(stack) for stack in stacks_of(EVERYTHING)]

        assert [cfn_lint(json.dumps(template)) for template in templates] == [[], [], []]

    def test_validation(self) -> None:
        """The AwsSolutions pack of cdk-nag and the own validator of CloudFormation do not."""
        assert validation(app_of(stacks_of(EVERYTHING)[0])) == []


class TestComplete:
    """What no local AWS deploys."""

    def test_cfn_lint(self) -> None:
        """cfn-lint has nothing to say of any setting."""
        templates = [template_of(stack) for stack in stacks_of(COMPLETE)]

        assert [cfn_lint(json.dumps(template)) for template in templates] == [[], []]

    def test_validation(self) -> None:
        """Nor have CloudFormation's validator and cdk-nag, but for the principal of an organization."""
        stacks = stacks_of(COMPLETE)
        [open_one] = [stack for stack in stacks if "shared" in json.dumps(template_of(stack))]

        assert validation(app_of(stacks_of(COMPLETE)[0])) == [f"AwsSolutions-ECR1 {path_of(open_one, 'shared')}"]


class TestLongest:
    def test_cfn_lint(self) -> None:
        """A repository with the longest name has an output, exports and parameters that cfn-lint takes."""
        name = "a" * 256
        [stack] = stacks_of(f"{HEAD}repositories:\n  {name}: {{exports: true, parameters: true}}\n")
        template = template_of(stack)

        assert repository_in(template)["Properties"]["RepositoryName"] == name
        assert max(len(output["Export"]["Name"]) for output in template["Outputs"].values()) <= 255
        assert cfn_lint(json.dumps(template)) == []


class TestGates:
    """The gates above are open because nothing is wrong, not because nobody stands there."""

    def test_cfn_lint(self) -> None:
        """cfn-lint knows what a repository may be."""
        [stack] = stacks_of(HEAD + "repositories: {app: }")
        resource(stack, "app").add_property_override("ImageTagMutability", "SOMETIMES")

        assert [finding.split(":")[0] for finding in cfn_lint(json.dumps(template_of(stack)))] == ["E3030"]

    def test_validator(self) -> None:
        """CloudFormation's validator knows what a repository may be."""
        [stack] = stacks_of(HEAD + "repositories: {app: }")
        resource(stack, "app").add_property_override("RepositoryName", "App")

        assert validation(app_of(stack)) == [f"F3031 {path_of(stack, 'app')}"]

    def test_aws_solutions(self) -> None:
        """cdk-nag and our plugin see a repository that is open to everybody."""
        [stack] = stacks_of(HEAD + "repositories: {app: }")
        anybody = iam.PolicyStatement(actions=["ecr:BatchGetImage"], principals=[iam.AnyPrincipal()])
        resource(stack, "app").repository_policy_text = iam.PolicyDocument(statements=[anybody])

        path = path_of(stack, "app")
        assert validation(app_of(stack)) == [f"ECR403 {path}", f"AwsSolutions-ECR1 {path}"]


class TestEnvironments:
    def test_stacks(self) -> None:
        """Every environment has a stack of its name, in its account and Region."""
        assert [(stack.stack_name, stack.environment) for stack in stacks_of(EVERYTHING)] == [
            ("Repositories-dev", "aws://123456789012/us-east-1"),
            ("Repositories-staging", "aws://123456789012/eu-central-1"),
            ("Repositories-production", "aws://210987654321/us-east-1"),
        ]

    def test_same_template(self) -> None:
        """All environments have the same template, but for a description that names the environment."""
        templates = [template_of(stack) for stack in stacks_of(EVERYTHING)]
        descriptions = [template.pop("Description") for template in templates]

        assert templates[1:] == [templates[0], templates[0]]
        assert descriptions == [
            "Container repositories of the environment dev",
            "Container repositories of the environment staging",
            "Container repositories of the environment production",
        ]


class TestRepositories:
    def test_own_settings(self) -> None:
        """What the catalog says of a repository stands in the template."""
        [stack] = stacks_of(
            HEAD
            + """
repositories:
  payments/api:
    lifecycle: [keep-last-10@1, expire-untagged@1]
    encryption: KMS
    mutable_tags: [latest]
    tags: {team: payments}
    removal: destroy
    empty_on_delete: true
    output: ApiUri
"""
        )
        template = template_of(stack)
        policies = PolicyStore.bundled()
        policy = compose([policies["keep-last-10@1"], policies["expire-untagged@1"]])

        assert repository_in(template) == {
            "Type": "AWS::ECR::Repository",
            "Properties": {
                "RepositoryName": "payments/api",
                "ImageScanningConfiguration": {"ScanOnPush": True},
                "EncryptionConfiguration": {"EncryptionType": "KMS"},
                "ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
                "ImageTagMutabilityExclusionFilters": [
                    {
                        "ImageTagMutabilityExclusionFilterType": "WILDCARD",
                        "ImageTagMutabilityExclusionFilterValue": "latest",
                    }
                ],
                "LifecyclePolicy": {"LifecyclePolicyText": render(policy)},
                "EmptyOnDelete": True,
                "Tags": [{"Key": "team", "Value": "payments"}],
            },
            "DeletionPolicy": "Delete",
            "UpdateReplacePolicy": "Delete",
        }
        assert list(template["Outputs"]) == ["ApiUri"]

    def test_no_settings(self) -> None:
        """Of a repository that is only named, everything is as the construct has it by default."""
        [stack] = stacks_of(HEAD + "repositories: {my-app: }")
        template = template_of(stack)

        assert repository_in(template) == {
            "Type": "AWS::ECR::Repository",
            "Properties": {
                "RepositoryName": "my-app",
                "ImageScanningConfiguration": {"ScanOnPush": True},
                "EncryptionConfiguration": {"EncryptionType": "AES256"},
                "ImageTagMutability": "IMMUTABLE",
            },
            "DeletionPolicy": "RetainExceptOnCreate",
            "UpdateReplacePolicy": "Retain",
        }
        assert list(template["Outputs"]) == ["MyAppRepositoryUri"]

    def test_near_names(self) -> None:
        """Names that differ only in their separators are different repositories."""
        names = ["payments/api", "payments--api", "payments-api", "payments.api", "payments_api", "payments__api"]
        entries = "\n".join(f"  {name}: {{output: Uri{number}}}" for number, name in enumerate(names))
        [stack] = stacks_of(f"{HEAD}\nrepositories:\n{entries}\n")
        resources = template_of(stack)["Resources"].values()

        assert [resource["Properties"]["RepositoryName"] for resource in resources] == names

    def test_digit_first(self) -> None:
        """A name may begin with a digit, though no logical id may."""
        [stack] = stacks_of(HEAD + "repositories: {2048/game: , repository2048/game: {output: Other}}")
        template = template_of(stack)

        assert [resource["Properties"]["RepositoryName"] for resource in template["Resources"].values()] == [
            "2048/game",
            "repository2048/game",
        ]
        assert list(template["Outputs"]) == ["Repository2048GameRepositoryUri", "Other"]

    def test_order(self) -> None:
        """Another repository in the catalog changes nothing for those that are there."""
        [before] = stacks_of(HEAD + "repositories: {web: , worker: }")
        [after] = stacks_of(HEAD + "repositories: {api: , web: , worker: }")
        old, new = template_of(before), template_of(after)

        assert old["Resources"].items() <= new["Resources"].items()
        assert old["Outputs"].items() <= new["Outputs"].items()
