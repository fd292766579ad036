"""The properties of a repository: one value for the catalog, the construct, the template, adopt and audit."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from ecrkit.registry.access import Access

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KMS_KEY", "MUTABILITY_INSTEAD", "Encryption", "Mutability", "Removal", "RepositoryProperties"]

_KEY_ID = r"(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_ALIAS = r"alias/[A-Za-z0-9/_-]{1,250}"
KMS_KEY = re.compile(
    rf"{_ALIAS}|{_KEY_ID}|arn:aws(?:-[a-z]+)*:kms:(?P<region>[a-z0-9-]+):[0-9]{{12}}:(?:{_ALIAS}|key/{_KEY_ID})"
)
"""A KMS key: alias, ID or ARN. Source: KMS developer guide, "Key identifiers" (read 2026-11)."""


_WITH_EXCEPTIONS = "_WITH_EXCLUSION"


class Encryption(StrEnum):
    """Encryption at rest of a repository's images; cannot be changed after creation."""

    AES256 = "AES256"
    KMS = "KMS"
    KMS_DSSE = "KMS_DSSE"
    """Two layers of encryption."""

    OMIT = "omit"
    """Leave the property out, for a deployed repository without it: adding it would replace the repository."""

    @property
    def takes_key(self) -> bool:
        """Whether a custom KMS key can be named."""
        return self in {Encryption.KMS, Encryption.KMS_DSSE}


class Mutability(StrEnum):
    """Whether a tag can be pushed again with another image."""

    IMMUTABLE = "IMMUTABLE"
    MUTABLE = "MUTABLE"


MUTABILITY_INSTEAD: Mapping[str, str] = {
    f"{mutability}{_WITH_EXCEPTIONS}": f"write '{mutability}': {key} makes it so"
    for mutability, key in ((Mutability.IMMUTABLE, "mutable_tags"), (Mutability.MUTABLE, "immutable_tags"))
}
"""What to write instead of ECR's own words for a repository with exceptions."""


class Removal(StrEnum):
    """What happens to a repository that leaves its stack."""

    RETAIN = "retain"
    DESTROY = "destroy"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryProperties:
    """
    The properties of a repository, declared or deployed; the defaults are those of ecrkit.

    They exclude the lifecycle policy: a catalog names versions, a construct takes policies, ECR stores a text.

    Attributes:
        encryption: encryption at rest: an :class:`Encryption`, or an AWS value unknown to ecrkit.
        encryption_key: alias, ID or ARN of a KMS key, or a token of it; ``None`` for the AWS managed key.
        scan_on_push: start a basic scan of every image that is pushed.
        mutability: whether a tag can be pushed again: a :class:`Mutability`, or an AWS value unknown to ecrkit.
        exceptions: tags, or patterns of tags, for which the opposite applies; five at most.
        access: who may pull and push, in addition to principals in the account; unknown for a deployed repository.
        statements: repository policy statements, verbatim, in addition to those of *access*.
        open_to_everyone: why *statements* may let everyone in; empty if they must not.
        tags: resource tags, key to value, without those that AWS sets.
        removal: what happens to the repository when it leaves its stack.
        empty_on_delete: delete its images too; needs ``destroy``.
    """

    encryption: str = Encryption.AES256
    encryption_key: str | None = None
    scan_on_push: bool = True
    mutability: str = Mutability.IMMUTABLE
    exceptions: tuple[str, ...] = ()
    access: Access = field(default_factory=Access)
    statements: tuple[Mapping[str, object], ...] = ()
    open_to_everyone: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    removal: Removal = Removal.RETAIN
    empty_on_delete: bool = False

    @property
    def mutable_tags(self) -> tuple[str, ...]:
        """The exceptions of an immutable repository."""
        return () if self.mutability == Mutability.MUTABLE else self.exceptions

    @property
    def immutable_tags(self) -> tuple[str, ...]:
        """The exceptions of a mutable repository."""
        return self.exceptions if self.mutability == Mutability.MUTABLE else ()

    @property
    def image_tag_mutability(self) -> str:
        """The mutability as ECR names it, with a suffix if it has exceptions."""
        return f"{self.mutability}{_WITH_EXCEPTIONS}" if self.exceptions else str(self.mutability)

    @staticmethod
    def mutability_in(image_tag_mutability: str) -> str:
        """Read the mutability from ECR's name for it, in any case."""
        return image_tag_mutability.upper().removesuffix(_WITH_EXCEPTIONS)
