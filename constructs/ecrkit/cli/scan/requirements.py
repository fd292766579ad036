"""Signatures and attestations that ``ecrkit scan gate`` requires."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ecrkit.aws.verifiers import CredentialSource, find_verifiers, verification
from ecrkit.cli.arguments.completions import FILE
from ecrkit.cli.console.interrupts import tidy_end
from ecrkit.cli.console.output import echo
from ecrkit.cli.console.progress import step_line
from ecrkit.documents.files import open_file
from ecrkit.errors import NoVerdictError
from ecrkit.images.signatures.signers import Method, Signer, predicate_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ecrkit.aws.client import Aws
    from ecrkit.aws.verifiers import Verification, Verifier
    from ecrkit.images.references import ImageReference

__all__ = ["Requirement", "Requirements", "read_requirements", "requirement_documents", "requirement_options"]

F = TypeVar("F", bound="Callable[..., Any]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """
    A requirement, and whether an image meets it.

    Attributes:
        kind: ``signature`` or ``attestation``.
        name: who must have signed, or the type of the attestation.
        program: that verified it.
        image: that it is about, by digest.
        problem: why the image does not meet it; empty if it does.
    """

    kind: str
    name: str
    program: str
    image: ImageReference
    problem: str

    def __str__(self) -> str:
        """As messages name it."""
        return f"signature of {self.name}" if self.kind == "signature" else f"attestation {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """
    What is required of an image.

    Attributes:
        verifiers: program for each signer; empty if no signature is required.
        kinds: types of attestations.
    """

    verifiers: Mapping[Signer, Verifier]
    kinds: tuple[str, ...]

    def descriptions(self) -> Iterator[str]:
        """Say what would be verified."""
        for signer, verifier in self.verifiers.items():
            yield f"signature of {signer}, by {verifier.name}"
        for kind in self.kinds:
            yield f"attestation {kind}, by cosign"

    def verify(self, aws: Aws, image: ImageReference, *, profile: str | None) -> list[Requirement]:
        """
        Verify everything, and report each result on standard error.

        Args:
            aws: account and Region of the image.
            image: with its digest.
            profile: that the person named.

        Raises:
            NoVerdictError: a program gives no clear answer; the other results have been reported.
            ToolError: a program cannot be started, or took too long.
            AwsError: AWS refused, or could not be reached.
        """
        if not self.verifiers:
            return []
        done: list[Requirement] = []
        undecided: list[NoVerdictError] = []
        source = CredentialSource(profile=profile, region=aws.region)
        with tidy_end(), verification(aws.ecr(), self.verifiers, source=source) as running, step_line() as step:
            for kind, name, program, verify in self._jobs(running):
                step(f"{image}: verifying the {kind}: {name}")
                try:
                    problem = verify(image)
                except NoVerdictError as error:
                    what = Requirement(kind=kind, name=name, program=program, image=image, problem="unknown")
                    undecided.append(NoVerdictError(f"{image}: {what}: not verified: {program}: {error}"))
                else:
                    done.append(Requirement(kind=kind, name=name, program=program, image=image, problem=problem))
        for requirement in done:
            echo(f"{image}: {requirement}: {requirement.problem or f'verified by {requirement.program}'}", err=True)
        if undecided:
            raise NoVerdictError("\n".join(map(str, undecided)))
        return done

    def _jobs(self, running: Verification) -> Iterator[tuple[str, str, str, Callable[[ImageReference], str]]]:
        for signer, verifier in self.verifiers.items():
            yield "signature", str(signer), verifier.name, partial(running.signature_problem, signer)
        for kind in self.kinds:
            yield "attestation", kind, "cosign", partial(running.attestation_problem, kind)


def requirement_options(command: F) -> F:
    """Add the options for signatures and attestations."""
    command = click.option(
        "--transparency-log/--no-transparency-log",
        default=True,
        help="Require an entry in the transparency log for cosign.  [default: transparency-log]",
    )(command)
    command = click.option(
        "--require-attestation",
        metavar="TYPE",
        multiple=True,
        help="Type of an attestation that one of the signers must have made, as in spdxjson or slsaprovenance1.",
    )(command)
    command = click.option(
        "--certificate-oidc-issuer", metavar="URL", help="OIDC issuer that must vouch for identities."
    )(command)
    return click.option(
        "--require-signature",
        metavar="KEY_OR_IDENTITY",
        multiple=True,
        type=FILE,
        help="Key, identity or signing profile that must have signed the image.",
    )(command)


def read_requirements(
    signers: Iterable[str], kinds: Iterable[str], *, issuer: str | None, needs_log: bool
) -> Requirements:
    """
    Read what is required, and find the programs that verify it.

    Args:
        signers: keys, identities and signing profiles.
        kinds: types of attestations.
        issuer: OIDC issuer that vouches for identities.
        needs_log: whether a transparency log must have what cosign verifies.

    Raises:
        click.UsageError: the options contradict each other.
        InvalidNameError: a signer or type is invalid.
        UnreadableInputError: a key cannot be read.
        ToolError: a program is not installed.
    """
    parsed = [Signer.parse(text, is_file=Path(text).is_file()) for text in dict.fromkeys(signers)]
    types = tuple(dict.fromkeys(map(predicate_type, kinds)))
    keyless = [signer for signer in parsed if signer.is_keyless]
    if keyless and not issuer:
        raise click.UsageError(
            f"{keyless[0]}: an identity needs --certificate-oidc-issuer, the URL of the issuer that vouches for it, "
            "as in 'https://token.actions.githubusercontent.com'"
        )
    if issuer and not keyless:
        raise click.UsageError("--certificate-oidc-issuer needs an identity; pass --require-signature")
    if types and not any(not signer.is_of_notation for signer in parsed):
        raise click.UsageError(
            "--require-attestation needs a key or an identity that must have signed it; pass --require-signature"
        )
    for signer in parsed:
        if signer.method is Method.KEY and "://" not in signer.name and not signer.name.startswith("pkcs11:"):
            open_file(Path(signer.name)).close()
    verifiers = find_verifiers(
        parsed,
        search_path=os.environ.get("PATH", os.defpath),
        issuer=issuer or "",
        needs_log=needs_log,
        environ=os.environ,
    )
    return Requirements(verifiers=verifiers, kinds=types)


def requirement_documents(requirements: Iterable[Requirement], kind: str) -> list[dict[str, object]]:
    """Write the requirements of a kind for JSON."""
    key = "signer" if kind == "signature" else "type"
    return [
        {
            key: one.name,
            "program": one.program,
            "imageId": {"imageDigest": one.image.digest},
            "verdict": "fails" if one.problem else "verified",
            "reason": one.problem or None,
        }
        for one in requirements
        if one.kind == kind
    ]
