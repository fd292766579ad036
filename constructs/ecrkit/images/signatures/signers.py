"""Who must have signed: a key, an identity, or a signing profile."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from ecrkit.documents.nearest import near
from ecrkit.errors import InvalidNameError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["PREDICATE_TYPES", "Method", "Signer", "predicate_type"]

PREDICATE_TYPES = (
    "spdxjson",
    "spdx",
    "cyclonedx",
    "slsaprovenance",
    "slsaprovenance02",
    "slsaprovenance1",
    "vuln",
    "openvex",
    "link",
    "custom",
)
"""Names that Cosign has for types of attestations. Source: ``cosign verify-attestation --help``, version 3.1."""

_KEY_SCHEMES = re.compile(r"(awskms|azurekms|env|gcpkms|gitlab|hashivault|k8s)://.+|pkcs11:.+")
"""Source: ``cosign verify --help``, version 3.1. A key at a URL is not among them, since a URL is an identity here."""

_PROFILE = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):signer:[a-z0-9-]+:[0-9]{12}:/signing-profiles/[A-Za-z0-9_]{2,64}(/[A-Za-z0-9]{10})?"
)
"""Source: AWS Signer API model 2017-08-25, ProfileName and profileVersionArn."""

_REGION = re.compile(r"arn:aws[a-z-]*:(kms|signer):(?P<region>[a-z0-9-]+):")
_PATTERN = "regexp:"
_POLICY = "notation:"
_STRANGERS = {
    "every email address": ("a@b.example", "jo.doe+1@mail.test"),
    "every URL": ("https://b.example/a", "https://host.test/x/y.yml@refs/heads/main"),
}
"""Identities that have nothing in common but their kind."""

_GO_CLASSES = re.compile(r"\[:(?P<wide>print|graph|ascii):\]|\[:(alnum|alpha|lower|word):\]|\\p(L|\{L[a-z]?\})")
"""Classes of characters that Python does not have. Source: https://github.com/google/re2/wiki/Syntax."""


class Method(StrEnum):
    """How a signer is verified."""

    KEY = "key"
    """A public key: a file, or a key in AWS KMS and the like."""

    IDENTITY = "identity"
    """An email address or URL in a certificate that an OIDC issuer vouches for."""

    IDENTITY_PATTERN = "identity pattern"
    """A regular expression for such an identity."""

    SIGNING_PROFILE = "signing profile"
    """A signing profile of AWS Signer."""

    TRUST_POLICY = "trust policy"
    """A trust policy of Notation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """
    Who must have signed an image.

    Attributes:
        method: how it is decided.
        name: as the program takes it: path or URI of a key, identity, regular expression, ARN, or name of a policy.
        given: as the person wrote it.
    """

    method: Method
    name: str
    given: str

    @classmethod
    def parse(cls, text: str, *, is_file: bool) -> Self:
        """
        Read a signer.

        Args:
            text: as the person wrote it.
            is_file: whether a file has that name.

        Raises:
            InvalidNameError: it is not a signer.
        """
        method, name = _method(text, is_file=is_file), text
        if method in {Method.IDENTITY_PATTERN, Method.TRUST_POLICY}:
            name = text.partition(":")[2]
        return cls(method=method, name=name, given=text)

    def __str__(self) -> str:
        """As the person wrote it."""
        return self.given

    @property
    def is_keyless(self) -> bool:
        """Whether an OIDC issuer has to vouch for it."""
        return self.method in {Method.IDENTITY, Method.IDENTITY_PATTERN}

    @property
    def region(self) -> str:
        """The Region of a key in AWS KMS or of a signing profile; empty if its name does not say."""
        match = _REGION.search(self.name)
        return match["region"] if match else ""

    @property
    def is_of_notation(self) -> bool:
        """Whether Notation verifies it; otherwise Cosign does."""
        return self.method in {Method.SIGNING_PROFILE, Method.TRUST_POLICY}


def predicate_type(text: str) -> str:
    """
    Read the type of an attestation: one of :data:`PREDICATE_TYPES`, or a URI.

    Raises:
        InvalidNameError: it is neither.
    """
    if text in PREDICATE_TYPES or re.fullmatch(r"[a-z][a-z0-9+.-]*://\S+", text):
        return text
    meant = near(text, PREDICATE_TYPES)
    advice = f"did you mean {meant[0]}?" if meant else f"use {', '.join(PREDICATE_TYPES)}, or a URI"
    raise InvalidNameError(f"{text}: not a type of attestation; {advice}")


def _method(text: str, *, is_file: bool) -> Method:
    if text.startswith("arn:"):
        if not _PROFILE.fullmatch(text):
            raise InvalidNameError(
                f"{text}: must be the ARN of a signing profile of AWS Signer, as in "
                "'arn:aws:signer:us-east-1:123456789012:/signing-profiles/release'; for a key of AWS KMS, write "
                "'awskms:///ARN'"
            )
        return Method.SIGNING_PROFILE
    if text.startswith(_PATTERN):
        return _pattern(text)
    if text.startswith(_POLICY):
        if text == _POLICY:
            raise InvalidNameError(f"{text}: must name a trust policy of notation, as in 'notation:release'")
        return Method.TRUST_POLICY
    if is_file or _KEY_SCHEMES.fullmatch(text):
        return Method.KEY
    if "@" in text or "://" in text:
        return Method.IDENTITY
    raise InvalidNameError(
        f"{text or repr(text)}: no such file; name a public key, a key as in 'awskms:///alias/release', an email "
        "address or URL of the signer, or the ARN of a signing profile"
    )


def _pattern(text: str) -> Method:
    pattern = text.removeprefix(_PATTERN)
    matched = [kind for kind, identities in _STRANGERS.items() if _matches_all(pattern, identities)]
    if matched:
        raise InvalidNameError(
            f"{text}: matches {' and '.join(matched)}, so anyone could have signed; write a narrower one"
        )
    return Method.IDENTITY_PATTERN


def _matches_all(pattern: str, identities: Iterable[str]) -> bool:
    """
    Whether a pattern matches all of *identities*, somewhere, as Cosign matches it.

    Python's expressions are not quite those of Go: what Python cannot read is left to Cosign.
    """
    readable = _GO_CLASSES.sub(lambda match: "!-~" if match["wide"] else r"\w", pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expression = re.compile(readable)
    except (re.error, RecursionError, OverflowError):
        return False
    return all(map(expression.search, identities))
