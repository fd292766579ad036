"""What Notation prints, and the trust policies that it gets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders.verifiers import NOTATION_VERSION, verified_by_notation

from ecrkit.errors import InvalidNameError, NoVerdictError
from ecrkit.images.signatures.notation import TrustPolicy, notation_problem, notation_version
from ecrkit.images.signatures.signers import Signer

HEX = "a" * 64
DIGEST = f"sha256:{HEX}"
UNSIGNED = f'signature verification failed: no signature is associated with "registry/web@{DIGEST}", make sure'
WRONG = f"signature verification failed for all the signatures associated with registry/web@{DIGEST}"
SUCCESS = "notation reports success, but for no signature of this digest; update ecrkit or notation"
EXPIRED = 'Warning: expiry was set to "log" and failed with error: expired\n\n'
UNKNOWN = 'Warning: authenticity was set to "log" and failed with error: not trusted\n\n'


@pytest.mark.parametrize(
    "output", [pytest.param(verified_by_notation(HEX), id="strict"), pytest.param(EXPIRED + verified_by_notation(HEX))]
)
def test_signature_is_verified(output: str) -> None:
    """A success that names the digest is a verified signature; a permissive policy may log an expiry."""
    assert notation_problem(code=0, output=output, complaints="", digest=DIGEST) == ""


@pytest.mark.parametrize("reason", [UNSIGNED, WRONG])
def test_unsigned_and_wrong_is_a_problem(reason: str) -> None:
    """A missing or wrong signature is an answer, in Notation's words."""
    assert notation_problem(code=1, output="", complaints=f"Error: {reason}", digest=DIGEST) == reason


def test_unknown_signer_is_a_problem() -> None:
    """A policy that only logs who signed makes no pass of an unknown signer."""
    problem = notation_problem(code=0, output=verified_by_notation(HEX), complaints=UNKNOWN, digest=DIGEST)

    assert problem == "authenticity is not enforced by the trust policy, and failed"


@pytest.mark.parametrize(
    ("code", "output", "complaints", "reason"),
    [
        pytest.param(0, "", "", SUCCESS, id="silent"),
        pytest.param(0, verified_by_notation("b" * 64), "", SUCCESS, id="another digest"),
        pytest.param(
            0, "Trust policy is configured to skip signature verification for registry/web", "", SUCCESS, id="skipped"
        ),
        pytest.param(
            1,
            "",
            "Error: signature verification failed: Get https://registry: dial tcp: i/o timeout",
            "signature verification failed: Get https://registry: dial tcp: i/o timeout",
            id="network",
        ),
        pytest.param(
            1, "", 'Error: trust store "aws-signer-ts" does not exist', 'trust store "aws-signer-ts" does not exist'
        ),
        pytest.param(2, "", f"panic: {WRONG}", f"panic: {WRONG}", id="crash"),
    ],
)
def test_everything_else_is_no_verdict(code: int, output: str, complaints: str, reason: str) -> None:
    """What is neither a verified nor a missing signature decides nothing, and says why."""
    with pytest.raises(NoVerdictError) as caught:
        notation_problem(code=code, output=output, complaints=complaints, digest=DIGEST)

    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        (NOTATION_VERSION, ""),
        ("Version:     2.0.0-alpha.1", ""),
        ("Version:     1.0.1", "version 1.0 is too old; install notation 1.1 or newer"),
        ("no version", "the version is unknown; install notation 1.1 or newer"),
    ],
)
def test_version_must_know_another_configuration(output: str, problem: str) -> None:
    """Notation 1.0 would use the trust policy of the person, so it verifies nothing here."""
    assert notation_version(output) == problem


@pytest.mark.parametrize(("partition", "store"), [("aws", "aws-signer-ts"), ("aws-us-gov", "aws-us-gov-signer-ts")])
def test_signing_profile_is_trusted_alone(partition: str, store: str) -> None:
    """The policy for a signing profile checks everything, and trusts that profile only."""
    arn = f"arn:{partition}:signer:us-east-1:123456789012:/signing-profiles/release"

    policy = json.loads(TrustPolicy.of_profile(Signer.parse(arn, is_file=False)).text())

    assert policy == {
        "version": "1.0",
        "trustPolicies": [
            {
                "name": "ecrkit",
                "registryScopes": ["*"],
                "signatureVerification": {"level": "strict"},
                "trustStores": [f"signingAuthority:{store}"],
                "trustedIdentities": [arn],
            }
        ],
    }


def document(**verification: object) -> str:
    """Write a file with the policy ``release``, which applies to another repository."""
    statement: dict[str, Any] = {
        "name": "release",
        "registryScopes": ["registry/other"],
        "signatureVerification": verification,
        "trustStores": ["ca:team"],
        "trustedIdentities": ["x509.subject: C=US, O=team"],
    }
    return json.dumps({"version": "1.0", "trustPolicies": [statement]})


def test_named_policy_applies_to_the_image() -> None:
    """A policy that is named is used whatever its scope is, and nothing else of it changes."""
    text = document(level="permissive")

    found = TrustPolicy.named("release", text, file="trustpolicy.json").statement

    assert found == {**json.loads(text)["trustPolicies"][0], "registryScopes": ["*"]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            document(level="strict").replace("release", "dev"),
            "no trust policy is named 'release'; it has dev",
            id="unknown",
        ),
        pytest.param("[]", "not a trust policy of notation", id="another document"),
        pytest.param(
            document(level="skip"),
            "release: verifies no signer, because of its level 'skip'; use level 'strict' or 'permissive'",
            id="skip",
        ),
        pytest.param(
            document(level="audit"),
            "release: verifies no signer, because of its level 'audit'; use level 'strict' or 'permissive'",
            id="audit",
        ),
        pytest.param(
            document(level="strict", override={"authenticity": "log", "expiry": "skip"}),
            "release: verifies no signer, because of its override of authenticity; use level 'strict' or 'permissive'",
            id="override",
        ),
        pytest.param(
            document(), "release: verifies no signer, because of its level None; use level 'strict' or 'permissive'"
        ),
    ],
)
def test_policy_that_verifies_nobody_is_rejected(text: str, message: str) -> None:
    """A policy that is missing, or that does not check who signed, is rejected before Notation runs."""
    with pytest.raises(InvalidNameError) as caught:
        TrustPolicy.named("release", text, file="trustpolicy.json")

    assert str(caught.value) == f"trustpolicy.json: {message}"
