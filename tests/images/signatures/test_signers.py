"""Keys, identities and signing profiles, as people write them."""

from __future__ import annotations

import pytest

from ecrkit.errors import InvalidNameError
from ecrkit.images.signatures.signers import PREDICATE_TYPES, Method, Signer, predicate_type

PROFILE = "arn:aws:signer:eu-west-1:123456789012:/signing-profiles/release"
KMS = "awskms:///arn:aws:kms:eu-west-1:123456789012:key/1234"
WORKFLOW = "https://github.com/team/web/.github/workflows/release.yml@refs/heads/main"


@pytest.mark.parametrize(
    ("text", "method", "name"),
    [
        pytest.param("awskms:///alias/release", Method.KEY, "awskms:///alias/release", id="KMS"),
        pytest.param("hashivault://release", Method.KEY, "hashivault://release", id="vault"),
        pytest.param("env://COSIGN_PUBLIC", Method.KEY, "env://COSIGN_PUBLIC", id="variable"),
        pytest.param("pkcs11:token=t", Method.KEY, "pkcs11:token=t", id="PKCS 11"),
        pytest.param("release@example.com", Method.IDENTITY, "release@example.com", id="email"),
        pytest.param(WORKFLOW, Method.IDENTITY, WORKFLOW, id="workflow"),
        pytest.param("spiffe://example.com/ci", Method.IDENTITY, "spiffe://example.com/ci", id="URI"),
        pytest.param("regexp:^https://github.com/team/", Method.IDENTITY_PATTERN, "^https://github.com/team/", id="re"),
        pytest.param(PROFILE, Method.SIGNING_PROFILE, PROFILE, id="profile"),
        pytest.param(f"{PROFILE}/AbCdEfGh12", Method.SIGNING_PROFILE, f"{PROFILE}/AbCdEfGh12", id="profile version"),
        pytest.param("notation:release", Method.TRUST_POLICY, "release", id="trust policy"),
    ],
)
def test_signer_is_read(text: str, method: Method, name: str) -> None:
    """The form of a text decides who must have signed; the message shows it as it was written."""
    signer = Signer.parse(text, is_file=False)

    assert (signer.method, signer.name, str(signer)) == (method, name, text)


def test_existing_file_is_a_key() -> None:
    """A file is a key, even if its name looks like an identity."""
    assert Signer.parse("keys/team@v1.pub", is_file=True).method is Method.KEY


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "cosign.pub",
            "cosign.pub: no such file; name a public key, a key as in 'awskms:///alias/release', an email address or "
            "URL of the signer, or the ARN of a signing profile",
            id="no file",
        ),
        pytest.param(
            "arn:aws:kms:us-east-1:123456789012:key/1",
            "arn:aws:kms:us-east-1:123456789012:key/1: must be the ARN of a signing profile of AWS Signer, as in "
            "'arn:aws:signer:us-east-1:123456789012:/signing-profiles/release'; for a key of AWS KMS, write "
            "'awskms:///ARN'",
            id="another ARN",
        ),
        pytest.param(
            "notation:", "notation:: must name a trust policy of notation, as in 'notation:release'", id="no policy"
        ),
    ],
)
def test_other_texts_are_rejected(text: str, message: str) -> None:
    """A text that names nobody, or everybody, is rejected with what to write."""
    with pytest.raises(InvalidNameError) as caught:
        Signer.parse(text, is_file=False)

    assert str(caught.value) == message


ANYONE = "every email address and every URL"


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("", ANYONE),
        (" ", ""),
        (".*", ANYONE),
        (".+", ANYONE),
        ("^.*$", ANYONE),
        (r"\S", ANYONE),
        ("(.*)", ANYONE),
        ("release|", ANYONE),
        ("[^ ]+", ANYONE),
        ("[[:print:]]", ANYONE),
        ("@", "every email address"),
        ("^[^/]+@", "every email address"),
        ("^https://", "every URL"),
        ("(?i)HTTPS?://", "every URL"),
        ("@example[.]com$", ""),
        ("^https://github[.]com/team/", ""),
        (r"^\p{L}", ANYONE),
        (r"\pL+@example", ""),
        (r"\Qa", ""),
    ],
)
def test_pattern_that_anyone_matches_is_rejected(pattern: str, matched: str) -> None:
    """A pattern for every email address or every URL names nobody."""
    text = f"regexp:{pattern}"
    if not matched:
        assert Signer.parse(text, is_file=False).name == pattern
        return

    with pytest.raises(InvalidNameError) as caught:
        Signer.parse(text, is_file=False)

    assert str(caught.value) == f"{text}: matches {matched}, so anyone could have signed; write a narrower one"


@pytest.mark.parametrize(("text", "region"), [(KMS, "eu-west-1"), (PROFILE, "eu-west-1"), ("awskms:///alias/a", "")])
def test_region_is_that_of_the_arn(text: str, region: str) -> None:
    """A key or profile may be in another Region than the image."""
    assert Signer.parse(text, is_file=False).region == region


@pytest.mark.parametrize("text", ["spdxjson", "slsaprovenance1", "https://example.com/type/v1"])
def test_type_of_an_attestation_is_a_name_or_a_uri(text: str) -> None:
    """Cosign's names and URIs are types."""
    assert predicate_type(text) == text


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("spdx-json", "did you mean spdxjson?"),
        ("https:example.com", f"use {', '.join(PREDICATE_TYPES)}, or a URI"),
    ],
)
def test_other_types_are_rejected(text: str, advice: str) -> None:
    """An unknown type is rejected before cosign is asked."""
    with pytest.raises(InvalidNameError) as caught:
        predicate_type(text)

    assert str(caught.value) == f"{text}: not a type of attestation; {advice}"
