"""What an adoption changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.errors import Finding
    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.policies.references import PolicyRef

__all__ = ["Adopted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """
    The result of an adoption.

    Attributes:
        names: repositories added to the text.
        refused: the other repositories, with reasons.
        warnings: parts of repository policies that AWS ignores, and dangerous lifecycle rules.
        policies: policy versions created for them, whether or not their files exist.
        before: text of the catalog before.
        after: text of the catalog after.
        included: texts of each included file that changes, before and after, by file.
    """

    names: tuple[str, ...]
    refused: Mapping[str, tuple[str, ...]]
    warnings: tuple[Finding, ...]
    policies: Mapping[PolicyRef, LifecyclePolicy]
    before: str
    after: str
    included: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def texts(self, catalog: str) -> dict[str, tuple[str, str]]:
        """Give the texts before and after of each file that changes, by file; the catalog has the name *catalog*."""
        own = {catalog: (self.before, self.after)} if self.after != self.before else {}
        return {**own, **self.included}
