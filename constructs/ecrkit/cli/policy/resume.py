"""``ecrkit policy resume``: restores suspended lifecycle policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ecrkit.aws.concurrency import in_order
from ecrkit.aws.deployed_templates import TemplateReader
from ecrkit.aws.repositories import lifecycle_policy_text
from ecrkit.aws.stacks import StackFinder, resource_tags
from ecrkit.cli.arguments.options import (
    aws_options,
    catalog_options,
    confirmed,
    dry_run_option,
    output_option,
    yes_option,
)
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.cli.policy.suspended import (
    NO_POLICY,
    Replacement,
    change_saved,
    choose,
    put_each,
    raise_failures,
    read_saved,
    suspend_options,
)
from ecrkit.deployment.suspensions import policy_mark, suspension_in
from ecrkit.errors import EcrkitError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from ecrkit.aws.repositories import DeployedRepository
    from ecrkit.cli.policy.suspended import Chosen
    from ecrkit.deployment.suspensions import SavedPolicies, Suspension

__all__ = ["resume"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """
    What happens to one repository.

    Attributes:
        name: its name.
        suspended: text of the suspended policy; ``None`` if nothing is restored.
        original: the text to restore; ``None`` if nothing is restored.
        source: where the text is from.
        skipped: why nothing has to be done; empty otherwise.
        refusal: why it is refused; empty otherwise.
    """

    name: str
    suspended: str | None = None
    original: str | None = None
    source: str = ""
    skipped: str = ""
    refusal: str = ""


@click.command("resume", short_help="Restore suspended lifecycle policies.")
@click.argument("repositories", metavar="[REPOSITORY]...", nargs=-1)
@click.option(
    "--original", is_flag=True, help="Restore the replaced policy even if the catalog now declares another one."
)
@suspend_options
@dry_run_option("Show which policies would be restored, and change nothing.")
@yes_option
@catalog_options
@aws_options
@output_option()
def resume(  # noqa: PLR0913 - one parameter per option
    repositories: tuple[str, ...],
    *,
    original: bool,
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
    Restore the suspended lifecycle policies of each REPOSITORY, or of an environment.

    REPOSITORY is a name, a URI, or a quoted pattern such as 'team/*'. Restores exactly the policy that `ecrkit policy
    suspend` replaced. Reads it from the file that this command wrote. Without the file, reads it from the catalog or
    the deployed template, if they have the same policy.

    Exits with 1, and restores nothing, if the catalog has changed the policy (deploy it, or pass --original), or if
    somebody has changed the suspended policy.

    \b
    Examples:
      ecrkit policy resume my-app
      ecrkit policy resume --environment prod --dry-run
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    chosen = choose(
        repositories, environment=environment, catalog=catalog, policies=policies, profile=profile, region=region
    )
    path = state or chosen.state
    saved = read_saved(path)
    planner = _Planner(chosen, saved, path, ignores_catalog=original)
    plans = list(in_order(planner.plan, chosen.repositories))
    _tell(plans)
    replacements = [
        Replacement(name=plan.name, before=plan.suspended, after=plan.original)
        for plan in plans
        if plan.suspended and plan.original
    ]
    failures: dict[str, EcrkitError] = {}
    if replacements and not dry_run:
        if not confirmed(f"Restore {count_of(len(replacements), 'lifecycle policy')}?", yes=yes):
            raise RefusedError("nothing restored")
        failures = put_each(
            chosen.ecr, replacements, done=lambda name: echo(f"restored: {name}") if output != "json" else None
        )
        _note(path, {one.name for one in replacements if one.name in saved.texts} - failures.keys())
    if output == "json":
        echo_json({"repositories": [_document(plan, failures.get(plan.name)) for plan in plans], "dryRun": dry_run})
    elif dry_run:
        for one in replacements:
            echo(f"would be restored: {one.name}")
    raise_failures(failures, number=len(replacements), verb="restored")


def _note(path: Path, names: Collection[str]) -> None:
    """Note in the state file what has its policy back; a file that cannot be written stops nothing."""
    if not names:
        return
    try:
        # Another command may have saved more since this one read it.
        change_saved(path, lambda saved: saved.with_restored(names))
    except EcrkitError as error:
        echo(f"the policies are restored, but the state file does not say so: {error}", err=True)


def _tell(plans: Sequence[_Plan]) -> None:
    """Say what happens to each; raise if one is refused."""
    for plan in plans:
        if plan.skipped:
            echo(f"{plan.name}: {plan.skipped}, skipped", err=True)
        elif plan.original:
            echo(f"{plan.name}: to be restored from the {plan.source}", err=True)
    if refusals := [f"{plan.name}: {plan.refusal}" for plan in plans if plan.refusal]:
        raise RefusedError("\n".join(refusals))


class _Planner:
    """
    Decides what happens to each repository; threads may share it.

    Args:
        chosen: what the command works on.
        saved: the replaced policies.
        path: where these are from.
        ignores_catalog: whether it makes no difference that the catalog changed.
    """

    def __init__(self, chosen: Chosen, saved: SavedPolicies, path: Path, *, ignores_catalog: bool) -> None:
        self._chosen = chosen
        self._saved = saved
        self._path = path
        self._ignores_catalog = ignores_catalog
        cloudformation = chosen.aws.cloudformation()
        names = {one.name for one in chosen.repositories}
        self._stacks = StackFinder(cloudformation)
        self._templates = TemplateReader(
            cloudformation, account=chosen.account, region=chosen.aws.region, repositories=names
        )

    def plan(self, repository: DeployedRepository) -> _Plan:
        """Decide about one."""
        name = repository.name
        text = lifecycle_policy_text(self._chosen.ecr, name)
        suspension = suspension_in(text)
        if suspension is None:
            return self._not_suspended(name, text)
        if not self._ignores_catalog and self._is_changed(name, suspension):
            return _Plan(
                name=name,
                refusal="the catalog changed its lifecycle policy while it was suspended; deploy the new one, or pass "
                "--original to restore the old one",
            )
        for source, candidate in self._candidates(repository):
            if candidate is not None and policy_mark(candidate) == suspension.original:
                return _Plan(name=name, suspended=text, original=candidate, source=source)
        return _Plan(
            name=name,
            refusal=f"the replaced policy is not in {self._path.as_posix()}, the catalog or the deployed template; run "
            "this in the directory where it was suspended, or pass the file with --state",
        )

    def _not_suspended(self, name: str, text: str | None) -> _Plan:
        saved = self._saved.texts.get(name)
        if text is not None and saved is not None and policy_mark(saved) == policy_mark(text):
            return _Plan(name=name, skipped="already restored")
        if saved is not None and text is not None and self._is_declared(name, text):
            # A deploy has ended the suspension.
            return _Plan(name=name, skipped="has the lifecycle policy that the catalog declares")
        if (saved is not None and name not in self._saved.restored) or "ecrkit-suspended" in (text or ""):
            return _Plan(
                name=name,
                refusal="somebody changed its suspended lifecycle policy; compare it with the catalog: `ecrkit audit`",
            )
        if text is None:
            return _Plan(name=name, skipped="has no lifecycle policy")
        if name in self._chosen.named:
            return _Plan(
                name=name, refusal="its lifecycle policy is not suspended; `ecrkit audit` lists those that are"
            )
        return _Plan(name=name, skipped="not suspended")

    def _is_declared(self, name: str, text: str) -> bool:
        declared = self._chosen.declared.texts.get(name) if self._chosen.declared else None
        return declared is not None and policy_mark(declared) == policy_mark(text)

    def _is_changed(self, name: str, suspension: Suspension) -> bool:
        declared = self._chosen.declared
        if declared is None:
            return False
        if suspension.declared == "unknown":
            # The suspension was made without a catalog: the catalog should then still declare the replaced policy.
            return name in declared.texts and declared.mark(name) != suspension.original
        return declared.mark(name) != suspension.declared

    def _candidates(self, repository: DeployedRepository) -> Iterator[tuple[str, str | None]]:
        yield "state file", self._saved.texts.get(repository.name)
        declared = self._chosen.declared
        if declared and declared.mark(repository.name) != NO_POLICY:
            yield "catalog", declared.texts[repository.name]
        resource = self._stacks.resource_by(resource_tags(self._chosen.ecr, repository.arn), repository.name)
        template = self._templates.repository(repository.name, resource) if resource else None
        yield "deployed template", template.lifecycle_policy_text if template else None


def _document(plan: _Plan, failure: EcrkitError | None) -> dict[str, object]:
    if failure:
        return {"repositoryName": plan.name, "status": "failed", "error": str(failure)}
    if plan.skipped:
        return {"repositoryName": plan.name, "status": plan.skipped}
    return {"repositoryName": plan.name, "status": "restore", "source": plan.source}
