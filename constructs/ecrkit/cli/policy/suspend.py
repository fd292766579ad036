"""``ecrkit policy suspend``: replaces deployed lifecycle policies with one that acts on nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ecrkit.aws.concurrency import in_order
from ecrkit.aws.repositories import lifecycle_policy_text
from ecrkit.cli.arguments.options import (
    aws_options,
    catalog_options,
    confirmed,
    dry_run_option,
    output_option,
    yes_option,
)
from ecrkit.cli.arguments.policies import DURATION
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.cli.policy.suspended import (
    Replacement,
    change_saved,
    choose,
    put_each,
    raise_failures,
    suspend_options,
)
from ecrkit.deployment.policies import read_deployed_policy
from ecrkit.deployment.suspensions import MAX_REASON, Suspension, policy_mark, suspension_in
from ecrkit.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta
    from pathlib import Path

    from ecrkit.cli.policy.suspended import Chosen
    from ecrkit.errors import EcrkitError

__all__ = ["suspend"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """
    What happens to one repository.

    Attributes:
        name: its name.
        before: the text of its lifecycle policy; ``None`` without one.
        suspension: what replaces it; ``None`` if nothing has to be done.
        status: ``suspend``, ``change``, ``unchanged`` or ``no lifecycle policy``.
    """

    name: str
    before: str | None
    suspension: Suspension | None
    status: str


@click.command("suspend", short_help="Suspend deployed lifecycle policies in an emergency.")
@click.argument("repositories", metavar="[REPOSITORY]...", nargs=-1)
@click.option("--reason", required=True, metavar="TEXT", help="Reason to record in the suspended policy.")
@click.option(
    "--for", "period", type=DURATION, help="Time after which `ecrkit audit` reports it as overdue: 12h, 7d or 2w."
)
@suspend_options
@dry_run_option("Show which policies would be suspended, and change nothing.")
@yes_option
@catalog_options
@aws_options
@output_option()
def suspend(  # noqa: PLR0913 - one parameter per option
    repositories: tuple[str, ...],
    *,
    reason: str,
    period: timedelta | None,
    environment: str | None,
    state: Path | None,
    dry_run: bool,
    yes: bool,
    catalog: Path | None,
    policies: Path | None,
    profile: str | None,
    region: str | None,
    output: str,
) -> None:
    """
    Suspend the lifecycle policies of each REPOSITORY, or of an environment.

    REPOSITORY is a name, a URI, or a quoted pattern such as 'team/*'. Saves the deployed policy in a file, and replaces
    it with one that acts on no image. The new policy records who suspended the old one, why and until when;
    `ecrkit audit` reports it. `ecrkit policy resume` restores the saved policy; this never happens automatically. To
    change the reason or the end, suspend again.

    Expired images are lost. ECR applies policies within 24 hours: images that were due may still expire.
    CloudFormation puts the policy of its template back when it updates a repository, even if only a tag changes.

    \b
    Examples:
      ecrkit policy suspend my-app --reason "releases expired" --for 7d
      ecrkit policy suspend 'payments/*' --reason "incident 42" --dry-run
      ecrkit policy suspend --environment prod --reason "incident 42" --yes
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    reason = _checked(reason)
    chosen = choose(
        repositories,
        environment=environment,
        catalog=catalog,
        policies=policies,
        profile=profile,
        region=region,
        needs_catalog=False,
    )
    now = datetime.now(UTC).replace(microsecond=0)
    model = Suspension(
        reason=reason, by=chosen.aws.caller(), since=now, until=now + period if period else None, original=""
    )
    plans = list(in_order(lambda one: _plan(chosen, one.name, model), chosen.repositories))
    changes = [plan for plan in plans if plan.suspension]
    for plan in plans:
        echo(_line(plan), err=True)
    path = state or chosen.state
    failures: dict[str, EcrkitError] = {}
    if changes and not dry_run:
        question = f"Suspend {count_of(len(changes), 'lifecycle policy')} {model.end}?"
        if not confirmed(question, yes=yes):
            raise RefusedError("nothing suspended")
        _save(path, changes)
        replacements = [
            Replacement(name=plan.name, before=plan.before, after=plan.suspension.text)
            for plan in changes
            if plan.before and plan.suspension
        ]
        failures = put_each(
            chosen.ecr, replacements, done=lambda name: echo(f"suspended: {name}") if output != "json" else None
        )
    if output == "json":
        _echo_document(plans, failures, model=model, path=path, dry_run=dry_run)
    elif dry_run:
        for plan in changes:
            echo(f"would be suspended: {plan.name}")
    if changes and not dry_run:
        echo(f"the replaced policies are in {path.as_posix()}", err=True)
        echo("expired images are lost; images that were due may still expire within 24 hours", err=True)
        echo("a deploy that changes a repository ends its suspension, whatever it changes", err=True)
    raise_failures(failures, number=len(changes), verb="suspended")


def _checked(reason: str) -> str:
    text = " ".join(reason.split())
    if not text or not text.isprintable():
        raise click.UsageError(f"--reason: must be a text, got {reason!r}")
    if len(text) > MAX_REASON:
        raise click.UsageError(f"--reason: must have at most {MAX_REASON} characters, got {len(text)}")
    return text


def _plan(chosen: Chosen, name: str, model: Suspension) -> _Plan:
    text = lifecycle_policy_text(chosen.ecr, name)
    if text is None:
        return _Plan(name=name, before=None, suspension=None, status="no lifecycle policy")
    present = suspension_in(text)
    if present is None:
        declared = chosen.declared.mark(name) if chosen.declared else "unknown"
        suspension = replace(model, original=policy_mark(text), declared=declared)
        return _Plan(name=name, before=text, suspension=suspension, status="suspend")
    if present.reason == model.reason and (present.until == model.until or (present.until and not model.until)):
        return _Plan(name=name, before=text, suspension=None, status="unchanged")
    # A later resume must restore the policy that the first suspension replaced.
    changed = replace(present, reason=model.reason, by=model.by, until=model.until)
    return _Plan(name=name, before=text, suspension=changed, status="change")


def _line(plan: _Plan) -> str:
    match plan.status:
        case "suspend":
            policy = read_deployed_policy(plan.before or "").policy
            rules = count_of(len(policy.rules), "rule") if policy else "a policy that ecrkit cannot read"
            return f"{plan.name}: {rules}, to be suspended"
        case "change" if plan.suspension:
            return f"{plan.name}: suspended since {plan.suspension.since:%Y-%m-%d %H:%M} UTC, to be changed"
        case "unchanged":
            return f"{plan.name}: suspended already, skipped"
        case _:
            return f"{plan.name}: has no lifecycle policy, skipped"


def _save(path: Path, plans: Sequence[_Plan]) -> None:
    """Save what is replaced, before it is."""
    new = {plan.name: plan.before for plan in plans if plan.status == "suspend" and plan.before}
    if new:
        change_saved(path, lambda saved: saved.with_policies(new))


def _echo_document(
    plans: Sequence[_Plan], failures: Mapping[str, EcrkitError], *, model: Suspension, path: Path, dry_run: bool
) -> None:
    def document(plan: _Plan) -> dict[str, object]:
        error = {"error": str(failures[plan.name])} if plan.name in failures else {}
        return {"repositoryName": plan.name, "status": "failed" if error else plan.status, **error}

    echo_json(
        {
            "repositories": [document(plan) for plan in plans],
            "reason": model.reason,
            "until": model.until.isoformat() if model.until else None,
            "stateFile": path.as_posix(),
            "dryRun": dry_run,
        }
    )
