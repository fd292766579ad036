"""Keys, mutability, access, exports and parameters of the construct; and what it does not own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from builders.templates import repository_in, stack, template_of

from ecrkit.cdk import Repository, synthesize
from ecrkit.errors import InvalidPropertyError, SynthesisError
from ecrkit.registry.access import Grantees

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.node

ARN = "arn:aws:ecr:us-east-1:123456789012:repository/shop/app"


def properties(scope: cdk.Stack) -> dict[str, Any]:
    found: dict[str, Any] = repository_in(template_of(scope))["Properties"]
    return found


class TestEncryption:
    def test_key_of_the_stack(self) -> None:
        """A key that is a construct is referred to, and lives beside the repository."""
        scope = stack()
        Repository(scope, "App", encryption="KMS", encryption_key=kms.Key(scope, "Key"))
        [key] = [name for name, found in template_of(scope)["Resources"].items() if found["Type"] == "AWS::KMS::Key"]

        assert properties(scope)["EncryptionConfiguration"] == {
            "EncryptionType": "KMS",
            "KmsKey": {"Fn::GetAtt": [key, "Arn"]},
        }

    @pytest.mark.parametrize("encryption", ["KMS", "KMS_DSSE"])
    def test_alias(self, encryption: str) -> None:
        """An alias is written as it is."""
        scope = stack()
        Repository(scope, "App", encryption=encryption, encryption_key="alias/registry")

        assert properties(scope)["EncryptionConfiguration"] == {
            "EncryptionType": encryption,
            "KmsKey": "alias/registry",
        }

    def test_two_layers_with_the_key_of_aws(self) -> None:
        """KMS_DSSE takes the key that AWS manages when none is named."""
        scope = stack()
        Repository(scope, "App", encryption="KMS_DSSE")

        assert properties(scope)["EncryptionConfiguration"] == {"EncryptionType": "KMS_DSSE"}


@pytest.mark.parametrize(
    ("mutability", "exceptions", "expected"),
    [
        pytest.param("IMMUTABLE", {}, "IMMUTABLE", id="immutable"),
        pytest.param("IMMUTABLE", {"mutable_tags": ["latest"]}, "IMMUTABLE_WITH_EXCLUSION", id="immutable but for"),
        pytest.param("MUTABLE", {}, "MUTABLE", id="mutable"),
        pytest.param("MUTABLE", {"immutable_tags": ["v*"]}, "MUTABLE_WITH_EXCLUSION", id="mutable but for"),
    ],
)
def test_mutability(mutability: str, exceptions: dict[str, list[str]], expected: str) -> None:
    """All four modes, with the filters where there are some."""
    scope = stack()
    Repository(scope, "App", mutability=mutability, **exceptions)  # type: ignore[arg-type] # the names are lists only
    found = properties(scope)
    filters = found.get("ImageTagMutabilityExclusionFilters", [])

    assert found["ImageTagMutability"] == expected
    assert [entry["ImageTagMutabilityExclusionFilterValue"] for entry in filters] == [
        tag for tags in exceptions.values() for tag in tags
    ]


def test_access_beside_grants() -> None:
    """What is declared and what is granted stand in one policy."""
    scope = stack()
    repository = Repository(
        scope,
        "App",
        pull=Grantees(organizations=("o-a1b2c3d4e5",)),
        push=Grantees(principals=("arn:aws:iam::210987654321:role/ci",)),
    )
    repository.grant_pull(iam.AccountPrincipal("333333333333"))
    statements = properties(scope)["RepositoryPolicyText"]["Statement"]

    assert [statement.get("Sid") for statement in statements] == ["PullByOrganization", "PushByPrincipal", None]
    assert statements[0]["Principal"] in ("*", {"AWS": "*"})
    assert statements[0]["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5"]}}
    assert statements[1]["Principal"] == {"AWS": "arn:aws:iam::210987654321:role/ci"}


def test_exports() -> None:
    """Its URI and ARN are exported by the names that are documented."""
    scope = stack()
    Repository(scope, "App", repository_name="shop/app", exports=True)
    outputs = template_of(scope)["Outputs"]

    assert {key: output["Export"]["Name"] for key, output in outputs.items()} == {
        "ShopAppRepositoryUri": "ecr:ShopAppRepositoryUri",
        "ShopAppRepositoryArn": "ecr:ShopAppRepositoryArn",
    }


def test_parameters() -> None:
    """Its URI and ARN are parameters that any stack of the account can read."""
    scope = stack()
    Repository(scope, "App", repository_name="shop/app", parameters=True)
    found = [each["Properties"] for each in template_of(scope)["Resources"].values() if "SSM" in each["Type"]]

    assert {parameter["Name"]: parameter["Value"]["Fn::GetAtt"][1] for parameter in found} == {
        "/ecr/shop/app/uri": "RepositoryUri",
        "/ecr/shop/app/arn": "Arn",
    }


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(
            lambda scope: Repository(scope, "App", encryption="AES256", encryption_key="alias/x"),
            "encryption_key: needs encryption 'KMS' or 'KMS_DSSE', got 'AES256'; remove one of them",
            id="key without KMS",
        ),
        pytest.param(
            lambda scope: Repository(scope, "App", encryption="KMS", encryption_key="x"),
            "encryption_key: must be the alias, ID or ARN of a KMS key, as in 'alias/registry', got 'x'",
            id="no key",
        ),
        pytest.param(
            lambda scope: Repository(scope, "App", mutability="mutable"),
            "mutability: must be one of IMMUTABLE, MUTABLE, got 'mutable'; write 'MUTABLE'",
            id="mutability",
        ),
        pytest.param(
            lambda scope: Repository(scope, "App", immutable_tags=["v*"]),
            "immutable_tags: needs mutability 'MUTABLE', got 'IMMUTABLE'; remove it",
            id="filters of the other mutability",
        ),
        pytest.param(
            lambda scope: Repository(scope, "App", parameters=True),
            "parameters: needs a repository_name, got none; pass one",
            id="parameters without a name",
        ),
    ],
)
def test_what_is_refused(make: Callable[[cdk.Stack], object], message: str) -> None:
    """In the words of the construct, with its path."""
    with pytest.raises(InvalidPropertyError) as caught:
        make(stack())

    assert str(caught.value) == f"Registry/App: {message}"


IMPORTS: dict[str, Callable[[cdk.Stack], ecr.IRepository]] = {
    "name": lambda scope: Repository.from_repository_name(scope, "App", "shop/app"),
    "arn": lambda scope: Repository.from_repository_arn(scope, "App", ARN),
    "attributes": lambda scope: Repository.from_repository_attributes(
        scope, "App", repository_arn=ARN, repository_name="shop/app"
    ),
    "lookup": lambda scope: Repository.from_lookup(scope, "App", repository_name="shop/app"),
}
REFUSAL = (
    "[Registry/App] the policy of an imported repository cannot be changed here, so the grant would do nothing; grant "
    "it where the repository is declared, as pull or push, then import it with policy_elsewhere=True"
)
KNOWN: dict[str, Callable[[cdk.Stack], ecr.IRepository]] = {
    "name": lambda scope: Repository.from_repository_name(scope, "App", "shop/app", policy_elsewhere=True),
    "arn": lambda scope: Repository.from_repository_arn(scope, "App", ARN, policy_elsewhere=True),
    "attributes": lambda scope: Repository.from_repository_attributes(
        scope, "App", repository_arn=ARN, repository_name="shop/app", policy_elsewhere=True
    ),
}


def problems_of(scope: cdk.Stack) -> list[str]:
    """Give what the synth of the app of *scope* says is wrong, without a traceback of Python or JavaScript."""
    with pytest.raises(SynthesisError) as caught:
        synthesize(scope.node.root)  # type: ignore[arg-type] # the root is an app
    return [line.strip() for line in str(caught.value).splitlines()[1:]]


def function_from(repository: ecr.IRepository, scope: cdk.Stack) -> lambda_.DockerImageFunction:
    """A function from an image, which grants the service the pull."""
    code = lambda_.DockerImageCode.from_ecr(repository, tag_or_digest="v1")
    return lambda_.DockerImageFunction(scope, "Function", code=code)


@pytest.mark.parametrize("imported", [pytest.param(make, id=name) for name, make in IMPORTS.items()])
class TestImported:
    def test_statement(self, imported: Callable[[cdk.Stack], ecr.IRepository]) -> None:
        """A statement for its policy fails the synth, and is not dropped."""
        scope = stack()
        statement = iam.PolicyStatement(actions=["ecr:BatchGetImage"], principals=[iam.AccountRootPrincipal()])
        imported(scope).add_to_resource_policy(statement)

        assert problems_of(scope) == [REFUSAL]

    def test_grant_to_another_account(self, imported: Callable[[cdk.Stack], ecr.IRepository]) -> None:
        """So does a grant that would need its policy, once however many grants there are."""
        scope = stack()
        repository = imported(scope)
        repository.grant_pull(iam.AccountPrincipal("210987654321"))
        repository.grant_push(iam.AccountPrincipal("210987654321"))

        assert problems_of(scope) == [REFUSAL]

    def test_function(self, imported: Callable[[cdk.Stack], ecr.IRepository]) -> None:
        """So does a function from its image, which grants from Node."""
        scope = stack()
        function_from(imported(scope), scope)

        assert problems_of(scope) == [REFUSAL]

    def test_grant_to_a_role(self, imported: Callable[[cdk.Stack], ecr.IRepository]) -> None:
        """A role of its own account is granted by the role's policy."""
        scope = stack()
        role = iam.Role(scope, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
        imported(scope).grant_pull(role)
        kinds = {found["Type"] for found in template_of(scope)["Resources"].values()}

        assert kinds == {"AWS::IAM::Role", "AWS::IAM::Policy"}


@pytest.mark.parametrize("imported", [pytest.param(make, id=name) for name, make in KNOWN.items()])
def test_function_from_an_image_of_elsewhere(imported: Callable[[cdk.Stack], ecr.IRepository]) -> None:
    """With a policy that is said elsewhere, a function takes the image, and nothing of the repository is declared."""
    scope = stack()
    function_from(imported(scope), scope)
    resources = template_of(scope)["Resources"].values()
    [function] = [found for found in resources if found["Type"] == "AWS::Lambda::Function"]

    assert "/shop/app:v1" in json.dumps(function["Properties"]["Code"])
    assert {found["Type"] for found in resources} == {"AWS::IAM::Role", "AWS::Lambda::Function"}
