"""``ecrkit adopt``: repositories and registry-wide settings that exist, into the catalog."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.aws.actual import actual_repositories
from ecrkit.aws.registry import read_registry
from ecrkit.aws.repositories import repository_of
from ecrkit.aws.stacks import StackFinder, setting_owners
from ecrkit.catalog import read_catalog_text
from ecrkit.cli.adopt.report import AdoptionReport
from ecrkit.cli.arguments.environment import environment_option, look_around
from ecrkit.cli.arguments.options import (
    aws_options,
    catalog_options,
    confirmed,
    dry_run_option,
    output_option,
    repository_named,
    yes_option,
)
from ecrkit.cli.console.collector import without_collector
from ecrkit.cli.console.endings import end, first_lines
from ecrkit.cli.console.interrupts import tidy_end
from ecrkit.cli.console.output import count_of, echo
from ecrkit.cli.console.progress import with_bar
from ecrkit.deployment.adoption import (
    Adopter,
    published_in,
    resource_mappings,
    setting_mappings,
    write_adopted,
    write_mapping,
)
from ecrkit.deployment.audit.registry_facts import unread_settings
from ecrkit.errors import EcrkitError, RefusedError
from ecrkit.registry.settings.deployed import ACCOUNT_SETTINGS, declared_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ecrkit.aws.repositories import DeployedRepository
    from ecrkit.cli.arguments.environment import Surroundings
    from ecrkit.deployment.adoption import Adopted
    from ecrkit.deployment.audit import ActualRepository
    from ecrkit.registry.settings.deployed import RegistrySetting

__all__ = ["adopt"]

_BATCH = 1000
"""So many repositories are written at once with --yes: what an interruption costs."""


@click.command("adopt", short_help="Add existing repositories to the catalog.")
@click.argument("names", metavar="[NAME…]", nargs=-1)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Adopt every repository and every registry-wide setting that is in no stack and no catalog.",
)
@click.option("--registry", is_flag=True, help="Adopt registry-wide settings.")
@environment_option
@click.option(
    "--resource-mapping",
    "mappings",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Directory for the files of `cdk import --resource-mapping`.  [default: cdk-import next to the catalog]",
)
@click.option(
    "--into",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the new entries; the catalog must include it.  [default: the catalog]",
)
@dry_run_option("Show what would be written, and write nothing.")
@yes_option
@catalog_options
@aws_options
@output_option()
@without_collector()
def adopt(  # noqa: PLR0913 - one parameter per option
    names: tuple[str, ...],
    *,
    everything: bool,
    registry: bool,
    environment: str | None,
    mappings: Path | None,
    into: Path | None,
    dry_run: bool,
    yes: bool,
    catalog: Path | None,
    policies: Path | None,
    profile: str | None,
    region: str | None,
    output: str,
) -> None:
    """
    Declare existing repositories as they are, so that CloudFormation can import them.

    Adds entries to the catalog and keeps the rest of the file as it is. Publishes lifecycle policies in the
    store; repositories with the same policy share one version. Writes resource mappings for `cdk import`,
    and prints the next steps. Only reads from AWS. Skips repositories that are already declared, so you can run it
    again after an interruption.

    With --all or --registry, also adopts registry-wide settings: scanning, replication, the registry policy,
    pull-through caches, creation templates, signing, pull-time exclusions and account settings. Writes them under
    `registry` of the catalog, or of the environment if the catalog has several.

    Exits with 1 if a repository or setting cannot be declared exactly as it is. Skips it, and adopts the others.

    \b
    Examples:
      ecrkit adopt web payments/api --dry-run
      ecrkit adopt --all --environment prod --yes
      ecrkit adopt payments/api --into teams/payments.yaml
      ecrkit adopt --registry --dry-run
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    if (names and everything) or not (names or everything or registry):
        raise click.UsageError("name repositories, or pass --all")
    if not (yes or dry_run or sys.stdin.isatty()):
        raise click.UsageError(
            "not a terminal, cannot ask; pass --yes to proceed, or --dry-run to see what would be written"
        )
    here = look_around(catalog, policies, environment=environment, profile=profile, region=region)
    published_in(here.store)
    run = _Run(here, AdoptionReport(here.environment, dry_run=dry_run, output=output), mappings, into=into)
    candidates = run.candidates(names) if names or everything else []
    if len(candidates) > _BATCH:
        run.adopter.check_room(repository.name for repository in candidates)
    ecr = here.aws.ecr()
    actual = actual_repositories(ecr, candidates, stacks=StackFinder(here.aws.cloudformation()))
    there = with_bar(actual, length=len(candidates), label="repositories")
    if everything:
        there = run.report.without_those_of_stacks(there, run.adopter.stacks)
    settings = run.settings() if everything or registry else []
    if yes and not dry_run:
        with tidy_end():
            run.adopt_settings(settings)
            run.in_batches(there)
    else:
        run.at_once(list(there), settings, dry_run=dry_run)
    run.report.echo(run.mappings())
    end(first_lines(run.report.refusals(), noun="reason"), are_told=output == "text")


