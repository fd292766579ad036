"""Programs that verify signatures: what they are told, and what they never see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.verifiers import (
    NOTATION_VERSION,
    UNSIGNED,
    arguments,
    attestation,
    signature,
    verified_by_notation,
    verifier,
)

from ecrkit.aws.login import Registry
from ecrkit.aws.verifiers import CredentialSource, Verification, find_verifiers
from ecrkit.errors import InvalidNameError, NoVerdictError, ToolError, UnreadableInputError
from ecrkit.images.references import ImageReference
from ecrkit.images.signatures.signers import Signer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.aws.verifiers import Verifier

pytestmark = pytest.mark.posix

HEX = "a" * 64
IMAGE = ImageReference(repository="web", tag="v1", digest=f"sha256:{HEX}")
REGISTRY = Registry(host="registry.example")
LOCAL = Registry(host="localhost:5000", tls=False)
ISSUER = "https://issuer.example"
PROFILE = "arn:aws:signer:eu-west-1:123456789012:/signing-profiles/release"
KMS = "awskms:///arn:aws:kms:eu-west-1:123456789012:key/1234"
SOURCE = CredentialSource(profile="prod", region="us-east-1")
POLICY = {
    "name": "team",
    "registryScopes": ["registry.example/other"],
    "signatureVerification": {"level": "strict"},
    "trustStores": ["ca:team"],
    "trustedIdentities": ["*"],
}


def verifiers(
    directory: Path, *signers: str, needs_log: bool = True, environ: Mapping[str, str] | None = None
) -> dict[Signer, Verifier]:
    return find_verifiers(
        [Signer.parse(text, is_file=text.endswith(".pub")) for text in signers],
        search_path=str(directory),
        issuer=ISSUER,
        needs_log=needs_log,
        environ={"NOTATION_CONFIG": str(directory / "settings"), **(environ or {})},
    )


def cosign_variables(directory: Path) -> set[str]:
    """Read the variables of Cosign that a stand-in saw, without empty ones."""
    lines = (directory / "variables").read_text().splitlines()
    return {line for line in lines if line.startswith("COSIGN_") and not line.endswith("=")}


def running(directory: Path, *signers: str, registry: Registry = REGISTRY, needs_log: bool = True) -> Verification:
    """Give programs a directory of their own, as :func:`verification` does."""
    private = directory / "private"
    private.mkdir(exist_ok=True)
    return Verification(
        registry=registry,
        verifiers={
            signer: one.keeping(private, process_group=0, source=SOURCE)
            for signer, one in verifiers(directory, *signers, needs_log=needs_log).items()
        },
    )


@pytest.mark.parametrize(
    ("signer", "told"),
    [
        pytest.param("cosign.pub", "--key=cosign.pub", id="file"),
        pytest.param(KMS, f"--key={KMS}", id="KMS"),
        pytest.param(
            "ci@example.com",
            f"--certificate-identity=ci@example.com --certificate-oidc-issuer={ISSUER}",
            id="identity",
        ),
        pytest.param(
            "regexp:^https://github.com/team/",
            f"--certificate-identity-regexp=^https://github.com/team/ --certificate-oidc-issuer={ISSUER}",
            id="pattern",
        ),
    ],
)
def test_cosign_verifies_the_digest(tmp_path: Path, signer: str, told: str) -> None:
    """Cosign gets the digest and not the tag, and checks claims and the log whatever its variables say."""
    verifier(tmp_path, "cosign", {"verify": (0, signature(), "")})
    run = running(tmp_path, signer)

    problem = run.signature_problem(next(iter(run.verifiers)), IMAGE)

    assert problem == ""
    assert arguments(tmp_path) == [
        (
            f"cosign verify --output=json {told} --check-claims=true --insecure-ignore-tlog=false "
            f"registry.example/web@sha256:{HEX}"
        )
    ]


def test_cosign_verifies_attestations(tmp_path: Path) -> None:
    """The type goes to Cosign; a local registry has no TLS, and no log is required where a person says so."""
    verifier(tmp_path, "cosign", {"verify-attestation": (0, attestation(digest=HEX), "")})
    run = running(tmp_path, "cosign.pub", registry=LOCAL, needs_log=False)

    problem = run.attestation_problem("spdxjson", IMAGE)

    assert problem == ""
    assert arguments(tmp_path) == [
        (
            "cosign verify-attestation --type=spdxjson --key=cosign.pub --check-claims=true "
            f"--insecure-ignore-tlog=true --allow-http-registry=true localhost:5000/web@sha256:{HEX}"
        )
    ]


def test_one_signer_of_an_attestation_is_enough(tmp_path: Path) -> None:
    """Any of the signers may have made the attestation; if none has, the reasons are given once."""
    complaint = "Error: no matching attestations: "
    verifier(tmp_path, "cosign", {"verify-attestation": (1, "", complaint)})
    run = running(tmp_path, "cosign.pub", "other.pub")

    problem = run.attestation_problem("spdxjson", IMAGE)

    assert problem == "no matching attestations"
    assert len(arguments(tmp_path)) == 2


def test_attestation_that_one_signer_cannot_decide_is_no_verdict(tmp_path: Path) -> None:
    """If nobody's attestation is verified and one could not be looked at, there is no verdict."""
    verifier(tmp_path, "cosign", {"verify-attestation": (1, "", "Error: dial tcp: i/o timeout")})

    with pytest.raises(NoVerdictError, match=r"^dial tcp: i/o timeout$"):
        running(tmp_path, "cosign.pub").attestation_problem("spdxjson", IMAGE)


