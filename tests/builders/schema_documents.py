"""Documents to draw: what a schema accepts, but for a few changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml
from builders.schema_cases import ACCEPTED
from hypothesis import strategies as st

from ecrkit.cli.schemas import DocumentKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lifecycle.strategies import Draw

__all__ = ["almost", "load"]

_SMALL = 3_000
_ODD: list[object] = [None, True, False, -1, 0, 0.5, 1.0, 91, "", " ", "x\n", "a*b*c*d*e*f", [], {}, [7], {"7": 7}]


def load(kind: DocumentKind, text: str) -> Any:  # noqa: ANN401 - JSON
    """Give what an editor has of a text."""
    return json.loads(text) if kind is DocumentKind.POLICY else yaml.safe_load(text)


def _places(value: object) -> Iterator[tuple[Any, Any]]:
    """Yield every list and object with each of its indexes and keys."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in entries:
        yield value, key
        yield from _places(part)


_VALUES = {kind: [load(kind, text) for text in ACCEPTED[kind] if len(text) < _SMALL] for kind in DocumentKind}
_PARTS = {
    kind: sorted({json.dumps(holder[key]) for value in _VALUES[kind] for holder, key in _places(value)})
    for kind in DocumentKind
}
_KEYS = {
    kind: sorted({key for value in _VALUES[kind] for _, key in _places(value) if isinstance(key, str)})
    for kind in DocumentKind
}


@st.composite
def almost(draw: Draw, kind: DocumentKind) -> object:
    """Draw what is accepted but for one to three changes, each for the worse or not."""
    drawn = json.loads(json.dumps(draw(st.sampled_from(_VALUES[kind]))))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(drawn))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        part = json.loads(draw(st.sampled_from(_PARTS[kind]) | st.sampled_from(_ODD).map(json.dumps)))
        change = draw(st.sampled_from(["remove", "replace", "add"]))
        if change == "remove":
            del holder[key]
        elif change == "replace":
            holder[key] = part
        elif isinstance(holder, list):
            holder.insert(key, part)
        else:
            holder[draw(st.sampled_from(_KEYS[kind]) | st.sampled_from(["nonsense", "A b"]))] = part
    return drawn
