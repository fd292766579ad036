"""What an adoption changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.errors import Finding
    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.policies.references import PolicyRef

__all__ = ["Adopted", "AdoptedSetting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedSetting:
    """
    An adopted registry-wide setting.

    Attributes:
        key: key of the catalog, as in ``pull_through_cache``.
        name: prefix, ARN or name of an account setting; empty for a key of which a registry has one.
        shown: path in the catalog, as in ``registry.scanning``.
        stack: name of the stack that imports it; empty for an account setting, for which CloudFormation has no type.
        logical_id: logical ID in that stack.
        identifier: how CloudFormation finds it, as in ``{"EcrRepositoryPrefix": "docker-hub"}``.
    """

    key: str
    name: str
    shown: str
    stack: str
    logical_id: str
    identifier: Mapping[str, str]


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
        settings: registry-wide settings added to the text.
        refused_settings: the other registry-wide settings, by their path, with reasons.
    """

    names: tuple[str, ...]
    refused: Mapping[str, tuple[str, ...]]
    warnings: tuple[Finding, ...]
    policies: Mapping[PolicyRef, LifecyclePolicy]
    before: str
    after: str
    included: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    settings: tuple[AdoptedSetting, ...] = ()
    refused_settings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def then(self, later: Adopted) -> Adopted:
        """Join it with an adoption that continued with its texts."""
        return Adopted(
            names=(*self.names, *later.names),
            refused={**self.refused, **later.refused},
            warnings=(*self.warnings, *later.warnings),
            policies={**self.policies, **later.policies},
            before=self.before,
            after=later.after,
            included={
                file: (self.included.get(file, texts)[0], texts[1])
                for file, texts in {**self.included, **later.included}.items()
            },
            settings=(*self.settings, *later.settings),
            refused_settings={**self.refused_settings, **later.refused_settings},
        )

    def texts(self, catalog: str) -> dict[str, tuple[str, str]]:
        """Give the texts before and after of each file that changes, by file; the catalog has the name *catalog*."""
        own = {catalog: (self.before, self.after)} if self.after != self.before else {}
        return {**own, **self.included}
