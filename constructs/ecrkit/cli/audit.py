"""``ecrkit audit``: deployed repositories compared with the catalog and the deployed templates."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

import click

from ecrkit.aws.actual import actual_repositories
from ecrkit.aws.deployed_templates import TemplateReader
from ecrkit.aws.observations import ImageObserver
from ecrkit.aws.registry import read_registry
from ecrkit.aws.stacks import StackFinder
from ecrkit.catalog import read_catalog_text
from ecrkit.catalog.locations import registry_places, repository_places
from ecrkit.catalog.template import registry_stack_name, stack_name
from ecrkit.cli.arguments.completions import DIRECTORY
from ecrkit.cli.arguments.environment import environment_option, look_around
from ecrkit.cli.arguments.options import aws_options, catalog_options, output_option
from ecrkit.cli.console.endings import end_of_findings
from ecrkit.cli.console.output import count_of, echo
from ecrkit.cli.console.progress import with_bar
from ecrkit.cli.console.reports import echo_report
from ecrkit.deployment.audit import audit as audited
from ecrkit.deployment.audit.limits import DEFAULT_QUOTA_IMAGES, AuditLimits
from ecrkit.deployment.audit.registry_facts import registry_document, unchecked_settings
from ecrkit.deployment.audit.sharing import repeated_layers
from ecrkit.deployment.policies import PolicyNames
from ecrkit.deployment.suspensions import suspension_in
from ecrkit.errors import Severity, first_names, in_file_order, pointer_to
from ecrkit.images.inventory.sources import inventories_in
from ecrkit.lifecycle import RULEBOOK
from ecrkit.preview.layers import shared_layers
from ecrkit.registry.posture import POSTURE_RULEBOOK
from ecrkit.registry.rulebook import ACCESS_RULEBOOK
from ecrkit.registry.settings.deployed import declared_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from ecrkit.catalog import Environment
    from ecrkit.deployment.actual import ActualRepository
    from ecrkit.images.inventory.values import Inventory
    from ecrkit.preview.layers import SharedLayers

__all__ = ["audit"]

_POSTURE = frozenset(check.code for check in (*POSTURE_RULEBOOK, *ACCESS_RULEBOOK, *RULEBOOK))


@click.command("audit", short_help="Compare deployed repositories with the catalog.")
@environment_option
@click.option("--drift-only", is_flag=True, help="Report drift only.")
@click.option(
    "--max-scan-age",
    metavar="DAYS",
    type=click.IntRange(min=1),
    help="Maximum age in days of the last scan of a tagged image.  [default: any age]",
)
@click.option(
    "--quota-images",
    metavar="N",
    type=click.IntRange(min=1),
    default=DEFAULT_QUOTA_IMAGES,
    show_default=True,
    help="Quota of images per repository; the audit warns at 90 %.",
)
@click.option(
    "--images",
    "inventory",
    metavar="DIR",
    type=DIRECTORY,
    help="Inventory from `images inventory --layers`; reports layers that several repositories store.",
)
@catalog_options
@aws_options
@output_option("sarif")
def audit(  # noqa: PLR0913 - one parameter per option
    *,
    environment: str | None,
    drift_only: bool,
    max_scan_age: int | None,
    quota_images: int,
    inventory: str | None,
    catalog: Path | None,
    policies: Path | None,
    profile: str | None,
    region: str | None,
    output: str,
) -> None:
    """
    Compare deployed repositories with the catalog.

    Reports drift: changed settings, policies edited by hand, and missing or undeclared repositories. Compares a
    repository with the deployed template of its stack, if it has one. A catalog change that is not deployed yet is a
    note.

    Compares all registry-wide settings, too: scanning, replication, the registry policy, pull-through caches, creation
    templates, signing, pull-time exclusions and account settings. One note lists the settings that the catalog omits.

    Also reports insecure settings, declared or not: access for everyone, tags that can be overwritten, no scan on
    push, no lifecycle policy. Warns about suspended lifecycle policies, policies that ECR has not evaluated for days,
    and repositories near the quota of images. Notes replication rules that delete replicas, too. With --images, notes
    layers that several repositories store.

    Changes that AWS services make themselves, for example the statement that Lambda adds to a repository policy, are
    not reported. Skips repositories that belong to a stack outside the catalog or that a pull-through cache of the
    catalog created, unless they give access to everyone. Changes nothing.

    Exits with 1 if a finding is not silenced in the catalog; notes do not count.

    \b
    Examples:
      ecrkit audit
      ecrkit audit --environment prod --drift-only --output sarif -o audit.sarif
      ecrkit audit --max-scan-age 30
      ecrkit audit --images images
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    if inventory and drift_only:
        raise click.UsageError("--images reports shared layers, which are not drift; omit --drift-only")
    here = look_around(catalog, policies, environment=environment, profile=profile, region=region)
    place = here.environment
    shared, without_layers = _shared_layers(inventory, place) if inventory else (None, {})
    ecr, cloudformation = here.aws.ecr(), here.aws.cloudformation()
    images = None if drift_only else ImageObserver(ecr, reads_scans=max_scan_age is not None)
    declared = {str(entry.name) for entry in place.repositories}
    stacks = [stack_name(place.name, shard, shards=place.shards) for shard in range(place.shards)]
    templates = TemplateReader(
        cloudformation, account=place.account, region=place.region, repositories=declared, stacks=stacks
    )
    settings_stack = registry_stack_name(place.name)
    registry = replace(
        read_registry(ecr, declared=declared_keys(place.registry)), template=templates.settings(settings_stack)
    )
    facts = _Facts(declared)
    actual = actual_repositories(
        ecr, here.deployed, stacks=StackFinder(cloudformation), templates=templates, images=images
    )
    text = read_catalog_text(here.path)
    missing = declared - {repository.name for repository in here.deployed}
    places = repository_places(text, file=str(here.path))
    findings = audited(
        place,
        facts.collect(with_bar(actual, length=len(here.deployed), label="repositories")),
        policies=here.policies,
        policy_name=PolicyNames(here.catalog, here.policies).name,
        places=places,
        stacks=_repositories_by_stack(stacks, templates) if missing else {},
        limits=AuditLimits(now=datetime.now(UTC), quota_images=quota_images, max_scan_age=max_scan_age),
        replication=() if drift_only else registry.replication,
        registry=registry,
        registry_places=registry_places(text, file=str(here.path), environment=place.name),
    )
    if shared:
        where = replace(places[""], pointer=pointer_to("environments", place.name))
        findings = in_file_order([*findings, *repeated_layers(shared, location=where)])
    if drift_only:
        findings = tuple(found for found in findings if found.code not in _POSTURE)
    unchecked = [*facts.unchecked(templates.problems), *_unchecked_images(images)]
    if inventory and shared is None:
        unchecked.append(f"shared layers: not checked, {inventory} has no layers of this environment")
    elif without_layers:
        images_of = f"{count_of(sum(without_layers.values()), 'image')} of {first_names(sorted(without_layers))}"
        unchecked.append(f"shared layers: {images_of}: not checked, {inventory} does not have their layers")
    unchecked += unchecked_settings(
        registry,
        place.registry,
        stack=settings_stack,
        problem=templates.problems.get(settings_stack),
        reports_deletions=not drift_only,
    )
    if place.public_repositories:
        public = count_of(len(place.public_repositories), "public repository")
        unchecked.append(f"{public}: not checked, the audit reads private repositories only")
    about = {
        "environment": place.name,
        "account": place.account,
        "region": place.region,
        "repositories": facts.documents,
        "registry": registry_document(registry, stack=settings_stack),
        "notChecked": unchecked,
        "sharedLayers": None if shared is None else [_shared_document(each) for each in shared],
    }
    if output != "json":
        for line in unchecked:
            echo(line, err=True)
    echo_report(findings, checked=len(here.deployed), noun="repository", output=output, about=about)
    failing = [found for found in findings if found.severity is not Severity.NOTE]
    end_of_findings(failing, strict=True, output=output)


