"""The construct of a public repository: its template, and what it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Annotations, Match, Template
from builders.linting import cfn_lint
from builders.templates import stack, template_of

from ecrkit.cdk import Grantees, PublicRepository, Repository
from ecrkit.errors import InvalidPropertyError

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.node

KIND = "AWS::ECR::PublicRepository"
STATEMENT: Mapping[str, object] = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
    "Action": "ecr-public:DescribeImages",
}
FOR_EVERYONE = {**STATEMENT, "Principal": "*"}


def refusal(region: str = "us-east-1", **arguments: Any) -> list[str]:  # noqa: ANN401 - what no type checker lets pass
    """Give what the construct says is wrong, without the place."""
    with pytest.raises(InvalidPropertyError) as refused:
        PublicRepository(stack(region=region), "Cli", **arguments)
    return [line.removeprefix("Registry/Cli: ") for line in str(refused.value).splitlines()]


def test_every_property() -> None:
    """The resource has what the arguments say, and the outputs are the URI and the ARN."""
    repository = PublicRepository(
        stack(),
        "Cli",
        repository_name="tools/cli",
        description="A command line.",
        about="# CLI",
        usage="Run it.",
        architectures=["x86-64"],
        operating_systems=["Linux"],
        push={"accounts": ["210987654321"]},
        statements=[STATEMENT],
        removal_policy=cdk.RemovalPolicy.DESTROY,
        registry_alias="a1b2c3d4",
    )
    cdk.Tags.of(repository).add("team", "tools")
    template = template_of(repository)

    [(logical_id, resource)] = template["Resources"].items()
    assert resource == {
        "Type": KIND,
        "Properties": {
            "RepositoryName": "tools/cli",
            "RepositoryCatalogData": {
                "RepositoryDescription": "A command line.",
                "AboutText": "# CLI",
                "UsageText": "Run it.",
                "Architectures": ["x86-64"],
                "OperatingSystems": ["Linux"],
            },
            "RepositoryPolicyText": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "PushByPrincipal",
                        "Effect": "Allow",
                        "Principal": {"AWS": "arn:aws:iam::210987654321:root"},
                        "Action": [
                            "ecr-public:BatchCheckLayerAvailability",
                            "ecr-public:CompleteLayerUpload",
                            "ecr-public:InitiateLayerUpload",
                            "ecr-public:PutImage",
                            "ecr-public:UploadLayerPart",
                        ],
                    },
                    STATEMENT,
                ],
            },
            "Tags": [{"Key": "team", "Value": "tools"}],
        },
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
    }
    assert template["Outputs"] == {
        "ToolsCliPublicRepositoryUri": {"Value": {"Fn::Join": ["", ["public.ecr.aws/a1b2c3d4/", {"Ref": logical_id}]]}},
        "ToolsCliPublicRepositoryArn": {"Value": {"Fn::GetAtt": [logical_id, "Arn"]}},
    }
    assert repository.repository_uri == "public.ecr.aws/a1b2c3d4/tools/cli"
    assert cfn_lint(json.dumps(template)) == []


def test_defaults() -> None:
    """Without arguments CloudFormation makes up the name, keeps the repository, and has no URI to tell."""
    repository = PublicRepository(stack(), "Cli")
    template = template_of(repository)

    [resource] = template["Resources"].values()
    assert resource == {"Type": KIND, "DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
    assert list(template["Outputs"]) == ["CliPublicRepositoryArn"]
    assert repository.repository_uri is None


def test_beside_a_private_repository() -> None:
    """A private and a public repository of one name have different outputs, so one stack can have both."""
    scope = stack()
    Repository(scope, "Private", repository_name="cli")
    PublicRepository(scope, "Public", repository_name="cli", registry_alias="acme")

    assert list(template_of(scope)["Outputs"]) == [
        "CliRepositoryUri",
        "CliPublicRepositoryUri",
        "CliPublicRepositoryArn",
    ]


def test_region_that_only_a_deploy_knows() -> None:
    """A stack without an environment is accepted."""
    repository = PublicRepository(cdk.Stack(cdk.App(analytics_reporting=False), "Registry"), "Cli")

    assert template_of(repository)["Resources"]


@pytest.mark.parametrize(
    ("arguments", "problems"),
    [
        pytest.param(
            {"repository_name": "a__b"},
            [
                (
                    "repository_name: must be parts of lower-case letters and digits, joined by one '.', '_', '-' or "
                    "'/', got 'a__b'"
                )
            ],
            id="name",
        ),
        pytest.param(
            {"description": "x" * 1_025, "architectures": ["x86", ""]},
            [
                "description: must have at most 1,024 characters, got 1,025",
                "architectures[1]: must have 1 to 50 characters, got 0",
            ],
            id="several",
        ),
        pytest.param(
            {"architectures": "x86", "usage": 7},
            [
                "usage: must be a string, got 7",
                "architectures: must be a list of strings, got the string 'x86'; write ['x86']",
            ],
            id="types",
        ),
        pytest.param(
            {"registry_alias": "public.ecr.aws/acme"},
            [
                (
                    "registry_alias: must be a letter and then lower-case letters and digits, joined by '.', '_' or "
                    "'-', of 2 to 50 characters, as in 'a1b2c3d4', got 'public.ecr.aws/acme'"
                )
            ],
            id="alias",
        ),
        pytest.param(
            {"region": "eu-west-1"},
            [
                (
                    "must be in us-east-1, the only Region of ECR Public, got a stack in eu-west-1; move it to a stack "
                    "with env=Environment(region='us-east-1')"
                )
            ],
            id="Region",
        ),
        pytest.param(
            {"statements": [FOR_EVERYONE]},
            [
                (
                    "statements[0]: lets everyone in: it has the Principal '*' and no condition; name principals, or "
                    "add a condition as on aws:PrincipalOrgID"
                )
            ],
            id="everyone",
        ),
        pytest.param(
            {"removal_policy": cdk.RemovalPolicy.SNAPSHOT},
            ["removal_policy: must be one of RETAIN_ON_UPDATE_OR_DELETE, RETAIN, DESTROY, got SNAPSHOT"],
            id="removal",
        ),
        pytest.param(
            {"push": Grantees(accounts=tuple(str(10**11 + number) for number in range(400)))},
            [
                (
                    "RepositoryPolicyText: must have at most 10,240 characters, got 13,472; grant to an "
                    "organization or a unit instead of many accounts"
                )
            ],
            id="policy is too long",
        ),
        pytest.param(
            {"push": {"lambda": True}},
            ["push: unknown key 'lambda'; remove it; Lambda pulls from private repositories only"],
            id="push by Lambda",
        ),
    ],
)
def test_refusals(arguments: dict[str, Any], problems: list[str]) -> None:
    """What ECR Public or CloudFormation would reject raises when the construct is made."""
    assert refusal(**arguments) == problems


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        pytest.param("lifecycle", "remove it; ECR Public has no lifecycle policies", id="of the private construct"),
        pytest.param("image_scan_on_push", "remove it; ECR Public does not scan images", id="of the L2"),
        pytest.param("about_text", "use about", id="of the L1"),
        pytest.param("architecture", "did you mean architectures?", id="misspelled"),
    ],
)
def test_unknown_argument(name: str, remedy: str) -> None:
    """An argument of another construct says what to use instead."""
    assert refusal(**{name: "x"}) == [f"unknown argument '{name}'; {remedy}"]


def test_output_is_taken() -> None:
    """Two repositories with one output key are refused."""
    scope = stack()
    PublicRepository(scope, "One", repository_name="a-b")

    with pytest.raises(InvalidPropertyError) as refused:
        PublicRepository(scope, "Two", repository_name="a/b")

    assert str(refused.value) == (
        "Registry/Two: the output key 'ABPublicRepositoryArn' is taken in stack 'Registry'; pass another as output=…"
    )


def test_open_to_everyone() -> None:
    """A reason lets a statement for everyone pass, and is in the metadata of the resource."""
    scope = stack()
    PublicRepository(scope, "Cli", statements=[FOR_EVERYONE], open_to_everyone="Anybody may look.")

    assert next(iter(Template.from_stack(scope).find_resources(KIND).values()))["Metadata"]["ecrkit"] == {
        "open_to_everyone": "Anybody may look."
    }


def test_warning() -> None:
    """A label that the gallery does not show is a warning of the synth."""
    scope = stack()
    PublicRepository(scope, "Cli", architectures=["arm64"])

    Annotations.from_stack(scope).has_warning(
        "*",
        Match.string_like_regexp(r"architectures\[0\]: the gallery shows .*, got 'arm64'; write 'ARM 64' \[CAT285\]"),
    )


def test_grant_push() -> None:
    """The grantee may push to the repository, and log in to ECR Public."""
    scope = stack()
    role = iam.Role(scope, "Role", assumed_by=iam.AccountRootPrincipal())
    repository = PublicRepository(scope, "Cli", repository_name="cli")

    assert repository.grant_push(role).success
    [policy] = Template.from_stack(scope).find_resources("AWS::IAM::Policy").values()
    granted = {
        json.dumps(statement["Resource"]): statement["Action"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    }
    assert granted == {
        '"*"': ["ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"],
        json.dumps({"Fn::GetAtt": ["CliB740FDB5", "Arn"]}): [
            "ecr-public:BatchCheckLayerAvailability",
            "ecr-public:CompleteLayerUpload",
            "ecr-public:InitiateLayerUpload",
            "ecr-public:PutImage",
            "ecr-public:UploadLayerPart",
        ],
    }
