"""Texts that are anything at all: policies, almost policies, other documents, bytes."""

from __future__ import annotations

from hypothesis import strategies as st
from lifecycle.mutations import MUTATIONS
from lifecycle.strategies import WORDS, Draw, documents, json_values, layouts, rich_documents

__all__ = ["texts"]


@st.composite
def _confused_documents(draw: Draw) -> object:
    """Draw what looks like a policy from afar: keys that ECR knows, anywhere, with values of any kind."""
    keys = st.sampled_from(["rules", "rulePriority", "description", "selection", "action", *WORDS])
    keys |= st.sampled_from(["tagPatternList", "tagPrefixList", "countUnit", "countNumber", "", "a/b~c", "\n"])
    words = st.sampled_from([word for words in WORDS.values() for word in words] + ["days", "*" * 5, ""])
    leaves = words | st.integers(-1, 3) | st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
    selections = st.dictionaries(keys, leaves | st.lists(leaves, max_size=3), max_size=7)
    actions = st.dictionaries(keys, leaves, max_size=3)
    rules = st.fixed_dictionaries(
        {},
        optional={"rulePriority": leaves, "description": leaves, "selection": selections | leaves, "action": actions},
    )
    return draw(
        st.fixed_dictionaries({}, optional={"rules": st.lists(rules | leaves, max_size=4) | leaves, "\n": leaves})
    )


@st.composite
def _damaged_texts(draw: Draw) -> str:
    """Draw the text of a valid document with a stretch of it gone or replaced."""
    text = draw(documents().flatmap(layouts))
    start = draw(st.integers(0, len(text)))
    return text[:start] + draw(st.text(max_size=2)) + text[start + draw(st.integers(0, 4)) :]


@st.composite
def _mutated_texts(draw: Draw) -> str:
    """Draw the text of a document that is invalid in one way."""
    drawn = draw(rich_documents())
    text = draw(st.sampled_from(MUTATIONS)).apply(draw, drawn)
    return draw(layouts(drawn)) if text is None else text


def texts() -> st.SearchStrategy[str]:
    """Any text: of a policy, almost of one, of other JSON, of bytes, of nothing."""
    return st.one_of(
        st.text(st.characters()),
        st.binary().map(lambda content: content.decode("utf-8", "replace")),
        st.binary().map(lambda content: content.decode("utf-8", "surrogateescape")),
        json_values().flatmap(layouts),
        _confused_documents().flatmap(layouts),
        documents().flatmap(layouts),
        _damaged_texts(),
        _mutated_texts(),
    )
