"""Every way to change the policy of a repository from a construct judges statements alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_iam as iam
from builders.access import OURS
from builders.templates import repository_in, stack, template_of

from ecrkit.cdk import Repository
from ecrkit.errors import InvalidPropertyError

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.node

REASON = "the base images are public"
OPEN = "lets everyone in: it has the Principal '*' and no condition"
EVERY_GRANT = [
    pytest.param(lambda repository, to: repository.grant(to, "ecr:BatchGetImage"), id="grant"),
    pytest.param(lambda repository, to: repository.grant_pull(to), id="grant_pull"),
    pytest.param(lambda repository, to: repository.grant_push(to), id="grant_push"),
    pytest.param(lambda repository, to: repository.grant_pull_push(to), id="grant_pull_push"),
    pytest.param(lambda repository, to: repository.grant_read(to), id="grant_read"),
]


def statement(**elements: object) -> iam.PolicyStatement:
    """Write a statement that lets an account pull, but for *elements*."""
    plain = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "ecr:BatchGetImage"}
    return iam.PolicyStatement.from_json({**plain, **elements})


def warnings(scope: cdk.Stack) -> list[str]:
    """Give the warnings of a synthesis about statements."""
    found = assertions.Annotations.from_stack(scope).find_warning("*", assertions.Match.any_value())
    texts = [str(entry.entry.data) for entry in found]
    return [text for text in texts if "[ECR4" in text]


@pytest.mark.parametrize("grant", EVERY_GRANT)
def test_grant_to_everyone_raises(grant: Callable[[Repository, iam.IGrantable], iam.Grant]) -> None:
    """A grant to everyone raises at the call, as `statements` does."""
    repository = Repository(stack(), "App")

    with pytest.raises(InvalidPropertyError, match=OPEN.replace("*", r"\*")):
        grant(repository, iam.AnyPrincipal())


@pytest.mark.parametrize("grant", EVERY_GRANT)
def test_grant_under_a_condition(grant: Callable[[Repository, iam.IGrantable], iam.Grant]) -> None:
    """A grant to an organization, and one to an account, reach the template."""
    scope = stack()
    repository = Repository(scope, "App")

    grant(repository, iam.OrganizationPrincipal(OURS))
    grant(repository, iam.AccountPrincipal("111122223333"))

    assert "RepositoryPolicyText" in repository_in(template_of(scope))["Properties"]


def test_grant_under_an_open_condition_raises() -> None:
    """A condition that names nobody does not close a grant."""
    everyone = iam.PrincipalWithConditions(iam.StarPrincipal(), {"Bool": {"aws:SecureTransport": "true"}})

    with pytest.raises(InvalidPropertyError, match="its condition does not limit who may call"):
        Repository(stack(), "App").grant_pull(everyone)


@pytest.mark.parametrize(
    ("elements", "problem"),
    [
        pytest.param({"Principal": {"AWS": "*"}}, f"lets everyone in: {OPEN.partition(': ')[2]}", id="open"),
        pytest.param({"Resource": "*"}, "unknown key 'Resource'", id="resource"),
        pytest.param(
            {"Principal": {"AWS": "arn:aws-cn:iam::111122223333:root"}}, "must be in the partition aws", id="partition"
        ),
        pytest.param(
            {"Condition": {"StringMatches": {"aws:PrincipalOrgID": OURS}}}, "unknown condition operator", id="operator"
        ),
    ],
)
def test_statement_that_ecr_rejects_raises(elements: dict[str, object], problem: str) -> None:
    """`add_to_resource_policy` refuses what `statements` refuses, and says where."""
    scope = cdk.Stack(cdk.App(), "Registry", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    repository = Repository(scope, "App")

    with pytest.raises(InvalidPropertyError) as caught:
        repository.add_to_resource_policy(statement(**elements))

    assert str(caught.value).startswith(f"Registry/App: add_to_resource_policy: {problem}")


def test_other_constructs_get_the_text() -> None:
    """A grant that another construct makes fails with the same text."""
    repository = Repository(stack(), "App")

    with pytest.raises(RuntimeError, match=OPEN.replace("*", r"\*")):
        iam.Grant.add_to_principal_or_resource(
            grantee=iam.AnyPrincipal(), actions=["ecr:BatchGetImage"], resource=repository, resource_arns=[]
        )


def test_acknowledged() -> None:
    """A reason lets every way open the policy, and stays in the metadata of the resource."""
    scope = stack()
    opened = [{"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}]
    repository = Repository(scope, "App", statements=opened, open_to_everyone=REASON)

    repository.grant_pull(iam.AnyPrincipal())
    repository.add_to_resource_policy(statement(Principal="*", Action="ecr:ListImages"))

    assert repository_in(template_of(scope))["Metadata"]["ecrkit"] == {"open_to_everyone": REASON}


def test_no_reason_no_metadata() -> None:
    """Without a reason the resource has no metadata of ecrkit."""
    scope = stack()
    Repository(scope, "App")

    assert "ecrkit" not in repository_in(template_of(scope)).get("Metadata", {})


def test_statement_without_effect_warns() -> None:
    """What AWS ignores is a warning of the synthesis, from `statements` as from `add_to_resource_policy`."""
    scope = stack()
    typo = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "ecr:BatchGetImages"}
    Repository(scope, "App", statements=[typo]).add_to_resource_policy(statement(Action="s3:GetObject"))

    first, second = sorted(warnings(scope))
    assert "is not an action of ECR" in first
    assert "did you mean ecr:BatchGetImage?" in second


@pytest.mark.parametrize("reason", ["", "  "])
def test_blank_reason_acknowledges_nothing(reason: str) -> None:
    """A reason without a word does not let a statement for everyone pass."""
    open_statement = {"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}

    with pytest.raises(InvalidPropertyError, match=OPEN.replace("*", r"\*")):
        Repository(stack(), "App", statements=[open_statement], open_to_everyone=reason)


@pytest.mark.parametrize(
    "function",
    [
        pytest.param({"Fn::Select": [0, ["*"]]}, id="Select"),
        pytest.param({"Fn::Sub": ["${Who}", {"Who": "*"}]}, id="Sub"),
        pytest.param({"Fn::Join": ["", ["*"]]}, id="Join"),
    ],
)
def test_function_that_writes_everyone_raises(function: dict[str, object]) -> None:
    """A principal that a function writes is the principal that it writes."""
    open_statement = {"Effect": "Allow", "Principal": {"AWS": function}, "Action": "ecr:BatchGetImage"}

    with pytest.raises(InvalidPropertyError, match=OPEN.replace("*", r"\*")):
        Repository(stack(), "App", statements=[open_statement])
