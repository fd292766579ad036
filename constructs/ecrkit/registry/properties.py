"""What a repository can be, in the words of the catalog and of the construct."""

from __future__ import annotations

import re
from enum import StrEnum

__all__ = ["KMS_KEY", "Encryption", "Mutability", "Removal"]

_KEY_ID = r"(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_ALIAS = r"alias/[A-Za-z0-9/_-]{1,250}"
KMS_KEY = re.compile(
    rf"{_ALIAS}|{_KEY_ID}|arn:aws(?:-[a-z]+)*:kms:(?P<region>[a-z0-9-]+):[0-9]{{12}}:(?:{_ALIAS}|key/{_KEY_ID})"
)
"""A KMS key: alias, id or ARN. Source: KMS developer guide, "Key identifiers" (read 2026-11)."""


class Encryption(StrEnum):
    """How the images of a repository are encrypted at rest; create-only."""

    AES256 = "AES256"
    KMS = "KMS"
    KMS_DSSE = "KMS_DSSE"
    """Two layers of encryption."""

    OMIT = "omit"
    """The property is left out: for a repository that exists without it, which adding it would replace."""

    @property
    def takes_key(self) -> bool:
        """Whether a key of one's own can be named."""
        return self in {Encryption.KMS, Encryption.KMS_DSSE}


class Mutability(StrEnum):
    """Whether a tag can be pushed again with another image."""

    IMMUTABLE = "IMMUTABLE"
    MUTABLE = "MUTABLE"


class Removal(StrEnum):
    """What becomes of a repository that leaves its stack."""

    RETAIN = "retain"
    DESTROY = "destroy"
