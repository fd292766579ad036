"""Repositories as a report shows them: of any size, with every fate, and the same each time."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from builders.inventories import NOW
from builders.policies import ARCHIVE, policy, pulled, pushed, rule, tagged, untagged

from ecrkit.images import Image, ImageTable, Inventory
from ecrkit.lifecycle.evaluation.verdicts import Cause, Verdict
from ecrkit.lifecycle.values import ActionType
from ecrkit.preview.fleet.dataset import DatasetRecord
from ecrkit.preview.fleet.tables import Place
from ecrkit.preview.fleet.totals import FleetPreview, ProtectedImage, RepositoryTotals
from ecrkit.preview.preview import preview
from ecrkit.preview.protection import Protections, UsedImage, Violation
from ecrkit.preview.report import render_page, render_repositories
from ecrkit.preview.report.fleet import render_fleet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.preview.preview import Preview

__all__ = ["RULES", "fleet_of", "images", "page_of", "page_of_all", "page_of_fleet", "previewed", "used"]

RULES = [
    rule(1, **tagged("prod-*"), countType="imageCountMoreThan", countNumber=10),
    rule(2, **untagged(), **pushed(14)),
    rule(3, **tagged("v*"), **pulled(60), action=ARCHIVE),
    rule(4, **tagged("pr-*"), **pushed(30), description="Images of pull requests"),
]
"""Rules of every kind: they expire and archive, count and age."""

_TAGS = ("prod-2026.{}", "", "v1.{}.0", "pr-{}", "pr-{}-debug", "")
_DAYS = 180


def images(number: int, *, seed: int = 7, days: float = _DAYS) -> list[Image]:
    """Make images over half a year: more on weekdays and recently, of sizes from 40 to 900 MB."""
    random = Random(seed)  # noqa: S311 - nothing here is secret
    found = []
    for place in range(number):
        age = days * random.random() ** 1.3
        pushed_at = NOW - timedelta(days=age, hours=random.random() * 2)
        while pushed_at.weekday() > 4 and random.random() < 0.85:
            pushed_at -= timedelta(days=1)
        tag = _TAGS[random.randrange(len(_TAGS))].format(place)
        last = NOW - pushed_at
        found.append(
            Image(
                digest=f"sha256:{random.getrandbits(256):064x}",
                pushed_at=pushed_at,
                tags=(tag,) if tag else (),
                size_bytes=int(40e6 + random.random() ** 3 * 860e6),
                pulled_at=pushed_at + last * random.random() if random.random() < 0.6 else None,
            )
        )
    return found


def used(found: Sequence[Image], *, tag: str = "prod-", number: int = 2) -> Protections:
    """Say that the oldest images with such a tag run."""
    oldest = sorted(
        (image for image in found if image.tags and image.tags[0].startswith(tag)), key=lambda i: i.pushed_at
    )
    return Protections(
        used=tuple(
            UsedImage(text=image.digest, origin=f"in-use.txt:{line}", digest=image.digest)
            for line, image in enumerate(oldest[:number], start=1)
        )
    )


def previewed(
    found: Sequence[Image],
    protections: Protections | None = None,
    *,
    name: str = "payments/api",
    rules: Sequence[dict[str, Any]] = RULES,
) -> Preview:
    return preview(
        policy(*rules),
        Inventory(file="i.json", repository=name, images=ImageTable.of(found)),
        now=NOW,
        today=NOW,
        protections=protections or Protections(),
    )


def page_of(found: Preview, *, missing: Sequence[str] = (), is_checked: bool = False) -> str:
    return render_page(
        found,
        policy_name="keep-last-10@2",
        price=0.1,
        price_source="a test",
        missing=missing,
        is_checked=is_checked or bool(found.violations),
    )


def page_of_all(found: Sequence[Preview], *, is_checked: bool = False) -> str:
    return render_repositories(
        found, policy_name="keep-last-10@2", price=0.1, price_source="a test", is_checked=is_checked
    )


def fleet_of(number: int, *, seed: int = 7) -> FleetPreview:
    """Make a preview of repositories of four accounts: some idle, some empty, some with protected images."""
    random = Random(seed)  # noqa: S311 - nothing here is secret
    totals, protected = [], []
    for place in sorted(
        Place(str(number % 4 + 1) * 12, ("eu-west-1", "us-east-1")[number % 2], f"team-{number % 12}/service-{number}")
        for number in range(number)
    ):
        count = random.randrange(2_000) if random.random() < 0.98 else 0
        expiring = random.randrange(count + 1) if random.random() < 0.9 else 0
        archived = random.randrange(count - expiring + 1) if random.random() < 0.3 else 0
        lost = min(expiring, random.randrange(3)) if random.random() < 0.02 else 0
        totals.append(
            RepositoryTotals(
                place=place,
                has_policy=random.random() < 0.9,
                images=count,
                expiring=expiring,
                transitioning=archived,
                bytes=count * 10**8,
                freed_bytes=int(expiring * 10**8 * random.random() ** 3),
                archived_bytes=archived * 10**8,
                protected_expiring=lost,
            )
        )
        for tag in range(lost):
            found = Image(digest=f"sha256:{random.getrandbits(256):064x}", pushed_at=NOW, tags=(f"prod-{tag}",))
            rule_of = policy(*RULES).rules[0]
            verdict = Verdict(found, ActionType.EXPIRE, rule_of, Cause.PAST_THE_COUNT, place=11)
            protected.append(ProtectedImage(place, Violation(verdict, ("in use (running.txt:3)",))))
    return FleetPreview(
        now=NOW,
        record=DatasetRecord(begun_at=NOW.isoformat(), complete=True),
        repositories=totals,
        teams={one.place: one.place.repository.partition("/")[0] for one in totals if random.random() < 0.9},
        team_tag="team",
        protected=protected,
        is_checked=True,
    )


def page_of_fleet(found: FleetPreview) -> str:
    return render_fleet(found, policy_name="repositories.yaml", price=0.1, price_source="a test")
