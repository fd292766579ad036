"""A repository of the catalog, used by other stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Annotations, Match
from builders.apps import quiet_app, stacks_by_environment
from builders.templates import ACCOUNT, OTHER_ACCOUNT, template_of

from ecrkit.cdk import synthesize
from ecrkit.errors import SynthesisError, UnknownRepositoryError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from constructs import Construct

pytestmark = pytest.mark.node

ARN = f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/payments/api"
HOST = f"{ACCOUNT}.dkr.ecr.us-east-1."
ENVIRONMENTS = f'environments:\n  dev: {{account: "{ACCOUNT}", region: us-east-1}}\n'
CATALOG = f"{ENVIRONMENTS}repositories:\n  payments/api: {{lifecycle: keep-last-10@1}}\n  web: \n"
LAMBDA = CATALOG.replace("payments/api: {", "payments/api: {pull: {lambda: true}, ")


class Shop(cdk.Stack):
    """A stack that uses ``payments/api``."""

    def __init__(self, scope: Construct, *, catalog: str = CATALOG, account: str | None = ACCOUNT) -> None:
        env = cdk.Environment(account=account, region="us-east-1") if account else None
        super().__init__(scope, "Shop", env=env)
        self.stacks = stacks_by_environment(catalog, scope=scope)["dev"]
        self.repository = self.stacks[0].repository("payments/api")

    def role(self) -> iam.Role:
        return iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))


def use_name(shop: Shop) -> None:
    detail = {"repository-name": [shop.repository.repository_name]}
    events.Rule(shop, "Rule", event_pattern=events.EventPattern(source=["aws.ecr"], detail=detail))


def use_arn(shop: Shop) -> None:
    cdk.CfnOutput(shop, "Arn", value=shop.repository.repository_arn)


def use_uri(shop: Shop) -> None:
    cdk.CfnOutput(shop, "Uri", value=shop.repository.repository_uri)


def use_image(shop: Shop) -> None:
    task = ecs.FargateTaskDefinition(shop, "Task")
    task.add_container("Api", image=ecs.ContainerImage.from_ecr_repository(shop.repository, "v1"))


def use_grant(shop: Shop) -> None:
    shop.repository.grant_pull_push(shop.role())


def use_nested(shop: Shop) -> None:
    cdk.CfnOutput(cdk.NestedStack(shop, "Nested"), "Arn", value=shop.repository.repository_arn)


USES = [use_name, use_arn, use_uri, use_image, use_grant, use_nested]


def statements_in(template: Mapping[str, Any]) -> list[dict[str, Any]]:
    # What does not fit into the inline policy of a role is in managed ones.
    policies = [each for each in template["Resources"].values() if each["Type"].endswith("Policy")]
    return [statement for policy in policies for statement in policy["Properties"]["PolicyDocument"]["Statement"]]


class TestUse:
    @pytest.mark.parametrize("use", USES)
    def test_depends(self, use: Callable[[Shop], None]) -> None:
        """A stack that uses name, ARN, URI, image or grant depends on the stack of the repository."""
        app = quiet_app()
        shop = Shop(app)
        use(shop)
        app.synth()

        assert shop.dependencies == [shop.stacks[0]]

    @pytest.mark.parametrize("use", USES)
    def test_in_a_stage(self, use: Callable[[Shop], None]) -> None:
        """So does a stack of the same stage."""
        app = quiet_app()
        shop = Shop(cdk.Stage(app, "Prod"))
        use(shop)
        app.synth()

        assert shop.dependencies == [shop.stacks[0]]

    def test_without_use(self) -> None:
        """A stack that uses nothing of the repository depends on nothing."""
        app = quiet_app()
        shop = Shop(app)
        shop.role()
        app.synth()

        assert shop.dependencies == []

    def test_another_stage(self) -> None:
        """Across stages there is no dependency; whoever deploys the stages orders them."""
        app = quiet_app()
        repository = Shop(cdk.Stage(app, "Registry")).repository
        far = cdk.Stack(cdk.Stage(app, "Far"), "Far")
        cdk.CfnOutput(far, "Arn", value=repository.repository_arn)

        assert template_of(far)["Outputs"] == {"Arn": {"Value": ARN}}
        assert far.dependencies == []

    def test_literals(self) -> None:
        """Name, ARN and URIs are literals in the template of the user, but for the suffix of the host."""
        shop = Shop(quiet_app())
        repository = shop.repository
        values = {
            "Name": repository.repository_name,
            "Arn": repository.repository_arn,
            "Registry": repository.registry_uri,
            "Uri": repository.repository_uri,
            "Tag": repository.repository_uri_for_tag("v1"),
            "Digest": repository.repository_uri_for_digest("sha256:0123"),
            "Either": repository.repository_uri_for_tag_or_digest("sha256:0123"),
        }
        for key, value in values.items():
            cdk.CfnOutput(shop, key, value=value)
        written = {key: flat(output["Value"]) for key, output in template_of(shop)["Outputs"].items()}

        assert written == {
            "Name": "payments/api",
            "Arn": ARN,
            "Registry": f"{HOST}AWS::URLSuffix",
            "Uri": f"{HOST}AWS::URLSuffix/payments/api",
            "Tag": f"{HOST}AWS::URLSuffix/payments/api:v1",
            "Digest": f"{HOST}AWS::URLSuffix/payments/api@sha256:0123",
            "Either": f"{HOST}AWS::URLSuffix/payments/api@sha256:0123",
        }

    @pytest.mark.parametrize("use", USES)
    def test_nothing_is_added(self, use: Callable[[Shop], None]) -> None:
        """The template of the repositories is the same as without a user: no output, no export, no resource."""
        app = quiet_app()
        shop = Shop(app)
        use(shop)
        [alone] = stacks_by_environment(CATALOG)["dev"]

        assert template_of(shop.stacks[0]) == template_of(alone)

    def test_once(self) -> None:
        """A repository that is asked for again is the same construct."""
        shop = Shop(quiet_app())

        assert shop.stacks[0].repository("payments/api") is shop.repository


def use_function(shop: Shop) -> None:
    code = lambda_.DockerImageCode.from_ecr(shop.repository, tag_or_digest="v1")
    lambda_.DockerImageFunction(shop, "Function", code=code)


def refusal(app: cdk.App) -> list[str]:
    """Synthesize an app that the grants of its repositories stop; each line without the construct."""
    with pytest.raises(SynthesisError) as caught:
        synthesize(app)
    return [line.partition("] ")[2] for line in str(caught.value).splitlines()[1:]]


def listed(value: list[str] | str) -> list[str]:
    return [value] if isinstance(value, str) else value


def flat(value: object) -> str:
    if isinstance(value, dict):
        [(function, argument)] = value.items()
        return "".join(flat(piece) for piece in argument[1]) if function == "Fn::Join" else str(argument)
    return str(value)


class TestFound:
    def test_full_stack(self) -> None:
        """A stack with 200 repositories, which may have no further output, gives each of them to others."""
        names = [f"team/app-{number}" for number in range(200)]
        catalog = ENVIRONMENTS + "repositories:\n" + "".join(f"  {name}:\n" for name in names)
        app = quiet_app()
        [stack] = stacks_by_environment(catalog, scope=app)["dev"]
        user = cdk.Stack(app, "User", env=cdk.Environment(account=ACCOUNT, region="us-east-1"))
        role = iam.Role(user, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
        for name in names:
            stack.repository(name).grant(role, "ecr:BatchGetImage")
        granted = {arn for statement in statements_in(template_of(user)) for arn in listed(statement["Resource"])}

        assert len(template_of(stack)["Outputs"]) == 200
        assert granted == {f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/{name}" for name in names}
        assert user.dependencies == [stack]

    def test_any_shard(self) -> None:
        """Every stack of an environment finds the repositories of all shards, and so does the registry's."""
        catalog = (
            CATALOG.replace("us-east-1}", "us-east-1, shards: 8}")
            + "registry: {replication: [{to: [{region: us-west-2}]}]}\n"
        )
        app = quiet_app()
        stacks = stacks_by_environment(catalog, scope=app)["dev"]
        found = {stack.stack_name: cdk.Stack.of(stack.repository("web")).stack_name for stack in stacks}

        assert list(found) == ["Repositories-dev-1", "Repositories-dev-6", "Registry-dev"]
        assert len(set(found.values())) == 1

    @pytest.mark.parametrize(
        ("name", "remedy"),
        [
            pytest.param("payment/api", "did you mean payments/api?", id="near"),
            pytest.param("elsewhere", "declare it in the catalog", id="far"),
        ],
    )
    def test_unknown(self, name: str, remedy: str) -> None:
        """An unknown name is an error with a suggestion, and a program that does not catch it ends with it."""
        [stack] = stacks_by_environment(CATALOG)["dev"]
        with pytest.raises(UnknownRepositoryError) as caught:
            stack.repository(name)

        assert str(caught.value) == (f"Repositories-dev: no repository '{name}' in the environment 'dev'; {remedy}")
        assert caught.value.code == str(caught.value)

    def test_other_environment(self) -> None:
        """A repository that exists only in other environments is not known."""
        prod = f'  prod: {{account: "{OTHER_ACCOUNT}", region: us-east-1}}\n'
        catalog = CATALOG.replace("repositories:", f"{prod}repositories:").replace("web: ", "web: {only: [prod]}")
        stacks = stacks_by_environment(catalog)

        assert stacks["prod"][0].repository("web")
        with pytest.raises(UnknownRepositoryError):
            stacks["dev"][0].repository("web")


