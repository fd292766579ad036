"""``ecrkit audit``: what is there, held against the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ecrkit.aws.actual import actual_repositories
from ecrkit.aws.stacks import StackFinder
from ecrkit.catalog import read_catalog_text
from ecrkit.catalog.locations import repository_places
from ecrkit.cli.arguments.environment import environment_option, look_around
from ecrkit.cli.arguments.options import aws_options, catalog_options, output_option
from ecrkit.cli.console.endings import end_of_findings
from ecrkit.cli.console.progress import with_bar
from ecrkit.cli.console.reports import echo_report
from ecrkit.deployment.audit import audit as audited
from ecrkit.deployment.policies import PolicyNames
from ecrkit.registry.posture import POSTURE_RULEBOOK
from ecrkit.registry.rulebook import ACCESS_RULEBOOK

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["audit"]

_POSTURE = frozenset(check.code for check in (*POSTURE_RULEBOOK, *ACCESS_RULEBOOK))


@click.command("audit", short_help="Compare deployed repositories with the catalog.")
@environment_option
@click.option("--drift-only", is_flag=True, help="Report drift only.")
@catalog_options
@aws_options
@output_option("sarif")
def audit(  # noqa: PLR0913 - one parameter per option
    *,
    environment: str | None,
    drift_only: bool,
    catalog: Path | None,
    policies: Path | None,
    profile: str | None,
    region: str | None,
    output: str,
) -> None:
    """
    Compare deployed repositories with the catalog.

    Reports drift: changed settings, policies edited by hand, and missing or undeclared repositories. Also
    reports insecure settings, declared or not: access for everyone, tags that can be overwritten, no scan on
    push, no lifecycle policy.

    Changes that AWS services make themselves, for example the statement that Lambda adds to a repository policy, are
    not reported. Skips repositories that belong to a stack outside the catalog or that a pull-through cache of the
    catalog created, unless they let everyone in. Nothing is changed.

    Exits with 1 if a finding is not silenced in the catalog.

    \b
    Examples:
      ecrkit audit
      ecrkit audit --environment prod --drift-only --output sarif -o audit.sarif
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    here = look_around(catalog, policies, environment=environment, profile=profile, region=region)
    ecr = here.aws.ecr()
    actual = actual_repositories(ecr, here.deployed, stacks=StackFinder(ecr, here.aws.cloudformation()))
    findings = audited(
        here.environment,
        with_bar(actual, length=len(here.deployed), label="repositories"),
        policies=here.policies,
        policy_name=PolicyNames(here.catalog, here.policies).name,
        places=repository_places(read_catalog_text(here.path), file=str(here.path)),
    )
    if drift_only:
        findings = tuple(found for found in findings if found.code not in _POSTURE)
    place = here.environment
    about = {"environment": place.name, "account": place.account, "region": place.region}
    echo_report(findings, checked=len(here.deployed), noun="repository", output=output, about=about)
    end_of_findings(findings, strict=True, output=output)
