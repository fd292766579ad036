"""
What the stub's lifecycle policies would do to images.

Each image is asked about by itself, rule by rule. It is slow, and follows the sentences of the user guide one by one.

Source: ECR user guide, "Lifecycle policies", evaluation rules; "Archiving an image" (read 2026-11). Issue 2613 of the
AWS containers roadmap: manifest lists, the images in them, and signatures count as one image each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Previewed", "StoredImage", "previewed"]

Rule = dict[str, Any]
Previewed = tuple[str, int]
"""Action in capitals, and priority."""


@dataclass
class StoredImage:
    """An image of the stub."""

    digest: str
    pushed_at: float
    media_type: str
    size: int
    manifest: bytes
    tags: set[str] = field(default_factory=set)
    children: tuple[str, ...] = ()
    subject: str = ""


def previewed(
    rules: list[Rule], images: dict[str, StoredImage], now: float, has: Callable[[str], bool]
) -> dict[str, Previewed]:
    """
    Give what a policy would do, by digest; an image that stays is not there.

    Args:
        rules: of a policy.
        images: of a repository, by digest; all of them active.
        now: seconds since the epoch.
        has: whether the stub has the deviation of a name.
    """
    rules = sorted(rules, key=lambda rule: int(rule["rulePriority"]))
    rules = [rule for rule in rules if rule["selection"].get("storageClass", "standard") == "standard"]
    alone = {digest: _fate(image, rules, images, now, has) for digest, image in images.items()}
    together = {digest: _with_others(digest, images, alone, has) for digest in images}
    return {digest: fate for digest, fate in together.items() if fate}


def _fate(
    image: StoredImage, rules: list[Rule], images: dict[str, StoredImage], now: float, has: Callable[[str], bool]
) -> Previewed | None:
    """An image belongs to the first rule whose tagging requirement it meets, whether that acts on it or not."""
    for place, rule in enumerate(rules):
        if not _meets(image, rule, has):
            continue
        if _acts(image, rule, _counted(rules[:place], rule, images, has), now, has):
            kind = "EXPIRE" if has("expires-instead-of-archiving") else rule["action"]["type"].upper()
            return kind, place + 1 if has("places-instead-of-priorities") else rule["rulePriority"]
        if not has("rules-do-not-claim"):
            return None
    return None


def _counted(
    above: list[Rule], rule: Rule, images: dict[str, StoredImage], has: Callable[[str], bool]
) -> list[StoredImage]:
    """A rule counts all images that meet its tagging requirement, those of rules above it too."""
    found = [image for image in images.values() if _meets(image, rule, has)]
    if has("counts-only-the-free"):
        found = [image for image in found if not any(_meets(image, other, has) for other in above)]
    if has("children-do-not-count"):
        inside = {child for image in images.values() for child in image.children}
        found = [image for image in found if image.digest not in inside]
    return found


def _meets(image: StoredImage, rule: Rule, has: Callable[[str], bool]) -> bool:
    selection = rule["selection"]
    status = selection["tagStatus"]
    if status == "any":
        return bool(image.tags) or not has("any-is-tagged")
    if status == "untagged":
        return not image.tags
    entries = selection.get("tagPatternList", selection.get("tagPrefixList"))
    if has("star-matches-untagged") and entries == ["*"] and not image.tags:
        return True
    needs = any if has("list-means-any") else all
    is_pattern = "tagPatternList" in selection
    return needs(any(_matches(tag, entry, has, is_pattern=is_pattern) for tag in image.tags) for entry in entries)


def _matches(tag: str, entry: str, has: Callable[[str], bool], *, is_pattern: bool) -> bool:
    """Between the stars of a pattern is literal text; a prefix is all literal."""
    expression = ".*".join(map(re.escape, entry.split("*"))) if is_pattern else f"{re.escape(entry)}.*"
    if is_pattern and "*" not in entry and has("pattern-is-a-prefix"):
        expression += ".*"
    if not is_pattern and has("prefix-is-anywhere"):
        expression = f".*{expression}"
    return bool(re.fullmatch(expression, tag, re.IGNORECASE if has("ignores-case") else 0))


def _acts(image: StoredImage, rule: Rule, counted: list[StoredImage], now: float, has: Callable[[str], bool]) -> bool:
    selection = rule["selection"]
    if selection["countType"] != "imageCountMoreThan":
        return now - image.pushed_at > int(selection["countNumber"]) * 86_400
    keep = int(selection["countNumber"]) - has("keeps-one-less")
    newer = [other for other in counted if _is_newer(other, image, has)]
    return len(newer) >= keep


def _is_newer(other: StoredImage, image: StoredImage, has: Callable[[str], bool]) -> bool:
    if other.pushed_at == image.pushed_at:
        # Nobody documents which.
        lower = other.digest < image.digest
        return other.digest != image.digest and lower is not has("higher-digest-is-newer")
    return (other.pushed_at > image.pushed_at) is not has("keeps-the-oldest")


def _with_others(
    digest: str,
    images: dict[str, StoredImage],
    alone: dict[str, Previewed | None],
    has: Callable[[str], bool],
) -> Previewed | None:
    """An image waits for the lists that refer to it; an artifact goes with its subject, and only then."""
    own = alone[digest]
    lists = [image.digest for image in images.values() if digest in image.children]
    is_held = not has("children-go-first") and any(_with_others(other, images, alone, has) is None for other in lists)
    if own and is_held:
        return None
    subject = images[digest].subject
    if subject not in images:
        return own
    of_subject = _with_others(subject, images, alone, has)
    if of_subject is None:
        return own if has("artifacts-go-alone") else None
    if own and own[0] == of_subject[0]:
        return own
    return own if is_held or has("artifacts-do-not-follow") else of_subject