class TestGrants:
    def test_role(self) -> None:
        """A grant is in the policy of the role, with the ARN as a literal."""
        shop = Shop(quiet_app())
        shop.repository.grant_pull(shop.role())

        assert [(statement["Action"], statement["Resource"]) for statement in statements_in(template_of(shop))] == [
            (["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"], ARN),
            ("ecr:GetAuthorizationToken", "*"),
        ]

    def test_another_account(self) -> None:
        """The synth reports a grant to another account, and what the catalog has to declare."""
        app = quiet_app()
        shop = Shop(app, account=OTHER_ACCOUNT)
        shop.repository.grant_pull(shop.role())

        assert refusal(app) == [
            (
                f"the policy of the repository 'payments/api' does not let arn:aws:iam::{OTHER_ACCOUNT}:root in; add "
                f"'pull: {{accounts: [\"{OTHER_ACCOUNT}\"]}}' under the repository in the catalog"
            )
        ]

    def test_several(self) -> None:
        """It reports the grants of the whole app at once, each grantee once."""
        app = quiet_app()
        shop = Shop(app)
        for account in (OTHER_ACCOUNT, OTHER_ACCOUNT, "1" * 12):
            shop.repository.grant_pull(iam.AccountPrincipal(account))
        shop.stacks[0].repository("web").grant_push(iam.AccountPrincipal(OTHER_ACCOUNT))

        assert [line.partition("; add ")[2] for line in refusal(app)] == [
            f"'{key}: {{accounts: [\"{account}\"]}}' under the repository in the catalog"
            for key, account in (("pull", OTHER_ACCOUNT), ("pull", "1" * 12), ("push", OTHER_ACCOUNT))
        ]

    def test_another_account_declared(self) -> None:
        """It is written to the role if the catalog declares the account."""
        catalog = CATALOG.replace("payments/api: {", f'payments/api: {{pull: {{accounts: ["{OTHER_ACCOUNT}"]}}, ')
        shop = Shop(quiet_app(), catalog=catalog, account=OTHER_ACCOUNT)
        shop.repository.grant_pull(shop.role())

        assert statements_in(template_of(shop))[0]["Resource"] == ARN

    def test_lambda(self) -> None:
        """A Lambda function from an image needs ``pull: {lambda: true}``, and an error says so."""
        app = quiet_app()
        use_function(Shop(app))

        assert refusal(app) == [
            (
                "the policy of the repository 'payments/api' does not let lambda.amazonaws.com in; add "
                "'pull: {lambda: true}' under the repository in the catalog"
            )
        ]

    def test_lambda_declared(self) -> None:
        """With ``pull: {lambda: true}`` the function gets the URI of its image."""
        shop = Shop(quiet_app(), catalog=LAMBDA)
        use_function(shop)
        [function] = [
            each for each in template_of(shop)["Resources"].values() if each["Type"] == "AWS::Lambda::Function"
        ]
        assert flat(function["Properties"]["Code"]["ImageUri"]) == f"{HOST}AWS::URLSuffix/payments/api:v1"

    def test_unknown_account(self) -> None:
        """A grantee in an account that is not known yet gets the grant, and a warning names the condition."""
        app = quiet_app()
        shop = Shop(app, account=None)
        shop.repository.grant_pull(shop.role())

        assert statements_in(template_of(shop))[0]["Resource"] == ARN
        warnings = Annotations.from_stack(shop.stacks[0]).find_warning(
            "*", Match.string_like_regexp("works only in the account of the repository")
        )
        assert len(warnings) == 1
