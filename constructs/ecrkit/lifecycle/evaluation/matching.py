"""Which of many images a rule is about: the tagging requirement, for a whole repository at once."""

from __future__ import annotations

import re
from itertools import chain, compress, repeat
from typing import TYPE_CHECKING

from ecrkit.lifecycle.checks.patterns import TagPattern
from ecrkit.lifecycle.values import StorageClass, TagStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecrkit.images.inventory.values import ImageTable
    from ecrkit.lifecycle.values import Selection

__all__ = ["ImageIndex", "expression"]


class ImageIndex:
    """
    The images of a repository, prepared so that a rule finds its own without looking at each.

    Args:
        images: of one repository.

    Images go by their place in *images*.
    """

    def __init__(self, images: ImageTable) -> None:
        # Each tag, and beside it the image that has it.
        self._tags = images.all_tags
        self._owners = list(compress(range(len(images)), images.tags))
        if len(self._owners) < len(self._tags):
            self._owners = list(chain.from_iterable(map(repeat, range(len(images)), map(len, images.tags))))
        self._by_class: dict[StorageClass, set[int] | frozenset[int]] = {
            StorageClass.STANDARD: set(range(len(images))) - images.archived,
            StorageClass.ARCHIVE: images.archived,
        }

    def matching(self, selection: Selection) -> set[int] | frozenset[int]:
        """
        Find the images that meet a rule's tagging requirement, in the storage class of the rule.

        Every prefix or pattern must match one of an image's tags: different tags may satisfy different entries.

        Source: ECR user guide, "Lifecycle policy properties", tag pattern list and tag prefix list.
        """
        in_class = self._by_class[selection.storage_class]
        match selection.tag_status:
            case TagStatus.ANY:
                return in_class
            case TagStatus.UNTAGGED:
                return in_class.difference(self._owners)
            case TagStatus.TAGGED:
                patterns = map(TagPattern.of_pattern, selection.tag_pattern_list)
                prefixes = map(TagPattern.of_prefix, selection.tag_prefix_list)
                return in_class.intersection(*map(self._with_a_tag, (*patterns, *prefixes)))

    def _with_a_tag(self, pattern: TagPattern) -> set[int]:
        # Most patterns are a prefix, and to look for one is several times as fast.
        if pattern.pieces[1:] == ("",):
            matched: Iterable[object] = map(str.startswith, self._tags, repeat(pattern.pieces[0]))
        else:
            matched = map(expression(pattern).fullmatch, self._tags)
        return set(compress(self._owners, matched))


def expression(pattern: TagPattern) -> re.Pattern[str]:
    """
    Write *pattern* as a regular expression for whole tags, which takes time proportional to the tag.

    The leftmost place for a piece leaves the most room for the next, so none is ever given up again.
    """
    first, *others = map(re.escape, pattern.pieces)
    if not others:
        return re.compile(first)
    *middle, last = others
    return re.compile(first + "".join(f"(?>.*?{piece})" for piece in middle) + f".*{last}", re.DOTALL)
