"""
Write ``reference/coverage.md``: where ecrkit supports each operation, member and property of ECR, or why it does not.

The packages that are installed tell what exists, ``coverage.yaml`` says the rest. Run ``python docs/coverage.py``
after a change of either.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from botocore.model import ListShape, MapShape, StructureShape

ROOT = Path(__file__).parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from docs.service_model import CLOUDFORMATION, SERVICES, properties, service_model  # noqa: E402 - a script finds it above

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import Shape

__all__ = ["PAGE", "Entry", "coverage_page", "members_of", "read_entries"]

PAGE = ROOT / "docs" / "reference" / "coverage.md"
_TITLES = {"ecr": "ECR", "ecr-public": "ECR Public"}
_OF_A_CALL = ("Request", "Response", "Exception")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    What ecrkit does with an operation, a member or a property.

    Attributes:
        where: commands, keys of the catalog, or modules that support it.
        note: how; may be empty.
        why: why nothing supports it; empty if something does.
    """

    where: tuple[str, ...] = ()
    note: str = ""
    why: str = ""

    @property
    def text(self) -> str:
        """For a cell of the table."""
        if self.why:
            return f"no: {self.why}"
        places = ", ".join(f"`{place.removeprefix('catalog ')}`" for place in self.where)
        return f"{places}: {self.note}" if self.note else places


def read_entries() -> dict[str, dict[str, Entry]]:
    """Read what is written by hand, by section of the file."""
    document: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docs" / "coverage.yaml").read_text(encoding="utf-8"))
    return {
        section: {name: Entry(**{**entry, "where": tuple(entry.get("where", ()))}) for name, entry in entries.items()}
        for section, entries in document.items()
    }


def members_of(service: str) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """
    List the structures of a service.

    Returns:
        The name of each, its members, and the operations that have it, directly or in another structure.
    """
    model = service_model(service)
    users: dict[str, set[str]] = {}
    for name in model.operation_names:
        operation = model.operation_model(name)
        found: set[str] = set()
        for shape in (operation.input_shape, operation.output_shape):
            _collect(shape, found)
        for each in found:
            users.setdefault(each, set()).add(name)
    for name, operations in sorted(users.items()):
        yield name, tuple(_structure(model.shape_for(name)).members), tuple(sorted(operations))


def _collect(shape: Shape | None, found: set[str]) -> None:
    """Add the names of the structures that a shape has."""
    match shape:
        case StructureShape() if shape.name not in found:
            found.add(shape.name)
            for member in shape.members.values():
                _collect(member, found)
        case ListShape():
            _collect(shape.member, found)
        case MapShape():
            _collect(shape.value, found)


def _structure(shape: Shape) -> StructureShape:
    assert isinstance(shape, StructureShape)  # noqa: S101 - only structures were collected
    return shape


def coverage_page() -> str:
    """Render the page."""
    entries = read_entries()
    return "\n".join(
        [*_introduction(), *(line for name in SERVICES for line in _service(name, entries)), *_types(entries)]
    )


def _introduction() -> Iterator[str]:
    yield "# Coverage of the ECR API"
    yield ""
    yield "Every operation, member and CloudFormation property of ECR and ECR Public, and where ecrkit supports it, or"
    yield "why it does not. Names that begin with `ecrkit` are commands, all others are keys of the catalog. The lists"
    yield "come from botocore and cfn-lint in `requirements-dev.txt`; `python docs/coverage.py` writes this page."
    yield ""


def _service(service: str, entries: Mapping[str, Mapping[str, Entry]]) -> Iterator[str]:
    model = service_model(service)
    own = entries.get(f"{service} members", {})
    yield f"## {_TITLES[service]}: operations"
    yield ""
    yield "| operation | members of the request | members of the response | supported |"
    yield "|---|---|---|---|"
    for name in model.operation_names:
        operation = model.operation_model(name)
        shapes = (operation.input_shape, operation.output_shape)
        listed = [", ".join(f"`{member}`" for member in shape.members) if shape else "" for shape in shapes]
        yield f"| `{name}` | {listed[0] or '-'} | {listed[1] or '-'} | {entries[service][name].text} |"
    yield ""
    yield f"## {_TITLES[service]}: members of structures"
    yield ""
    yield "A member is supported where an operation with its structure is, except for those in the last column."
    yield ""
    yield "| structure | members | operations | differs |"
    yield "|---|---|---|---|"
    for name, members, operations in members_of(service):
        exceptions = [f"`{member}`: {own[f'{name}.{member}'].text}" for member in members if f"{name}.{member}" in own]
        if name.endswith(_OF_A_CALL) and not exceptions:
            continue
        cells = (", ".join(f"`{each}`" for each in listed) for listed in (members, operations))
        yield f"| `{name}` | {' | '.join(cells)} | {'<br>'.join(exceptions) or '-'} |"
    yield ""


def _types(entries: Mapping[str, Mapping[str, Entry]]) -> Iterator[str]:
    own = entries[f"{CLOUDFORMATION} members"]
    yield "## CloudFormation: properties"
    yield ""
    yield "| type | property | supported |"
    yield "|---|---|---|"
    for kind, paths in properties().items():
        for path in paths:
            entry = own.get(f"{kind}.{path}") or entries[CLOUDFORMATION][kind]
            yield f"| `{kind}` | `{path}` | {entry.text} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(coverage_page(), encoding="utf-8")