def test_credentials_are_those_of_the_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that was named wins over keys in the environment, as it does for ecrkit itself."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOTHER")
    verifier(tmp_path, "cosign", {"verify": (10, "", UNSIGNED)})
    run = running(tmp_path, KMS)

    run.signature_problem(next(iter(run.verifiers)), IMAGE)

    variables = (tmp_path / "variables").read_text().splitlines()
    assert {"AWS_PROFILE=prod", "AWS_ACCESS_KEY_ID=", "AWS_REGION=us-east-1"} <= set(variables)
    assert f"DOCKER_CONFIG={tmp_path}/private" in variables


def test_variables_of_cosign_change_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cosign takes options from variables, too; those that decide who signed are empty, others stay."""
    weakening = ("KEY", "CERTIFICATE_IDENTITY_REGEXP", "CERTIFICATE_OIDC_ISSUER_REGEXP", "INSECURE_IGNORE_SCT")
    others = ("REPOSITORY", "TRUSTED_ROOT", "CERTIFICATE_GITHUB_WORKFLOW_REF")
    for name in (*weakening, "PRIVATE_INFRASTRUCTURE", "SIGNATURE", "PAYLOAD", *others):
        monkeypatch.setenv(f"COSIGN_{name}", "other")
    verifier(tmp_path, "cosign", {"verify": (0, signature(), ""), "verify-attestation": (10, "", UNSIGNED)})
    run = running(tmp_path, "ci@example.com")

    run.signature_problem(next(iter(run.verifiers)), IMAGE)
    for_signature = cosign_variables(tmp_path)
    run.attestation_problem("spdxjson", IMAGE)

    assert for_signature == cosign_variables(tmp_path) == {f"COSIGN_{name}=other" for name in others}


def test_key_in_a_variable_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that the person names as the key is the only one of these that Cosign sees."""
    monkeypatch.setenv("COSIGN_KEY", "-----BEGIN PUBLIC KEY-----")
    verifier(tmp_path, "cosign", {"verify": (0, signature(), "")})
    run = running(tmp_path, "env://COSIGN_KEY")

    run.signature_problem(next(iter(run.verifiers)), IMAGE)

    assert "COSIGN_KEY=-----BEGIN PUBLIC KEY-----" in (tmp_path / "variables").read_text().splitlines()


def test_notation_gets_a_policy_for_the_profile(tmp_path: Path) -> None:
    """Notation trusts that profile only, with the trust store and the plugins of the person."""
    (tmp_path / "settings" / "truststore" / "x509").mkdir(parents=True)
    verifier(tmp_path, "notation", {"version": (0, NOTATION_VERSION, ""), "verify": (0, verified_by_notation(), "")})
    run = running(tmp_path, PROFILE)

    problem = run.signature_problem(next(iter(run.verifiers)), IMAGE)

    assert problem == ""
    assert arguments(tmp_path) == ["notation version", f"notation verify registry.example/web@sha256:{HEX}"]
    (policy,) = json.loads((tmp_path / "policy.json").read_text())["trustPolicies"]
    assert policy["trustedIdentities"] == [PROFILE]
    assert (tmp_path / "stores").read_text() == "x509\n"
    assert f"NOTATION_LIBEXEC={tmp_path}/settings" in (tmp_path / "variables").read_text().splitlines()


