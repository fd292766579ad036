"""
A second evaluator, for comparison: slow, plain, and written from the user guide's text alone.

It takes a policy and images as JSON has them, shares no code with the package, and does for one image at a time what
the text says of an image. Nothing here is clever on purpose.

Source: ECR user guide, "Automate the cleanup of images by using lifecycle policies", "How lifecycle policies work"
and "Lifecycle policy evaluation rules"; "Lifecycle policy properties"; "Archiving an image" (read 2026-11).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["reference_verdicts"]

Document = dict[str, Any]
Fate = tuple[str | None, int | None]
"""What is done to an image, and the priority of the rule that decides about it."""


def reference_verdicts(
    policy: Document,
    images: Sequence[Document],
    now: datetime,
    children: Mapping[str, Sequence[str]],
) -> dict[str, Fate]:
    """
    Decide about every image.

    Args:
        policy: as ``put-lifecycle-policy`` takes it.
        images: each as an ``ImageDetail``, times in ISO 8601.
        now: the instant of evaluation.
        children: digests that a manifest list refers to, by the digest of the list.

    Returns:
        By digest: ``expire``, ``transition`` or ``None``, and a priority or ``None``.
    """
    alone = {image["imageDigest"]: _alone(policy, images, image, now) for image in images}
    archived = {image["imageDigest"] for image in images if _storage_class(image) == "archive"}
    subjects = {image["imageDigest"]: image.get("subjectManifestDigest") for image in images}
    return {digest: _together(digest, alone, archived, subjects, children) for digest in alone}


def _alone(policy: Document, images: Sequence[Document], image: Document, now: datetime) -> Fate:
    """Decide by the rules, as if no image referred to another."""
    for rule in sorted(policy["rules"], key=lambda rule: int(rule["rulePriority"])):
        if _meets(rule, image):
            action = rule["action"]["type"] if _selects(rule, images, image, now) else None
            return action, rule["rulePriority"]
    return None, None


def _together(
    digest: str,
    alone: Mapping[str, Fate],
    archived: set[str],
    subjects: Mapping[str, str | None],
    children: Mapping[str, Sequence[str]],
) -> Fate:
    """Let an image wait for the lists that refer to it, and an artifact follow its subject."""
    fate = alone[digest]
    lists = [other for other in alone if digest in children.get(other, ()) and other not in archived]
    if fate[0] and any(_together(other, alone, archived, subjects, children)[0] is None for other in lists):
        return None, fate[1]
    subject = subjects[digest]
    if subject not in alone:
        return fate
    followed = _together(str(subject), alone, archived, subjects, children)
    if followed[0] is None:
        return None, fate[1]
    if fate[0] == followed[0] or (followed[0] == "transition" and digest in archived):
        return fate
    if any(_together(other, alone, archived, subjects, children)[0] is None for other in lists):
        return None, fate[1]
    return followed


def _storage_class(image: Document) -> str:
    return "standard" if image.get("imageStatus", "ACTIVE") == "ACTIVE" else "archive"


def _meets(rule: Document, image: Document) -> bool:
    """Whether an image meets the tagging requirement of a rule, in the storage class of the rule."""
    selection = rule["selection"]
    if selection.get("storageClass", "standard") != _storage_class(image):
        return False
    tags = image.get("imageTags", [])
    if selection["tagStatus"] == "untagged":
        return not tags
    if selection["tagStatus"] == "any":
        return True
    for pattern in selection.get("tagPatternList", []):
        if not any(_glob(pattern, tag) for tag in tags):
            return False
    for prefix in selection.get("tagPrefixList", []):
        if not any(tag[: len(prefix)] == prefix for tag in tags):
            return False
    return bool(tags)


def _glob(pattern: str, tag: str) -> bool:
    if not pattern or not tag:
        return not pattern.strip("*") and not tag
    if pattern[0] == "*":
        return _glob(pattern[1:], tag) or _glob(pattern, tag[1:])
    return tag[0] == pattern[0] and _glob(pattern[1:], tag[1:])


def _selects(rule: Document, images: Sequence[Document], image: Document, now: datetime) -> bool:
    """Whether a rule selects an image that meets its tagging requirement, whatever the other rules say."""
    selection = rule["selection"]
    number = selection["countNumber"]
    if selection["countType"] == "imageCountMoreThan":
        newer = [other for other in images if _meets(rule, other) and _is_newer(other, image)]
        return len(newer) >= int(number)
    if selection["countType"] == "sinceImagePushed":
        since = _came(image)
    elif selection["countType"] == "sinceImagePulled":
        since = _last_used(image)
    else:
        since = datetime.fromisoformat(image["lastArchivedAt"])
    return now - since > timedelta(hours=24 * number)


def _is_newer(other: Document, image: Document) -> bool:
    if _came(other) == _came(image):
        return bool(other["imageDigest"] < image["imageDigest"])
    return _came(other) > _came(image)


def _came(image: Document) -> datetime:
    restored = "lastActivatedAt" in image and _storage_class(image) == "standard"
    return datetime.fromisoformat(image["lastActivatedAt"] if restored else image["imagePushedAt"])


def _last_used(image: Document) -> datetime:
    came = _came(image)
    if "lastRecordedPullTime" not in image:
        return came
    pulled = datetime.fromisoformat(image["lastRecordedPullTime"])
    if "lastActivatedAt" in image:
        return max(came, pulled)
    return pulled
