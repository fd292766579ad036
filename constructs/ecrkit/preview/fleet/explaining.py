"""Why one image of a fleet stays or goes: decided by the evaluation itself, with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecrkit.images.inventory.values import Image, ImageStatus, ImageTable
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.preview.fleet.dataset import instant_of
from ecrkit.preview.fleet.protected import reasons_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ecrkit.images.references import ImageReference
    from ecrkit.lifecycle.evaluation.verdicts import Verdict
    from ecrkit.lifecycle.values import LifecyclePolicy
    from ecrkit.preview.fleet.fleet import Fleet
    from ecrkit.preview.fleet.tables import Place
    from ecrkit.preview.protection import Protections

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """
    Why an image stays or goes.

    Attributes:
        place: its repository.
        image: the image.
        verdict: of the evaluation; ``None`` without a policy.
        because: why it is protected; empty if it is not.
    """

    place: Place
    image: Image
    verdict: Verdict | None
    because: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Why, lower case, no full stop."""
        return self.verdict.reason if self.verdict else "no lifecycle policy was given for the repository"

    @property
    def is_lost(self) -> bool:
        """Whether it is protected, and would expire or be archived."""
        return bool(self.because and self.verdict and self.verdict.action)


def explain(  # noqa: PLR0913 - what a preview is given
    fleet: Fleet,
    reference: ImageReference,
    policies: Mapping[Place, LifecyclePolicy],
    *,
    now: datetime,
    today: datetime,
    protections: Protections,
) -> list[Explanation]:
    """
    Explain what becomes of an image, in every account and Region that has it.

    Args:
        fleet: to look into.
        reference: of the image, by digest or tag; its host names the account and Region, if it has one.
        policies: by repository.
        now: timezone-aware instant of evaluation.
        today: timezone-aware instant of the dataset.
        protections: what must stay pullable.

    Returns:
        One for each repository that has the image, sorted by place.

    Raises:
        DuplicateDigestError: the dataset has an image of the repository twice.
        ReferenceCycleError: images refer to each other in a circle.
    """
    places = [place for place in fleet.places if _may_be_in(reference, place)]
    found = (_explain(fleet, reference, place, policies.get(place), now, today, protections) for place in places)
    return [explanation for explanation in found if explanation]


def _may_be_in(reference: ImageReference, place: Place) -> bool:
    host = reference.host
    return reference.repository == place.repository and (
        host is None or (host.account == place.account and host.region in {"", place.region})
    )


def _explain(  # noqa: PLR0913, PLR0917 - as above
    fleet: Fleet,
    reference: ImageReference,
    place: Place,
    policy: LifecyclePolicy | None,
    now: datetime,
    today: datetime,
    protections: Protections,
) -> Explanation | None:
    images = ImageTable.of([_image(row) for row in fleet.images_of(place)])
    number = next((number for number, image in enumerate(images) if _is_meant(image, reference)), None)
    if number is None:
        return None
    # As in a preview, what protects a manifest list does not protect its images.
    reasons = reasons_in(place, [images[number]], protections, today)
    return Explanation(
        place=place,
        image=images[number],
        verdict=evaluate(policy, images, now).verdicts[number] if policy else None,
        because=reasons.get(images.digests[number], ()),
    )


def _is_meant(image: Image, reference: ImageReference) -> bool:
    return image.digest == reference.digest if reference.digest else reference.tag in image.tags


def _image(row: tuple[Any, ...]) -> Image:
    """Read a row of the dataset: its columns are the fields of an image."""
    digest, pushed_at, tags, size, status, pulled_at, archived_at, activated_at, subject, media_type, children = row
    return Image(
        digest=digest,
        pushed_at=instant_of(pushed_at),
        tags=tuple(tags),
        size_bytes=size,
        status=ImageStatus(status),
        pulled_at=_instant(pulled_at),
        archived_at=_instant(archived_at),
        activated_at=_instant(activated_at),
        subject=subject,
        media_type=media_type,
        children=tuple(children),
    )


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else instant_of(micros)
