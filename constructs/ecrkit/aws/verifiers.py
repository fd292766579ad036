"""The programs that verify signatures: cosign and notation."""

from __future__ import annotations

import base64
import json
import os
import shutil
from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from ecrkit.aws.images import image_at
from ecrkit.aws.login import password_for
from ecrkit.aws.passwords import password_directory
from ecrkit.aws.programs import Program
from ecrkit.aws.repositories import repository_of
from ecrkit.documents.files import make_directory, read_text, system_reason, write_text
from ecrkit.errors import NoVerdictError, ToolError, UnreadableInputError
from ecrkit.images.signatures.cosign import attestation_problem, signature_problem
from ecrkit.images.signatures.notation import TrustPolicy, notation_problem, notation_version
from ecrkit.images.signatures.signers import Method

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mypy_boto3_ecr import ECRClient

    from ecrkit.aws.login import Password, Registry
    from ecrkit.images.references import ImageReference
    from ecrkit.images.signatures.signers import Signer

__all__ = ["CredentialSource", "Verification", "Verifier", "find_verifiers", "pinned", "verification"]

_SECONDS = 180.0
"""What Cosign gives itself, too."""

_INSTALL = {
    "cosign": "install it, see https://docs.sigstore.dev/cosign/system_config/installation/",
    "notation": "install it with the plugin of AWS Signer, see "
    "https://docs.aws.amazon.com/signer/latest/developerguide/image-signing-prerequisites.html",
}
_POLICY_FILES = ("trustpolicy.oci.json", "trustpolicy.json")
"""The first is that of Notation 2, which falls back to the other."""

