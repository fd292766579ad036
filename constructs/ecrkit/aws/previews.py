"""ECR's own preview of a lifecycle policy, which changes no image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.aws.client import aws_errors
from ecrkit.aws.polling import Waiting
from ecrkit.errors import AwsError, EcrkitError, NoVerdictError
from ecrkit.lifecycle import parse_policy
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.rendering import render
from ecrkit.lifecycle.values import ActionType
from ecrkit.preview.comparison import Outcome, disagreements

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import (
        GetLifecyclePolicyPreviewResponseTypeDef,
        LifecyclePolicyPreviewResultTypeDef,
    )

    from ecrkit.aws.polling import Patience
    from ecrkit.lifecycle.values import LifecyclePolicy
    from ecrkit.preview.comparison import Disagreement
    from ecrkit.preview.preview import Preview

__all__ = ["compare_with_ecr", "ecr_preview"]

_PAGE = 100
_ACTIONS = {"EXPIRE": ActionType.EXPIRE, "TRANSITION": ActionType.TRANSITION}
_NO_RESULT = {
    "EXPIRED": "it was not read in time; run the command again",
    "FAILED": "ECR does not say why; run the command again",
}


def ecr_preview(
    client: ECRClient, repository: str, policy: LifecyclePolicy, *, patience: Patience
) -> dict[str, Outcome]:
    """
    Have ECR preview a policy, and wait for the result.

    There is one preview at a time in a repository: another that is running is waited for.

    Args:
        client: of the Region.
        repository: its name.
        policy: a valid policy; it need not be that of the repository.
        patience: how to wait.

    Returns:
        What would become of images, by digest. Those that stay are not there.

    Raises:
        NoVerdictError: there is no result, or none within the time, or one of another policy.
        AwsError: there is no such repository, AWS refused, or could not be reached.

    Source: ECR API model 2015-09-21, StartLifecyclePolicyPreview and GetLifecyclePolicyPreview.
    """
    wait = Waiting(patience, subject=f"{repository}: no preview of ECR", label=repository)
    text = render(policy)
    while not _start(client, repository, text):
        wait.pause("another preview is running")
    page = _page(client, repository, "")
    while page is None or page["status"] == "IN_PROGRESS":
        wait.pause("ECR's preview is running")
        page = _page(client, repository, "")
    outcomes: dict[str, Outcome] = {}
    while page:
        _check(page, repository, text)
        outcomes |= {result["imageDigest"]: _outcome(repository, result) for result in page["previewResults"]}
        token = page.get("nextToken", "")
        page = _page(client, repository, token) if token else None
    return outcomes


def compare_with_ecr(
    client: ECRClient, preview: Preview, *, clock: Callable[[], datetime], patience: Patience
) -> tuple[Disagreement, ...]:
    """
    Have ECR preview the policy of a preview, and find where its result differs.

    Args:
        client: of the Region.
        preview: of a repository, made just now.
        clock: timezone-aware; asked when ECR has answered, since images age meanwhile.
        patience: how to wait.

    Raises:
        NoVerdictError: ECR gives no result.
        AwsError: AWS refused, or could not be reached.
    """
    outcomes = ecr_preview(client, preview.inventory.repository, preview.policy, patience=patience)
    later = evaluate(preview.policy, preview.inventory.images, clock())
    return disagreements([preview.evaluation, later], outcomes)


def _start(client: ECRClient, repository: str, text: str) -> bool:
    """Start a preview; false where another is running."""
    try:
        with aws_errors():
            client.start_lifecycle_policy_preview(repositoryName=repository, lifecyclePolicyText=text)
    except AwsError as error:
        if error.code == "LifecyclePolicyPreviewInProgressException":
            return False
        raise
    return True


def _page(client: ECRClient, repository: str, token: str) -> GetLifecyclePolicyPreviewResponseTypeDef | None:
    """Read one page; ``None`` where the preview that was started is not there yet."""
    try:
        with aws_errors():
            if token:
                return client.get_lifecycle_policy_preview(repositoryName=repository, maxResults=_PAGE, nextToken=token)
            return client.get_lifecycle_policy_preview(repositoryName=repository, maxResults=_PAGE)
    except AwsError as error:
        if error.code == "LifecyclePolicyPreviewNotFoundException" and not token:
            return None
        raise


def _check(page: GetLifecyclePolicyPreviewResponseTypeDef, repository: str, text: str) -> None:
    """Make sure that this is the result that was asked for."""
    status = page["status"]
    if status != "COMPLETE":
        remedy = _NO_RESULT.get(status, "run the command again")
        raise NoVerdictError(f"{repository}: ECR's preview is {status}; {remedy}")
    if "previewResults" not in page:
        raise NoVerdictError(f"{repository}: ECR's preview is complete and has no results; run the command again")
    try:
        theirs = render(parse_policy(page.get("lifecyclePolicyText", text), file="ECR's preview"))
    except EcrkitError:
        theirs = ""
    if theirs != text:
        raise NoVerdictError(f"{repository}: another preview was started meanwhile; run the command again")


def _outcome(repository: str, result: LifecyclePolicyPreviewResultTypeDef) -> Outcome:
    action = result.get("action", {}).get("type", "none")
    if action not in _ACTIONS:
        raise NoVerdictError(f"{repository}: ECR's preview has an action that ecrkit does not know: {action}")
    return Outcome(
        action=_ACTIONS[action],
        rule_priority=result.get("appliedRulePriority", 0),
        tags=tuple(sorted(result.get("imageTags", ()))),
        pushed_at=result["imagePushedAt"],
    )
