"""A repository as it is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ActualRepository"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualRepository:
    """
    A repository with everything that a catalog can say of it.

    Attributes:
        name: of the repository.
        scan_on_push: whether each push starts a basic scan.
        encryption_type: in ECR's words.
        kms_key: ARN of the key; ``None`` without one.
        image_tag_mutability: in ECR's words.
        exclusion_filters: patterns of tags for which the opposite holds, in any order.
        repository_policy_text: IAM's JSON; ``None`` where there is no policy.
        lifecycle_policy_text: ECR's JSON; ``None`` where there is no policy.
        tags: of the resource, key to value, without those that AWS sets.
        stack: name of the stack that it is a resource of; ``None`` where there is none.
    """

    name: str
    scan_on_push: bool
    encryption_type: str
    kms_key: str | None
    image_tag_mutability: str
    exclusion_filters: tuple[str, ...]
    repository_policy_text: str | None
    lifecycle_policy_text: str | None
    tags: Mapping[str, str]
    stack: str | None = None

    @property
    def mutability(self) -> str:
        """``MUTABLE`` or ``IMMUTABLE``: what holds of the tags that no filter matches."""
        return self.image_tag_mutability.upper().removesuffix("_WITH_EXCLUSION")
