"""Tags that Cosign gives to the signatures, attestations and SBOMs of an image."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["COSIGN_PREFIX", "CosignTag"]

COSIGN_PREFIX = "sha256-"
"""How these tags begin."""

_TAG = re.compile(rf"{COSIGN_PREFIX}(?P<digits>[0-9a-f]{{64}})(?:\.(?P<kind>sig|att|sbom))?")


class CosignTag(NamedTuple):
    """
    A tag that Cosign derives from the digest of an image.

    Attributes:
        digest: of the image that it is about.
        kind: ``sig``, ``att`` or ``sbom``; empty for the list of referrers, in a registry without an API for them.

    Source: Cosign, signature specification, ``sha256-<hex>.sig``; OCI distribution specification 1.1, referrers tag
    schema.
    """

    digest: str
    kind: str

    @classmethod
    def find(cls, tag: str) -> CosignTag | None:
        """Read a tag; ``None`` for any other tag."""
        # Most tags are others, and a repository has up to 100,000.
        match = _TAG.fullmatch(tag) if tag.startswith(COSIGN_PREFIX) else None
        return cls(digest=f"sha256:{match['digits']}", kind=match["kind"] or "") if match else None

    @property
    def is_signature(self) -> bool:
        """Whether it is the tag of a signature."""
        return self.kind == "sig"
