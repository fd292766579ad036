from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Annotations, Match
from builders.linting import cfn_lint
from builders.snapshots import TemplateSnapshot
from builders.templates import ACCOUNT, OTHER_ACCOUNT, stack, template_of

from ecrkit.cdk import DeployRole, GitHubWorkflow, GitLabPipeline, Repository
from ecrkit.cdk.deploy_role import DEPLOY_COMMANDS, PLAN_COMMANDS, PUSH_PERMISSIONS
from ecrkit.errors import InvalidPropertyError
from ecrkit.registry.permissions import COMMANDS

if TYPE_CHECKING:
    from constructs import Construct

pytestmark = pytest.mark.node

MAIN = GitHubWorkflow(repository="acme/registries", branch="main")
PRODUCTION = GitHubWorkflow(repository="acme/registries", environment="production")
GITLAB = GitLabPipeline(project="acme/registries", branch="main")
GITLAB_ALL = GitLabPipeline(project="acme/registries", branch="*/*")
EXISTING = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"


def workflows(count: int) -> list[GitHubWorkflow]:
    return [GitHubWorkflow(repository=f"acme/{number:04}", environment="production") for number in range(count)]


def resources_in(construct: Construct, kind: str) -> list[dict[str, Any]]:
    """Give the properties of the resources of a kind in the stack of *construct*."""
    resources = template_of(construct)["Resources"].values()
    return [resource["Properties"] for resource in resources if resource["Type"] == kind]


def statements_in(construct: DeployRole) -> list[dict[str, Any]]:
    """Give the statements of the only policy in the stack of *construct*."""
    [policy] = resources_in(construct, "AWS::IAM::Policy")
    return list(policy["PolicyDocument"]["Statement"])


def actions_in(construct: DeployRole) -> set[str]:
    """Give the actions of the only policy in the stack of *construct*."""
    listed = (statement["Action"] for statement in statements_in(construct))
    return {action for actions in listed for action in ([actions] if isinstance(actions, str) else actions)}


class TestTemplate:
    @pytest.mark.parametrize(
        ("plan", "deploy", "push"),
        [
            pytest.param(MAIN, PRODUCTION, GitHubWorkflow(repository="acme/web", tag="v*"), id="github"),
            pytest.param(GITLAB, GITLAB, GitLabPipeline(project="acme/web", branch="main"), id="gitlab"),
        ],
    )
    def test_template(self, plan: Any, deploy: Any, push: Any, snapshot: Any) -> None:  # noqa: ANN401 - any pipeline
        """The provider, the three roles and their outputs are as reviewed, and cfn-lint has nothing to say."""
        construct = DeployRole(stack(), "Pipeline", plan=[plan], deploy=[deploy], push=[push], repositories=["web"])
        template = template_of(construct)

        assert template == snapshot(extension_class=TemplateSnapshot)
        assert cfn_lint(json.dumps(template)) == []

    def test_outputs(self) -> None:
        """Each role has an output named after the construct, without a hash."""
        construct = DeployRole(stack(), "my-pipeline", plan=[MAIN], deploy=[PRODUCTION])

        assert sorted(template_of(construct)["Outputs"]) == ["mypipelineDeployRoleArn", "mypipelinePlanRoleArn"]

    def test_role_without_pipeline(self) -> None:
        """A role that no pipeline is named for is not created."""
        construct = DeployRole(stack(), "Pipeline", plan=[MAIN])

        assert construct.deploy is None
        assert construct.push is None
        assert len(resources_in(construct, "AWS::IAM::Role")) == 1

    def test_provider_is_kept(self) -> None:
        """The provider outlives its stack: other roles may trust it."""
        construct = DeployRole(stack(), "Pipeline", plan=[MAIN])
        [provider] = [
            resource
            for resource in template_of(construct)["Resources"].values()
            if resource["Type"] == "AWS::IAM::OIDCProvider"
        ]

        assert provider == {
            "Type": "AWS::IAM::OIDCProvider",
            "Properties": {
                "ClientIdList": ["sts.amazonaws.com"],
                "Url": "https://token.actions.githubusercontent.com",
            },
            "DeletionPolicy": "RetainExceptOnCreate",
            "UpdateReplacePolicy": "Retain",
        }


