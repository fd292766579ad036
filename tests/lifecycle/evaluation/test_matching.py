from __future__ import annotations

from builders.inventories import image
from builders.policies import policy, pushed, rule, tagged
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.images import ImageTable
from ecrkit.lifecycle.checks.patterns import TagPattern
from ecrkit.lifecycle.evaluation.matching import ImageIndex, expression

TAGS = st.text("ab.-\n", min_size=1, max_size=12)
PATTERNS = st.text("ab.*", min_size=1, max_size=8)


@given(PATTERNS, TAGS)
def test_expression_is_the_pattern(text: str, tag: str) -> None:
    """The regular expression matches what the pattern matches, whatever is in the tag."""
    pattern = TagPattern.of_pattern(text)

    assert bool(expression(pattern).fullmatch(tag)) is pattern.matches(tag)


@given(PATTERNS, st.lists(st.lists(TAGS, max_size=3), max_size=5))
def test_matching_is_by_image(text: str, tags: list[list[str]]) -> None:
    """The index finds the images that have a tag which the pattern matches."""
    [found] = policy(rule(**tagged(text.replace("**", "*")[:4] or "a"), **pushed(1), description="x" * 60)).rules
    pattern = TagPattern.of_pattern(found.selection.tag_pattern_list[0])
    images = ImageTable.of([image(tags=some) for some in tags])

    matched = ImageIndex(images).matching(found.selection)

    assert matched == {place for place, some in enumerate(tags) if any(map(pattern.matches, some))}
