"""Templates of CloudFormation, read as JSON or YAML."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, Any

from ecrkit.documents.files import read_text
from ecrkit.errors import InvalidAssemblyError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import yaml

__all__ = ["parse_json_object", "parse_template", "read_template"]


def read_template(path: Path) -> dict[str, Any]:
    """
    Read a JSON file of an assembly.

    Raises:
        InvalidAssemblyError: it is not JSON, or no object.
        UnreadableInputError: it cannot be read.
    """
    return parse_json_object(read_text(path), file=path.as_posix())


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
        raise InvalidAssemblyError(f"{file}: must be a mapping, got {type(document).__name__}; synthesize again")
    return document


def parse_template(body: object, *, name: str) -> Mapping[str, Any]:
    """
    Read the body of a template as ``GetTemplate`` returns it.

    Args:
        body: an object for JSON templates, text for YAML or JSON.
        name: name of the stack, for errors.

    Raises:
        InvalidAssemblyError: it is not a template.
    """
    if isinstance(body, str):
        import yaml  # noqa: PLC0415 - few stacks were deployed as YAML

        try:
            body = _parse_yaml(body, name=name)
        except (yaml.YAMLError, RecursionError, ValueError, TypeError):
            raise InvalidAssemblyError(f"{name}: its template is neither JSON nor YAML") from None
    if not isinstance(body, dict):
        raise InvalidAssemblyError(f"{name}: its template must be a mapping, got {type(body).__name__}")
    return body


def _parse_yaml(text: str, *, name: str) -> object:
    """Read YAML, which JSON is too, unless its aliases stand for more than anybody would write."""
    loader = _yaml_loader()(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return None
        _refuse_aliases(root, name=name)
        return loader.construct_document(root)
    finally:
        loader.dispose()


def _refuse_aliases(root: yaml.Node, *, name: str) -> None:
    """Count the values, those behind aliases each time: whatever walks through the template meets them as often."""
    from ecrkit.documents.yaml_text import MAX_ADDED  # noqa: PLC0415 - as above

    sizes: dict[int, int] = {}

    def size(node: yaml.Node) -> int:
        if id(node) not in sizes:
            sizes[id(node)] = 0  # One inside of its own anchor; its constructor refuses it.
            below = node.value if isinstance(node.value, list) else []
            sizes[id(node)] = 1 + sum(
                map(size, chain.from_iterable(each if isinstance(each, tuple) else (each,) for each in below))
            )
        return sizes[id(node)]

    if size(root) > len(sizes) + MAX_ADDED:
        problem = f"has aliases that add more than {MAX_ADDED:,} values; write them out, or fewer of them"
        raise InvalidAssemblyError(f"{name}: its template {problem}")


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

    def text(_: yaml.SafeLoader, node: yaml.Node) -> object:
        return node.value

    # A date in a template is a text to CloudFormation, also one that no calendar has.
    Loader.add_constructor("tag:yaml.org,2002:timestamp", text)
    Loader.add_multi_constructor("!", construct)
    return Loader
