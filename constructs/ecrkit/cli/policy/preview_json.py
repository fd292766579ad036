"""A preview as JSON, in the shape of ``GetLifecyclePolicyPreview``."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from ecrkit.cli.policy.layer_bytes import layers_document
from ecrkit.cli.policy.protected import protected_documents
from ecrkit.lifecycle.evaluation.verdicts import Cause, reason_around
from ecrkit.lifecycle.rendering import render
from ecrkit.lifecycle.values import ActionType
from ecrkit.preview.layers import LayerBytes
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
# json.dumps finds out again for each object how to write it, which takes longer than the rest of a long preview.
_encode = json.JSONEncoder().encode
_TEXT = "\0"
"""Stands for a text that differs from image to image."""

_DIGEST_KEY, _TAGS_KEY = '{"imageDigest": ', ', "imageTags": ['
_ROWS = 1_000
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
    layers = LayerBytes.sum(found.layers for found in previews)
    summary = _summary(Totals.sum(found.totals for found in previews), layers, price)
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
        "summary": _summary(preview.totals, preview.layers, price),
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


def _results(preview: Preview, *, all_images: bool) -> Iterator[str]:
    """Describe what becomes of each image, in the order of the file: JSON texts, one a line, some at a time."""
    inventory = preview.inventory
    results: list[str | None] = [None] * len(inventory.images)
    for group in preview.evaluation.groups:
        if group.action or all_images:
            for place, result in zip(group.places, _results_of(group, inventory), strict=True):
                results[place] = result
    listed = filter(None, results)
    while some := list(islice(listed, _ROWS)):
        yield ",\n".join(some)


# A repository has up to 100,000 images, so that this looks at columns and makes neither an image nor a verdict. What
# the images of a group share is encoded once, and around the few texts that they do not share.
def _results_of(group: Group, inventory: Inventory) -> Iterator[str]:
    """Describe what becomes of the images of a group, each in a JSON text."""
    images = inventory.images
    # JSON takes the signs of a time as they are.
    pushed = inventory.pushed_texts or list(map(datetime.isoformat, images.pushed_at))
    before, after = reason_around(group.rule, group.cause)
    pushed_key, class_key, shared, end = json.dumps(
        {
            "imagePushedAt": _TEXT,
            "storageClass": _TEXT,
            "action": _ACTIONS[group.action],
            "appliedRulePriority": group.rule and group.rule.rule_priority,
            "reason": f"{before}{_TEXT}{after}",
        }
    )[1:].split(_inside(_TEXT))
    for place, detail in zip(group.places, _details(group, images), strict=True):
        tags = images.tags[place]
        yield (
            f"{_DIGEST_KEY}{_encode(images.digests[place])}"
            f"{_TAGS_KEY + ', '.join(map(_encode, tags)) + ']' if tags else ''}"
            f", {pushed_key}{pushed[place]}"
            f"{class_key}{'ARCHIVE' if place in images.archived else 'STANDARD'}"
            f"{shared}{detail}{end}"
        )


def _details(group: Group, images: ImageTable) -> Iterator[str]:
    """Write what the reasons of a group do not share, as it is inside a JSON text."""
    if group.cause in _COUNTS:
        return map("{:,}".format, group.facts)
    if group.cause is Cause.PAST_THE_AGE:
        return (fact.date().isoformat() for fact in group.facts)
    return (_inside(verdict.detail) for _, verdict in group.verdicts(images))


def _inside(text: str) -> str:
    """Encode *text* without the quotes around it."""
    return _encode(text)[1:-1]


def _summary(totals: Totals, layers: LayerBytes, price: float) -> dict[str, object]:
    return {
        "expiringImageTotalCount": totals.expire,
        "transitioningImageTotalCounts": [{"targetStorageClass": "ARCHIVE", "imageTotalCount": totals.archive}],
        "imageTotalCount": totals.images,
        "stayingImageTotalCount": totals.stay,
        "freedBytes": totals.expire_bytes,
        "archivedBytes": totals.archive_bytes,
        "imagesOfUnknownSize": totals.without_size,
        "layers": layers_document(layers),
        "savingPerMonth": {
            "amount": round(layers.saving(price), 2),
            "currency": "USD",
            "pricePerGigabyteMonth": price,
            "source": PRICE_SOURCE if price == STANDARD_PRICE else "as given",
        },
    }
