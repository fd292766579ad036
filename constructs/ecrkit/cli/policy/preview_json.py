"""A preview as JSON, in the shape of ``GetLifecyclePolicyPreview``."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cache
from itertools import islice
from json.encoder import encode_basestring_ascii as quote
from typing import TYPE_CHECKING, Any

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
    None: "null",
    ActionType.EXPIRE: '{"type": "EXPIRE"}',
    ActionType.TRANSITION: '{"type": "TRANSITION", "targetStorageClass": "ARCHIVE"}',
}


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
    yield '{"previews": [\n'
    for number, found in enumerate(previews):
        yield ",\n" if number else ""
        yield from _preview(found, all_images=all_images, price=price, missing=(), others={})
    summary = _summary(Totals.sum(found.totals for found in previews), price)
    yield f'\n],\n"summary": {json.dumps(summary)},\n"inUseAndMissing": {json.dumps(missing)}\n}}\n'


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
    violations = [
        {
            "imageDigest": violation.verdict.image.digest,
            "imageTags": list(violation.verdict.image.tags),
            "appliedRulePriority": violation.verdict.rule and violation.verdict.rule.rule_priority,
            "protectedBecause": list(violation.because),
        }
        for violation in preview.violations
    ]
    yield '{\n"protectedAndExpiring": '
    yield from _lines(map(json.dumps, violations))
    yield ",\n"
    yield json.dumps(head, indent=0)[2:-2]
    yield ',\n"previewResults": '
    yield from _lines(_results(preview, all_images=all_images))
    yield ",\n"
    yield json.dumps(tail, indent=0)[2:]


def _lines(values: Iterable[str]) -> Iterator[str]:
    """Write a list, one value a line."""
    rest = iter(values)
    # In pieces that fit into memory that was used before.
    pieces = iter(lambda: ",\n".join(islice(rest, _PIECE)), "")
    yield f"[\n{first}" if (first := next(pieces, "")) else "["
    yield from (f",\n{piece}" for piece in pieces)
    yield "\n]" if first else "]"


_PIECE = 500


def _results(preview: Preview, *, all_images: bool) -> Iterable[str]:
    """Write a line per image, in the order of the file."""
    lines: list[str | None] = [None] * len(preview.inventory.images)
    for group in preview.evaluation.groups:
        if group.action or all_images:
            _write(group, preview.inventory, lines)
    return filter(None, lines)


# A repository has up to 100,000 images: what is the same for a group is written once, and the rest by few calls.
def _write(group: Group, inventory: Inventory, lines: list[str | None]) -> None:
    """Write the images of a group to their places in *lines*."""
    before, after = (quote(text)[1:-1] for text in reason_around(group.rule, group.cause))
    priority = "null" if group.rule is None else group.rule.rule_priority
    standard, archive = (
        f'"storageClass": "{storage}", "action": {_ACTIONS[group.action]}, '
        f'"appliedRulePriority": {priority}, "reason": "{before}'
        for storage in ("STANDARD", "ARCHIVE")
    )
    images, places, archived = inventory.images, group.places, inventory.images.archived
    pushed = inventory.pushed_texts or list(map(datetime.isoformat, images.pushed_at))
    columns = (map(column.__getitem__, places) for column in (images.digests, images.tags, pushed))
    for place, digest, tags, time, detail in zip(places, *columns, _details(group, images), strict=True):
        tag_list = ""
        if tags:
            # One as a rule.
            listed = quote(tags[0]) if len(tags) == 1 else ", ".join(map(quote, tags))
            tag_list = f'"imageTags": [{listed}], '
        # Digests and these times hold nothing that would have to be escaped; the reader sees to that.
        lines[place] = (
            f'{{"imageDigest": "{digest}", {tag_list}"imagePushedAt": "{time}", '
            f'{archive if place in archived else standard}{detail}{after}"}}'
        )


def _details(group: Group, images: ImageTable) -> Iterator[str]:
    """Write what the reasons of a group do not share."""
    if group.cause in _COUNTS:
        return map("{:,}".format, group.facts)
    if group.cause is Cause.PAST_THE_AGE:
        return map(_date_text, map(datetime.toordinal, group.facts))
    return (quote(verdict.detail)[1:-1] for _, verdict in group.verdicts(images))


@cache
def _date_text(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


_COUNTS = (Cause.PAST_THE_COUNT, Cause.WITHIN_THE_COUNT)


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