_IN_VARIABLE = "env://"
_OPTIONS_OF_COSIGN = (
    "attachment",
    "certificate",
    "certificate-identity",
    "certificate-identity-regexp",
    "certificate-oidc-issuer",
    "certificate-oidc-issuer-regexp",
    "insecure-ignore-sct",
    "key",
    "local-image",
    "output-file",
    "payload",
    "private-infrastructure",
    "signature",
    "sk",
    "slot",
)
"""
What would have somebody else sign, or something else be signed. Not among them: roots of trust, and what only adds to a
requirement, as ``certificate-github-workflow-ref`` does.

Cosign takes each option from a variable, too: with ``COSIGN_KEY``, it would verify that key instead of an identity.

Source: Cosign 2.0 to 3.1: ``cmd/cosign/cli/options/root.go``, ``BindViper``, which ignores empty variables.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialSource:
    """
    Where a program finds the credentials of AWS, for keys in AWS KMS and for AWS Signer.

    Attributes:
        profile: that the person named; ``None`` for the default.
        region: of the registry.
    """

    profile: str | None
    region: str

    def variables(self) -> dict[str, str]:
        """Give the variables of its environment."""
        found = {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}
        if self.profile:
            # The SDK for Go takes keys in the environment before a profile, and boto3 after a named one.
            keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
            found |= {"AWS_PROFILE": self.profile, **dict.fromkeys(keys, "")}
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier(Program, ABC):
    """
    A program that verifies signatures; :func:`find_verifiers` finds it.

    Attributes:
        seconds: that one verification may take.
        directory: for passwords and settings of one run; empty before :meth:`keeping`.
    """

    seconds: float = _SECONDS
    directory: str = ""

    def keeping(self, directory: Path, *, process_group: int, source: CredentialSource) -> Verifier:
        """Give the program a separate directory, which it uses instead of the user's."""
        variables = {**source.variables(), "DOCKER_CONFIG": str(directory), **self._own(directory)}
        return replace(self, directory=str(directory), process_group=process_group, variables=variables)

    @abstractmethod
    def signature_problem(self, signer: Signer, registry: Registry, image: ImageReference) -> str:
        """
        Verify the signature of an image.

        Args:
            signer: who must have signed it.
            registry: that the program has a password for.
            image: by digest.

        Returns:
            What is wrong with it; empty if nothing is.

        Raises:
            NoVerdictError: the program gives no clear answer.
            ToolError: the program cannot be started, or took too long.
        """

    def _own(self, directory: Path) -> dict[str, str]:  # noqa: ARG002 - for a program without settings
        """Give variables that lead the program to *directory*, and away from settings of the person."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosign(Verifier):
    """
    Source: Cosign 2.0 to 3.1, ``cosign verify --help`` and ``cosign verify-attestation --help``.

    Attributes:
        issuer: that vouches for identities; empty without one.
        needs_log: whether a transparency log must have the signature.
        key_variable: variable that the key is in, as in ``env://NAME``; empty without one.
    """

    name: ClassVar[str] = "cosign"
    issuer: str = ""
    needs_log: bool = True
    key_variable: str = ""

    def signature_problem(self, signer: Signer, registry: Registry, image: ImageReference) -> str:
        # Without --output, COSIGN_OUTPUT would decide.
        arguments = ["verify", "--output=json", *self._options(signer, registry), _name(registry, image)]
        run = self.attempt(arguments, seconds=self.seconds)
        return signature_problem(code=run.code, output=run.output, complaints=run.complaints, digest=image.digest)

    def attestation_problem(self, kind: str, signer: Signer, registry: Registry, image: ImageReference) -> str:
        """Verify an attestation of the type *kind*; as :meth:`signature_problem`."""
        options = [f"--type={kind}", *self._options(signer, registry)]
        run = self.attempt(["verify-attestation", *options, _name(registry, image)], seconds=self.seconds)
        return attestation_problem(code=run.code, output=run.output, complaints=run.complaints, digest=image.digest)

    def _own(self, directory: Path) -> dict[str, str]:  # noqa: ARG002 - it only clears variables
        names = [f"COSIGN_{option.upper().replace('-', '_')}" for option in _OPTIONS_OF_COSIGN]
        return {name: "" for name in names if name != self.key_variable}

    def _options(self, signer: Signer, registry: Registry) -> list[str]:
        who = {
            Method.KEY: [f"--key={signer.name}"],
            Method.IDENTITY: [f"--certificate-identity={signer.name}"],
            Method.IDENTITY_PATTERN: [f"--certificate-identity-regexp={signer.name}"],
        }[signer.method]
        return [
            *who,
            *([f"--certificate-oidc-issuer={self.issuer}"] if signer.is_keyless else []),
            "--check-claims=true",
            f"--insecure-ignore-tlog={'false' if self.needs_log else 'true'}",
            *([] if registry.tls else ["--allow-http-registry=true"]),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notation(Verifier):
    """
    Source: Notation 1.1 to 2.0, ``notation verify --help``.

    Attributes:
        policies: trust policy for each signer.
        settings: directory with the trust store of the person.
        plugins: directory with the plugins of the person.
    """

    name: ClassVar[str] = "notation"
    policies: Mapping[Signer, TrustPolicy]
    settings: Path
    plugins: Path

    def signature_problem(self, signer: Signer, registry: Registry, image: ImageReference) -> str:
        run = self.attempt(["version"], seconds=self.seconds)
        if problem := notation_version(run.output):
            raise NoVerdictError(problem)
        self._configure(self.policies[signer])
        options = [] if registry.tls else ["--insecure-registry"]
        run = self.attempt(["verify", *options, _name(registry, image)], seconds=self.seconds)
        return notation_problem(code=run.code, output=run.output, complaints=run.complaints, digest=image.digest)

    def _own(self, directory: Path) -> dict[str, str]:
        return {
            "NOTATION_CONFIG": str(directory / "notation"),
            "NOTATION_LIBEXEC": str(self.plugins),
            # These would be used before the file with the password.
            "NOTATION_USERNAME": "",
            "NOTATION_PASSWORD": "",
        }

    def _configure(self, policy: TrustPolicy) -> None:
        directory = Path(self.directory) / "notation"
        make_directory(directory)
        for name in _POLICY_FILES:
            write_text(directory / name, policy.text())
        store = directory / "truststore"
        if not store.is_symlink():
            try:
                store.symlink_to(self.settings / "truststore", target_is_directory=True)
            except OSError as error:
                raise ToolError(f"notation: its trust store cannot be linked: {system_reason(error)}") from None


def find_verifiers(
    signers: Sequence[Signer], *, search_path: str, issuer: str, needs_log: bool, environ: Mapping[str, str]
) -> dict[Signer, Verifier]:
    """
    Find the program for each signer.

    Args:
        signers: who must have signed.
        search_path: directories to look in, in the form of ``PATH``.
        issuer: OIDC issuer that vouches for identities; empty without one.
        needs_log: whether a transparency log must have the signatures that cosign verifies.
        environ: variables that say where notation keeps its settings.

    Raises:
        ToolError: a program is not installed.
        InvalidNameError: there is no trust policy of that name, or it verifies nothing.
        UnreadableInputError: notation has no trust policies.
    """
    missing: list[str] = []
    found: dict[Signer, Verifier] = {}
    paths = {name: shutil.which(name, path=search_path) for name in _INSTALL}
    settings = _settings_of_notation(environ)
    policies = _trust_policies([signer for signer in signers if signer.is_of_notation], settings=settings)
    for signer in signers:
        name = Notation.name if signer.is_of_notation else Cosign.name
        path = paths[name]
        if path is None:
            missing.append(name)
        elif signer.is_of_notation:
            plugins = Path(environ.get("NOTATION_LIBEXEC") or settings)
            found[signer] = Notation(path=path, policies=policies, settings=settings, plugins=plugins)
        else:
            variable = signer.name.removeprefix(_IN_VARIABLE) if signer.name.startswith(_IN_VARIABLE) else ""
            found[signer] = Cosign(path=path, issuer=issuer, needs_log=needs_log, key_variable=variable)
    if missing:
        raise ToolError("\n".join(f"{name}: not found on PATH; {_INSTALL[name]}" for name in dict.fromkeys(missing)))
    return found


def pinned(client: ECRClient, reference: ImageReference) -> ImageReference:
    """
    Resolve a tag once, so that the gate verifies and scans the same image even if the tag moves.

    Returns:
        The reference with its digest.

    Raises:
        RefusedError: it is in another registry than the one that the credentials lead to.
        AwsError: there is no such image, AWS refused, or could not be reached.
    """
    if reference.host:
        repository_of(client, reference)
    return replace(reference, digest=image_at(client, reference).digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """
    Verifications under way; :func:`verification` makes it.

    Attributes:
        registry: that the programs have a password for.
        verifiers: by signer.
    """

    registry: Registry
    verifiers: Mapping[Signer, Verifier]

    def signature_problem(self, signer: Signer, image: ImageReference) -> str:
        """Verify the signature of an image; as :meth:`Verifier.signature_problem`."""
        return self.verifiers[signer].signature_problem(signer, self.registry, image)

    def attestation_problem(self, kind: str, image: ImageReference) -> str:
        """
        Verify an attestation of the type *kind* by any of the signers that cosign knows.

        Returns:
            What is wrong with it; empty if nothing is.

        Raises:
            NoVerdictError: none was verified, and the program gave no clear answer for one.
            ToolError: the program cannot be started, or took too long.
        """
        problems: list[str] = []
        undecided: list[NoVerdictError] = []
        for signer, verifier in self.verifiers.items():
            if not isinstance(verifier, Cosign):
                continue
            try:
                problem = verifier.attestation_problem(kind, signer, self.registry, image)
            except NoVerdictError as error:
                undecided.append(error)
                continue
            if not problem:
                return ""
            problems.append(problem)
        if undecided:
            raise undecided[0]
        return "; ".join(dict.fromkeys(problems))


@contextmanager
def verification(
    client: ECRClient, verifiers: Mapping[Signer, Verifier], *, source: CredentialSource
) -> Iterator[Verification]:
    """
    Give the programs a password for the registry, and remove it when the context ends.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    registry, password = password_for(client)
    with password_directory() as (directory, group):
        write_text(directory / "config.json", _docker_configuration(registry, password))
        yield Verification(
            registry=registry,
            verifiers={
                signer: verifier.keeping(
                    directory, process_group=group, source=replace(source, region=signer.region or source.region)
                )
                for signer, verifier in verifiers.items()
            },
        )


