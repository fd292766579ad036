"""``ecrkit scan gate``: whether an image may pass."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

import ecrkit
from ecrkit.aws.client import connect
from ecrkit.aws.scans import needs_scan, scan_targets, wait_for_scans
from ecrkit.aws.verifiers import pinned
from ecrkit.cli.arguments.options import aws_options, dry_run_option, output_option
from ecrkit.cli.console.endings import end
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.cli.console.progress import patience
from ecrkit.cli.console.styles import verdict as verdict_cell
from ecrkit.cli.console.styles import vulnerability as severity_cell
from ecrkit.cli.console.tables import echo_table
from ecrkit.cli.scan.requirements import read_requirements, requirement_documents, requirement_options
from ecrkit.documents.files import read_argument
from ecrkit.images.references import ImageReference
from ecrkit.images.scans import Severity, Verdict, judge, read_allow_list, sarif

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ecrkit.aws.scans import ScanTarget
    from ecrkit.cli.console.tables import Cell
    from ecrkit.cli.scan.requirements import Requirement
    from ecrkit.images.scans import AllowList, Judgement

__all__ = ["gate"]

_EXIT_NO_VERDICT = 3
_HEADINGS = ("SEVERITY", "VULNERABILITY", "PACKAGE", "VERSION", "FIXED IN", "VERDICT")


@click.command("gate", short_help="Fail on vulnerabilities and missing signatures.")
@click.argument("image", metavar="REPOSITORY[:TAG|@DIGEST]")
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity], case_sensitive=False),
    required=True,
    metavar="[" + "|".join(Severity) + "]",
    help="Lowest severity that fails.",
)
@click.option(
    "--allow",
    type=click.Path(dir_okay=False, path_type=Path),
    help="List of vulnerabilities to accept, YAML; - for standard input.",
)
@click.option(
    "--timeout", type=click.FloatRange(min=0), default=600, show_default=True, help="Seconds to wait for results."
)
@requirement_options
@dry_run_option("Show which scans would start, start nothing, and exit with 3.")
@aws_options
@output_option("sarif")
def gate(  # noqa: PLR0913 - one parameter per option
    image: str,
    *,
    fail_on: str,
    allow: Path | None,
    timeout: float,
    require_signature: tuple[str, ...],
    certificate_oidc_issuer: str | None,
    require_attestation: tuple[str, ...],
    transparency_log: bool,
    dry_run: bool,
    profile: str | None,
    region: str | None,
    output: str,
) -> None:
    """
    Fail on vulnerabilities at or above a severity, and on missing signatures.

    Exits with 0 if the image passes, with 1 if it fails, and with 3 without a verdict. Never passes without a scan
    result, or without a verdict on each required signature and attestation.

    Starts a scan if the last one is missing or more than a day old, and waits for its result. For a
    multi-architecture image, each of its images must pass. A vulnerability that the --allow file lists is accepted
    through the last day given there, as in CVE-2026-1: {reason: Not called., expires: 2026-12-31}. See
    docs/tasks/gate-on-scans.md.

    KEY_OR_IDENTITY is the file of a public key, a key as in awskms:///alias/release, an email address or URL,
    regexp:EXPRESSION, the ARN of a signing profile of AWS Signer, or notation:POLICY. Verifies the digest, not the
    tag, with cosign or notation; see docs/tasks/require-signatures.md.

    \b
    Examples:
      ecrkit scan gate web:v1 --fail-on HIGH
      ecrkit scan gate web:v1 --fail-on HIGH --require-signature cosign.pub
      ecrkit scan gate web:v1 --fail-on CRITICAL --output sarif -o scan.sarif
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    threshold = Severity(fail_on)
    now = datetime.now(UTC)
    allowed = _allowed(allow) if allow else {}
    required = read_requirements(
        require_signature, require_attestation, issuer=certificate_oidc_issuer, needs_log=transparency_log
    )
    aws = connect(profile=profile, region=region)
    client = aws.ecr()
    reference = ImageReference.parse(image, default_tag="latest")
    if required.verifiers:
        reference = pinned(client, reference)
    targets = scan_targets(client, reference)
    if dry_run:
        for description in required.descriptions():
            echo(f"would be verified: {reference}: {description}", err=True)
        for target in targets:
            needs = needs_scan(client, target, now=now)
            echo(f"{'would be scanned' if needs else 'would not be scanned again'}: {target}", err=True)
        sys.exit(_EXIT_NO_VERDICT)
    requirements = required.verify(aws, reference, profile=profile)
    with patience(timeout) as waiting:
        scans = wait_for_scans(client, targets, now=now, patience=waiting)
    judged = {
        target: judge(scan.vulnerabilities, fail_on=threshold, allowed=allowed, today=now.date())
        for target, scan in scans.items()
    }
    match output:
        case "json":
            echo_json(_document(judged, threshold, requirements))
        case "sarif":
            unmet = [(str(one.image), f"{one}: {one.problem}") for one in requirements if one.problem]
            several = {str(target): judgements for target, judgements in judged.items()}
            echo_json(sarif(several, version=ecrkit.__version__, unmet=unmet))
        case _:
            echo_table(_HEADINGS if len(judged) == 1 else ("PLATFORM", *_HEADINGS), _rows(judged))
    _tell_unused(allowed, judged.values())
    failing = sum(judgement.fails for several in judged.values() for judgement in several)
    count = count_of(failing, "vulnerability") if failing else "no vulnerability"
    unverified = sum(bool(requirement.problem) for requirement in requirements)
    also = f"; {unverified} of {count_of(len(requirements), 'requirement')} not met" if unverified else ""
    verdict = f"{image}: {count} at or above {threshold}{also}"
    echo(verdict, err=True)
    end([verdict] if failing or unverified else [], are_told=True)


