"""Laws of accepted catalogs: every identifier is there once, and CloudFormation accepts every property."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from builders.apps import POLICIES
from catalog.strategies import DRAWN_KEYS, catalogs
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped] # it ships no types
from hypothesis import HealthCheck, event, given, settings

from ecrkit.catalog import StackKind, check_catalog, templates
from ecrkit.catalog.identifiers import IdentifierKind, identifiers_in
from ecrkit.catalog.keys import SETTING_KEYS
from ecrkit.catalog.template import shards_of
from ecrkit.errors import errors_in
from ecrkit.registry.cloudformation import MAX_EXPORT_NAME, MAX_OUTPUTS, MAX_RESOURCES
from ecrkit.registry.outputs import MAX_OUTPUT_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecrkit.catalog import Environment, Template

pytestmark = pytest.mark.node

MAX_STACK_NAME = 128
LONGEST = {
    IdentifierKind.OUTPUT_KEY: MAX_OUTPUT_KEY,
    IdentifierKind.LOGICAL_ID: MAX_OUTPUT_KEY,
    IdentifierKind.EXPORT: MAX_EXPORT_NAME,
}
"""Of the others, the schemas of the resources say it."""


def test_every_key_is_drawn() -> None:
    """A new key of the table has to be drawn, too."""
    assert set(SETTING_KEYS) == DRAWN_KEYS


@settings(suppress_health_check=list(HealthCheck))
@given(catalogs())
def test_what_is_accepted_has_every_identifier_once(text: str) -> None:
    """Nothing is lost on the way into the templates, and nothing has the name of something else."""
    checked = check_catalog(text, file="repositories.yaml", policies=POLICIES)
    if checked.catalog is None:
        event(", ".join(sorted({found.code for found in errors_in(checked.findings)})))
        return
    event("accepted")
    rendered = templates(checked.catalog, POLICIES)

    assert len({stack.lower() for stack in rendered}) == sum(map(number_of_stacks, checked.catalog.environments))
    for environment in checked.catalog.environments:
        own = [found for found in rendered.values() if found.environment == environment.name]
        found = Counter(kind for template in own for kind, _ in identifiers(template))
        entries = environment.repositories
        exports = sum(2 * entry.exports for entry in entries)
        parameters = sum(2 * entry.parameters for entry in entries)

        assert found[IdentifierKind.REPOSITORY] == len(entries)
        assert found[IdentifierKind.OUTPUT_KEY] == len(entries) + exports // 2
        assert found[IdentifierKind.EXPORT] == exports
        assert found[IdentifierKind.PARAMETER] == parameters
        assert found[IdentifierKind.LOGICAL_ID] == len(entries) + parameters + number_of_settings(environment)
        in_account = [each for template in own for each in identifiers(template) if each[0] in IN_ACCOUNT]
        assert len(in_account) == len(set(in_account))


@settings(suppress_health_check=list(HealthCheck))
@given(catalogs())
def test_what_is_accepted_is_within_the_limits_of_cloudformation(text: str) -> None:
    """The schemas of the resources, which the synth applies, have no complaint."""
    checked = check_catalog(text, file="repositories.yaml", policies=POLICIES)
    if checked.catalog is None:
        return
    for template in templates(checked.catalog, POLICIES).values():
        resources: Any = template.body["Resources"]

        assert len(template.stack) <= MAX_STACK_NAME
        assert 1 <= len(resources) <= MAX_RESOURCES
        assert len(outputs_of(template)) <= MAX_OUTPUTS
        assert [text for kind, text in identifiers(template) if len(text) > LONGEST.get(kind, len(text))] == []
        assert [problem for resource in resources.values() for problem in problems(resource)] == []


IN_ACCOUNT = {IdentifierKind.EXPORT, IdentifierKind.PARAMETER, IdentifierKind.REPOSITORY}


def number_of_stacks(environment: Environment) -> int:
    registry = environment.registry
    return len(shards_of(environment)) + (registry is not None and registry.is_deployed)


def number_of_settings(environment: Environment) -> int:
    registry = environment.registry
    if registry is None:
        return 0
    single = (registry.scanning, registry.replication, registry.policy, registry.signing)
    several = (registry.pull_through_cache, registry.creation_templates, registry.pull_time_exclusions)
    return sum(map(bool, single)) + sum(map(len, several))


def outputs_of(template: Template) -> Any:  # noqa: ANN401 - JSON
    return template.body["Outputs"] if template.kind is StackKind.REPOSITORIES else {}


def identifiers(template: Template) -> Iterator[tuple[IdentifierKind, str]]:
    resources: Any = template.body["Resources"]
    for found in identifiers_in(resources, outputs_of(template)):
        yield found.kind, found.text


def problems(resource: dict[str, Any]) -> list[str]:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource["Type"]).schema
    if resource["Type"] == "AWS::SSM::Parameter":
        # Its value is a function.
        resource = {**resource, "Properties": {**resource["Properties"], "Value": "value"}}
    found = jsonschema.Draft7Validator(schema).iter_errors(resource["Properties"])
    return [f"{resource['Type']}: {error.json_path}: {error.message}" for error in found]
