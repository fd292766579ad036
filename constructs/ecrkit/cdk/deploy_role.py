"""Roles for a pipeline without stored credentials: plan, deploy and push."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Never

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from ecrkit.cdk.arguments import refuse_unknown
from ecrkit.cdk.refusals import is_token
from ecrkit.cdk.trust import (
    MAX_TRUST_POLICY,
    TRUST_POLICY_QUOTA,
    GitLabPipeline,
    Pipeline,
    trust_conditions,
    trust_policy_length,
)
from ecrkit.errors import InvalidNameError, InvalidPropertyError
from ecrkit.images.names import REGION, RepositoryName
from ecrkit.registry.permissions import COMMANDS, Permission, Scope, statements_of
from ecrkit.registry.principals import ACCOUNT
from ecrkit.registry.settings.signing import SIGNING_PROFILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aws_cdk import aws_ecr as ecr
    from aws_cdk import aws_signer as signer

__all__ = ["DEPLOY_COMMANDS", "PLAN_COMMANDS", "PUSH_PERMISSIONS", "DeployRole"]

PLAN_COMMANDS = ("audit", "guard --deployed", "images in-use", "images inventory")
"""The commands that the plan role can run. ``cdk diff`` needs no more."""

DEPLOY_COMMANDS = ("guard --deployed",)
"""The commands that the deploy role can run, in addition to ``cdk deploy``."""

PUSH_PERMISSIONS = (
    *COMMANDS["images push"],
    # Docker reads the manifests that it pushes. Source: ECR user guide, "Pushing an image" (read 2026-11).
    Permission(on=Scope.REPOSITORY, actions=("ecr:BatchGetImage",)),
)
"""The permissions of the push role."""

_SIGN = "signer:SignPayload"
"""ECR signs with the permissions of the pushing principal. Source: ECR user guide, "Managed signing" (read 2026-11)."""

_BOOTSTRAP_ROLES = ("deploy", "file-publishing", "image-publishing", "lookup")
"""The roles of ``cdk bootstrap`` that the CDK CLI assumes. Source: its template, version 30."""

_QUALIFIER = re.compile(r"[A-Za-z0-9_-]{1,10}")
_ISSUER = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]+)?(?:/[A-Za-z0-9._~/-]+)?")
_PROVIDER = re.compile(r"arn:aws(?:-[a-z]+)*:iam::[0-9]{12}:oidc-provider/(.+)")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9]")


class DeployRole(Construct):
    """
    The OpenID Connect provider of GitHub or GitLab, and the roles that pipelines assume through it.

    A role is created only if it has a pipeline: *plan* reads, *deploy* deploys, *push* pushes images. Each has
    an output with its ARN: ``<construct id>PlanRoleArn``, ``…DeployRoleArn``, ``…PushRoleArn``.

    - The plan role runs ``ecrkit guard --deployed``, ``audit``, ``images inventory``, ``images in-use`` and
      ``cdk diff``. It reads its own account; in other accounts it assumes the lookup role of ``cdk bootstrap``.
    - The deploy role assumes the roles of ``cdk bootstrap``, which have the permissions, and reads stacks.
    - The push role logs in, and pushes only to the named repositories. If the registry has signing rules, ECR signs
      these images only with *signing_profiles*.

    An account has one provider for each issuer. The provider is kept when it leaves its stack, because other roles may
    trust it.

    Args:
        scope: The scope of the construct.
        construct_id: The ID within the scope.
        plan: Pipelines that may read. Default: no role.
        deploy: Pipelines that may deploy; a branch or tag must not be ``*``. Default: no role.
        push: Pipelines that may push images to *repositories*. Default: no role.
        repositories: Repositories to push to: names in the account and Region of the stack, or constructs. Required
            with *push*, and only with it.
        signing_profiles: Signing profiles of the registry's signing rules, or their ARNs. ECR signs with the
            permissions of the role that pushes. Only with *push*. Default: none.
        environments: Accounts and Regions that *plan* reads and *deploy* deploys to. A missing account or Region is
            that of the stack. Default: the account and Region of the stack.
        qualifier: The qualifier of ``cdk bootstrap``. Default: ``hnb659fds``, CDK's own.
        provider: An existing provider of the account, or its ARN. Default: a new one.
        issuer: The issuer of the tokens, without ``https://``. Default: that of *provider*, else
            ``token.actions.githubusercontent.com`` or ``gitlab.com``.
        audience: The ``aud`` claim of the tokens. Default: ``sts.amazonaws.com`` for GitHub, the URL of the issuer for
            GitLab.

    Attributes:
        provider_arn: The ARN of the provider; pass it as *provider* to another ``DeployRole`` of the account.
        plan: The plan role; ``None`` without *plan*.
        deploy: The deploy role; ``None`` without *deploy*.
        push: The push role; ``None`` without *push*.

    Raises:
        InvalidPropertyError: A property is invalid, or would grant access to more than it names; lists all problems.

    Source: IAM user guide, "Create a role for OpenID Connect federation"; CDK developer guide, "Bootstrapping" (read
    2026-11).
    """

    def __init__(  # noqa: PLR0913 - a construct has the properties of its resources
        self,
        scope: Construct,
        construct_id: str,
        *,
        plan: Sequence[Pipeline] = (),
        deploy: Sequence[Pipeline] = (),
        push: Sequence[Pipeline] = (),
        repositories: Sequence[str | ecr.IRepository] = (),
        signing_profiles: Sequence[str | signer.ISigningProfile] = (),
        environments: Sequence[cdk.Environment] = (),
        qualifier: str = "hnb659fds",
        provider: iam.IOidcProvider | iam.IOpenIdConnectProvider | str | None = None,
        issuer: str | None = None,
        audience: str | None = None,
        **unsupported: Never,
    ) -> None:
        refuse_unknown(scope, construct_id, unsupported, of=DeployRole.__init__)
        trusted = {"plan": plan, "deploy": deploy, "push": push}
        provider_arn = provider if isinstance(provider, str | None) else provider.open_id_connect_provider_arn
        problems = [
            *_pipeline_problems(trusted),
            *_repository_problems(repositories, pushes=bool(push)),
            *_signing_problems(signing_profiles, pushes=bool(push)),
            *_environment_problems(environments, needed=bool(plan or deploy)),
            *_provider_problems(provider_arn, issuer),
        ]
        if not _QUALIFIER.fullmatch(qualifier):
            problems.append(f"qualifier: must be 1 to 10 letters, digits, '_' and '-', got {qualifier!r}")
        if audience is not None and (not audience or "*" in audience):
            problems.append(f"audience: must be the aud claim of the tokens, without wildcards, got {audience!r}")
        where = f"{scope.node.path}/{construct_id}".removeprefix("/")
        _refuse(where, problems)

        kind = type(next(pipeline for pipelines in trusted.values() for pipeline in pipelines))
        self._issuer = issuer or _issuer_of(provider_arn) or kind.issuer
        self._audience = audience or (f"https://{self._issuer}" if kind is GitLabPipeline else "sts.amazonaws.com")
        lengths = {
            prop: self._trust_length(pipelines, provider_arn) for prop, pipelines in trusted.items() if pipelines
        }
        _refuse(where, (_too_long(prop, length) for prop, length in lengths.items() if length > MAX_TRUST_POLICY))

        super().__init__(scope, construct_id)
        for prop, length in lengths.items():
            if length > TRUST_POLICY_QUOTA:
                cdk.Annotations.of(self).add_warning_v2(f"ecrkit:trust:{prop}", _too_long(prop, length))
        self._qualifier = qualifier
        self.provider_arn = provider_arn or self._new_provider()
        places = list(dict.fromkeys(self._place(one) for one in environments or [cdk.Environment()]))
        self.plan = self._role("Plan", plan, self._plan_statements(places), does="Reads what is deployed")
        self.deploy = self._role("Deploy", deploy, self._deploy_statements(places), does="Deploys with the CDK")
        pushes = self._push_statements(repositories, signing_profiles)
        self.push = self._role("Push", push, pushes, does="Pushes images")

    def _new_provider(self) -> str:
        provider = iam.CfnOIDCProvider(self, "Provider", url=f"https://{self._issuer}", client_id_list=[self._audience])
        provider.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        return provider.attr_arn

    def _trust_length(self, pipelines: Sequence[Pipeline], provider_arn: str | None) -> int:
        conditions = trust_conditions(pipelines, issuer=self._issuer, audience=self._audience)
        known = provider_arn if provider_arn and not is_token(provider_arn) else None
        return trust_policy_length(
            conditions, provider_arn=known or f"arn:aws:iam::123456789012:oidc-provider/{self._issuer}"
        )

    def _place(self, environment: cdk.Environment) -> tuple[str, str]:
        stack = cdk.Stack.of(self)
        return environment.account or stack.account, environment.region or stack.region

    def _role(
        self, name: str, pipelines: Sequence[Pipeline], statements: Iterable[dict[str, object]], *, does: str
    ) -> iam.Role | None:
        if not pipelines:
            return None
        conditions = trust_conditions(pipelines, issuer=self._issuer, audience=self._audience)
        role = iam.Role(
            self,
            name,
            assumed_by=iam.WebIdentityPrincipal(self.provider_arn, conditions),
            description=f"{does}, from a pipeline",
        )
        for statement in statements:
            role.add_to_principal_policy(iam.PolicyStatement.from_json(statement))
        output = cdk.CfnOutput(self, f"{name}RoleArn", value=role.role_arn)
        output.override_logical_id(_NOT_IN_ID.sub("", self.node.id) + f"{name}RoleArn")
        return role

    def _plan_statements(self, places: Iterable[tuple[str, str]]) -> Iterator[dict[str, object]]:
        stack = cdk.Stack.of(self)
        permissions = [permission for command in PLAN_COMMANDS for permission in COMMANDS[command]]
        for account, region in places:
            if account == stack.account:
                yield from statements_of(permissions, partition=stack.partition, account=account, region=region)
            else:
                yield self._assume(("lookup",), [(account, region)])

    def _deploy_statements(self, places: Sequence[tuple[str, str]]) -> Iterator[dict[str, object]]:
        stack = cdk.Stack.of(self)
        permissions = [permission for command in DEPLOY_COMMANDS for permission in COMMANDS[command]]
        yield self._assume(_BOOTSTRAP_ROLES, places)
        for account, region in places:
            if account == stack.account:
                yield from statements_of(permissions, partition=stack.partition, account=account, region=region)

    def _push_statements(
        self, repositories: Iterable[str | ecr.IRepository], profiles: Iterable[str | signer.ISigningProfile]
    ) -> list[dict[str, object]]:
        stack = cdk.Stack.of(self)
        place = {"partition": stack.partition, "account": stack.account, "region": stack.region}
        arns = [
            f"arn:{stack.partition}:ecr:{stack.region}:{stack.account}:repository/{repository}"
            if isinstance(repository, str)
            else repository.repository_arn
            for repository in repositories
        ]
        signing = [profile if isinstance(profile, str) else profile.signing_profile_arn for profile in profiles]
        signs: list[dict[str, object]] = [{"Effect": "Allow", "Action": _SIGN, "Resource": signing}] if signing else []
        return [*statements_of(PUSH_PERMISSIONS, **place, repositories=arns), *signs]

    def _assume(self, roles: Iterable[str], places: Iterable[tuple[str, str]]) -> dict[str, object]:
        partition = cdk.Stack.of(self).partition
        arns = [
            f"arn:{partition}:iam::{account}:role/cdk-{self._qualifier}-{role}-role-{account}-{region}"
            for account, region in places
            for role in roles
        ]
        return {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arns}


def _refuse(where: str, problems: Iterable[str]) -> None:
    lines = [f"{where}: {problem}" for problem in problems]
    if lines:
        raise InvalidPropertyError("\n".join(lines))


def _too_long(prop: str, length: int) -> str:
    remedy = "name fewer pipelines, or several with '*', or create another DeployRole with provider=… for the rest"
    if length > MAX_TRUST_POLICY:
        return f"{prop}: the trust policy must have at most {MAX_TRUST_POLICY:,} characters, got {length:,}; {remedy}"
    return (
        f"{prop}: the trust policy has {length:,} characters, more than the default quota of {TRUST_POLICY_QUOTA:,} "
        f"(AWS raises it to {MAX_TRUST_POLICY:,} at most); {remedy}"
    )


def _pipeline_problems(trusted: Mapping[str, object]) -> Iterator[str]:
    kinds: set[type] = set()
    for prop, pipelines in trusted.items():
        if isinstance(pipelines, str) or not isinstance(pipelines, Sequence):
            yield f"{prop}: must be a list of GitHubWorkflow or GitLabPipeline, got {pipelines!r}"
            continue
        for index, pipeline in enumerate(pipelines):
            if not isinstance(pipeline, Pipeline):
                yield f"{prop}[{index}]: must be a GitHubWorkflow or a GitLabPipeline, got {pipeline!r}"
                continue
            kinds.add(type(pipeline))
            yield from (f"{prop}[{index}].{problem}" for problem in pipeline.problems())
            ref = pipeline.branch or pipeline.tag
            # `**` and `*/*` are as wide: at least the beginning must be given.
            if prop == "deploy" and isinstance(ref, str) and ref.startswith("*"):
                yield f"deploy[{index}]: must not be every branch or tag, got {ref!r}; name those that may deploy"
    if len(kinds) > 1:
        yield "plan, deploy and push must be all of GitHub or all of GitLab; make one DeployRole for each"
    if not any(trusted.values()):
        yield "pass at least one of plan, deploy and push, as in plan=[GitHubWorkflow(…)]"


def _repository_problems(repositories: object, *, pushes: bool) -> Iterator[str]:
    if isinstance(repositories, str) or not isinstance(repositories, Sequence):
        yield f"repositories: must be a list of names, got {repositories!r}; write [{repositories!r}]"
        return
    if pushes and not repositories:
        yield "repositories: must name the repositories that push may push to, got none"
    if repositories and not pushes:
        yield "repositories: needs push; pass push, or remove it"
    for index, repository in enumerate(repositories):
        if not isinstance(repository, str) or is_token(repository):
            continue
        if "*" in repository:
            yield f"repositories[{index}]: must not have wildcards, got {repository!r}; name each repository"
            continue
        try:
            RepositoryName(repository)
        except InvalidNameError as error:
            yield f"repositories[{index}]: {error}"


def _signing_problems(profiles: object, *, pushes: bool) -> Iterator[str]:
    if isinstance(profiles, str) or not isinstance(profiles, Sequence):
        yield f"signing_profiles: must be a list of ARNs, got {profiles!r}; write [{profiles!r}]"
        return
    if profiles and not pushes:
        yield "signing_profiles: needs push; pass push, or remove it"
    for index, profile in enumerate(profiles):
        if isinstance(profile, str) and not is_token(profile) and not SIGNING_PROFILE.fullmatch(profile):
            yield f"signing_profiles[{index}]: must be the ARN of a signing profile of AWS Signer, got {profile!r}"


def _environment_problems(environments: Sequence[cdk.Environment], *, needed: bool) -> Iterator[str]:
    if environments and not needed:
        yield "environments: needs plan or deploy; pass one, or remove it"
    for index, environment in enumerate(environments):
        for prop, value, grammar in (("account", environment.account, ACCOUNT), ("region", environment.region, REGION)):
            if value is not None and not is_token(value) and not grammar.fullmatch(value):
                what = "an account ID of 12 digits" if prop == "account" else "a Region"
                yield f"environments[{index}].{prop}: must be {what}, got {value!r}"


def _provider_problems(provider_arn: str | None, issuer: str | None) -> Iterator[str]:
    if issuer is not None and not _ISSUER.fullmatch(issuer):
        yield f"issuer: must be a host without 'https://', with its path if it has one, got {issuer!r}"
    if provider_arn is None or is_token(provider_arn):
        return
    if not _PROVIDER.fullmatch(provider_arn):
        yield f"provider: must be the ARN of an OpenID Connect provider, got {provider_arn!r}"
    elif issuer is not None and _issuer_of(provider_arn) != issuer:
        yield f"issuer: must be that of the provider, {_issuer_of(provider_arn)!r}, got {issuer!r}; leave it out"


def _issuer_of(provider_arn: str | None) -> str | None:
    """Read the issuer from the ARN of a provider; ``None`` if CDK learns the ARN later."""
    found = _PROVIDER.fullmatch(provider_arn) if provider_arn else None
    return found[1] if found else None