def _docker_configuration(registry: Registry, password: Password) -> str:
    """Write what docker login would write; both programs read it."""
    secret = base64.b64encode(f"{password.user}:{password.secret}".encode()).decode()
    return json.dumps({"auths": {registry.host: {"auth": secret}}})


def _settings_of_notation(environ: Mapping[str, str]) -> Path:
    """Find the directory of notation's settings. Source: Notation, directory structure, and Go, os.UserConfigDir."""
    if environ.get("NOTATION_CONFIG"):
        return Path(environ["NOTATION_CONFIG"])
    if os.name == "nt":
        return Path(environ.get("APPDATA", "")) / "notation"
    library = Path.home() / "Library" / "Application Support"
    if library.is_dir():
        return library / "notation"
    return Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "notation"


def _trust_policies(signers: Sequence[Signer], *, settings: Path) -> dict[Signer, TrustPolicy]:
    policies = {}
    for signer in signers:
        if signer.method is Method.SIGNING_PROFILE:
            policies[signer] = TrustPolicy.of_profile(signer)
            continue
        path = next((settings / name for name in _POLICY_FILES if (settings / name).exists()), None)
        if path is None:
            raise UnreadableInputError(
                f"{settings}: notation has no trust policy there; import one with `notation policy import`"
            )
        policies[signer] = TrustPolicy.named(signer.name, read_text(path), file=path.as_posix())
    return policies


def _name(registry: Registry, image: ImageReference) -> str:
    return f"{registry.host}/{image.repository}@{image.digest}"
