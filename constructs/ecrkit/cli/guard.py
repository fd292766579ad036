"""``ecrkit guard``: refuses a deploy that would replace or delete a repository."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.cli.arguments.options import output_option
from ecrkit.cli.console.endings import consent_hint, end, first_lines
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.cli.console.reports import guard_document, guard_line
from ecrkit.deployment.guard import (
    Allowances,
    GuardFinding,
    Stack,
    acknowledge,
    compare,
    read_assembly,
    read_baseline,
    refused,
    with_deployed_parameters,
)
from ecrkit.documents.nearest import near
from ecrkit.documents.terminal import write_command, write_document
from ecrkit.errors import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["guard"]


@click.command("guard", short_help="Refuse a deploy that would lose images.")
@click.argument("assembly", metavar="CDK_OUT", type=click.Path(path_type=Path))
@click.option(
    "--baseline",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Compare with another cdk.out, or with a folder of *.template.json.",
)
@click.option("--deployed", is_flag=True, help="Compare with the deployed stacks.")
@click.option(
    "--allow",
    "allowed",
    metavar="NAME",
    multiple=True,
    help="Repository, logical ID or stack whose findings to allow; STACK/NAME for one stack only. "
    "NAME,until=DATE,owner=TEAM until that day. May be given several times.",
)
@click.option("--profile", help="AWS profile to use, for --deployed.")
@click.option("--region", help="AWS Region of stacks without one, for --deployed.")
@output_option("markdown", "github")
def guard(  # noqa: PLR0913 - a parameter per option
    *,
    assembly: Path,
    baseline: Path | None,
    deployed: bool,
    allowed: tuple[str, ...],
    profile: str | None,
    region: str | None,
    output: str,
) -> None:
    """
    Refuse a deploy that would replace, delete or orphan repositories.

    CDK_OUT is the output of `cdk synth`. New repositories, and changes that CloudFormation makes in place, are
    fine. A changed lifecycle policy, repository policy or scan setting is a note. For every other change,
    reports what CloudFormation would do, and how to make the change safely; docs/concepts/guard.md lists
    these changes.

    Exits with 1 if --allow does not cover every error. Notes never fail the command.

    \b
    Examples:
      ecrkit guard cdk.out --deployed
      ecrkit guard cdk.out --baseline main/cdk.out --allow payments/api
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    if deployed == (baseline is not None):
        raise click.UsageError("pass either '--baseline DIR' or '--deployed'")
    if not deployed and (profile or region):
        raise click.UsageError("'--profile' and '--region' need '--deployed'")
    allowances = Allowances(allowed, has_globs=False, today=datetime.now(UTC).date())
    new = read_assembly(assembly)
    old = read_baseline(baseline) if baseline else _deployed(new, profile=profile, region=region)
    if deployed:
        new = with_deployed_parameters(new, old)
    findings, useless = acknowledge(compare(old, new), allowances)
    summary = _summary(old, findings, deployed=deployed)
    if output == "markdown":
        from ecrkit.cli.review.markdown import guard_markdown  # noqa: PLC0415 - loads the catalog and the preview

        write_document(guard_markdown(findings, summary=summary))
    else:
        _echo(findings, output=output)
    if output == "text":
        echo(summary, err=True)
    for each in allowances.expired:
        echo(f"warning: --allow {each.name}: {each.obituary}; fix the cause, or pass a later day", err=True)
    for name in useless:
        echo(f"warning: --allow {name}: no finding has that name; {_advice(name, findings)}", err=True)
    errors = [guard_line(found) for found in refused(findings)]
    end([summary, *first_lines(errors, noun="finding")] if errors else [], are_told=output == "text")


def _deployed(new: Sequence[Stack], *, profile: str | None, region: str | None) -> tuple[Stack, ...]:
    from ecrkit.aws.client import connect  # noqa: PLC0415 - loads boto3
    from ecrkit.aws.templates import deployed_stacks  # noqa: PLC0415 - as above

    # The AWS CLI reads this variable, and boto3 does not.
    aws = connect(profile=profile, region=region or os.environ.get("AWS_REGION"), needs_region=False)
    return deployed_stacks(new, aws.session, config=aws.config)


def _echo(findings: Iterable[GuardFinding], *, output: str) -> None:
    if output == "json":
        echo_json({"findings": [guard_document(found) for found in findings]})
        return
    for found in findings:
        if output == "github":
            allowed = " (allowed)" if found.is_allowed else ""
            is_notice = found.is_allowed or found.severity is Severity.NOTE
            command = "notice" if is_notice else found.severity.value
            write_command(command, f"{found.place}: {found.text}{allowed}", title=found.code)
        else:
            echo(*guard_line(found))


def _summary(old: Sequence[Stack], findings: Sequence[GuardFinding], *, deployed: bool) -> str:
    errors = refused(findings)
    counts = {
        "allowed": sum(found.is_allowed for found in findings),
        "note": sum(found.severity is Severity.NOTE for found in findings),
    }
    more = f", {counts['allowed']} allowed" if counts["allowed"] else ""
    more += f", {count_of(counts['note'], 'note')}" if counts["note"] else ""
    # Rules that send events are no resources of ECR; what becomes of them is a note.
    number = sum(not (resource.unread or resource.is_event) for stack in old for resource in stack.resources)
    if not number and not findings:
        if deployed:
            return "first deploy: everything is new" if not old else "no ECR resource is deployed: everything is new"
        return "the baseline has no ECR resource: everything is new"
    compared = count_of(number, "resource")
    if not errors and not number:
        return f"{compared} compared{more}"
    if not errors:
        else_ = "else " if counts["allowed"] else ""
        return f"{compared} compared: nothing {else_}would be replaced or removed{more}"
    hint = consent_hint(list(dict.fromkeys(found.name for found in errors)))
    return f"{compared} compared: {count_of(len(errors), 'error')}{more}; {hint}"


def _advice(name: str, findings: Iterable[GuardFinding]) -> str:
    nearest = near(name, {found.name for found in findings if found.severity is Severity.ERROR})
    return f"did you mean {nearest[0]}?" if nearest else "remove it"