def _rows(judged: Mapping[ScanTarget, Sequence[Judgement]]) -> Iterator[tuple[Cell, ...]]:
    """Give a row per package, with the platform before it where there are several."""
    for target, judgement in ((target, judgement) for target, several in judged.items() for judgement in several):
        first = () if len(judged) == 1 else (target.name_in_index,)
        vulnerability = judgement.vulnerability
        for package in vulnerability.packages:
            cells = (package.name, package.version, package.fixed_in)
            found: tuple[Cell, ...] = (
                severity_cell(vulnerability.severity),
                vulnerability.id,
                *(cell or "-" for cell in cells),
            )
            yield *first, *found, verdict_cell(_verdict(judgement), is_passed=not judgement.fails)


def _verdict(judgement: Judgement) -> str:
    match judgement:
        case _ if judgement.allowance and judgement.verdict is Verdict.ALLOWED:
            return f"allowed until {judgement.allowance.expires}: {' '.join(judgement.allowance.reason.split())}"
        case _ if judgement.allowance and judgement.verdict is Verdict.EXPIRED:
            return f"fails: allowed until {judgement.allowance.expires}"
        case _:
            return judgement.verdict.value


def _document(
    judged: Mapping[ScanTarget, Sequence[Judgement]], threshold: Severity, requirements: Sequence[Requirement]
) -> dict[str, object]:
    is_failing = any(judgement.fails for several in judged.values() for judgement in several)
    return {
        "failOn": threshold,
        "passed": not is_failing and not any(requirement.problem for requirement in requirements),
        "signatures": requirement_documents(requirements, "signature"),
        "attestations": requirement_documents(requirements, "attestation"),
        "images": [
            {
                "repositoryName": target.repository,
                "imageId": {"imageDigest": target.digest},
                "platform": target.platform or None,
                "findings": [_finding(judgement) for judgement in several],
            }
            for target, several in judged.items()
        ],
    }


def _finding(judgement: Judgement) -> dict[str, object]:
    vulnerability = judgement.vulnerability
    finding: dict[str, object] = {
        "name": vulnerability.id,
        "severity": vulnerability.severity,
        "uri": vulnerability.uri,
        "packages": [
            {"name": package.name, "version": package.version, "fixedInVersion": package.fixed_in or None}
            for package in vulnerability.packages
        ],
        "verdict": judgement.verdict.value,
    }
    if judgement.allowance:
        finding["reason"] = judgement.allowance.reason
        finding["expires"] = judgement.allowance.expires.isoformat()
    return finding


def _allowed(path: Path) -> AllowList:
    text, file = read_argument(path)
    return read_allow_list(text, file=file)


def _tell_unused(allowed: AllowList, judged: Iterable[Sequence[Judgement]]) -> None:
    used = {judgement.vulnerability.id for several in judged for judgement in several if judgement.allowance}
    for name, allowance in allowed.items():
        if name not in used:
            echo(f"{allowance.location}: {name}: matches no finding", err=True)
