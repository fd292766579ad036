from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ecrkit.registry.cloudformation import template_bytes

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=5), values, max_size=3),
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), VALUES, max_size=3))
def test_template_bytes_are_those_that_cdk_writes(part: dict[str, object]) -> None:
    """The size of a template is known without writing it."""
    text = json.dumps(part, indent=1, ensure_ascii=False)

    assert template_bytes(part) == len(text.encode())
