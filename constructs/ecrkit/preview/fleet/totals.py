"""What becomes of the images of a fleet, summed up by account, Region and team."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.images.sizes import BYTES_PER_GB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import Self

    from ecrkit.preview.fleet.dataset import DatasetRecord
    from ecrkit.preview.fleet.tables import Place
    from ecrkit.preview.protection import Violation

__all__ = ["FleetPreview", "GroupTotals", "ProtectedImage", "RepositoryTotals"]

_SUMS = (
    "images",
    "expiring",
    "transitioning",
    "bytes",
    "freed_bytes",
    "archived_bytes",
    "protected_expiring",
    "protected_transitioning",
    "without_size",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryTotals:
    """
    What becomes of the images of one repository.

    Attributes:
        place: which repository.
        has_policy: whether a policy was given for it.
        images: all of them.
        expiring: images that would expire.
        transitioning: images that would be archived.
        bytes: their sizes as far as they are known.
        freed_bytes: sizes of those that would expire.
        archived_bytes: sizes of those that would be archived.
        protected_expiring: images that are protected and would expire.
        protected_transitioning: images that are protected and would be archived.
        without_size: images that would expire, and whose size is not known.
    """

    place: Place
    has_policy: bool
    images: int = 0
    expiring: int = 0
    transitioning: int = 0
    bytes: int = 0
    freed_bytes: int = 0
    archived_bytes: int = 0
    protected_expiring: int = 0
    protected_transitioning: int = 0
    without_size: int = 0

    @property
    def staying(self) -> int:
        """Images that stay."""
        return self.images - self.expiring - self.transitioning

    @property
    def protected_going(self) -> int:
        """Images that are protected and would expire or be archived."""
        return self.protected_expiring + self.protected_transitioning


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTotals:
    """
    What becomes of the images of several repositories; as :class:`RepositoryTotals`.

    Attributes:
        name: of the account, Region or team; empty for repositories without a team, and for the whole fleet.
        repositories: how many.
        without_policy: repositories for which no policy was given.
    """

    name: str
    repositories: int
    without_policy: int
    images: int
    expiring: int
    transitioning: int
    bytes: int
    freed_bytes: int
    archived_bytes: int
    protected_expiring: int
    protected_transitioning: int
    without_size: int

    @classmethod
    def of(cls, name: str, parts: Sequence[RepositoryTotals]) -> Self:
        """Add up repositories."""
        return cls(
            name=name,
            repositories=len(parts),
            without_policy=sum(not part.has_policy for part in parts),
            **{field: sum(getattr(part, field) for part in parts) for field in _SUMS},
        )

    @property
    def staying(self) -> int:
        """Images that stay."""
        return self.images - self.expiring - self.transitioning

    @property
    def protected_going(self) -> int:
        """Images that are protected and would expire or be archived."""
        return self.protected_expiring + self.protected_transitioning

    def saving(self, price: float) -> float:
        """Give what the expired images cost a month, at a *price* for a GB and month."""
        return self.freed_bytes / BYTES_PER_GB * price


@dataclass(frozen=True, slots=True)
class ProtectedImage:
    """
    A protected image that would expire or be archived.

    Attributes:
        place: its repository.
        violation: the image, its verdict and what protects it.
    """

    place: Place
    violation: Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPreview:
    """
    What policies do to a fleet, for a report.

    Attributes:
        now: instant of evaluation.
        record: of the dataset.
        repositories: every repository, sorted by place.
        teams: the value of the team tag by repository; repositories without the tag are missing.
        team_tag: key of that tag.
        protected: protected images that would go, or the first of many.
        missing: images in use that are in no repository.
        is_checked: whether anything was named that must stay.
    """

    now: datetime
    record: DatasetRecord
    repositories: Sequence[RepositoryTotals]
    teams: Mapping[Place, str]
    team_tag: str
    protected: Sequence[ProtectedImage] = ()
    missing: Sequence[str] = ()
    is_checked: bool = False

    @property
    def total(self) -> GroupTotals:
        """Of the whole fleet."""
        return GroupTotals.of("", self.repositories)

    @property
    def by_account(self) -> list[GroupTotals]:
        """Of each account; those where most is lost come first."""
        return _grouped(self.repositories, lambda one: one.place.account)

    @property
    def by_region(self) -> list[GroupTotals]:
        """Of each Region, as :attr:`by_account`."""
        return _grouped(self.repositories, lambda one: one.place.region)

    @property
    def by_team(self) -> list[GroupTotals]:
        """Of each team, as :attr:`by_account`; nothing if no repository has the tag."""
        if not self.teams:
            return []
        return _grouped(self.repositories, lambda one: self.teams.get(one.place, ""))

    @property
    def losses_first(self) -> list[RepositoryTotals]:
        """The repositories; those where most is lost come first."""
        return sorted(self.repositories, key=_order)


def _grouped(parts: Iterable[RepositoryTotals], name_of: Callable[[RepositoryTotals], str]) -> list[GroupTotals]:
    groups: dict[str, list[RepositoryTotals]] = defaultdict(list)
    for part in parts:
        groups[name_of(part)].append(part)
    found = [GroupTotals.of(name, several) for name, several in groups.items()]
    return sorted(found, key=lambda one: (*_losses(one), one.name))


def _order(one: RepositoryTotals) -> tuple[object, ...]:
    return (*_losses(one), one.place)


def _losses(one: GroupTotals | RepositoryTotals) -> tuple[int, ...]:
    return -one.protected_going, -one.freed_bytes, -one.expiring, -one.transitioning
