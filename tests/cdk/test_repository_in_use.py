"""Whatever takes an L2 repository takes ours, and makes of it what it makes of the L2."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from builders.templates import OTHER_ACCOUNT, repository_in, stack, template_of

from ecrkit.cdk import Repository

if TYPE_CHECKING:
    from collections.abc import Callable

    from constructs import Construct

    RepositoryClass: TypeAlias = type[ecr.Repository | Repository]
    Use: TypeAlias = Callable[[Construct, ecr.IRepository], object]

pytestmark = pytest.mark.node


def in_a_task(scope: Construct, repository: ecr.IRepository) -> None:
    task = ecs.FargateTaskDefinition(scope, "Task")
    task.add_container("Main", image=ecs.ContainerImage.from_ecr_repository(repository, "v1"))


def in_an_image_function(scope: Construct, repository: ecr.IRepository) -> None:
    code = lambda_.DockerImageCode.from_ecr(repository, tag_or_digest="v1")
    lambda_.DockerImageFunction(scope, "Function", code=code)


def in_a_function(scope: Construct, repository: ecr.IRepository) -> None:
    lambda_.Function(
        scope,
        "Function",
        code=lambda_.Code.from_ecr_image(repository, tag_or_digest="v1"),
        handler=lambda_.Handler.FROM_IMAGE,
        runtime=lambda_.Runtime.FROM_IMAGE,
    )


def granted_to_pull(scope: Construct, repository: ecr.IRepository) -> None:
    repository.grant_pull(role(scope))


def granted_to_push(scope: Construct, repository: ecr.IRepository) -> None:
    repository.grant_push(role(scope))


def role(scope: Construct) -> iam.Role:
    # Across accounts CDK wants a name.
    return iam.Role(scope, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"), role_name="runner")


def same_stack(registry: cdk.Stack) -> cdk.Stack:
    return registry


def other_stack(registry: cdk.Stack) -> cdk.Stack:
    return stack("Consumer", scope=app_of(registry))


def other_region(registry: cdk.Stack) -> cdk.Stack:
    return stack("Consumer", scope=app_of(registry), region="eu-west-1")


def other_account_and_region(registry: cdk.Stack) -> cdk.Stack:
    return stack("Consumer", scope=app_of(registry), account=OTHER_ACCOUNT, region="eu-west-1")


def app_of(construct: Construct) -> cdk.App:
    root = construct.node.root
    assert isinstance(root, cdk.App)
    return root


USES = [in_a_task, in_an_image_function, in_a_function, granted_to_pull, granted_to_push]
PLACES = [same_stack, other_stack, other_region, other_account_and_region]


def templates(
    repository_class: RepositoryClass, name: str | None, use: Use, place: Callable[[cdk.Stack], cdk.Stack]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Use a repository in *place*; give the templates of its stack and of the consumer's."""
    registry = stack()
    repository = repository_class(registry, "App", repository_name=name)
    consumer = place(registry)
    use(consumer, repository)
    return template_of(registry), template_of(consumer)


def beside_the_repository(template: dict[str, Any]) -> dict[str, Any]:
    """Leave out the repository and the output that ours brings along."""
    resources = {
        key: resource for key, resource in template["Resources"].items() if resource["Type"] != "AWS::ECR::Repository"
    }
    outputs = {key: output for key, output in template.get("Outputs", {}).items() if key.startswith("Exports")}
    return {**template, "Resources": resources, "Outputs": outputs}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("use", USES)
class TestSameAsTheL2:
    def test_named(self, use: Use, place: Callable[[cdk.Stack], cdk.Stack]) -> None:
        """The templates say of it what they say of an L2 of that name."""
        theirs = templates(ecr.Repository, "my-app", use, place)
        ours = templates(Repository, "my-app", use, place)

        assert [beside_the_repository(template) for template in ours] == [
            beside_the_repository(template) for template in theirs
        ]
        assert policy_in(ours) == policy_in(theirs)

    def test_name_that_the_l2_refuses(self, use: Use, place: Callable[[cdk.Stack], cdk.Stack]) -> None:
        """The templates say of ``a__b`` what they say of an L2 under another name."""
        theirs = json.loads(json.dumps(templates(ecr.Repository, "my-app", use, place)).replace("my-app", "a__b"))
        ours = templates(Repository, "a__b", use, place)

        assert [beside_the_repository(template) for template in ours] == [
            beside_the_repository(template) for template in theirs
        ]
        assert policy_in(ours) == policy_in(theirs)

    def test_generated_name(self, use: Use, place: Callable[[cdk.Stack], cdk.Stack]) -> None:
        """A name that CDK generates where needed is the same that the L2 gets."""
        name = cdk.PhysicalName.GENERATE_IF_NEEDED
        theirs = templates(ecr.Repository, name, use, place)
        ours = templates(Repository, name, use, place)

        assert [beside_the_repository(template) for template in ours] == [
            beside_the_repository(template) for template in theirs
        ]
        assert name_in(ours) == name_in(theirs)


def policy_in(both: tuple[dict[str, Any], dict[str, Any]]) -> object:
    return repository_in(both[0])["Properties"].get("RepositoryPolicyText")


def name_in(both: tuple[dict[str, Any], dict[str, Any]]) -> object:
    return repository_in(both[0]).get("Properties", {}).get("RepositoryName")


@pytest.mark.parametrize("use", USES)
def test_unnamed_in_another_stack(use: Use) -> None:
    """Without a name, too, another stack of the same environment says of it what it says of an L2."""
    theirs = templates(ecr.Repository, None, use, other_stack)
    ours = templates(Repository, None, use, other_stack)

    assert ours[1] == theirs[1]


@pytest.mark.parametrize("repository_class", [ecr.Repository, Repository])
def test_unnamed_in_another_environment(repository_class: RepositoryClass) -> None:
    """Without a name there is no reference from another environment, and CDK says what to do."""
    with pytest.raises(RuntimeError, match="the resource's physical name must be explicit set"):
        templates(repository_class, None, in_a_task, other_account_and_region)


def test_reference_across_environments() -> None:
    """Another environment addresses the repository by the name that was given, also where the L2 would refuse it."""
    _, consumer = templates(Repository, "a__b", granted_to_pull, other_account_and_region)
    [policy] = [resource for resource in consumer["Resources"].values() if resource["Type"] == "AWS::IAM::Policy"]
    pulling = policy["Properties"]["PolicyDocument"]["Statement"][0]

    assert pulling["Resource"] == {
        "Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":ecr:us-east-1:123456789012:repository/a__b"]]
    }
