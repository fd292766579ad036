"""Stand-ins for cosign and notation, and what the real programs print."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "COSIGN_SIGN",
    "DIGEST_HERE",
    "NOTATION_VERSION",
    "SIMPLE_SIGNING",
    "UNSIGNED",
    "arguments",
    "attestation",
    "signature",
    "verified_by_notation",
    "verifier",
]

DIGEST_HERE = "@DIGEST@"
"""A stand-in puts the digest there that it was asked about, without its algorithm."""

SIMPLE_SIGNING = "cosign container image signature"
COSIGN_SIGN = "https://sigstore.dev/cosign/sign/v1"
UNSIGNED = "Error: no signatures found\nmain.go:69: error during command execution: no signatures found"
"""What Cosign 2 prints, and ends with 10."""

NOTATION_VERSION = "Notation - a tool to sign and verify artifacts.\n\nVersion:     1.3.2\nGo version:  go1.24.2"


def verifier(directory: Path, name: str, answers: Mapping[str, tuple[int, str, str]], *, waits: str = "0") -> Path:
    """
    Write a stand-in for a program.

    It writes down its arguments, its variables, the passwords and the trust policies that it is led to.

    Args:
        directory: for the program, and for what it writes down.
        name: of the program.
        answers: by command, as in ``verify``: exit code, standard output and standard error.
        waits: seconds before it answers.
    """
    directory.mkdir(parents=True, exist_ok=True)
    cases = []
    for command, (code, output, complaints) in answers.items():
        for stream, text in (("out", output), ("err", complaints)):
            (directory / f"{name}-{command}.{stream}").write_text(f"{text}\n" if text else "")
        cases.append(f"{command}) code={code};;\n")
    path = directory / name
    path.write_text(
        "#!/bin/sh\n"
        f"cd '{directory}'\n"
        f'echo "{name} $*" >> arguments\n'
        "env > variables\n"
        'cp "$DOCKER_CONFIG/config.json" passwords.json 2>/dev/null\n'
        'cp "$NOTATION_CONFIG/trustpolicy.json" policy.json 2>/dev/null\n'
        'ls "$NOTATION_CONFIG/truststore" > stores 2>/dev/null\n'
        f"sleep {waits}\n"
        f'code=99\ncase "$1" in\n{"".join(cases)}esac\n'
        'for last; do :; done; digest="${last##*sha256:}"\n'
        f'test -f "{name}-$1.out" && sed "s/{DIGEST_HERE}/$digest/g" "{name}-$1.out"\n'
        f'test -f "{name}-$1.err" && sed "s/{DIGEST_HERE}/$digest/g" "{name}-$1.err" >&2\n'
        'test "$code" = crash && kill -9 $$\n'
        "exit $code\n"
    )
    path.chmod(0o755)
    return path


def signature(*, digest: str = DIGEST_HERE, kind: str = SIMPLE_SIGNING) -> str:
    """Write what ``cosign verify --output json`` prints for one signature."""
    image = {"docker-manifest-digest": f"sha256:{digest}"}
    critical = {"identity": {"docker-reference": "registry/web"}, "image": image, "type": kind}
    return f"\n{json.dumps([{'critical': critical, 'optional': None}])}"


def attestation(*, digest: str, predicate: str = "https://spdx.dev/Document") -> str:
    """Write what ``cosign verify-attestation`` prints for one attestation; *digest* without its algorithm."""
    statement: dict[str, Any] = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "registry/web", "digest": {"sha256": digest}}],
        "predicateType": predicate,
        "predicate": {},
    }
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    return json.dumps({"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": []})


def verified_by_notation(digest: str = DIGEST_HERE) -> str:
    """Write what ``notation verify`` prints."""
    return f"Successfully verified signature for registry/web@sha256:{digest}"


def arguments(directory: Path) -> Sequence[str]:
    """Read the command lines of the stand-ins of a directory."""
    path = Path(directory) / "arguments"
    return path.read_text().splitlines() if path.exists() else []
