"""A preview as JSON, in the shape of ``GetLifecyclePolicyPreview``."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ecrkit.cli.policy.protected import protected_documents
from ecrkit.lifecycle.evaluation.verdicts import Cause, reason_around
from ecrkit.lifecycle.rendering import render
from ecrkit.lifecycle.values import ActionType
from ecrkit.preview.preview import PRICE_SOURCE, STANDARD_PRICE, Totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ecrkit.images.inventory.values import ImageTable, Inventory
    from ecrkit.lifecycle.evaluation.verdicts import Group
    from ecrkit.preview.preview import Preview

__all__ = ["preview_json"]

_ACTIONS = {
    None: None,
    ActionType.EXPIRE: {"type": "EXPIRE"},
    ActionType.TRANSITION: {"type": "TRANSITION", "targetStorageClass": "ARCHIVE"},
}
_COUNTS = (Cause.PAST_THE_COUNT, Cause.WITHIN_THE_COUNT)


def preview_json(  # noqa: PLR0913 - one parameter per part of the document
    previews: Sequence[Preview],
    *,
    all_images: bool,
    price: float,
    is_directory: bool,
    missing: Sequence[str],
    others: Mapping[str, object],
) -> Iterator[str]:
    """
    Write previews as JSON, one image a line.

    Args:
        previews: one per repository.
        all_images: list the images that stay, too.
        price: US dollars for a GB in standard storage for a month.
        is_directory: write an object with a list of previews instead of one preview.
        missing: images in use that are in no repository.
        others: members to add to a preview that is not in a list.

    Yields:
        Pieces of the text, keys as the service names them; what the service does not tell comes after.
    """
    if not is_directory:
        yield from _preview(previews[0], all_images=all_images, price=price, missing=missing, others=others)
        yield "\n"
        return
    yield from _member("{", "previews", ["[\n"])
    for number, found in enumerate(previews):
        yield ",\n" if number else ""
        yield from _preview(found, all_images=all_images, price=price, missing=(), others={})
    summary = _summary(Totals.sum(found.totals for found in previews), price)
    yield from _member("\n],\n", "summary", [json.dumps(summary)])
    yield from _member(",\n", "inUseAndMissing", [json.dumps(missing)])
    yield "\n}\n"


def _preview(
    preview: Preview, *, all_images: bool, price: float, missing: Sequence[str], others: Mapping[str, object]
) -> Iterator[str]:
    head: dict[str, Any] = {
        "registryId": preview.inventory.registry,
        "repositoryName": preview.inventory.repository,
        "lifecyclePolicyText": render(preview.policy),
        "status": "COMPLETE",
    }
    tail: dict[str, Any] = {
        "summary": _summary(preview.totals, price),
        "evaluatedAt": preview.now.isoformat(),
        "rules": [
            {
                "rulePriority": found.rule.rule_priority,
                "expiringImageTotalCount": found.totals.expire,
                "archivingImageTotalCount": found.totals.archive,
                "stayingImageTotalCount": found.totals.stay,
                "freedBytes": found.totals.expire_bytes,
            }
            for found in preview.by_rule
        ],
        "notes": list(preview.notes),
        "insights": list(preview.insights),
        "inUseAndMissing": list(missing),
        **others,
    }
    before = "{\n"
    for key, violations in protected_documents(preview.violations).items():
        yield from _member(before, key, _list(map(json.dumps, violations)))
        before = ",\n"
    for key, value in head.items():
        yield from _member(",\n", key, [json.dumps(value)])
    yield from _member(",\n", "previewResults", _list(_results(preview, all_images=all_images)))
    for key, value in tail.items():
        yield from _member(",\n", key, [json.dumps(value)])
    yield "\n}"


def _member(before: str, key: str, value: Iterable[str]) -> Iterator[str]:
    """Write a member of an object on a line of its own."""
    yield f"{before}{json.dumps(key)}: "
    yield from value


def _list(texts: Iterable[str]) -> Iterator[str]:
    """Write a list of JSON texts, one a line."""
    before = "[\n"
    for text in texts:
        yield f"{before}{text}"
        before = ",\n"
    yield "[]" if before == "[\n" else "\n]"


def _results(preview: Preview, *, all_images: bool) -> Iterable[str]:
    """Describe what becomes of each image, in the order of the file, each in a JSON text."""
    inventory = preview.inventory
    results: list[str | None] = [None] * len(inventory.images)
    for group in preview.evaluation.groups:
        if group.action or all_images:
            for place, result in _results_of(group, inventory):
                results[place] = json.dumps(result)
    return filter(None, results)


# A repository has up to 100,000 images, so that this looks at columns and makes neither an image nor a verdict.
def _results_of(group: Group, inventory: Inventory) -> Iterator[tuple[int, dict[str, object]]]:
    """Describe what becomes of the images of a group, each with its place in the inventory."""
    before, after = reason_around(group.rule, group.cause)
    action = _ACTIONS[group.action]
    priority = group.rule and group.rule.rule_priority
    images = inventory.images
    digests, tags, archived = images.digests, images.tags, images.archived
    pushed = inventory.pushed_texts or list(map(datetime.isoformat, images.pushed_at))
    for place, detail in zip(group.places, _details(group, images), strict=True):
        result: dict[str, object] = {"imageDigest": digests[place]}
        if tags[place]:
            result["imageTags"] = tags[place]
        result["imagePushedAt"] = pushed[place]
        result["storageClass"] = "ARCHIVE" if place in archived else "STANDARD"
        result["action"] = action
        result["appliedRulePriority"] = priority
        result["reason"] = f"{before}{detail}{after}"
        yield place, result


def _details(group: Group, images: ImageTable) -> Iterator[str]:
    """Write what the reasons of a group do not share."""
    if group.cause in _COUNTS:
        return map("{:,}".format, group.facts)
    if group.cause is Cause.PAST_THE_AGE:
        return (fact.date().isoformat() for fact in group.facts)
    return (verdict.detail for _, verdict in group.verdicts(images))


def _summary(totals: Totals, price: float) -> dict[str, object]:
    return {
        "expiringImageTotalCount": totals.expire,
        "transitioningImageTotalCounts": [{"targetStorageClass": "ARCHIVE", "imageTotalCount": totals.archive}],
        "imageTotalCount": totals.images,
        "stayingImageTotalCount": totals.stay,
        "freedBytes": totals.expire_bytes,
        "archivedBytes": totals.archive_bytes,
        "imagesOfUnknownSize": totals.without_size,
        "savingPerMonth": {
            "amount": round(totals.saving(price), 2),
            "currency": "USD",
            "pricePerGigabyteMonth": price,
            "source": PRICE_SOURCE if price == STANDARD_PRICE else "as given",
        },
    }
