"""What Cosign 2 and 3 print, and what it means."""

from __future__ import annotations

import pytest
from builders.verifiers import COSIGN_SIGN, UNSIGNED, attestation, signature

from ecrkit.errors import NoVerdictError
from ecrkit.images.signatures.cosign import attestation_problem, signature_problem

HEX = "a" * 64
DIGEST = f"sha256:{HEX}"
MISMATCH = "no matching signatures: invalid signature when validating ASN.1 encoded signature"
NETWORK = 'Get "https://rekor.example/api": dial tcp: lookup rekor.example: no such host'


@pytest.mark.parametrize(
    "output",
    [
        pytest.param(signature(digest=HEX), id="Cosign 2"),
        pytest.param(signature(digest=HEX, kind=COSIGN_SIGN), id="Cosign 3"),
        pytest.param(signature(digest="b" * 64) + signature(digest=HEX), id="several"),
    ],
)
def test_signature_is_verified(output: str) -> None:
    """A success that names the digest is a verified signature."""
    assert signature_problem(code=0, output=output, complaints="", digest=DIGEST) == ""


@pytest.mark.parametrize(
    ("code", "complaints", "problem"),
    [
        pytest.param(10, UNSIGNED, "no signatures found", id="unsigned"),
        pytest.param(12, f"Error: {MISMATCH}", MISMATCH, id="wrong key"),
        pytest.param(
            13,
            "Error: no certificate found on signature\nmain.go:74: error during command execution: no certificate",
            "no certificate found on signature",
            id="identity",
        ),
        pytest.param(
            1,
            "2026/11/28 10:00:00 error during command execution: no matching attestations: bundle does not match",
            "no matching attestations: bundle does not match",
            id="bundle",
        ),
    ],
)
def test_unsigned_and_wrong_is_a_problem(code: int, complaints: str, problem: str) -> None:
    """A missing or wrong signature is an answer, in Cosign's words."""
    assert signature_problem(code=code, output="", complaints=complaints, digest=DIGEST) == problem


def test_attestation_is_no_signature() -> None:
    """Cosign 3 takes an attestation of the same signer for a signature; the gate does not."""
    output = signature(digest=HEX, kind="https://spdx.dev/Document")

    problem = signature_problem(code=0, output=output, complaints="", digest=DIGEST)

    assert problem == "no signature, only an attestation: https://spdx.dev/Document"


SUCCESS = "cosign reports success, but for no signature of this digest; update ecrkit or cosign"
NO_JSON = "cosign reports success, but not in JSON; update ecrkit or cosign"


@pytest.mark.parametrize(
    ("code", "output", "complaints", "reason"),
    [
        pytest.param(0, "", "", SUCCESS, id="silent"),
        pytest.param(0, signature(digest="b" * 64), "", SUCCESS, id="another digest"),
        pytest.param(0, "[]", "", SUCCESS, id="none"),
        pytest.param(0, '[{"critical": "yes"}, 1]', "", SUCCESS, id="another shape"),
        pytest.param(0, signature(digest=HEX, kind=""), "", SUCCESS, id="no type"),
        pytest.param(0, "The signatures were verified", "", NO_JSON, id="text"),
        pytest.param(0, "<!DOCTYPE html>\n<title>Sign in</title>", "", NO_JSON, id="HTML"),
        pytest.param(0, "[" * 100_000, "", NO_JSON, id="depth"),
        pytest.param(11, "", "Error: image tag not found", "image tag not found", id="no image"),
        pytest.param(1, "", f"Error: {NETWORK}", NETWORK, id="network"),
        pytest.param(
            12,
            "",
            f"Error: no matching signatures: searching log query:\n {NETWORK}",
            NETWORK,
            id="network behind no match",
        ),
        pytest.param(
            1,
            "",
            "Error: loading verifier from key opts: operation error KMS: GetPublicKey, AccessDeniedException: no",
            "loading verifier from key opts: operation error KMS: GetPublicKey, AccessDeniedException: no",
            id="KMS",
        ),
        pytest.param(1, "", "Error: unknown flag: --output", "unknown flag: --output", id="another version"),
        pytest.param(
            2, "", "panic: no matching signatures\ngoroutine 1", "goroutine 1", id="crash with the words of an answer"
        ),
        pytest.param(139, "", "", "exited with code 139 and no output", id="no word"),
    ],
)
def test_everything_else_is_no_verdict(code: int, output: str, complaints: str, reason: str) -> None:
    """What is neither a verified nor a missing signature decides nothing, and says why."""
    with pytest.raises(NoVerdictError) as caught:
        signature_problem(code=code, output=output, complaints=complaints, digest=DIGEST)

    assert str(caught.value) == reason


def test_attestation_is_verified() -> None:
    """An attestation counts if it is about the digest; others may be printed, too."""
    output = "\n".join([attestation(digest="b" * 64), attestation(digest=HEX)])

    assert attestation_problem(code=0, output=output, complaints="", digest=DIGEST) == ""


@pytest.mark.parametrize(
    "reason",
    [
        "no matching attestations",
        "none of the attestations matched the predicate type: spdxjson, found: https://slsa.dev/provenance/v1",
    ],
)
def test_missing_attestation_is_a_problem(reason: str) -> None:
    """A missing attestation, or one of another type, is an answer."""
    assert attestation_problem(code=1, output="", complaints=f"Error: {reason}: ", digest=DIGEST) == reason


@pytest.mark.parametrize(
    "output",
    [
        pytest.param("", id="silent"),
        pytest.param(attestation(digest="b" * 64), id="another digest"),
        pytest.param('{"payload": "no base64"}', id="another payload"),
        pytest.param('{"payload": "WzFd"}\n[]\n{"payload": 1}', id="another shape"),
    ],
)
def test_attestation_of_another_image_is_no_verdict(output: str) -> None:
    """A success that does not name the digest decides nothing."""
    with pytest.raises(NoVerdictError) as caught:
        attestation_problem(code=0, output=output, complaints="", digest=DIGEST)

    assert str(caught.value) == (
        "cosign reports success, but for no attestation of this digest; update ecrkit or cosign"
    )


def test_long_reason_is_cut() -> None:
    """One line of a reason is enough."""
    problem = signature_problem(code=12, output="", complaints=f"Error: {'a' * 400}", digest=DIGEST)

    assert problem == f"{'a' * 300}…"