class TestTrust:
    def trust_of(self, construct: DeployRole) -> Any:  # noqa: ANN401 - JSON
        """Give the statement by which the only role is assumed."""
        [role] = resources_in(construct, "AWS::IAM::Role")
        [statement] = role["AssumeRolePolicyDocument"]["Statement"]
        return statement

    def test_existing_provider(self) -> None:
        """An existing provider is taken as it is, and none is created."""
        construct = DeployRole(stack(), "Pipeline", plan=[MAIN], provider=EXISTING)

        assert resources_in(construct, "AWS::IAM::OIDCProvider") == []
        assert self.trust_of(construct) == {
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Effect": "Allow",
            "Principal": {"Federated": EXISTING},
            "Condition": {
                "StringEquals": {
                    "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                    "token.actions.githubusercontent.com:sub": ["repo:acme/registries:ref:refs/heads/main"],
                }
            },
        }

    def test_provider_of_cdk(self) -> None:
        """A provider of CDK is taken too."""
        scope = stack()
        provider = iam.OidcProviderNative.from_oidc_provider_arn(scope, "Provider", EXISTING)

        construct = DeployRole(scope, "Pipeline", plan=[MAIN], provider=provider)

        assert self.trust_of(construct)["Principal"] == {"Federated": EXISTING}

    def test_provider_of_another_construct(self) -> None:
        """Two constructs share a provider."""
        scope = stack()
        first = DeployRole(scope, "Pipeline", plan=[MAIN])

        DeployRole(scope, "Web", push=[MAIN], repositories=["web"], provider=first.provider_arn)

        assert len(resources_in(first, "AWS::IAM::OIDCProvider")) == 1
        assert len(resources_in(first, "AWS::IAM::Role")) == 2

    def test_issuer_of_existing_provider(self) -> None:
        """The conditions name the issuer in the ARN of the provider."""
        provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/gitlab.example.com"
        construct = DeployRole(stack(), "Pipeline", plan=[GITLAB], provider=provider)

        assert list(self.trust_of(construct)["Condition"]["StringEquals"]) == [
            "gitlab.example.com:aud",
            "gitlab.example.com:sub",
        ]

    def test_audience(self) -> None:
        """The audience is the one given, in the provider too."""
        construct = DeployRole(stack(), "Pipeline", plan=[GITLAB], audience="aws")

        assert self.trust_of(construct)["Condition"]["StringEquals"]["gitlab.com:aud"] == "aws"
        assert resources_in(construct, "AWS::IAM::OIDCProvider")[0]["ClientIdList"] == ["aws"]


