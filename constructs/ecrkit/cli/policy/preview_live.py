"""A preview of a repository as it is: its images from AWS, and ECR's own preview beside ours."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ecrkit.aws.client import connect
from ecrkit.aws.inventory import ImageSource
from ecrkit.aws.previews import ecr_preview
from ecrkit.aws.repositories import repository_of
from ecrkit.aws.scans import Patience
from ecrkit.cli.arguments.options import repository_named
from ecrkit.cli.console.listing import echo_rows
from ecrkit.cli.console.output import count_of
from ecrkit.cli.console.progress import ProgressLine
from ecrkit.cli.policy.preview_text import FATES, short_digest
from ecrkit.images.inventory.reading import read_images
from ecrkit.images.inventory.writing import Heading, inventory_lines
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.values import ActionType
from ecrkit.preview.comparison import disagreements

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
        self._name = self._reference.repository
        self._aws = connect(profile=profile, region=region)
        self._ecr = self._aws.ecr()

    def inventory(self, policy: LifecyclePolicy, *, children: bool | None) -> Inventory:
        """
        Read its images, as ``ecrkit images inventory`` would write them.

        Args:
            policy: that is previewed; where it counts pulls, reading what manifest lists refer to would be one.
            children: read it all the same, or do not; ``None`` unless a policy counts pulls.

        Raises:
            RefusedError: it is in another registry than the one that the credentials lead to.
            AwsError: there is no such repository, AWS refused, or could not be reached.
        """
        if children is None and policy.counts_pulls:
            children = False
        found = repository_of(self._ecr, self._reference)
        heading = Heading(
            registry=found.account,
            repository=found.name,
            region=self._aws.region,
            begun_at=datetime.now(UTC).isoformat(),
        )
        source = ImageSource(self._ecr, self._name, known={}, children=children)
        text = "".join(inventory_lines(heading, source.details()))
        if source.unread:
            lists = count_of(source.unread, "manifest list")
            click.echo(f"{lists} not read: {source.why_unread}", err=True)
        return replace(read_images(text.encode(), file=self._name), registry=found.account, repository=found.name)

    def compare(self, preview: Preview, *, timeout: float) -> tuple[Disagreement, ...]:
        """
        Have ECR preview the same policy, and find what it says otherwise.

        Args:
            preview: of this repository, made just now.
            timeout: seconds to wait for ECR.

        Raises:
            NoVerdictError: ECR gives no result.
            AwsError: AWS refused, or could not be reached.
        """
        with ProgressLine() as progress:
            patience = Patience(seconds=timeout, clock=time.monotonic, sleep=time.sleep, report=progress.tell)
            outcomes = ecr_preview(self._ecr, self._name, preview.policy, patience=patience)
        later = evaluate(preview.policy, preview.inventory.images, datetime.now(UTC))
        return disagreements([preview.evaluation, later], outcomes)


def echo_comparison(found: Sequence[Disagreement]) -> None:
    """Print what ECR says otherwise, a row per image."""
    verdict = f"disagrees on {count_of(len(found), 'image')}" if found else "agrees on every image"
    click.echo(f"\nECR's own preview: {verdict}")
    echo_rows(_HEADINGS, (_row(one) for one in found))


def comparison_json(found: Sequence[Disagreement]) -> dict[str, object]:
    """Write what ECR says otherwise, with the keys of GetLifecyclePolicyPreview."""
    return {"comparisonWithEcr": {"status": "COMPLETE", "disagreements": list(map(_document, found))}}


def _row(found: Disagreement) -> tuple[str, ...]:
    ours, theirs = found.ours, found.theirs
    return (
        short_digest(found.digest),
        ",".join(found.tags) or "-",
        _fate(ours.action, ours.rule.rule_priority if ours.rule else None) if ours else "not there",
        _fate(theirs.action, theirs.rule_priority) if theirs else "stay",
        ours.reason if ours else "it was not there when ecrkit asked",
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
