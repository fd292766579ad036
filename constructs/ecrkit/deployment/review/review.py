"""The review of a change: checks of the head, and what it does that the base does not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.catalog import templates
from ecrkit.catalog.changes import diff_images, policy_changes
from ecrkit.deployment.guard import Allowances, acknowledge, compare, stack_of
from ecrkit.deployment.review.changes import account_setting_changes, template_changes
from ecrkit.deployment.review.checks import check_head, with_broken_promises
from ecrkit.deployment.review.losses import image_losses
from ecrkit.deployment.review.values import Review
from ecrkit.documents.nearest import near
from ecrkit.errors import Severity
from ecrkit.policies.lock import Lock
from ecrkit.policies.store import PolicyStore
from ecrkit.preview.protection import Protections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from ecrkit.catalog import Catalog, Template
    from ecrkit.deployment.guard import Allowance, GuardFinding, Stack
    from ecrkit.deployment.review.base import Base
    from ecrkit.deployment.review.values import ImageLoss
    from ecrkit.images import Inventory

__all__ = ["Evidence", "review"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """
    Images, protections and other stacks to include in a review.

    Attributes:
        images: directory of the inventories; ``None`` without one.
        inventories: reads them; called once, and only if a policy changes.
        protections: images that must stay pullable.
        assemblies: other stacks of the app, before and after; ``None`` if unknown.
        requires_images: whether the images of each changed policy must be known.
    """

    images: Path | None = None
    inventories: Callable[[], Iterable[Inventory]] = tuple
    protections: Protections = Protections()  # noqa: RUF009 - frozen
    assemblies: tuple[Sequence[Stack], Sequence[Stack]] | None = None
    requires_images: bool = False


def review(  # noqa: PLR0913 - keyword-only
    base: Base,
    *,
    catalog: Path,
    policies: Path,
    now: datetime,
    allowed: Sequence[str | Allowance] = (),
    evidence: Evidence | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> Review:
    """
    Review a change, offline and without CDK.

    Args:
        base: state to compare with.
        catalog: path of the head's catalog.
        policies: path of its policy store.
        now: timezone-aware instant of evaluation.
        allowed: names or globs of accepted losses; as for :class:`ecrkit.deployment.guard.Allowances`.
        evidence: images, protections and other stacks.
        report: called with the next step.

    Raises:
        InvalidAssemblyError: a template is nested too deeply to compare.
        InvalidImagesError: a list of images is invalid.
        InvalidInventoryError: the images cannot belong to one repository.
        UnreadableInputError: the base is invalid, or a file cannot be read.
    """
    evidence = evidence or Evidence()
    report("checking policies and catalog")
    store = PolicyStore(policies)
    checks, head = check_head(catalog, store, today=now.astimezone(UTC).date())
    with base.named():
        published = Lock.of(base.policies)
    checks = with_broken_promises(checks, store, before=published)
    result = Review(
        base=base.text,
        commit=base.commit,
        checks=checks,
        is_compared=head is not None,
        has_images=evidence.images is not None,
        has_assemblies=evidence.assemblies is not None,
    )
    if head is None:
        return result
    report("comparing templates")
    before = base.read()
    with base.named():
        old = templates(*before) if before else {}
    new = templates(head, store)
    allowances = Allowances(allowed, has_globs=True, today=now.astimezone(UTC).date())
    guard, _ = acknowledge(_compared(old, new, before and before[0], head, evidence), allowances)
    report("comparing policies")
    losses = _losses(before, (head, store), now=now, evidence=evidence)
    losses = tuple(replace(loss, is_required=evidence.requires_images) for loss in losses)
    losses = tuple(
        replace(loss, is_allowed=_is_allowed(loss, allowances)) if loss.is_refusable else loss for loss in losses
    )
    return replace(
        result,
        is_first=before is None,
        changes=(*template_changes(old, new), *account_setting_changes(before[0], head)) if before else (),
        guard=guard,
        losses=losses,
        unused=_unused(allowances, guard, losses),
        expired=allowances.expired,
    )


def _compared(
    old: Mapping[str, Template],
    new: Mapping[str, Template],
    before: Catalog | None,
    head: Catalog,
    evidence: Evidence,
) -> tuple[GuardFinding, ...]:
    """Compare as the guard does; of a stack that the catalog makes, its own template counts."""
    others_before, others = evidence.assemblies or ((), ())
    ours = {*old, *new}
    found = compare(
        [*_stacks(old, before), *(stack for stack in others_before if stack.name not in ours)],
        [*_stacks(new, head), *(stack for stack in others if stack.name not in ours)],
    )
    # A note says that something of the catalog changes; the review shows the change itself.
    return tuple(each for each in found if each.severity is not Severity.NOTE or each.stack not in ours)


def _stacks(rendered: Mapping[str, Template], catalog: Catalog | None) -> list[Stack]:
    places = {each.name: (each.account, each.region) for each in (catalog.environments if catalog else ())}
    stacks = []
    for name, template in rendered.items():
        account, region = places[template.environment]
        stack = stack_of(template.body, name=name, nested=lambda *_: {}, account=account, region=region)
        stacks.append(stack)
    return stacks


def _losses(
    before: tuple[Catalog, PolicyStore] | None,
    after: tuple[Catalog, PolicyStore],
    *,
    now: datetime,
    evidence: Evidence,
) -> tuple[ImageLoss, ...]:
    if before is None:
        # What is deployed by other means is not known, so that nothing can be compared with it.
        return ()
    changes = policy_changes(before[0], after[0], old_policies=before[1], new_policies=after[1])
    changed = diff_images(
        changes,
        evidence.inventories() if changes or evidence.protections else (),
        root=evidence.images or Path(),
        now=now,
        protections=evidence.protections,
    )
    return image_losses(changed, old=before[0], new=after[0])


def _is_allowed(loss: ImageLoss, allowances: Allowances) -> bool:
    """Whether its repository is named, or each of its environments by the stack there."""
    by_stack = [allowances.allow([f"{stack}/{loss.repository}"]) for stack in loss.stacks]
    return allowances.allow([loss.repository]) or (bool(by_stack) and all(by_stack))


def _unused(
    allowances: Allowances, guard: Iterable[GuardFinding], losses: Iterable[ImageLoss]
) -> tuple[tuple[str, str], ...]:
    if not allowances.unused:
        return ()
    known = {found.name for found in guard if found.severity is Severity.ERROR}
    known |= {loss.repository for loss in losses if loss.is_refusable}
    return tuple((name, next(iter(near(name, known)), "")) for name in allowances.unused)
