"""Tags of Cosign."""

from __future__ import annotations

import pytest

from ecrkit.images.cosign import CosignTag

DIGITS = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("suffix", "kind", "is_signature"),
    [
        pytest.param(".sig", "sig", True, id="signature"),
        pytest.param(".att", "att", False, id="attestation"),
        pytest.param(".sbom", "sbom", False, id="sbom"),
        pytest.param("", "", False, id="referrers"),
    ],
)
def test_tag(suffix: str, kind: str, *, is_signature: bool) -> None:
    """A tag names the digest of an image, and what it says of the image."""
    tag = CosignTag.find(f"sha256-{DIGITS}{suffix}")

    assert tag == CosignTag(digest=f"sha256:{DIGITS}", kind=kind)
    assert tag.is_signature is is_signature


@pytest.mark.parametrize(
    "tag",
    [
        pytest.param("v1", id="version"),
        pytest.param("v1.sig", id="version-with-suffix"),
        pytest.param("sha256-0123.sig", id="short"),
        pytest.param(f"sha256-{DIGITS.upper()}.sig", id="upper-case"),
        pytest.param(f"sha256-{DIGITS}.txt", id="other-suffix"),
        pytest.param(f"sha256-{DIGITS}.sig.sig", id="of-a-signature"),
        pytest.param(f"sha256:{DIGITS}", id="digest"),
    ],
)
def test_other_tag(tag: str) -> None:
    """Any other tag is none of Cosign's."""
    assert CosignTag.find(tag) is None
