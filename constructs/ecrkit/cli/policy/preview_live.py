"""A preview of a repository as it is: its images from AWS, and ECR's own preview beside ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from ecrkit.aws.client import connect
from ecrkit.aws.inventory import current_images
from ecrkit.aws.previews import compare_with_ecr
from ecrkit.aws.replication import replication_rules
from ecrkit.aws.repositories import repository_of
from ecrkit.cli.arguments.options import repository_named
from ecrkit.cli.console.output import count_of, echo
from ecrkit.cli.console.progress import patience
from ecrkit.cli.console.styles import FATES
from ecrkit.cli.console.tables import echo_table
from ecrkit.cli.policy.preview_text import short_digest
from ecrkit.lifecycle.values import ActionType
from ecrkit.registry.settings.replication import deletion_note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ecrkit.images import Inventory
    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.lifecycle.evaluation.verdicts import Verdict
    from ecrkit.preview.comparison import Disagreement, Outcome
    from ecrkit.preview.preview import Preview

__all__ = ["LiveRepository", "comparison_json", "echo_comparison"]

_HEADINGS = ("DIGEST", "TAGS", "ECRKIT", "ECR", "WHY")
_ACTIONS = {
    ActionType.EXPIRE: {"type": "EXPIRE"},
    ActionType.TRANSITION: {"type": "TRANSITION", "targetStorageClass": "ARCHIVE"},
}


class LiveRepository:
    """
    A repository to preview a policy on.

    Args:
        repository: its name, or its URI.
        profile: of the AWS configuration; ``None`` for the default.
        region: overrides the configured one.

    Raises:
        AwsError: there is no configuration to reach AWS with.
        InvalidNameError: ECR would refuse the name.
        click.UsageError: it names an image.
    """

    def __init__(self, repository: str, *, profile: str | None, region: str | None) -> None:
        self._reference = repository_named(repository)
        self._ecr = connect(profile=profile, region=region).ecr()

    def inventory(self, policy: LifecyclePolicy, *, children: bool | None) -> Inventory:
        """
        Read its images.

        Args:
            policy: that is previewed; if it counts pulls, reading the children of manifest lists would alter them.
            children: read them all the same, or do not; ``None`` unless a policy counts pulls.

        Raises:
            RefusedError: it is in another registry than the one that the credentials lead to.
            AwsError: there is no such repository, AWS refused, or could not be reached.
        """
        if children is None and policy.counts_pulls:
            children = False
        current = current_images(self._ecr, repository_of(self._ecr, self._reference), children=children)
        if current.unread:
            echo(f"{count_of(current.unread, 'manifest list')} not read: {current.why_unread}", err=True)
        return current.inventory

    def noted(self, preview: Preview) -> Preview:
        """
        Add whether images that expire are deleted in other registries, too; asks only if an image expires.

        Raises:
            AwsError: AWS refused for another reason than a missing permission, or could not be reached.
        """
        if not preview.totals.expire:
            return preview
        rules = replication_rules(self._ecr)
        if isinstance(rules, str):
            note = f"whether deletions are replicated to other registries: not checked, {rules}"
        else:
            note = deletion_note(rules, preview.inventory.name)
        return replace(preview, notes=(*preview.notes, note)) if note else preview

    def compare(self, preview: Preview, *, timeout: float) -> tuple[Disagreement, ...]:
        """
        Compare with ECR's own preview.

        Args:
            preview: of this repository, made just now.
            timeout: seconds to wait for ECR.

        Raises:
            NoVerdictError: ECR gives no result.
            AwsError: AWS refused, or could not be reached.
        """
        with patience(timeout) as waiting:
            return compare_with_ecr(self._ecr, preview, clock=partial(datetime.now, UTC), patience=waiting)


def echo_comparison(found: Sequence[Disagreement]) -> None:
    """Print what ECR says otherwise, a row per image."""
    verdict = f"disagrees on {count_of(len(found), 'image')}" if found else "agrees on every image"
    echo("")
    echo(f"ECR's own preview: {verdict}")
    echo_table(_HEADINGS, (_row(one) for one in found))


def comparison_json(found: Sequence[Disagreement]) -> dict[str, object]:
    """Write what ECR says otherwise, with the keys of GetLifecyclePolicyPreview."""
    return {"comparisonWithEcr": {"status": "COMPLETE", "disagreements": list(map(_document, found))}}


def _row(found: Disagreement) -> tuple[str, ...]:
    ours, theirs = found.ours, found.theirs
    return (
        short_digest(found.digest),
        ",".join(found.tags) or "-",
        _fate(ours.action, ours.rule.rule_priority if ours.rule else None) if ours else "not found",
        _fate(theirs.action, theirs.rule_priority) if theirs else "stay",
        ours.reason if ours else "it did not exist when ecrkit read the images",
    )


def _fate(action: ActionType | None, priority: int | None) -> str:
    return f"{FATES[action]}, rule {priority}" if action else FATES[action]


def _document(found: Disagreement) -> dict[str, object]:
    pushed_at = found.ours.image.pushed_at if found.ours else found.theirs.pushed_at if found.theirs else None
    return {
        "imageDigest": found.digest,
        "imageTags": list(found.tags),
        "imagePushedAt": pushed_at and pushed_at.isoformat(),
        "ecrkit": found.ours and _ours(found.ours),
        "ecr": found.theirs and _theirs(found.theirs),
    }


def _ours(verdict: Verdict) -> Mapping[str, object]:
    return {
        "action": verdict.action and _ACTIONS[verdict.action],
        "appliedRulePriority": verdict.rule and verdict.rule.rule_priority,
        "reason": verdict.reason,
    }


def _theirs(outcome: Outcome) -> Mapping[str, object]:
    return {"action": _ACTIONS[outcome.action], "appliedRulePriority": outcome.rule_priority}
