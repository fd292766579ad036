"""
What ``notation verify`` answers, and the trust policy that it gets.

Source: Notation 1.1 to 2.0: ``cmd/notation/verify.go``; Notary Project, trust store and trust policy specification 1.1;
AWS Signer developer guide, "Verify an image" (read 2026-11).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecrkit.errors import InvalidNameError, NoVerdictError
from ecrkit.images.signatures.cosign import reason_in

if TYPE_CHECKING:
    from ecrkit.images.signatures.signers import Signer

__all__ = ["TrustPolicy", "notation_problem", "notation_version"]

_SUCCESS = re.compile(r"^Successfully verified signature for \S+@(?P<digest>\S+)$", re.MULTILINE)
_LOGGED = re.compile(r"^Warning: (?P<check>authenticity|integrity) was set to .*$", re.MULTILINE)
_NEGATIVE_WORDS = (
    "no signature is associated with",
    "signature verification failed for all the signatures",
    "unable to find specified metadata in any signatures",
)
_VERSION = re.compile(r"^Version:\s+v?(?P<major>\d+)\.(?P<minor>\d+)", re.MULTILINE)
_FIRST_VERSION = (1, 1)
"""Notation 1.0 does not know ``NOTATION_CONFIG``, and would verify with the trust policy of the person."""

_STORES = {"aws-us-gov": "aws-us-gov-signer-ts"}
_STORE = "aws-signer-ts"
"""Trust stores that the installer of AWS Signer sets up."""

_VERIFYING_LEVELS = frozenset({"strict", "permissive"})


def notation_problem(*, code: int, output: str, complaints: str, digest: str) -> str:
    """
    Read what ``notation verify`` answered.

    Args:
        code: exit code.
        output: standard output.
        complaints: standard error.
        digest: of the image.

    Returns:
        What is wrong with the signature; empty if it was verified.

    Raises:
        NoVerdictError: the answer decides nothing.
    """
    if code:
        reason = reason_in(complaints, code=code)
        if code == 1 and any(words in reason for words in _NEGATIVE_WORDS):
            return reason
        raise NoVerdictError(reason)
    logged = _LOGGED.search(complaints) or _LOGGED.search(output)
    if logged:
        return f"{logged['check']} is not enforced by the trust policy, and failed"
    success = _SUCCESS.search(output)
    if success is None or success["digest"] != digest:
        raise NoVerdictError("notation reports success, but for no signature of this digest; update ecrkit or notation")
    return ""


def notation_version(output: str) -> str:
    """
    Read what ``notation version`` printed; gives what is wrong with the version, empty if nothing is.

    Args:
        output: standard output.
    """
    match = _VERSION.search(output)
    if match is None:
        return "the version is unknown; install notation 1.1 or newer"
    if (int(match["major"]), int(match["minor"])) < _FIRST_VERSION:
        return f"version {match['major']}.{match['minor']} is too old; install notation 1.1 or newer"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPolicy:
    """
    A trust policy for one verification: it applies to every repository.

    Attributes:
        statement: as in the list ``trustPolicies``.
    """

    statement: dict[str, Any]

    @classmethod
    def of_profile(cls, signer: Signer) -> TrustPolicy:
        """Trust a signing profile of AWS Signer, and check everything."""
        partition = signer.name.split(":")[1]
        return cls(
            statement={
                "name": "ecrkit",
                "registryScopes": ["*"],
                "signatureVerification": {"level": "strict"},
                "trustStores": [f"signingAuthority:{_STORES.get(partition, _STORE)}"],
                "trustedIdentities": [signer.name],
            }
        )

    @classmethod
    def named(cls, name: str, text: str, *, file: str) -> TrustPolicy:
        """
        Find a trust policy in a file of Notation.

        Args:
            name: of the policy.
            text: of the file.
            file: its name, for errors.

        Raises:
            InvalidNameError: the file has no such policy, is no trust policy, or the policy verifies nothing.
        """
        try:
            document = json.loads(text)
            statements = {str(statement["name"]): dict(statement) for statement in document["trustPolicies"]}
        except (KeyError, TypeError, ValueError):
            raise InvalidNameError(f"{file}: not a trust policy of notation") from None
        if name not in statements:
            known = ", ".join(statements) or "none"
            raise InvalidNameError(f"{file}: no trust policy is named {name!r}; it has {known}")
        verification = statements[name].get("signatureVerification")
        level = verification.get("level") if isinstance(verification, dict) else None
        override = verification.get("override") if isinstance(verification, dict) else None
        weakened = [
            check
            for check, action in (override if isinstance(override, dict) else {}).items()
            if check in {"integrity", "authenticity"} and action != "enforce"
        ]
        if level not in _VERIFYING_LEVELS or weakened:
            what = f"override of {weakened[0]}" if weakened else f"level {level!r}"
            raise InvalidNameError(
                f"{file}: {name}: verifies no signer, because of its {what}; use level 'strict' or 'permissive'"
            )
        return cls(statement={**statements[name], "registryScopes": ["*"]})

    def text(self) -> str:
        """Write it as Notation reads it."""
        return json.dumps({"version": "1.0", "trustPolicies": [self.statement]}, indent=2)