def _shared_layers(inventory: str, place: Environment) -> tuple[tuple[SharedLayers, ...] | None, Mapping[str, int]]:
    """
    Find layers that repositories of an environment share.

    Returns:
        ``None`` if the layers of no image are known; and the number of images whose layers are unknown, by repository.
    """
    unknown: Counter[str] = Counter()

    def known() -> Iterator[Inventory]:
        for each in inventories_in(inventory):
            if each.registry in ("", place.account) and each.region in ("", place.region):
                images = each.images
                lists = images.manifest_lists
                unknown[each.name] += sum(found is None for it, found in enumerate(images.layers) if it not in lists)
                if images.has_layers:
                    yield each

    found = known()
    first = next(found, None)
    shared = shared_layers(chain([first], found)) if first else None
    return shared, +unknown


def _shared_document(shared: SharedLayers) -> dict[str, object]:
    return {
        "repositories": list(shared.repositories),
        "layerCount": shared.layer_count,
        "sizeInBytes": shared.size_bytes,
        "repeatedBytes": shared.repeated_bytes,
    }


def _repositories_by_stack(stacks: Iterable[str], templates: TemplateReader) -> dict[str, frozenset[str]]:
    """Name the repositories in the deployed template of each stack that exists."""
    found = {stack: templates.names(stack) for stack in stacks}
    return {stack: names for stack, names in found.items() if names is not None}