def test_each_signer_of_notation_gets_its_policy(tmp_path: Path) -> None:
    """A policy that is named comes from the settings of the person, and replaces that of the signer before."""
    (tmp_path / "settings").mkdir()
    document = json.dumps({"version": "1.0", "trustPolicies": [POLICY]})
    (tmp_path / "settings" / "trustpolicy.json").write_text(document)
    verifier(tmp_path, "notation", {"version": (0, NOTATION_VERSION, ""), "verify": (0, verified_by_notation(), "")})
    run = running(tmp_path, PROFILE, "notation:team", registry=LOCAL)

    problems = [run.signature_problem(signer, IMAGE) for signer in run.verifiers]

    assert problems == ["", ""]
    assert arguments(tmp_path)[-1] == f"notation verify --insecure-registry localhost:5000/web@sha256:{HEX}"
    assert json.loads((tmp_path / "policy.json").read_text())["trustPolicies"] == [{**POLICY, "registryScopes": ["*"]}]


def test_old_notation_is_no_verdict(tmp_path: Path) -> None:
    """Notation 1.0 would use another trust policy, and is not asked."""
    verifier(tmp_path, "notation", {"version": (0, "Version:     1.0.1", "")})
    run = running(tmp_path, PROFILE)

    with pytest.raises(NoVerdictError, match=r"^version 1\.0 is too old; install notation 1\.1 or newer$"):
        run.signature_problem(next(iter(run.verifiers)), IMAGE)


def test_missing_programs_are_named(tmp_path: Path) -> None:
    """All programs that are needed and missing are named at once, with where to get them."""
    with pytest.raises(ToolError) as caught:
        verifiers(tmp_path, "cosign.pub", PROFILE, "other.pub")

    assert str(caught.value) == (
        "cosign: not found on PATH; install it, see https://docs.sigstore.dev/cosign/system_config/installation/\n"
        "notation: not found on PATH; install it with the plugin of AWS Signer, see "
        "https://docs.aws.amazon.com/signer/latest/developerguide/image-signing-prerequisites.html"
    )


def test_settings_of_notation_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without NOTATION_CONFIG, they are where Notation has them on this system."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)

    with pytest.raises(UnreadableInputError) as linux:
        verifiers(tmp_path, "notation:team", environ={"NOTATION_CONFIG": ""})
    with pytest.raises(UnreadableInputError) as elsewhere:
        verifiers(tmp_path, "notation:team", environ={"NOTATION_CONFIG": "", "XDG_CONFIG_HOME": "/etc/xdg"})
    (tmp_path / "Library" / "Application Support").mkdir(parents=True)
    with pytest.raises(UnreadableInputError) as mac:
        verifiers(tmp_path, "notation:team", environ={"NOTATION_CONFIG": ""})

    advice = "notation has no trust policy there; import one with `notation policy import`"
    assert str(linux.value) == f"{tmp_path}/.config/notation: {advice}"
    assert str(elsewhere.value) == f"/etc/xdg/notation: {advice}"
    assert str(mac.value) == f"{tmp_path}/Library/Application Support/notation: {advice}"


def test_newer_policies_come_first(tmp_path: Path) -> None:
    """Notation 2 reads another file, which wins over that of Notation 1."""
    settings = tmp_path / "settings"
    settings.mkdir()
    (settings / "trustpolicy.json").write_text(json.dumps({"version": "1.0", "trustPolicies": [POLICY]}))
    (settings / "trustpolicy.oci.json").write_text(json.dumps({"version": "1.0", "trustPolicies": []}))

    with pytest.raises(InvalidNameError) as caught:
        verifiers(tmp_path, "notation:team")

    assert str(caught.value) == f"{settings}/trustpolicy.oci.json: no trust policy is named 'team'; it has none"
