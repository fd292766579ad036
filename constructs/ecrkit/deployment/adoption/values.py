"""What an adoption changes."""

from __future__ import annotations

from dataclasses import dataclass
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
    Repositories that the catalog can declare now.

    Attributes:
        names: of those that are in the new text and were not in the old one.
        refused: the others, and why not.
        warnings: what AWS ignores in their repository policies, and what is dangerous in their lifecycle policies.
        policies: versions that were made for them, whether or not their files are there.
        before: text of the catalog.
        after: text of the catalog, with them.
    """

    names: tuple[str, ...]
    refused: Mapping[str, tuple[str, ...]]
    warnings: tuple[Finding, ...]
    policies: Mapping[PolicyRef, LifecyclePolicy]
    before: str
    after: str
