"""`ecrkit scan gate --require-signature` against moto's server, with stand-ins for the programs that verify."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from builders.accounts import manifest_text
from builders.commands import ECRKIT, ecrkit, run_here, start
from builders.programs import is_running
from builders.proxies import Fault, aws_error, proxy_to
from builders.scan_commands import IMAGE
from builders.scans import basic_answer, basic_finding, prepare, put_index
from builders.verifiers import UNSIGNED, arguments, attestation, signature, verifier

if TYPE_CHECKING:
    from pathlib import Path

    from builders.accounts import Account

pytestmark = [pytest.mark.server, pytest.mark.posix]

CLEAN = "web:v1: no vulnerability at or above HIGH"


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A directory with a public key; tests put programs into it."""
    (tmp_path / "cosign.pub").write_text("-----BEGIN PUBLIC KEY-----\n")
    return tmp_path


def gate(
    account: Account, tools: Path, *options: str, image: str = "web:v1", url: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the gate in the directory with the key; only its programs are on the path."""
    environment = {**account.at(url or account.url), "PATH": f"{tools}:/usr/bin:/bin", "TMPDIR": str(tools)}
    command = ("scan", "gate", image, "--fail-on", "HIGH", "--require-signature", "cosign.pub")
    return ecrkit(*command, *options, cwd=tools, environment=environment)


def told(result: subprocess.CompletedProcess[str]) -> list[str]:
    """Give the lines of standard error, digests left out."""
    return [IMAGE.sub("web@…", line.replace("web:v1@", "web@")) for line in result.stderr.splitlines()]


def test_signed_image_passes(account: Account, tools: Path) -> None:
    """With a verified signature the scan decides; Cosign gets the digest, and the password in a file that is gone."""
    prepare(account, basic_answer())
    verifier(tools, "cosign", {"verify": (0, signature(), "")})

    result = gate(account, tools)

    assert result.returncode == 0, result.stderr
    assert told(result) == ["web@…: signature of cosign.pub: verified by cosign", CLEAN]
    digest = account.ecr.describe_images(repositoryName="web")["imageDetails"][0]["imageDigest"]
    (line,) = arguments(tools)
    assert line.endswith(f"/web@{digest}")
    host = line.rpartition(" ")[2].partition("/")[0]
    assert list(json.loads((tools / "passwords.json").read_text())["auths"]) == [host]
    assert "auth" not in line
    assert list(tools.glob("ecrkit-*")) == []


def test_unsigned_image_fails(account: Account, tools: Path) -> None:
    """An image without the signature fails, whatever the scan finds; JSON and SARIF say so, too."""
    prepare(account, basic_answer())
    verifier(tools, "cosign", {"verify": (10, "", UNSIGNED)})

    result = gate(account, tools, "--output", "json")
    sarif = gate(account, tools, "--output", "sarif")

    document = json.loads(result.stdout)
    (one,) = document["signatures"]
    assert result.returncode == sarif.returncode == 1
    assert told(result) == [
        "web@…: signature of cosign.pub: no signatures found",
        f"{CLEAN}; 1 of 1 requirement not met",
    ]
    assert document["passed"] is False
    assert one | {"imageId": {}} == {
        "signer": "cosign.pub",
        "program": "cosign",
        "imageId": {},
        "verdict": "fails",
        "reason": "no signatures found",
    }
    (found,) = json.loads(sarif.stdout)["runs"][0]["results"]
    assert (found["ruleId"], found["level"], found["message"]["text"]) == (
        "signature-not-verified",
        "error",
        "signature of cosign.pub: no signatures found",
    )


def test_vulnerable_image_fails_though_signed(account: Account, tools: Path) -> None:
    """A signature does not excuse a vulnerability; an attestation that is missing is told beside it."""
    prepare(account, basic_answer(basic_finding()))
    answers = {"verify": (0, signature(), ""), "verify-attestation": (1, "", "Error: no matching attestations: ")}
    verifier(tools, "cosign", answers)

    result = gate(account, tools, "--require-attestation", "spdxjson")

    assert result.returncode == 1
    assert told(result) == [
        "web@…: signature of cosign.pub: verified by cosign",
        "web@…: attestation spdxjson: no matching attestations",
        "web:v1: 1 vulnerability at or above HIGH; 1 of 2 requirements not met",
    ]


def test_attestation_is_verified(account: Account, tools: Path) -> None:
    """The attestation must be about the digest of the image."""
    prepare(account, basic_answer())
    digest = account.ecr.describe_images(repositoryName="web")["imageDetails"][0]["imageDigest"]
    statement = attestation(digest=digest.removeprefix("sha256:"))
    verifier(tools, "cosign", {"verify": (0, signature(), ""), "verify-attestation": (0, statement, "")})

    result = gate(account, tools, "--require-attestation", "spdxjson", "--output", "json")

    assert result.returncode == 0
    assert json.loads(result.stdout)["attestations"] == [
        {
            "type": "spdxjson",
            "program": "cosign",
            "imageId": {"imageDigest": digest},
            "verdict": "verified",
            "reason": None,
        }
    ]


NOT_VERIFIED = "error: web@…: signature of cosign.pub: not verified: cosign:"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(
            (0, "", ""),
            f"{NOT_VERIFIED} cosign reports success, but for no signature of this digest; update ecrkit or cosign",
            id="silent success",
        ),
        pytest.param(
            (1, "", "Error: Get https://rekor: dial tcp: i/o timeout"),
            f"{NOT_VERIFIED} Get https://rekor: dial tcp: i/o timeout",
            id="network",
        ),
        pytest.param((2, "", "panic: nil"), f"{NOT_VERIFIED} panic: nil", id="crash"),
        pytest.param(("crash", "", ""), "error: cosign verify: ended by signal 9", id="killed"),
    ],
)
def test_unclear_answer_is_no_verdict(account: Account, tools: Path, answer: tuple[int, str, str], reason: str) -> None:
    """What Cosign does not say clearly never passes, and no scan starts."""
    prepare(account, basic_answer())
    verifier(tools, "cosign", {"verify": answer})

    with proxy_to(account.url) as proxy:
        result = gate(account, tools, url=proxy.url)

    assert (result.returncode, told(result)) == (3, [reason])
    assert "ecr:StartImageScan" not in proxy.actions
    assert list(tools.glob("ecrkit-*")) == []


def test_what_could_be_verified_is_told(account: Account, tools: Path) -> None:
    """If one requirement has no verdict, the others are reported before the error."""
    verifier(tools, "cosign", {"verify": (0, signature(), ""), "verify-attestation": (1, "", "Error: EOF")})

    result = gate(account, tools, "--require-attestation", "spdxjson")

    assert result.returncode == 3
    assert told(result) == [
        "web@…: signature of cosign.pub: verified by cosign",
        "error: web@…: attestation spdxjson: not verified: cosign: EOF",
    ]


def test_missing_program_is_no_verdict(account: Account, tools: Path) -> None:
    """Without the program nothing passes, and AWS is not asked."""
    with proxy_to(account.url) as proxy:
        result = gate(account, tools, url=proxy.url)

    assert (result.returncode, proxy.actions) == (3, [])
    assert result.stderr.startswith("error: cosign: not found on PATH; install it")


def test_refused_password_is_no_verdict(account: Account, tools: Path) -> None:
    """Without a password for the registry nothing is verified."""
    verifier(tools, "cosign", {"verify": (0, signature(), "")})

    with proxy_to(account.url, Fault("ecr:GetAuthorizationToken", aws_error("AccessDeniedException"))) as proxy:
        result = gate(account, tools, url=proxy.url)

    assert (result.returncode, arguments(tools)) == (3, [])
    assert "GetAuthorizationToken: access denied" in result.stderr


def test_index_itself_must_be_signed(account: Account, tools: Path) -> None:
    """For an index, its own digest is verified, by which a deployment pulls; its images are scanned."""
    put_index(account, "web", "multi")
    verifier(tools, "cosign", {"verify": (0, signature(), "")})
    images = account.ecr.describe_images(repositoryName="web", imageIds=[{"imageTag": "multi"}])["imageDetails"]

    result = gate(account, tools, "--dry-run", image="web:multi")
    gate(account, tools, image="web:multi")

    digest = images[0]["imageDigest"]
    assert result.returncode == 3
    assert result.stderr.splitlines()[0] == (
        f"would be verified: web:multi@{digest}: signature of cosign.pub, by cosign"
    )
    assert result.stderr.count("would be scanned: web@sha256:") == 2
    assert [line.rpartition("@")[2] for line in arguments(tools)] == [digest]


def test_tag_that_moves_meanwhile(account: Account, tools: Path) -> None:
    """If somebody moves the tag meanwhile, the gate verifies and scans the image that the tag had at first."""
    prepare(account, basic_answer())
    verifier(tools, "cosign", {"verify": (0, signature(), "")})
    digest = account.ecr.describe_images(repositoryName="web")["imageDetails"][0]["imageDigest"]

    # Moto forgets an image without a tag.
    account.put_image("web", "kept", text=manifest_text("v1"))

    def move(_: object) -> bool:
        account.put_image("web", "v1", text=manifest_text("another"))
        return True

    with proxy_to(account.url, Fault("ecr:GetAuthorizationToken", move, times=1)) as proxy:
        result = gate(account, tools, "--output", "json", url=proxy.url)

    moved = account.ecr.describe_images(repositoryName="web", imageIds=[{"imageTag": "v1"}])["imageDetails"][0]
    (line,) = arguments(tools)
    assert moved["imageDigest"] != digest
    assert result.returncode == 0, result.stderr
    assert line.endswith(f"/web@{digest}")
    assert [one["imageId"]["imageDigest"] for one in json.loads(result.stdout)["images"]] == [digest]


def test_interruption_ends_the_program(account: Account, tools: Path) -> None:
    """Ctrl-C ends the program that verifies, and the password is gone."""
    verifier(tools, "cosign", {"verify": (0, signature(), "")}, waits="60 & echo $! > child; wait")
    command = (ECRKIT, "scan", "gate", "web:v1", "--fail-on", "HIGH", "--require-signature", str(tools / "cosign.pub"))
    environment = {**account.environment, "PATH": f"{tools}:/usr/bin:/bin", "TMPDIR": str(tools)}

    with start(command, environment=environment, stderr=subprocess.PIPE, start_new_session=True) as process:
        while not (tools / "child").exists() or not (tools / "child").read_text():
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)

    child = int((tools / "child").read_text())
    assert (process.returncode, said.strip()) == (3, "error: interrupted")
    assert list(tools.glob("ecrkit-*")) == []
    assert not is_running(child)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(
            "--require-signature ci@example.com",
            "Error: ci@example.com: an identity needs --certificate-oidc-issuer, the URL of the issuer that vouches "
            "for it, as in 'https://token.actions.githubusercontent.com'",
            id="no issuer",
        ),
        pytest.param(
            "--certificate-oidc-issuer https://issuer.example",
            "Error: --certificate-oidc-issuer needs an identity; pass --require-signature",
            id="no identity",
        ),
        pytest.param(
            "--require-attestation spdxjson --require-signature "
            "arn:aws:signer:eu-west-1:123456789012:/signing-profiles/release",
            "Error: --require-attestation needs a key or an identity that must have signed it; pass "
            "--require-signature",
            id="no signer of attestations",
        ),
        pytest.param(
            "--require-attestation spdx-json --require-signature ci@example.com",
            "error: spdx-json: not a type of attestation; did you mean spdxjson?",
            id="no type",
        ),
    ],
)
def test_requirements_must_go_together(
    options: str, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Options that say nothing alone, or nothing that can be verified, are wrong usage."""
    code = run_here(f"scan gate web --fail-on HIGH {options}", monkeypatch)

    assert (code, capsys.readouterr().err.splitlines()[-1]) == (2, message)


def test_key_that_cannot_be_read_is_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key that is missing is reported before a program runs."""
    monkeypatch.chdir(tmp_path)

    code = run_here("scan gate web --fail-on HIGH --require-signature cosign.pub", monkeypatch)

    assert code == 2
    assert capsys.readouterr().err.startswith("error: cosign.pub: no such file; name a public key")
    assert shutil.which("cosign", path=str(tmp_path)) is None
