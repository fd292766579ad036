"""Templates of CloudFormation as values; of their resources, those that the guard looks at."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ecrkit.deployment.guard.settings import SETTINGS
from ecrkit.deployment.guard.values import REPOSITORY, Resource
from ecrkit.errors import InvalidAssemblyError
from ecrkit.registry.cloudformation import SHARDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import yaml

    Nested = Callable[[str, Mapping[str, object]], Mapping[str, object] | None]

__all__ = ["parse_json_object", "parse_template", "resources_of", "shards_of"]

_NO_VALUE = {"Ref": "AWS::NoValue"}
_NESTED_STACK = "AWS::CloudFormation::Stack"


def parse_json_object(text: str, *, file: str) -> dict[str, Any]:
    """
    Parse JSON that a tool wrote.

    Args:
        text: of the file.
        file: how an error names it.

    Raises:
        InvalidAssemblyError: it is not JSON, or no object.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"{file}:{error.lineno}:{error.colno}"
        raise InvalidAssemblyError(f"{where}: not JSON: {error.msg.lower()}; synthesize again") from None
    except (RecursionError, ValueError) as error:
        raise InvalidAssemblyError(f"{file}: not JSON that can be read: {str(error).lower()}") from None
    if not isinstance(document, dict):
        raise InvalidAssemblyError(f"{file}: must be an object, got {type(document).__name__}; synthesize again")
    return document


def parse_template(body: object, *, name: str) -> Mapping[str, object]:
    """
    Read the body of a template as ``GetTemplate`` gives it.

    Args:
        body: an object where the service was given JSON; text where it was given YAML, or JSON.
        name: of the stack, for the error.

    Raises:
        InvalidAssemblyError: it is no template.
    """
    if isinstance(body, str):
        import yaml  # noqa: PLC0415 - few stacks were deployed as YAML

        try:
            # The loader is a safe one; JSON is YAML too.
            body = yaml.load(body, Loader=_yaml_loader())  # noqa: S506
        except (yaml.YAMLError, RecursionError):
            raise InvalidAssemblyError(f"{name}: its template is neither JSON nor YAML") from None
    if not isinstance(body, dict):
        raise InvalidAssemblyError(f"{name}: its template must be an object, got {type(body).__name__}")
    return body


def resources_of(template: Mapping[str, object], *, nested: Nested) -> tuple[Resource, ...]:
    """
    Pick what the guard looks at.

    Args:
        template: as parsed; what is no resource in it is passed over.
        nested: gives the template of a nested stack by its logical id and its resource, or ``None``.

    Returns:
        Repositories and settings of the registry, in the order of the template. What is in a nested stack has the
        logical ids of both, and is kept when the nested stack is.
    """
    return tuple(_resources(template, nested, prefix=""))


def shards_of(template: Mapping[str, object]) -> int:
    """Read how many stacks the repositories are spread over, which ecrkit's own app writes where there are several."""
    shards = _mapping(template.get("Metadata")).get(SHARDS)
    return shards if isinstance(shards, int) else 1


def _resources(template: Mapping[str, object], nested: Nested, *, prefix: str) -> Iterator[Resource]:
    conditions = _mapping(template.get("Conditions"))
    for key, resource in _mapping(template.get("Resources")).items():
        # A loop of the language extensions is a list, and no resource.
        if not isinstance(resource, dict):
            continue
        logical_id = f"{prefix}{key}"
        kind = resource.get("Type")
        if kind == _NESTED_STACK:
            outer = _resource(logical_id, resource, conditions)
            inner = nested(logical_id, resource)
            for found in _resources(inner or {}, nested, prefix=f"{logical_id}/"):
                # A nested stack that is kept is kept as a whole.
                yield replace(found, deletion_policy="Retain") if outer.outlives_its_stack else found
        elif kind == REPOSITORY or kind in SETTINGS:
            yield _resource(logical_id, resource, conditions)


def _resource(logical_id: str, resource: Mapping[str, Any], conditions: Mapping[str, object]) -> Resource:
    condition = resource.get("Condition")
    return Resource(
        logical_id=logical_id,
        type=resource["Type"],
        properties={key: value for key, value in _mapping(resource.get("Properties")).items() if value != _NO_VALUE},
        deletion_policy=resource.get("DeletionPolicy") or "Delete",
        update_replace_policy=resource.get("UpdateReplacePolicy") or "Delete",
        condition=(condition, conditions.get(condition)) if isinstance(condition, str) else None,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _yaml_loader() -> type[yaml.SafeLoader]:
    """Make a loader that reads ``!Ref A`` as ``{"Ref": "A"}`` and ``!GetAtt A.B`` as ``{"Fn::GetAtt": ["A", "B"]}``."""
    import yaml  # noqa: PLC0415 - as above

    class Loader(yaml.SafeLoader):
        """Of its own class: a constructor is added to a class, and not to everybody's."""

    def construct(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, object]:
        value: object
        if isinstance(node, yaml.SequenceNode):
            value = loader.construct_sequence(node, deep=True)
        elif isinstance(node, yaml.MappingNode):
            value = loader.construct_mapping(node, deep=True)
        else:
            value = loader.construct_scalar(node)  # type: ignore[arg-type]  # the third kind of node
        if suffix == "GetAtt" and isinstance(value, str):
            value = value.split(".", 1)
        return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}

    Loader.add_multi_constructor("!", construct)
    return Loader
