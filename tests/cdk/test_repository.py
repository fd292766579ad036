from __future__ import annotations

import json

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from builders.templates import repository_in, stack, template_of
from constructs import Construct

from ecrkit import PolicyStore
from ecrkit.cdk import Repository
from ecrkit.errors import InvalidPolicyError, InvalidPropertyError
from ecrkit.lifecycle import compose, render

pytestmark = pytest.mark.node

POLICIES = PolicyStore.bundled()
LONGEST = "a" * 256
IMMUTABLE = {
    "ImageScanningConfiguration": {"ScanOnPush": True},
    "EncryptionConfiguration": {"EncryptionType": "AES256"},
    "ImageTagMutability": "IMMUTABLE",
}


class TestTemplate:
    def test_defaults(self) -> None:
        """By default a repository is scanned, encrypted, immutable and kept; it has no name and no lifecycle policy."""
        repository = Repository(stack(), "App")

        assert repository_in(template_of(repository)) == {
            "Type": "AWS::ECR::Repository",
            "Properties": IMMUTABLE,
            "DeletionPolicy": "RetainExceptOnCreate",
            "UpdateReplacePolicy": "Retain",
        }

    def test_everything(self) -> None:
        """With every property given, the template has these and no others."""
        repository = Repository(
            stack(),
            "App",
            repository_name="my-app",
            lifecycle=POLICIES["keep-last-10@1"],
            encryption="KMS",
            mutable_tags=["latest"],
            removal_policy=cdk.RemovalPolicy.DESTROY,
            empty_on_delete=True,
            output="AppUri",
        )

        assert repository_in(template_of(repository)) == {
            "Type": "AWS::ECR::Repository",
            "Properties": {
                "RepositoryName": "my-app",
                "ImageScanningConfiguration": {"ScanOnPush": True},
                "EncryptionConfiguration": {"EncryptionType": "KMS"},
                "ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
                "ImageTagMutabilityExclusionFilters": [
                    {
                        "ImageTagMutabilityExclusionFilterType": "WILDCARD",
                        "ImageTagMutabilityExclusionFilterValue": "latest",
                    }
                ],
                "LifecyclePolicy": {
                    "LifecyclePolicyText": (
                        '{"rules":[{"rulePriority":1,"description":"Keep the last 10 images","selection":'
                        '{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":10},'
                        '"action":{"type":"expire"}}]}'
                    )
                },
                "EmptyOnDelete": True,
            },
            "DeletionPolicy": "Delete",
            "UpdateReplacePolicy": "Delete",
        }

    def test_nothing_beside(self) -> None:
        """A repository adds itself and its output to a stack, nothing else."""
        template = template_of(Repository(stack(), "App", repository_name="my-app"))

        assert template.keys() == {"Resources", "Outputs"}
        assert len(template["Resources"]) == 1
        assert len(template["Outputs"]) == 1

    def test_is_a_repository(self) -> None:
        """It is the L2, its resource the child that everybody expects."""
        repository = Repository(stack(), "App")

        assert isinstance(repository, ecr.Repository)
        assert isinstance(repository.node.find_child("Resource"), ecr.CfnRepository)

    @pytest.mark.parametrize(
        ("removal_policy", "deletion", "replacement"),
        [
            pytest.param(
                cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, "RetainExceptOnCreate", "Retain", id="as-by-default"
            ),
            pytest.param(cdk.RemovalPolicy.RETAIN, "Retain", "Retain", id="retain"),
            pytest.param(cdk.RemovalPolicy.DESTROY, "Delete", "Delete", id="destroy"),
        ],
    )
    def test_removal(self, removal_policy: cdk.RemovalPolicy, deletion: str, replacement: str) -> None:
        """The removal policy says what becomes of the repository on deletion and on replacement."""
        resource = repository_in(template_of(Repository(stack(), "App", removal_policy=removal_policy)))

        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == (deletion, replacement)

    def test_destroyed_without_emptying(self) -> None:
        """A repository to be destroyed is not emptied unless that is asked for."""
        resource = repository_in(template_of(Repository(stack(), "App", removal_policy=cdk.RemovalPolicy.DESTROY)))

        assert "EmptyOnDelete" not in resource["Properties"]

    @pytest.mark.parametrize("encryption", ["AES256", "KMS"])
    def test_encryption(self, encryption: str) -> None:
        """The encryption is written out, also where it is what the service does anyway."""
        resource = repository_in(template_of(Repository(stack(), "App", encryption=encryption)))

        assert resource["Properties"]["EncryptionConfiguration"] == {"EncryptionType": encryption}

    def test_encryption_omitted(self) -> None:
        """With ``omit`` the template says nothing about encryption."""
        resource = repository_in(template_of(Repository(stack(), "App", encryption="omit")))

        assert "EncryptionConfiguration" not in resource["Properties"]

    def test_mutable_tags(self) -> None:
        """Mutable tags are exclusions from immutability, in the order given."""
        tags = ["latest", "edge", "1.*", "*-dev-*", "*"]
        properties = repository_in(template_of(Repository(stack(), "App", mutable_tags=tags)))["Properties"]

        assert properties["ImageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
        assert properties["ImageTagMutabilityExclusionFilters"] == [
            {"ImageTagMutabilityExclusionFilterType": "WILDCARD", "ImageTagMutabilityExclusionFilterValue": tag}
            for tag in tags
        ]

    def test_tags(self) -> None:
        """Tags come from where CDK has them, and change nothing else."""
        repository = Repository(stack(), "App")
        cdk.Tags.of(repository).add("team", "payments")

        assert repository_in(template_of(repository))["Properties"] == {
            **IMMUTABLE,
            "Tags": [{"Key": "team", "Value": "payments"}],
        }

    def test_property_override(self) -> None:
        """What is not offered can still be set on the resource, and changes nothing else."""
        repository = Repository(stack(), "App")
        resource = repository.node.default_child
        assert isinstance(resource, ecr.CfnRepository)
        resource.add_property_override("ImageTagMutability", "MUTABLE")

        assert repository_in(template_of(repository))["Properties"] == {**IMMUTABLE, "ImageTagMutability": "MUTABLE"}


class TestLifecycle:
    @pytest.mark.parametrize("reference", [str(reference) for reference in POLICIES])
    def test_one(self, reference: str) -> None:
        """A policy stands in the template in its canonical rendering."""
        resource = repository_in(template_of(Repository(stack(), "App", lifecycle=POLICIES[reference])))

        assert resource["Properties"]["LifecyclePolicy"] == {"LifecyclePolicyText": render(POLICIES[reference])}

    def test_several(self) -> None:
        """Several policies are composed, in their order of precedence."""
        policies = [POLICIES["keep-last-10@1"], POLICIES["expire-untagged@1"]]
        resource = repository_in(template_of(Repository(stack(), "App", lifecycle=policies)))
        text = resource["Properties"]["LifecyclePolicy"]["LifecyclePolicyText"]

        assert text == render(compose(policies))
        assert [(rule["rulePriority"], rule["selection"]["tagStatus"]) for rule in json.loads(text)["rules"]] == [
            (1, "untagged"),
            (2, "any"),
        ]

    def test_list_of_one(self) -> None:
        """A list of one policy is that policy."""
        policy = POLICIES["keep-five-prod@1"]
        resource = repository_in(template_of(Repository(stack(), "App", lifecycle=[policy])))

        assert resource["Properties"]["LifecyclePolicy"] == {"LifecyclePolicyText": render(policy)}

    def test_empty_list(self) -> None:
        """An empty list is no policy: nothing ever expires."""
        resource = repository_in(template_of(Repository(stack(), "App", lifecycle=[])))

        assert resource["Properties"] == IMMUTABLE

    def test_invalid_composition(self) -> None:
        """Policies that ECR would refuse together are refused, with the files that their rules stand in."""
        policies = [POLICIES["expire-untagged@1"], POLICIES["keep-five-prod@1"]]
        with pytest.raises(InvalidPolicyError, match=r"keep-five-prod/v1\.json:\d+:\d+: rules\[0\]"):
            Repository(stack(), "App", lifecycle=policies)


class TestName:
    @pytest.mark.parametrize(
        "name",
        [
            pytest.param("my-app", id="ordinary"),
            pytest.param("payments/api", id="namespace"),
            pytest.param("a__b", id="two-underscores"),
            pytest.param("a--b", id="two-dashes"),
            pytest.param("a-----b/c__d.e_f", id="every-separator"),
            pytest.param("2048", id="digits"),
            pytest.param("ab", id="shortest"),
        ],
    )
    def test_accepted(self, name: str) -> None:
        """Every name that ECR accepts is accepted, those that the L2 refuses too."""
        resource = repository_in(template_of(Repository(stack(), "App", repository_name=name)))

        assert resource["Properties"] == {**IMMUTABLE, "RepositoryName": name}

    def test_longest(self) -> None:
        """The longest name is accepted, with an output key that is shorter."""
        resource = repository_in(template_of(Repository(stack(), "App", repository_name=LONGEST, output="Uri")))

        assert resource["Properties"]["RepositoryName"] == LONGEST

    def test_parameter(self) -> None:
        """A name may be a parameter of the template; the output is then named after the construct."""
        registry = stack()
        name = cdk.CfnParameter(registry, "Name").value_as_string
        template = template_of(Repository(registry, "App", repository_name=name))

        assert repository_in(template)["Properties"] == {**IMMUTABLE, "RepositoryName": {"Ref": "Name"}}
        assert list(template["Outputs"]) == ["AppRepositoryUri"]

    def test_joined(self) -> None:
        """A name may be put together in the template."""
        name = f"app-{cdk.Aws.REGION}"
        resource = repository_in(template_of(Repository(stack(), "App", repository_name=name)))

        assert resource["Properties"]["RepositoryName"] == {"Fn::Join": ["", ["app-", {"Ref": "AWS::Region"}]]}

    def test_generated_if_needed(self) -> None:
        """A name that CDK generates where needed is not needed in its own environment."""
        name = cdk.PhysicalName.GENERATE_IF_NEEDED
        resource = repository_in(template_of(Repository(stack(), "App", repository_name=name)))

        assert resource["Properties"] == IMMUTABLE


class TestOutput:
    @pytest.mark.parametrize(
        ("name", "key"),
        [
            pytest.param("my-app", "MyAppRepositoryUri", id="dash"),
            pytest.param("payments/api", "PaymentsApiRepositoryUri", id="slash"),
            pytest.param("a__b.c", "ABCRepositoryUri", id="other-separators"),
            pytest.param("2048/game", "Repository2048GameRepositoryUri", id="digit-first"),
            pytest.param(None, "AppRepositoryUri", id="unnamed"),
        ],
    )
    def test_key(self, name: str | None, key: str) -> None:
        """The output is named after the repository, or after the construct where that has no name."""
        template = template_of(Repository(stack(), "App", repository_name=name))

        assert list(template["Outputs"]) == [key]

    def test_value(self) -> None:
        """The output is the URI as CloudFormation itself knows it, and is not exported."""
        template = template_of(Repository(stack(), "App", repository_name="my-app"))
        [logical_id] = template["Resources"]

        assert template["Outputs"] == {"MyAppRepositoryUri": {"Value": {"Fn::GetAtt": [logical_id, "RepositoryUri"]}}}

    def test_own_key(self) -> None:
        """An output key of one's own is taken as it is."""
        template = template_of(Repository(stack(), "App", repository_name="my-app", output="Uri"))

        assert list(template["Outputs"]) == ["Uri"]

    def test_inside_another_construct(self) -> None:
        """However deep the construct is, its output key has no path and no hash."""
        template = template_of(Repository(Construct(stack(), "Team"), "App", repository_name="my-app"))

        assert list(template["Outputs"]) == ["MyAppRepositoryUri"]

    def test_clash(self) -> None:
        """An output key that is taken is refused, with the way out."""
        registry = stack()
        Repository(registry, "One", repository_name="my-app")
        with pytest.raises(InvalidPropertyError) as caught:
            Repository(registry, "Two", repository_name="my/app")

        assert str(caught.value) == (
            "Registry/Two: the output key 'MyAppRepositoryUri' is taken in stack 'Registry'; pass another as output=…"
        )

    def test_same_key_in_two_stacks(self) -> None:
        """Two stacks of an app may have the same output key."""
        app = cdk.App(analytics_reporting=False)
        repositories = [Repository(stack(name, scope=app), "App", repository_name="my-app") for name in ("One", "Two")]

        assert [list(template_of(repository)["Outputs"]) for repository in repositories] == [
            ["MyAppRepositoryUri"],
            ["MyAppRepositoryUri"],
        ]


class TestScopes:
    def test_nested_stack(self) -> None:
        """In a nested stack the repository and its output are the nested stack's."""
        nested = cdk.NestedStack(stack(), "Nested")
        template = template_of(Repository(nested, "App", repository_name="a__b"))

        assert repository_in(template)["Properties"] == {**IMMUTABLE, "RepositoryName": "a__b"}
        assert list(template["Outputs"]) == ["ABRepositoryUri"]

    def test_stage(self) -> None:
        """In a stage the template is the one that it is outside."""
        stage = cdk.Stage(cdk.App(analytics_reporting=False), "Production")
        repository = Repository(cdk.Stack(stage, "Registry"), "App", repository_name="a__b")

        assert template_of(repository) == template_of(Repository(stack(), "App", repository_name="a__b"))


class TestResourcePolicy:
    def test_statement(self) -> None:
        """A statement that is added reaches the template, beside what was there."""
        repository = Repository(stack(), "App")
        repository.add_to_resource_policy(
            iam.PolicyStatement(
                sid="Pull",
                actions=["ecr:BatchGetImage"],
                principals=[iam.ServicePrincipal("lambda.amazonaws.com")],
            )
        )

        assert repository_in(template_of(repository))["Properties"] == {
            **IMMUTABLE,
            "RepositoryPolicyText": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "Pull",
                        "Effect": "Allow",
                        "Action": "ecr:BatchGetImage",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                    }
                ],
            },
        }
