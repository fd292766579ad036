from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders.catalogs import COMPLETE, EVERYTHING, ONE_ENVIRONMENT, catalog
from builders.linting import cfn_lint
from builders.public import PUBLIC
from builders.registries import REGISTRY

from ecrkit import PolicyStore
from ecrkit.catalog import StackKind, Template, templates
from ecrkit.lifecycle import compose, render
from ecrkit.registry.cloudformation import MAX_TEMPLATE_BYTES, SHARDS, template_bytes

ROOT = Path(__file__).parents[2]
POLICIES = PolicyStore(ROOT / "policies" / "lifecycle")
SHIPPED = (ROOT / "repositories.yaml").read_text(encoding="utf-8")

CATALOGS = [
    pytest.param(SHIPPED, id="shipped"),
    pytest.param(EVERYTHING, id="environments"),
    pytest.param(COMPLETE, id="sharded"),
    pytest.param(REGISTRY, id="registry"),
    pytest.param(PUBLIC, id="public"),
]


def rendered(text: str) -> dict[str, Template]:
    """Render the templates of a catalog with the policies of this project."""
    return templates(catalog(text, POLICIES), POLICIES)


@pytest.mark.parametrize("text", CATALOGS)
def test_cfn_lint(text: str) -> None:
    """cfn-lint accepts every template of every kind of catalog."""
    assert [found for template in rendered(text).values() for found in cfn_lint(template.text)] == []


@pytest.mark.parametrize("text", CATALOGS)
def test_nothing_of_cdk(text: str) -> None:
    """A template has no metadata, parameter or rule of CDK."""
    found = rendered(text).values()

    assert [template.stack for template in found if "cdk" in template.text] == []
    assert {key for template in found for key in template.body} - {"Metadata"} == {
        "AWSTemplateFormatVersion",
        "Description",
        "Resources",
        *(["Outputs"] if any(template.kind is StackKind.REPOSITORIES for template in found) else []),
    }


def test_stacks_in_order() -> None:
    """Each environment has its shards first and its registry-wide settings last."""
    text = """
environments:
  prod: {account: "210987654321", region: eu-west-1, shards: 2}
  dev: {account: "123456789012", region: us-east-1}
registry: {replication: [{to: [{region: us-west-2}]}]}
repositories: {my-app: , ci/cache: , payments/api: }
"""
    found = rendered(text)

    assert [(template.environment, template.kind, stack) for stack, template in found.items()] == [
        ("prod", StackKind.REPOSITORIES, "Repositories-prod-0"),
        ("prod", StackKind.REGISTRY, "Registry-prod"),
        ("dev", StackKind.REPOSITORIES, "Repositories-dev"),
        ("dev", StackKind.REGISTRY, "Registry-dev"),
    ]
    assert [template.stack for template in found.values()] == list(found)


def test_account_settings_are_no_stack() -> None:
    """A registry with nothing but account settings has no stack: CloudFormation has no type for them."""
    text = """
environments:
  dev: {account: "123456789012", region: us-east-1}
registry: {account_settings: {blob_mounting: ENABLED}}
repositories: {my-app: }
"""

    assert list(rendered(text)) == ["Repositories-dev"]


def test_public_repositories() -> None:
    """Public repositories have a stack of their own, between the private ones and the registry-wide settings."""
    text = f"registry: {{replication: [{{to: [{{region: us-west-2}}]}}]}}\n{PUBLIC}"
    found = [(template.kind, stack) for stack, template in rendered(text).items() if template.environment == "dev"]

    assert found == [
        (StackKind.REPOSITORIES, "Repositories-dev"),
        (StackKind.PUBLIC, "PublicRepositories-dev"),
        (StackKind.REGISTRY, "Registry-dev"),
    ]


def test_uri_of_a_public_repository() -> None:
    """The URI is an output where the alias is known; the ARN always is."""
    found = {stack: json.loads(template.text) for stack, template in rendered(PUBLIC).items()}

    [resource] = found["PublicRepositories-dev"]["Resources"]
    assert found["PublicRepositories-dev"]["Outputs"] == {
        "CliUri": {"Value": {"Fn::Join": ["", ["public.ecr.aws/a1b2c3d4/", {"Ref": resource}]]}},
        "CliArn": {"Value": {"Fn::GetAtt": [resource, "Arn"]}},
    }
    assert list(found["PublicRepositories-prod"]["Outputs"]) == ["CliArn", "BasePublicRepositoryArn"]


def test_shards_are_noted() -> None:
    """The template of a shard has the number of shards in its metadata; that of an only stack has no metadata."""
    assert [template.body["Metadata"] for template in rendered(COMPLETE).values()] == [{SHARDS: 2}, {SHARDS: 2}]
    assert "Metadata" not in rendered(SHIPPED)["Repositories-dev"].body


def test_descriptions() -> None:
    """A description says what the stack has and names the environment."""
    assert {stack: template.body["Description"] for stack, template in rendered(REGISTRY).items()} == {
        "Repositories-dev": "Container repositories of the environment dev",
        "Registry-dev": "Container registry settings of the environment dev",
    }


def test_policies_are_composed() -> None:
    """The policies that a repository and a creation template name are in the template, as one."""
    names = "[keep-five-prod@1, keep-last-10@1]"
    text = (
        f"{ONE_ENVIRONMENT}"
        f"registry: {{creation_templates: {{hub: {{applied_for: [REPLICATION], lifecycle: {names}}}}}}}\n"
        f"repositories: {{app: {{lifecycle: {names}}}}}\n"
    )
    found = rendered(text)
    policy = render(compose([POLICIES["keep-five-prod@1"], POLICIES["keep-last-10@1"]]))

    assert found["Repositories-dev"].text.count(json.dumps(policy)) == 1
    assert found["Registry-dev"].text.count(json.dumps(policy)) == 1


def test_text() -> None:
    """The text is the body as JSON, as large as the checks of a catalog count it, its letters unescaped."""
    template = rendered(f"{ONE_ENVIRONMENT}repositories: {{app: {{tags: {{team: Zürich}}}}}}\n")["Repositories-dev"]

    assert json.loads(template.text) == template.body
    assert len(template.text.encode()) == template_bytes(template.body)
    assert "Zürich" in template.text


def test_largest() -> None:
    """A catalog that the checks accept renders to a template that CloudFormation accepts."""
    roles = ", ".join(f"'arn:aws:iam::210987654321:role/{number:0>40}'" for number in range(120))
    repositories = "".join(f"  app-{number}:\n" for number in range(80))
    text = f"{ONE_ENVIRONMENT}defaults: {{pull: {{principals: [{roles}]}}}}\nrepositories:\n{repositories}"
    size = len(rendered(text)["Repositories-dev"].text.encode())

    assert 0.7 * MAX_TEMPLATE_BYTES < size <= MAX_TEMPLATE_BYTES
