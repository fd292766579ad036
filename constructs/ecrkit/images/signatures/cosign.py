"""
What ``cosign verify`` and ``cosign verify-attestation`` answer.

A missing or wrong signature is a verdict. Every other failure is not, and neither is a success that does not name the
image.

Source: Cosign 2.0 to 3.1: ``doc/cosign_exit_codes.md``, ``pkg/cosign/verify.go``, ``cmd/cosign/cli/verify``.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

from ecrkit.errors import NoVerdictError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["attestation_problem", "reason_in", "signature_problem"]

_NO_SIGNATURE = 10
_NO_MATCHING_SIGNATURE = 12
_NO_CERTIFICATE = 13
_NEGATIVE_CODES = frozenset({_NO_SIGNATURE, _NO_MATCHING_SIGNATURE, _NO_CERTIFICATE})
_NEGATIVE_WORDS = (
    "no signatures found",
    "no matching signatures",
    "no matching attestations",
    "none of the attestations matched the predicate type",
)
"""Bundles, the format of Cosign 3, have no exit codes of their own: Cosign ends with 1, and says this."""

_UNDECIDED = re.compile(
    r"dial tcp|no such host|i/o timeout|deadline exceeded|connection re(fused|set)|TLS handshake|tls: |proxyconnect"
    r"|operation error|AccessDenied|UNAUTHORIZED|DENIED:|unexpected status code|too many requests",
    re.IGNORECASE,
)
"""Failures that are no verdict: Cosign collects the failures of all signatures, including network failures."""

_SIGNING_PREDICATE = "https://sigstore.dev/cosign/sign/v1"
_MAX_REASON = 300


def signature_problem(*, code: int, output: str, complaints: str, digest: str) -> str:
    """
    Read what ``cosign verify --output json`` answered.

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
        return _negative(code, complaints)
    types = [
        str(critical["type"])
        for document in _documents(output)
        for entry in (document if isinstance(document, list) else [document])
        if _digest_in(critical := _member(entry, "critical")) == digest and critical.get("type")
    ]
    if not types:
        raise NoVerdictError("cosign reports success, but for no signature of this digest; update ecrkit or cosign")
    # With bundles, Cosign also takes an attestation for a signature.
    if any("://" not in kind or kind == _SIGNING_PREDICATE for kind in types):
        return ""
    return f"no signature, only an attestation: {', '.join(sorted(set(types)))}"


def attestation_problem(*, code: int, output: str, complaints: str, digest: str) -> str:
    """
    Read what ``cosign verify-attestation`` answered; it has checked the type.

    Args:
        code: exit code.
        output: standard output.
        complaints: standard error.
        digest: of the image.

    Returns:
        What is wrong with the attestation; empty if it was verified.

    Raises:
        NoVerdictError: the answer decides nothing.
    """
    if code:
        return _negative(code, complaints)
    if any(digest in _subjects(envelope) for envelope in _documents(output)):
        return ""
    raise NoVerdictError("cosign reports success, but for no attestation of this digest; update ecrkit or cosign")


def reason_in(complaints: str, *, code: int) -> str:
    """Give the line of standard error that says why a program failed."""
    for marker in ("Error: ", "error during command execution: "):
        _, found, rest = complaints.partition(marker)
        if found and rest.strip():
            return _short(rest.strip().splitlines()[0])
    lines = complaints.strip().splitlines()
    return _short(lines[-1]) if lines else f"exited with code {code} and no output"


def _negative(code: int, complaints: str) -> str:
    reason = reason_in(complaints, code=code)
    is_negative = code in _NEGATIVE_CODES or (code == 1 and any(words in reason for words in _NEGATIVE_WORDS))
    undecided = _UNDECIDED.search(complaints)
    if not is_negative or undecided:
        # The cause may be on a later line than the one that says that nothing matches.
        line = next((line for line in complaints.splitlines() if undecided and undecided[0] in line), "")
        raise NoVerdictError(_short(line.removeprefix("Error: ")) if line else reason)
    return reason


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip(": ")
    return line if len(line) <= _MAX_REASON else f"{line[:_MAX_REASON]}…"


def _documents(output: str) -> Iterator[Any]:
    for line in output.splitlines():
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                raise NoVerdictError("cosign reports success, but not in JSON; update ecrkit or cosign") from None


def _member(value: object, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _digest_in(critical: dict[str, Any]) -> str:
    image = _member(critical, "image")
    return str(image.get("docker-manifest-digest") or image.get("Docker-manifest-digest") or "")


def _subjects(envelope: object) -> Iterator[str]:
    """Give the digests that an attestation is about."""
    payload = envelope.get("payload") if isinstance(envelope, dict) else None
    try:
        statement = json.loads(base64.b64decode(payload, validate=True)) if isinstance(payload, str) else {}
    except (ValueError, RecursionError):
        return
    subjects = statement.get("subject") if isinstance(statement, dict) else None
    for subject in subjects if isinstance(subjects, list) else ():
        for algorithm, value in _member(subject, "digest").items():
            yield f"{algorithm}:{value}"
