"""
Record the API of ECR and ECR Public, and the properties of CloudFormation, as the installed packages know them.

``python docs/service_model.py`` writes the lists in ``tests/data/service_model`` again: one line for each operation,
member, value and property. A test compares them with the installed packages, so that an update shows what is new.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.session import get_session
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped] # it ships no types

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import ServiceModel

__all__ = ["CLOUDFORMATION", "RECORDS", "SERVICES", "properties", "record", "service_model"]

RECORDS = Path(__file__).parents[1] / "tests" / "data" / "service_model"
SERVICES = ("ecr", "ecr-public")
CLOUDFORMATION = "cloudformation"
_REGION = "us-east-1"
"""The only Region that has every type."""


def service_model(service: str) -> ServiceModel:
    """Load the model of a service, from the installed botocore."""
    return get_session().get_service_model(service)


def properties() -> dict[str, tuple[str, ...]]:
    """List the properties of every CloudFormation type of ECR, nested ones with their path, as cfn-lint knows them."""
    found = {}
    for name in sorted(PROVIDER_SCHEMA_MANAGER.get_resource_types(_REGION)):
        if name.startswith("AWS::ECR::"):
            schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(_REGION, name).schema
            found[name] = tuple(_paths(schema, schema, ""))
    return found


def record(name: str) -> list[str]:
    """
    List what a service, or CloudFormation, has.

    Args:
        name: a member of :data:`SERVICES`, or :data:`CLOUDFORMATION`.

    Returns:
        A line each, sorted, as in ``member ReplicationRule.destinations: list``.
    """
    if name == CLOUDFORMATION:
        return [f"property {kind}.{path}" for kind, paths in properties().items() for path in paths]
    return sorted(_facts(service_model(name)))


def _facts(model: ServiceModel) -> Iterator[str]:
    for name in model.operation_names:
        yield f"operation {name}"
    for name in model.shape_names:
        shape = model.shape_for(name)
        for member, part in getattr(shape, "members", {}).items():
            required = ", required" if member in shape.required_members else ""
            yield f"member {name}.{member}: {part.type_name}{required}"
        for value in getattr(shape, "enum", ()):
            yield f"value {name}.{value}"


def _paths(part: dict[str, Any], schema: dict[str, Any], prefix: str) -> Iterator[str]:
    """Walk through properties; a reference that repeats is not followed twice on one path."""
    for name, value in sorted(part.get("properties", {}).items()):
        path = f"{prefix}{name}"
        yield path
        yield from _paths(_resolved(value, schema), schema, f"{path}.")


def _resolved(value: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Follow references and the items of lists."""
    while True:
        if "$ref" in value:
            value = schema["definitions"][value["$ref"].rpartition("/")[2]]
        elif "items" in value:
            value = value["items"]
        else:
            return value


if __name__ == "__main__":
    RECORDS.mkdir(parents=True, exist_ok=True)
    for each in (*SERVICES, CLOUDFORMATION):
        (RECORDS / f"{each}.txt").write_text("\n".join([*record(each), ""]), encoding="utf-8")
