"""Ask ecrkit again about a case in which ECR once differed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from conformance.repositories import affected
from conformance.texts import access_verdict, lifecycle_verdict

from ecrkit.images.inventory.values import Image
from ecrkit.lifecycle import parse_policy
from ecrkit.lifecycle.evaluation.evaluation import evaluate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.values import Json

__all__ = ["verdict_now"]


def verdict_now(case: Mapping[str, Json]) -> Json:
    """Give the verdict of ecrkit today; a file of a case has that of ECR, too."""
    text = case["given"]["policy_text"]
    match case["part"]:
        case "lifecycle":
            return lifecycle_verdict(text)
        case "access":
            return access_verdict(text)
        case _:
            return _previewed(text, case["given"])


def _previewed(text: str, given: Mapping[str, Json]) -> dict[str, str]:
    images = [
        Image(
            digest=image["digest"],
            pushed_at=datetime.fromisoformat(image["pushed_at"]),
            tags=tuple(image["tags"]),
            media_type=image["media_type"],
            subject=image["subject"],
            children=tuple(image["children"]),
        )
        for image in given["images"]
    ]
    evaluation = evaluate(parse_policy(text, file="case"), images, datetime.fromisoformat(given["now"]))
    return affected(evaluation, {image["digest"]: image["name"] for image in given["images"]})
