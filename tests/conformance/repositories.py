"""Fill a repository with images, and hold ECR's previews against the evaluator."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from conformance.pushes import Registry
from conformance.values import Result

from ecrkit.aws.previews import ecr_preview
from ecrkit.errors import NoVerdictError
from ecrkit.images.inventory.values import Image
from ecrkit.lifecycle import parse_policy
from ecrkit.lifecycle.evaluation.evaluation import evaluate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from conformance.pushes import Draft
    from conformance.values import Account

    from ecrkit.lifecycle.evaluation.evaluation import Evaluation

__all__ = ["Filled", "affected", "filled", "given_images", "previewed"]

_BETWEEN_PUSHES = 1.1
"""Seconds: ECR gives whole seconds in some answers, and images of the same second are a question of their own."""

_LISTED_SECONDS = 60


class Filled:
    """
    A repository with images.

    Args:
        repository: its name.
        drafts: what was pushed, in that order.
        digests: of the images, by name.
        images: as ECR describes them, with what they refer to.
    """

    def __init__(
        self, repository: str, drafts: Sequence[Draft], digests: Mapping[str, str], images: Sequence[Image]
    ) -> None:
        self.repository = repository
        self.drafts = drafts
        self.digests = digests
        self.images = images
        self.names = {digest: name for name, digest in digests.items()}


def filled(account: Account, repository: str, drafts: Sequence[Draft], *, pause: float = _BETWEEN_PUSHES) -> Filled:
    """
    Push images one after the other, and wait until ECR lists all of them.

    Raises:
        NoVerdictError: ECR does not list all of them within a minute.
    """
    pushed: dict[str, tuple[str, int, str]] = {}
    with closing(Registry(account)) as registry:
        for draft in drafts:
            pushed[draft.name] = registry.push(repository, draft, pushed=pushed)
            if pause:
                account.sleep(pause)
    digests = {name: digest for name, (digest, _, _) in pushed.items()}
    return Filled(repository, drafts, digests, _listed(account, repository, drafts, digests))


def _listed(account: Account, repository: str, drafts: Sequence[Draft], digests: Mapping[str, str]) -> list[Image]:
    begin = account.seconds()
    while True:
        pages = account.ecr.get_paginator("describe_images").paginate(repositoryName=repository)
        details: dict[str, Any] = {detail["imageDigest"]: detail for page in pages for detail in page["imageDetails"]}
        if details.keys() >= set(digests.values()):
            break
        if account.seconds() - begin > _LISTED_SECONDS:
            raise NoVerdictError(f"{repository}: ECR lists {len(details)} of {len(digests)} images; run it again")
        account.sleep(2)
    return [
        Image(
            digest=digests[draft.name],
            pushed_at=details[digests[draft.name]]["imagePushedAt"],
            tags=tuple(details[digests[draft.name]].get("imageTags", ())),
            media_type=details[digests[draft.name]].get("imageManifestMediaType"),
            subject=digests.get(draft.subject),
            children=tuple(digests[child] for child in draft.children),
        )
        for draft in drafts
    ]


def given_images(found: Filled) -> list[dict[str, object]]:
    """Describe images so that a test can evaluate them again."""
    return [
        {
            "name": found.names[image.digest],
            "digest": image.digest,
            "pushed_at": image.pushed_at.isoformat(),
            "tags": sorted(image.tags),
            "media_type": image.media_type,
            "subject": image.subject,
            "children": list(image.children),
        }
        for image in found.images
    ]


def affected(evaluation: Evaluation, names: Mapping[str, str]) -> dict[str, str]:
    """Write what becomes of images, by name; those that stay are not there."""
    return {
        names[verdict.image.digest]: f"{verdict.action} by {verdict.rule.rule_priority}"
        for verdict in evaluation.verdicts
        if verdict.action and verdict.rule
    }


def previewed(account: Account, found: Filled, policy_text: str, *, part: str, name: str) -> Result:
    """Have ECR preview a policy, and compare."""
    policy = parse_policy(policy_text, file=name)
    before = affected(evaluate(policy, found.images, _now(account)), found.names)
    outcomes = ecr_preview(account.ecr, found.repository, policy, patience=account.patience)
    after = affected(evaluate(policy, found.images, _now(account)), found.names)
    theirs = {
        found.names.get(digest, digest): f"{outcome.action} by {outcome.rule_priority}"
        for digest, outcome in outcomes.items()
    }
    return Result(
        part=part,
        name=name,
        given={"policy_text": policy_text, "images": given_images(found), "now": _now(account).isoformat()},
        # An image may become old enough while ECR looks.
        ours=after if theirs == after else before,
        theirs=theirs,
    )


def _now(account: Account) -> datetime:
    return account.clock()
