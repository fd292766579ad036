"""A review as an object for JSON; docs/reference/review.md describes it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from ecrkit.cli.console.reports import finding_document, guard_document
from ecrkit.cli.policy.layer_bytes import layers_document
from ecrkit.cli.policy.protected import protected_documents
from ecrkit.cli.policy.run_tests import case_document
from ecrkit.lifecycle.diff import Change
from ecrkit.lifecycle.rendering import rule_document
from ecrkit.preview.preview import STANDARD_PRICE, Totals

if TYPE_CHECKING:
    from ecrkit.deployment.review import ImageLoss, Review

__all__ = ["review_document"]


def review_document(review: Review) -> dict[str, object]:
    """Write *review* as an object for JSON."""
    checks = review.checks
    return {
        "decision": review.decision.value,
        "base": {"name": review.base, "commit": review.commit or None, "hasCatalog": not review.is_first},
        "compared": review.is_compared,
        "checks": {
            "findings": [finding_document(finding) for finding in checks.findings],
            "failedTests": [case_document(failed.path, failed.test, failed.failures) for failed in checks.failed],
            "policyCount": checks.policies,
            "testCount": checks.tests,
        },
        "images": _images_state(review),
        "policies": [_loss_document(loss) for loss in review.losses],
        "guard": [guard_document(found) for found in review.guard],
        "otherStacks": "checked" if review.has_assemblies and review.is_compared else "not checked",
        "changes": [asdict(change) for change in review.changes],
        "toAllow": list(review.names_to_allow()),
        "unusedAllowances": [{"name": name, "nearest": nearest or None} for name, nearest in review.unused],
        "expiredAllowances": [
            {"name": each.name, "until": str(each.until), "owner": each.owner or None} for each in review.expired
        ],
    }


def _images_state(review: Review) -> str:
    """Say whether images were looked at: where it matters, and everywhere."""
    if not review.is_compared or review.is_first or (review.losses and not review.has_images):
        return "not checked"
    return "partly checked" if review.unknown else "checked"


def _loss_document(loss: ImageLoss) -> dict[str, object]:
    return {
        "repositoryName": loss.repository,
        "environments": list(loss.environments),
        "stacks": list(loss.stacks),
        "old": loss.old,
        "new": loss.new,
        "rules": [
            {
                "change": rule.change.value,
                "old": rule.old and rule_document(rule.old),
                "new": rule.new and rule_document(rule.new),
            }
            for rule in loss.rules
            if rule.change is not Change.SAME
        ],
        "imagesKnown": loss.is_known,
        "newlyExpiredImageTotalCount": loss.expire,
        "possiblyExpiredImageTotalCount": loss.may_expire,
        "newlyArchivedImageTotalCount": loss.archive,
        "sparedImageTotalCount": loss.spared,
        "newlyExpiredSizeInBytes": loss.size_bytes,
        "newlyArchivedSizeInBytes": loss.archive_bytes,
        "imagesWithoutSize": loss.without_size,
        "layers": layers_document(loss.layers),
        "monthlyStorageInDollars": round(Totals(expire_bytes=loss.freed_bytes).saving(STANDARD_PRICE), 2),
        **protected_documents(loss.violations),
        "examples": list(loss.examples),
        "notes": list(loss.notes),
        "allowed": loss.is_allowed,
    }
