"""Which tags prefixes and patterns match, and which contain which."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.lifecycle.checks.patterns import TagPattern

TAGS = [
    tag for length in range(1, 6) for tag in map("".join, product("abc-", repeat=length)) if not tag.startswith("-")
]
"""Every tag of up to five characters of a small alphabet; no pattern below has a ``c``, which stands for all others."""


def matched(pattern: str) -> set[str]:
    """Give the tags that *pattern* matches, by the regular expression that it means."""
    expression = re.compile(re.escape(pattern).replace(r"\*", ".*"))
    return {tag for tag in TAGS if expression.fullmatch(tag)}


@given(st.text("ab-*", min_size=1, max_size=4))
def test_matching_is_that_of_the_regular_expression(pattern: str) -> None:
    """``*`` is any run of characters, none too; everything else is literal."""
    read = TagPattern.of_pattern(pattern)

    assert {tag for tag in TAGS if read.matches(tag)} == matched(pattern)
    assert read.matches_a_tag() is bool(matched(pattern))


@given(st.text("ab-*", min_size=1, max_size=3), st.text("ab-*", min_size=1, max_size=3))
def test_containment_is_exact(pattern: str, other: str) -> None:
    """One pattern contains another exactly when it matches every tag that the other does."""
    contains = TagPattern.of_pattern(pattern).contains(TagPattern.of_pattern(other))

    assert contains is (matched(other) <= matched(pattern))


@pytest.mark.parametrize(
    ("pattern", "other", "contains"),
    [
        pytest.param("release-*", "release-1*", True, id="narrower"),
        pytest.param("release-1*", "release-*", False, id="wider"),
        pytest.param("*", "a*b*c*d*", True, id="everything"),
        pytest.param("*a*", "b*a", True, id="piece in the middle"),
        pytest.param("a*a", "a", False, id="pieces do not overlap"),
        pytest.param(f"{'x' * 128}", f"{'x' * 128}*", True, id="no room for the wildcard"),
        pytest.param(f"{'x' * 127}", f"{'x' * 127}*", False, id="room for one character"),
    ],
)
def test_containment_of(pattern: str, other: str, *, contains: bool) -> None:
    """The cases that people ask about, and those at the longest tag."""
    assert TagPattern.of_pattern(pattern).contains(TagPattern.of_pattern(other)) is contains


@pytest.mark.parametrize(
    ("prefix", "matches"),
    [
        pytest.param("prod", True, id="letters"),
        pytest.param("-prod", False, id="dash first"),
        pytest.param("prod*", False, id="wildcard is literal"),
        pytest.param("x" * 129, False, id="longer than a tag"),
    ],
)
def test_prefix_matches_a_tag(prefix: str, *, matches: bool) -> None:
    """A prefix is literal, and a tag begins with a letter, digit or underscore."""
    assert TagPattern.of_prefix(prefix).matches_a_tag() is matches


@given(st.text("ab-*", min_size=1, max_size=4))
def test_every_tag_matches_is_exact(pattern: str) -> None:
    """It is said of a pattern exactly when every tag matches it."""
    assert TagPattern.of_pattern(pattern).matches_every_tag is (matched(pattern) == set(TAGS))


@given(st.text("ab-*", min_size=1, max_size=3))
def test_no_prefix_is_for_every_tag(prefix: str) -> None:
    """A prefix has a character that some tag does not begin with."""
    assert not TagPattern.of_prefix(prefix).matches_every_tag