def _unchecked_images(images: ImageObserver | None) -> list[str]:
    names = {"images": "quota of images", "scans": "age of scans"}
    problems = images.problems if images else {}
    return [f"{names[what]}: not checked, {problem}" for what, problem in sorted(problems.items())]


class _Facts:
    """
    What JSON says about each repository, collected while an audit reads them.

    Args:
        declared: names of the declared repositories.
    """

    def __init__(self, declared: set[str]) -> None:
        self._declared = declared
        self._without_stack: list[str] = []
        self._unread: Counter[str] = Counter()
        self.documents: list[dict[str, object]] = []

    def collect(self, repositories: Iterable[ActualRepository]) -> Iterator[ActualRepository]:
        """Pass repositories on, and note the facts of each."""
        for repository in repositories:
            if repository.name in self._declared and repository.stack is None:
                self._without_stack.append(repository.name)
            elif repository.name in self._declared and repository.template is None:
                self._unread[str(repository.stack)] += 1
            self.documents.append(_document(repository))
            yield repository

    def unchecked(self, problems: Mapping[str, str]) -> Iterator[str]:
        """Say which declared repositories were compared with the catalog instead of a deployed template."""
        for stack, number in sorted(self._unread.items()):
            reason = problems.get(stack, "it has no readable template")
            yield f"deployed template of {stack}: not checked for {count_of(number, 'repository')}, {reason}"
        if self._without_stack:
            counted = count_of(len(self._without_stack), "repository")
            yield f"deployed template: not checked for {counted}, which no stack owns"


def _document(repository: ActualRepository) -> dict[str, object]:
    suspension = suspension_in(repository.lifecycle_policy_text)
    evaluated = repository.policy_evaluated_at
    until = suspension.until if suspension else None
    return {
        "repositoryName": repository.name,
        "stackName": repository.stack,
        "deployedTemplateChecked": repository.template is not None,
        "lifecyclePolicyLastEvaluatedAt": evaluated.isoformat() if evaluated else None,
        "imageCount": repository.images.count if repository.images else None,
        "suspended": {
            "reason": suspension.reason,
            "by": suspension.by,
            "since": suspension.since.isoformat(),
            "until": until.isoformat() if until else None,
        }
        if suspension
        else None,
    }
