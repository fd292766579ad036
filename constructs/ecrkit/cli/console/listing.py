"""Long lists as JSON, printed as they come, and the ages in lists."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ecrkit.documents.terminal import write_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

__all__ = ["age", "echo_json_list"]

_AGES = ((365 * 86400, "y"), (86400, "d"), (3600, "h"), (60, "min"))


def echo_json_list(key: str, documents: Iterable[object], *, others: Mapping[str, object] | None = None) -> int:
    """
    Print a JSON object with one long list in it as its items come; whoever stops half-way leaves no valid JSON.

    Args:
        key: of the list.
        documents: its items, any number.
        others: members that come before the list.

    Returns:
        How many items there were.
    """
    head = "".join(f"  {json.dumps(name)}: {_indented(value)},\n" for name, value in (others or {}).items())
    write_json([f"{{\n{head}  {json.dumps(key)}: ["])
    count = 0
    for document in documents:
        comma = "," if count else ""
        text = json.dumps(document, indent=2, ensure_ascii=False).replace("\n", "\n    ")
        write_json([f"{comma}\n    {text}"])
        count += 1
    write_json(["\n  ]\n}\n" if count else "]\n}\n"])
    return count


def age(then: datetime, *, now: datetime) -> str:
    """Write how long ago *then* was, in its largest unit: ``3d``; ``0min`` for the future too."""
    seconds = max((now - then).total_seconds(), 0)
    for unit_seconds, unit in _AGES:
        if seconds >= unit_seconds:
            return f"{int(seconds // unit_seconds)}{unit}"
    return "0min"


def _indented(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False).replace("\n", "\n  ")