class TestPermissions:
    def test_plan(self) -> None:
        """The plan role may do what its commands do, and nothing else."""
        expected = {
            action for command in PLAN_COMMANDS for permission in COMMANDS[command] for action in permission.actions
        }

        assert actions_in(DeployRole(stack(), "Pipeline", plan=[MAIN])) == expected
        assert all(action.partition(":")[2].startswith(("BatchGet", "Describe", "Get", "List")) for action in expected)

    def test_deploy(self) -> None:
        """The deploy role assumes the bootstrap roles and reads stacks."""
        expected = {
            action for command in DEPLOY_COMMANDS for permission in COMMANDS[command] for action in permission.actions
        }

        assert actions_in(DeployRole(stack(), "Pipeline", deploy=[PRODUCTION])) == {"sts:AssumeRole", *expected}

    def test_push(self) -> None:
        """The push role may push to the repositories named; only the login has no resource."""
        scope = stack()
        repository = Repository(scope, "Web", repository_name="web")
        construct = DeployRole(scope, "Pipeline", push=[MAIN], repositories=["team/api", repository])

        assert actions_in(construct) == {action for permission in PUSH_PERMISSIONS for action in permission.actions}
        [named, login] = statements_in(construct)
        [name, arn] = named["Resource"]
        assert "".join(map(str, name["Fn::Join"][1])).endswith(f":ecr:us-east-1:{ACCOUNT}:repository/team/api")
        assert arn["Fn::GetAtt"][1] == "Arn"
        assert login == {"Action": "ecr:GetAuthorizationToken", "Effect": "Allow", "Resource": "*"}

    def test_bootstrap_roles(self) -> None:
        """The bootstrap roles are those of the qualifier, in each environment."""
        construct = DeployRole(
            stack(),
            "Pipeline",
            deploy=[PRODUCTION],
            qualifier="acme",
            environments=[cdk.Environment(region="eu-west-1"), cdk.Environment(account=OTHER_ACCOUNT)],
        )
        [assume] = [statement for statement in statements_in(construct) if statement["Action"] == "sts:AssumeRole"]
        arns = json.dumps(assume["Resource"])

        assert arns.count("role/cdk-acme-") == 8
        assert f"role/cdk-acme-deploy-role-{ACCOUNT}-eu-west-1" in arns
        assert f"::{OTHER_ACCOUNT}:role/cdk-acme-file-publishing-role-{OTHER_ACCOUNT}-us-east-1" in arns
        assert "cfn-exec" not in arns

    def test_other_account(self) -> None:
        """Another account is read through its lookup role, and by no statement of this account."""
        construct = DeployRole(
            stack(), "Pipeline", plan=[MAIN], environments=[cdk.Environment(account=OTHER_ACCOUNT, region="us-east-1")]
        )
        [statement] = statements_in(construct)

        assert statement["Action"] == "sts:AssumeRole"
        assert f"cdk-hnb659fds-lookup-role-{OTHER_ACCOUNT}-us-east-1" in json.dumps(statement["Resource"])

    def test_stack_of_any_environment(self) -> None:
        """A stack without account and Region has roles for the account and Region that it is deployed to."""
        scope = cdk.Stack(cdk.App(analytics_reporting=False), "Anywhere")
        construct = DeployRole(scope, "Pipeline", plan=[MAIN], deploy=[PRODUCTION], push=[MAIN], repositories=["web"])
        template = template_of(construct)

        text = json.dumps(template)
        assert "Token[" not in text
        assert cfn_lint(text) == []
        assert len(resources_in(construct, "AWS::IAM::Policy")) == 3


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "problem"),
        [
            pytest.param(
                {}, "pass at least one of plan, deploy and push, as in plan=[GitHubWorkflow(…)]", id="nothing"
            ),
            pytest.param(
                {"plan": [GitHubWorkflow(repository="acme/*", branch="main")]},
                "plan[0].repository: must not have wildcards, which give other repositories access, got 'acme/*'; "
                "name each one",
                id="wildcard",
            ),
            pytest.param(
                {"plan": "acme/registries"},
                "plan: must be a list of GitHubWorkflow or GitLabPipeline, got 'acme/registries'",
                id="text",
            ),
            pytest.param(
                {"plan": ["acme/registries"]},
                "plan[0]: must be a GitHubWorkflow or a GitLabPipeline, got 'acme/registries'",
                id="list-of-texts",
            ),
            pytest.param(
                {"deploy": [GitHubWorkflow(repository="acme/registries", branch="*")]},
                "deploy[0]: must not be every branch or tag, got '*'; name those that may deploy",
                id="every-branch-deploys",
            ),
            pytest.param(
                {"deploy": [GitHubWorkflow(repository="acme/registries", tag="**")]},
                "deploy[0]: must not be every branch or tag, got '**'; name those that may deploy",
                id="every-tag-deploys",
            ),
            pytest.param(
                {"deploy": [GITLAB_ALL]},
                "deploy[0]: must not be every branch or tag, got '*/*'; name those that may deploy",
                id="every-branch-with-a-slash-deploys",
            ),
            pytest.param(
                {"plan": [MAIN], "deploy": [GITLAB]},
                "plan, deploy and push must be all of GitHub or all of GitLab; make one DeployRole for each",
                id="both",
            ),
            pytest.param(
                {"push": [MAIN]},
                "repositories: must name the repositories that push may push to, got none",
                id="push-nowhere",
            ),
            pytest.param(
                {"plan": [MAIN], "repositories": ["web"]},
                "repositories: needs push; pass push, or remove it",
                id="repositories-without-push",
            ),
            pytest.param(
                {"push": [MAIN], "repositories": "web"},
                "repositories: must be a list of names, got 'web'; write ['web']",
                id="one-text",
            ),
            pytest.param(
                {"push": [MAIN], "repositories": ["*"]},
                "repositories[0]: must not have wildcards, got '*'; name each repository",
                id="every-repository",
            ),
            pytest.param(
                {"push": [MAIN], "repositories": ["Web"]},
                "repositories[0]: must be parts of lower-case letters and digits, joined by '.', '_', '__', dashes or "
                "'/', got 'Web'",
                id="name",
            ),
            pytest.param(
                {"push": [MAIN], "repositories": ["web"], "environments": [cdk.Environment(region="eu-west-1")]},
                "environments: needs plan or deploy; pass one, or remove it",
                id="environments-without-use",
            ),
            pytest.param(
                {"plan": [MAIN], "environments": [cdk.Environment(account="*", region="*")]},
                "environments[0].account: must be an account ID of 12 digits, got '*'\n"
                "Registry/Pipeline: environments[0].region: must be a Region, got '*'",
                id="every-environment",
            ),
            pytest.param(
                {"plan": [MAIN], "qualifier": "*"},
                "qualifier: must be 1 to 10 letters, digits, '_' and '-', got '*'",
                id="qualifier",
            ),
            pytest.param(
                {"plan": [MAIN], "audience": "*"},
                "audience: must be the aud claim of the tokens, without wildcards, got '*'",
                id="audience",
            ),
            pytest.param(
                {"plan": [MAIN], "issuer": "https://gitlab.com"},
                "issuer: must be a host without 'https://', with its path if it has one, got 'https://gitlab.com'",
                id="issuer",
            ),
            pytest.param(
                {"plan": [MAIN], "provider": "gitlab.com"},
                "provider: must be the ARN of an OpenID Connect provider, got 'gitlab.com'",
                id="provider",
            ),
            pytest.param(
                {"plan": [MAIN], "provider": EXISTING, "issuer": "gitlab.com"},
                "issuer: must be that of the provider, 'token.actions.githubusercontent.com', got 'gitlab.com'; "
                "leave it out",
                id="other-issuer",
            ),
        ],
    )
    def test_refusal(self, arguments: dict[str, Any], problem: str) -> None:
        """What no pipeline could use, or too many could, raises before anything is created."""
        with pytest.raises(InvalidPropertyError) as caught:
            DeployRole(stack(), "Pipeline", **arguments)

        assert str(caught.value) == f"Registry/Pipeline: {problem}"

    def test_trust_policy_that_no_account_takes(self) -> None:
        """IAM takes 4,096 characters at most, and the deploy would fail."""
        with pytest.raises(InvalidPropertyError) as caught:
            DeployRole(stack(), "Pipeline", deploy=workflows(100))

        assert str(caught.value) == (
            "Registry/Pipeline: deploy: the trust policy must have at most 4,096 characters, got 4,339; name fewer "
            "pipelines, or several with '*', or create another DeployRole with provider=… for the rest"
        )

    def test_trust_policy_beyond_the_quota(self) -> None:
        """An account whose quota was not raised takes 2,048: a warning, which can be acknowledged, tells so."""
        registry = stack()
        DeployRole(registry, "Pipeline", plan=[MAIN], deploy=workflows(45), provider=EXISTING)
        [found] = Annotations.from_stack(registry).find_warning("*", Match.any_value())
        [policy] = [
            role["AssumeRolePolicyDocument"]
            for role in resources_in(registry, "AWS::IAM::Role")
            if "production" in json.dumps(role)
        ]

        assert found.entry.data == (
            "deploy: the trust policy has 2,139 characters, more than the default quota of 2,048 (AWS raises it to "
            "4,096 at most); name fewer pipelines, or several with '*', or create another DeployRole with "
            "provider=… for the rest [ack: ecrkit:trust:deploy]"
        )
        assert len("".join(json.dumps(policy).split())) == 2139

    def test_all_at_once(self) -> None:
        """All problems are in one error."""
        with pytest.raises(InvalidPropertyError) as caught:
            DeployRole(stack(), "Pipeline", plan=[GitHubWorkflow(repository="acme")], qualifier="")

        assert len(str(caught.value).splitlines()) == 3
