"""Policies for the evaluation, and what comes out of it in short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from builders.policies import policy

if TYPE_CHECKING:
    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.lifecycle.evaluation.evaluation import Evaluation

__all__ = ["LONG", "keep", "made", "outcome", "reasons"]

LONG = "A description that makes a short policy long enough for the service"


def keep(number: int) -> dict[str, Any]:
    return {"countType": "imageCountMoreThan", "countNumber": number}


def made(*rules: dict[str, Any]) -> LifecyclePolicy:
    return policy({**rules[0], "description": LONG}, *rules[1:])


def outcome(evaluation: Evaluation) -> list[str]:
    """Write each verdict as ``fate by rule``, in order."""
    fates = {None: "stay", "expire": "expire", "transition": "archive"}
    return [
        f"{fates[verdict.action]} {verdict.rule.rule_priority if verdict.rule else '-'}"
        for verdict in evaluation.verdicts
    ]


def reasons(evaluation: Evaluation) -> list[str]:
    return [verdict.reason for verdict in evaluation.verdicts]
