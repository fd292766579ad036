"""Statements of a catalog: what is wrong with one, what acknowledges it, and which warnings are silenced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.catalogs import ONE_ENVIRONMENT, catalog

from ecrkit.catalog import check_catalog
from ecrkit.catalog.template import repository_resources, templates

if TYPE_CHECKING:
    from ecrkit.policies.store import PolicyStore

OPEN = "{Effect: Allow, Principal: '*', Action: 'ecr:BatchGetImage'}"
CLOSED = "{Effect: Allow, Principal: {AWS: '111122223333'}, Action: 'ecr:BatchGetImage'}"
TYPO = "{Effect: Allow, Principal: {AWS: '111122223333'}, Action: 'ecr:BatchGetImages'}"
DELETED = "{Effect: Allow, Principal: {AWS: AROAEXAMPLEIDENTIFIER}, Action: 'ecr:BatchGetImage'}"
REASON = "open_to_everyone: The base images are public."
TWO = """\
environments:
  dev: {account: "123456789012", region: us-east-1}
  china: {account: "210987654321", region: cn-north-1}
"""


def found(text: str) -> list[tuple[str, str, str]]:
    """Give pointer, code and reason of what is found in statements."""
    findings = check_catalog(text, file="repositories.yaml").findings
    codes = ("ECR4", "CAT144", "CAT148", "CAT243")
    return [(one.location.path, one.code, one.silenced) for one in findings if one.code.startswith(codes)]


def repository(settings: str, *, defaults: str = "") -> str:
    """Write a catalog of one repository."""
    return f"{ONE_ENVIRONMENT}defaults: {{{defaults}}}\nrepositories: {{web: {{{settings}}}}}\n"


def test_open_statement_is_an_error() -> None:
    """A statement that lets everyone in is an error where it is."""
    assert found(repository(f"statements: [{OPEN}]")) == [("repositories.web.statements[0].Principal", "CAT144", "")]


def test_acknowledged_statement_stays_visible() -> None:
    """A reason beside the statements turns the error into a silenced warning."""
    assert found(repository(f"{REASON}, statements: [{CLOSED}, {OPEN}]")) == [
        ("repositories.web.statements[1].Principal", "CAT144", "The base images are public.")
    ]


def test_reason_goes_with_its_statements() -> None:
    """A reason in the defaults acknowledges the statements there, and no others."""
    defaults = f"{REASON}, statements: [{OPEN}]"

    assert found(repository("", defaults=defaults)) == [
        ("defaults.statements[0].Principal", "CAT144", "The base images are public.")
    ]
    assert found(repository(f"statements: [{OPEN}]", defaults=defaults)) == [
        ("repositories.web.statements[0].Principal", "CAT144", "")
    ]


def test_reason_without_statements_acknowledges_nothing() -> None:
    """A reason without an open statement beside it is a warning, which may be silenced."""
    assert found(repository(REASON)) == [("repositories.web.open_to_everyone", "ECR427", "")]
    assert found(repository(f"{REASON}, statements: [{CLOSED}], silence: {{ECR427: it opens next week}}")) == [
        ("repositories.web.open_to_everyone", "ECR427", "it opens next week")
    ]


def test_statement_without_effect_is_a_warning() -> None:
    """What AWS ignores is a warning, which may be silenced with a reason."""
    assert found(repository(f"statements: [{TYPO}, {DELETED}]")) == [
        ("repositories.web.statements[0].Action", "ECR421", ""),
        ("repositories.web.statements[1].Principal", "ECR425", ""),
    ]
    assert found(repository(f"statements: [{TYPO}], silence: {{ECR421: a new action}}")) == [
        ("repositories.web.statements[0].Action", "ECR421", "a new action")
    ]


def test_principal_of_another_partition() -> None:
    """A principal is an error in the environments of another partition, in `pull` and in statements."""
    arn = "arn:aws:iam::111122223333:root"
    statement = f"{{Effect: Allow, Principal: {{AWS: '{arn}'}}, Action: 'ecr:BatchGetImage'}}"
    text = f"{TWO}repositories: {{api: {{pull: {{principals: ['{arn}']}}}}, web: {{statements: [{statement}]}}}}\n"

    assert found(text) == [("repositories.api.pull", "ECR404", ""), ("repositories.web.statements", "ECR404", "")]


def test_registry_policy_and_creation_template() -> None:
    """The policy of the registry and creation templates take statements and a reason too."""
    resource = OPEN.replace("Action:", "Resource: '*', Action:")
    template = f"team: {{applied_for: [CREATE_ON_PUSH], statements: [{OPEN}]"
    open_registry = (
        f"registry: {{policy: {{statements: [{resource}]}}, creation_templates: {{{template}}}}}}}\n"
        "repositories: {web: }\n"
    )

    assert {one[1:] for one in found(ONE_ENVIRONMENT + open_registry)} == {("CAT243", "")}
    acknowledged = open_registry.replace("statements:", f"{REASON}, statements:")
    assert {one[1:] for one in found(ONE_ENVIRONMENT + acknowledged)} == {("CAT243", "The base images are public.")}


def test_reason_is_in_the_templates(policies: PolicyStore) -> None:
    """The metadata of the resources says why they are open, for cfn-lint and the plugin."""
    resource = OPEN.replace("Action:", "Resource: '*', Action:")
    text = (
        f"{ONE_ENVIRONMENT}registry: {{policy: {{{REASON}, statements: [{resource}]}}}}\n"
        f"repositories: {{web: {{{REASON}, statements: [{OPEN}]}}}}\n"
    )
    metadata = {"ecrkit": {"open_to_everyone": "The base images are public."}}

    read = catalog(text, policies)
    bodies = [template.body["Resources"] for template in templates(read, policies).values()]
    assert [one.get("Metadata") for body in bodies for one in dict(body).values()] == [metadata, metadata]  # type: ignore[call-overload] # JSON
    [entry] = read.repositories
    [written] = repository_resources(entry, None, account="123456789012", region="us-east-1", stack="S").values()
    assert written["Metadata"] == {"aws:cdk:path": "S/web/Resource", **metadata}


@pytest.mark.parametrize(
    "function",
    [
        pytest.param("{Ref: Who}", id="Ref"),
        pytest.param("{'Fn::Select': [0, ['*']]}", id="Select"),
        pytest.param("{'Fn::If': [IsDev, '*', '111122223333']}", id="If"),
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            repository("statements: [{Effect: Allow, Principal: {AWS: FUNCTION}, Action: 'ecr:*'}]"), id="web"
        ),
        pytest.param(
            f"{ONE_ENVIRONMENT}registry: {{policy: {{statements: [{{Effect: Allow, Principal: {{AWS: FUNCTION}},"
            " Action: 'ecr:*', Resource: '*'}]}}\nrepositories: {web: {}}\n",
            id="registry",
        ),
    ],
)
def test_function_of_cloudformation_is_an_error(text: str, function: str) -> None:
    """A function may become anything, '*' among it, so that a catalog takes none."""
    findings = check_catalog(text.replace("FUNCTION", function), file="repositories.yaml").findings
    name = function.strip("{'").partition(":")[0] if "Fn" not in function else function.split("'")[1]

    assert [one.message for one in findings if one.severity == "error"] == [
        f"must be the value itself, got the function '{name}'"
    ]