class _Run:
    """
    One run over the repositories of an environment.

    Args:
        here: what it works on.
        report: of what is done.
        mappings: directory of the resource mappings, if one was given.
        into: included file for the new entries, if one was given.
    """

    def __init__(self, here: Surroundings, report: AdoptionReport, mappings: Path | None, *, into: Path | None) -> None:
        self._here = here
        self._owners: dict[tuple[str, str], str] = {}
        self._mappings = mappings or here.path.parent / "cdk-import"
        self.report = report
        self.adopter = Adopter(
            read_catalog_text(here.path),
            file=str(here.path),
            policies=here.policies,
            environment=here.environment.name,
            into=into.as_posix() if into else None,
        )

    def candidates(self, names: Sequence[str]) -> list[DeployedRepository]:
        """Find what is to be adopted: *names*, or whatever is there; not what is declared already."""
        deployed = {repository.name: repository for repository in self._here.deployed}
        declared = {str(entry.name) for entry in self._here.environment.repositories}
        references = {str(found.repository): found for found in map(repository_named, names)}
        wanted = list(references) or list(deployed)
        self.report.declared += [name for name in wanted if name in deployed and name in declared]
        ecr = self._here.aws.ecr()
        return [
            # What is not there, or in another registry, is told as every command tells it.
            repository_of(ecr, references[name]) if name in references else deployed[name]
            for name in wanted
            if name not in declared or name not in deployed
        ]

    def mappings(self) -> dict[str, str]:
        """Tell where the resource mapping of each stack is that takes over a repository."""
        stacks = [
            *resource_mappings(self._here.environment, self.report.names),
            *setting_mappings(self.report.settings),
        ]
        return {stack: str(self._mappings / f"{stack}.json") for stack in stacks}

    def settings(self) -> list[RegistrySetting]:
        """Read the registry-wide settings that somebody made, and find the stacks that have them."""
        environment = self._here.environment
        actual = read_registry(self._here.aws.ecr(), declared=declared_keys(environment.registry))
        self.report.unread += unread_settings(actual, doing="adopted")
        self.report.replicates_deletions = any(rule.replicates_deletions for rule in actual.replication)
        settings = [one for one in actual.settings if one.key == ACCOUNT_SETTINGS or not one.is_default]
        cloudformation = self._here.aws.cloudformation()
        self._owners = setting_owners(cloudformation, settings, account=environment.account)
        return settings

    def adopt_settings(self, settings: Sequence[RegistrySetting]) -> None:
        """Adopt registry-wide settings, and write them."""
        if settings:
            self._finish(self.adopter.adopt_registry(settings, owners=self._owners))

    def in_batches(self, repositories: Iterable[ActualRepository]) -> None:
        """Adopt as they are read, some at a time; of an interrupted run, what was read before is adopted."""
        batch: list[ActualRepository] = []
        failure: EcrkitError | KeyboardInterrupt | None = None
        repositories = iter(repositories)
        while failure is None:
            try:
                batch.append(next(repositories))
            except StopIteration:
                break
            except (EcrkitError, KeyboardInterrupt) as error:
                failure = error
            if len(batch) == _BATCH:
                self._adopt(batch)
                batch = []
        self._adopt(batch)
        if failure:
            echo(f"{count_of(len(self.report.names), 'repository')} adopted before this error", err=True)
            raise failure

    def at_once(
        self, repositories: Sequence[ActualRepository], settings: Sequence[RegistrySetting], *, dry_run: bool
    ) -> None:
        """Show everything, and write it if that is agreed to."""
        adopted = self.adopter.adopt(repositories)
        if settings:
            adopted = adopted.then(self.adopter.adopt_registry(settings, owners=self._owners))
        self.report.echo_diff(adopted, catalog=self._here.path, store=self._here.store)
        if (adopted.names or adopted.settings) and not dry_run:
            counts = (
                *([count_of(len(adopted.names), "repository")] if adopted.names else []),
                *([count_of(len(adopted.settings), "registry-wide setting")] if adopted.settings else []),
            )
            if not confirmed(f"Write these changes, and adopt {' and '.join(counts)}?", yes=False):
                raise RefusedError("nothing written")
            self._write(adopted)
        self.report.add(adopted)

    def _adopt(self, repositories: Sequence[ActualRepository]) -> None:
        self._finish(self.adopter.adopt(repositories))

    def _finish(self, adopted: Adopted) -> None:
        self.report.echo_diff(adopted, catalog=self._here.path, store=self._here.store)
        if adopted.names or adopted.settings:
            self._write(adopted)
        self.report.add(adopted)

    def _write(self, adopted: Adopted) -> None:
        # Before the catalog: `cdk import` passes over what it maps and no template has.
        repositories = resource_mappings(self._here.environment, adopted.names)
        for stack, mapping in {**repositories, **setting_mappings(adopted.settings)}.items():
            write_mapping(self._mappings / f"{stack}.json", mapping)
        write_adopted(adopted, catalog=self._here.path, store=self._here.store)
