"""What has become too old or too much, deployed policies that nobody checked, and suspensions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from builders.actual import actual
from builders.catalogs import ONE_ENVIRONMENT, catalog
from builders.stores import policy_text

from ecrkit.catalog.locations import repository_places
from ecrkit.deployment.actual import ActualRepository, ObservedImages
from ecrkit.deployment.audit import audit
from ecrkit.deployment.audit.limits import AuditLimits
from ecrkit.deployment.suspensions import Suspension, policy_mark

if TYPE_CHECKING:
    from ecrkit import PolicyStore

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
LIMITS = AuditLimits(now=NOW)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def told(
    policies: PolicyStore, there: ActualRepository, *, settings: str = "", limits: AuditLimits = LIMITS
) -> list[str]:
    """Audit one repository; give severity, text and code of its findings."""
    text = f"{ONE_ENVIRONMENT}defaults: {{lifecycle: ten@1}}\nrepositories:\n  web: {{{settings}}}\n"
    [environment] = catalog(text, policies).environments
    findings = audit(
        environment,
        [there],
        policies=policies,
        policy_name=lambda _: None,
        places=repository_places(text, file="repositories.yaml"),
        limits=limits,
    )
    return [f"{one.severity}: {one.text} [{one.code}]" for one in findings]


@pytest.mark.parametrize(
    ("observed", "evaluated"),
    [
        pytest.param(
            {"policy_evaluated_at": ago(3)},
            "its lifecycle policy was last evaluated on 2026-11-17, 3 days ago",
            id="days ago",
        ),
        pytest.param(
            {"policy_evaluated_at": NEVER, "created_at": ago(30)},
            "its lifecycle policy was never evaluated; the repository was created on 2026-10-21, 30 days ago",
            id="never",
        ),
        pytest.param(
            {"policy_evaluated_at": NEVER, "created_at": ago(30), "stack_changed_at": ago(2.5)},
            "its lifecycle policy was never evaluated; its stack last changed it on 2026-11-18, 2 days ago",
            id="never, of a stack",
        ),
    ],
)
def test_policy_that_is_not_evaluated_is_told(policies: PolicyStore, observed: dict[str, Any], evaluated: str) -> None:
    """A policy that ECR has not evaluated for more than two days is a warning, since no image expires."""
    assert told(policies, replace(actual(), **observed)) == [
        (
            f"warning: repositories.web: no image expires: {evaluated}, although ECR evaluates policies within 24 "
            "hours; unless the policy changed in the last two days, put it again; if that does not help, contact AWS "
            "Support [AUD125]"
        )
    ]


@pytest.mark.parametrize(
    "observed",
    [
        pytest.param({"policy_evaluated_at": ago(1.9), "created_at": ago(30)}, id="yesterday"),
        pytest.param({"policy_evaluated_at": NEVER, "created_at": ago(1)}, id="new repository"),
        pytest.param(
            {"policy_evaluated_at": NEVER, "created_at": ago(30), "stack_changed_at": ago(1)}, id="deployed yesterday"
        ),
        pytest.param({"policy_evaluated_at": None, "created_at": ago(30)}, id="unknown"),
        pytest.param(
            {
                "policy_evaluated_at": NEVER,
                "created_at": ago(30),
                "images": ObservedImages(count=0, scanned_at={}),
            },
            id="empty",
        ),
    ],
)
def test_policy_that_may_be_evaluated_is_not_told(policies: PolicyStore, observed: dict[str, Any]) -> None:
    """A policy that was evaluated, is new, has no image to act on, or of which ECR says nothing, is no finding."""
    assert told(policies, replace(actual(), **observed)) == []


@pytest.mark.parametrize(("count", "is_told"), [(89_999, False), (90_000, True), (100_000, True)])
def test_nine_tenths_of_the_quota_are_told(policies: PolicyStore, count: int, is_told: bool) -> None:  # noqa: FBT001 - a parameter
    """A repository with nine tenths of the images that its quota allows is a warning."""
    there = replace(actual(), images=ObservedImages(count=count, scanned_at={}))

    assert told(policies, there) == (
        [
            (
                f"warning: repositories.web: it contains {count:,} of the 100,000 images that its quota allows; at the "
                "quota every push fails; expire images with a lifecycle policy, or request a higher quota and pass it "
                "with --quota-images [AUD126]"
            )
        ]
        if is_told
        else []
    )
    assert told(policies, there, limits=replace(LIMITS, quota_images=200_000)) == []


def test_old_scans_are_told_if_asked(policies: PolicyStore) -> None:
    """A finding counts the images whose last scan is too old, and names one. Without an age there is no finding."""
    scans = {"v3": ago(3), "v2": ago(31), "v1": ago(90)}
    there = replace(actual(), images=ObservedImages(count=3, scanned_at=scans))

    assert told(policies, there) == []
    assert told(policies, there, limits=replace(LIMITS, max_scan_age=30)) == [
        (
            "warning: repositories.web: the last scan of 2 tagged images is more than 30 days ago: v2 was scanned on "
            "2026-10-20; scan again with `ecrkit scan start web:v2`, or enable continuous scanning for the registry "
            "[AUD127]"
        )
    ]
    never = replace(actual(), images=ObservedImages(count=1, scanned_at={"v1": None}))
    assert (
        "of 1 tagged image is more than 30 days ago: v1 was never scanned"
        in told(policies, never, limits=replace(LIMITS, max_scan_age=30))[0]
    )


def test_observations_can_be_silenced(policies: PolicyStore) -> None:
    """A reason in the catalog accepts each of them."""
    images = ObservedImages(count=95_000, scanned_at={"v1": ago(90)})
    there = replace(actual(), policy_evaluated_at=ago(9), images=images)
    text = f"{ONE_ENVIRONMENT}defaults: {{lifecycle: ten@1}}\nrepositories:\n  web: {{silence: {{%s}}}}\n"
    text %= "AUD125: a, AUD126: b, AUD127: c"
    [environment] = catalog(text, policies).environments

    findings = audit(
        environment,
        [there],
        policies=policies,
        policy_name=lambda _: None,
        places=repository_places(text, file="repositories.yaml"),
        limits=replace(LIMITS, max_scan_age=30),
    )

    assert [(one.code, one.silenced) for one in findings] == [("AUD125", "a"), ("AUD126", "b"), ("AUD127", "c")]


def test_policy_of_somebody_else_is_judged(policies: PolicyStore) -> None:
    """A deployed policy that is not the declared one has its own warnings; the declared one has them elsewhere."""
    by_age = '"countType": "sinceImagePushed", "countUnit": "days"'
    every_image = policy_text().replace('"countType": "imageCountMoreThan"', by_age)

    findings = told(policies, actual(lifecycle_policy_text=every_image))

    assert [one.rsplit(" ", 1)[1] for one in findings] == ["[AUD116]", "[ECR205]"]
    assert findings[1].startswith("warning: repositories.web: deployed lifecycle policy rules[0]: ")


def test_suspended_policy_is_no_drift(policies: PolicyStore) -> None:
    """A suspended policy is a warning with who, when and why, not drift. An overdue one is an error."""
    suspension = Suspension(
        reason="releases expired",
        by="user/alice",
        since=ago(2),
        until=NOW + timedelta(days=1),
        original=policy_mark(policy_text()),
    )
    there = replace(actual(lifecycle_policy_text=suspension.text), policy_evaluated_at=NEVER, created_at=ago(30))

    assert told(policies, there) == [
        (
            "warning: repositories.web: its lifecycle policy was suspended on 2026-11-18 12:00 UTC by user/alice, "
            "until 2026-11-21 12:00 UTC: releases expired; when the reason is gone, restore the policy with `ecrkit "
            "policy resume web` [AUD118]"
        )
    ]
    assert told(policies, there, limits=AuditLimits(now=NOW + timedelta(days=2))) == [
        (
            "error: repositories.web: its lifecycle policy was suspended on 2026-11-18 12:00 UTC by user/alice, until "
            "2026-11-21 12:00 UTC, which has passed: releases expired; restore the policy with `ecrkit policy resume "
            "web`, or announce another end with `ecrkit policy suspend web --for` [AUD119]"
        )
    ]
