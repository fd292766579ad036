"""What a change of lifecycle policies does to images, repository by repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.catalog.template import shards_of, stack_name
from ecrkit.deployment.review.values import ImageLoss
from ecrkit.lifecycle.values import ActionType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecrkit.catalog import Catalog
    from ecrkit.catalog.changes import ChangedRepository
    from ecrkit.images import Image
    from ecrkit.lifecycle.diff import FateChange

__all__ = ["image_losses"]

_EXAMPLES = 3
_DIGEST = 19
_NO_POLICY = "no policy"
_NEW = "new in the catalog"


def image_losses(changed: Iterable[ChangedRepository], *, old: Catalog | None, new: Catalog) -> tuple[ImageLoss, ...]:
    """
    Sum up what happens to the images of each repository.

    Args:
        changed: repositories whose policy changes.
        old: the catalog before; ``None`` where nothing was declared.
        new: the catalog after.
    """
    places = {environment.name: (environment.account, environment.region) for environment in new.environments}
    before, after = (_references(catalog) for catalog in (old, new))
    stacks = _stacks(new)
    losses = []
    for each in changed:
        key = (*places[each.environments[0]], each.repository)
        losses.append(
            _loss(
                each,
                old=before.get(key, _NEW),
                new=after[key],
                stacks=tuple(stacks[name, each.repository] for name in each.environments),
            )
        )
    return tuple(losses)


def _loss(changed: ChangedRepository, *, old: str, new: str, stacks: tuple[str, ...]) -> ImageLoss:
    fates = changed.diff.fates
    expired = [fate for fate in fates if fate.is_newly_expired]
    archived = [fate for fate in fates if fate.old.action is None and fate.new.action is ActionType.TRANSITION]
    sizes = [fate.new.image.size_bytes for fate in expired]
    return ImageLoss(
        repository=changed.repository,
        environments=changed.environments,
        is_everywhere=changed.is_everywhere,
        stacks=stacks,
        old=old,
        new=new if old != new else f"{new}, edited",
        rules=changed.diff.rules,
        is_known=changed.has_images,
        expire=changed.diff.newly_expired,
        may_expire=changed.diff.possibly_expired,
        archive=len(archived),
        spared=sum(fate.new.action is None for fate in fates),
        size_bytes=sum(filter(None, sizes)),
        archive_bytes=sum(fate.new.image.size_bytes or 0 for fate in archived),
        without_size=sizes.count(None),
        layers=changed.layers,
        examples=_examples([*expired, *archived]),
        violations=changed.violations,
        notes=changed.diff.notes,
    )


def _examples(fates: list[FateChange]) -> tuple[str, ...]:
    """Name the first few images: those with tags tell people more."""
    tagged = [fate for fate in fates if fate.new.image.tags]
    return tuple(_called(fate.new.image) for fate in (tagged or fates)[:_EXAMPLES])


def _called(image: Image) -> str:
    return min(image.tags) if image.tags else image.digest[:_DIGEST]


def _references(catalog: Catalog | None) -> dict[tuple[str, str, str], str]:
    return {
        (environment.account, environment.region, str(entry.name)): " + ".join(map(str, entry.lifecycle)) or _NO_POLICY
        for environment in (catalog.environments if catalog else ())
        for entry in environment.repositories
    }


def _stacks(catalog: Catalog) -> dict[tuple[str, str], str]:
    return {
        (environment.name, str(entry.name)): stack_name(environment.name, shard, shards=environment.shards)
        for environment in catalog.environments
        for shard, entries in shards_of(environment).items()
        for entry in entries
    }
