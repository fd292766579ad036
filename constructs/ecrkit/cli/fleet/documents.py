"""A preview of a fleet as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.images.sizes import BYTES_PER_GB
from ecrkit.lifecycle.rendering import rule_document
from ecrkit.lifecycle.values import ActionType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ecrkit.preview.fleet.dataset import DatasetRecord
    from ecrkit.preview.fleet.explaining import Explanation
    from ecrkit.preview.fleet.tables import Place
    from ecrkit.preview.fleet.totals import FleetPreview, GroupTotals, ProtectedImage, RepositoryTotals

__all__ = [
    "dollars",
    "explanation_documents",
    "failure_documents",
    "place_document",
    "preview_document",
    "protected_documents",
]

_ACTIONS = {
    None: None,
    ActionType.EXPIRE: {"type": "EXPIRE"},
    ActionType.TRANSITION: {"type": "TRANSITION", "targetStorageClass": "ARCHIVE"},
}


def preview_document(found: FleetPreview, *, price: float) -> dict[str, object]:
    """
    Write a preview as an object for JSON.

    Args:
        found: the preview.
        price: US dollars for a GB in standard storage for a month.
    """
    total = found.total
    return {
        "summary": {
            "now": found.now.isoformat(),
            "complete": found.record.complete,
            **_group(total, price),
            "failures": failure_documents(found.record),
        },
        "accounts": [{"registryId": one.name, **_group(one, price)} for one in found.by_account],
        "regions": [{"region": one.name, **_group(one, price)} for one in found.by_region],
        "teams": [
            {"tagKey": found.team_tag, "tagValue": one.name or None, **_group(one, price)} for one in found.by_team
        ],
        "repositories": [
            {
                **place_document(one.place),
                "team": found.teams.get(one.place),
                "hasPolicy": one.has_policy,
                **_counts(one),
                "monthlySavings": dollars(one.freed_bytes, price),
            }
            for one in found.repositories
        ],
        "protectedImages": protected_documents(found.protected),
        "inUseAndMissing": list(found.missing),
    }


def protected_documents(found: Iterable[ProtectedImage]) -> list[dict[str, object]]:
    """Write protected images that would expire or be archived as objects for JSON."""
    return [
        {
            **place_document(one.place),
            "imageDigest": one.violation.verdict.image.digest,
            "imageTags": list(one.violation.verdict.image.tags),
            "action": _ACTIONS[one.violation.verdict.action],
            "appliedRulePriority": one.violation.verdict.rule and one.violation.verdict.rule.rule_priority,
            "protectedBecause": list(one.violation.because),
        }
        for one in found
    ]


def explanation_documents(found: Sequence[Explanation]) -> list[dict[str, object]]:
    """Write explanations as objects for JSON."""
    return [_explanation(one) for one in found]


def place_document(place: Place) -> dict[str, str]:
    """Name a repository with the keys of ECR."""
    return {"registryId": place.account, "region": place.region, "repositoryName": place.repository}


def failure_documents(record: DatasetRecord) -> list[dict[str, str]]:
    """Write what a dataset lacks as objects for JSON."""
    return [
        {"registryId": failure.registry, "region": failure.region, "error": failure.error}
        for failure in record.failures
    ]


def dollars(size_bytes: int, price: float) -> float:
    """Give what bytes cost a month, in whole cents."""
    return round(size_bytes / BYTES_PER_GB * price, 2)


def _group(one: GroupTotals, price: float) -> dict[str, object]:
    return {
        "repositories": one.repositories,
        "repositoriesWithoutPolicy": one.without_policy,
        **_counts(one),
        "monthlySavings": dollars(one.freed_bytes, price),
    }


def _counts(one: GroupTotals | RepositoryTotals) -> dict[str, int]:
    return {
        "images": one.images,
        "expiring": one.expiring,
        "transitioning": one.transitioning,
        "staying": one.staying,
        "bytes": one.bytes,
        "freedBytes": one.freed_bytes,
        "archivedBytes": one.archived_bytes,
        "protectedAndExpiring": one.protected_expiring,
        "protectedAndArchiving": one.protected_transitioning,
        "imagesOfUnknownSize": one.without_size,
    }


def _explanation(one: Explanation) -> dict[str, object]:
    verdict = one.verdict
    rule = verdict.rule if verdict else None
    return {
        **place_document(one.place),
        "imageDigest": one.image.digest,
        "imageTags": list(one.image.tags),
        "imagePushedAt": one.image.pushed_at.isoformat(),
        "lastRecordedPullTime": one.image.pulled_at and one.image.pulled_at.isoformat(),
        "imageSizeInBytes": one.image.size_bytes,
        "storageClass": "ARCHIVE" if one.image.is_archived else "STANDARD",
        "hasPolicy": verdict is not None,
        "action": _ACTIONS[verdict.action if verdict else None],
        "appliedRulePriority": rule and rule.rule_priority,
        "rule": rule and rule_document(rule),
        "reason": one.reason,
        "protectedBecause": list(one.because),
    }
