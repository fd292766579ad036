"""``ecrkit repos list``: the repositories that exist, and those that should."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ecrkit.aws.client import connect
from ecrkit.aws.repositories import deployed_repositories, repository_details
from ecrkit.cli.arguments.declared import read_declared, with_declared_exceptions
from ecrkit.cli.arguments.options import aws_options, catalog_options, output_option
from ecrkit.cli.console.listing import echo_json_list
from ecrkit.cli.console.output import count_of, echo
from ecrkit.cli.console.tables import echo_table, number
from ecrkit.images.sizes import readable_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ecrkit.aws.repositories import RepositoryDetails
    from ecrkit.cli.arguments.declared import Declared

__all__ = ["list_"]

_HEADINGS = (
    "URI",
    number("IMAGES"),
    number("SIZE"),
    "LAST PUSH",
    "POLICY",
    number("RULES"),
    "STACK",
    "CATALOG",
    "SCAN ON PUSH",
    "ENCRYPTION",
    "MUTABILITY",
)


@click.command("list")
@catalog_options
@aws_options
@output_option()
def list_(*, catalog: Path | None, policies: Path | None, profile: str | None, region: str | None, output: str) -> None:
    """
    List the repositories of the account and Region.

    Shows the number and size of images, including archived ones, the lifecycle policy, the stack, and whether the
    catalog declares the repository. If a policy equals one in the policy store, its name is shown. Repositories that
    are declared but not deployed, and lifecycle policies that ECR has not evaluated for days, are listed on standard
    error.

    \b
    Examples:
      ecrkit repos list
      ecrkit repos list --output json > repositories.json
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    aws = connect(profile=profile, region=region)
    ecr = aws.ecr()
    deployed = deployed_repositories(ecr)
    account = deployed[0].account if deployed else aws.account()
    declared = read_declared(catalog, policies, account=account, region=aws.region)
    found = with_declared_exceptions(deployed, declared.entries if declared else {})
    missing = sorted(declared.names - {repository.name for repository in found}) if declared else []
    details = repository_details(ecr, aws.cloudformation(), found)
    if output == "json":
        echo_json_list(
            "repositories",
            (_document(repository, declared) for repository in details),
            others={"notDeployed": missing},
        )
        return
    idle: list[str] = []
    echo_table(_HEADINGS, (_row(repository, declared) for repository in _noting_idle(details, idle)))
    for line in idle:
        echo(line, err=True)
    for name in missing:
        echo(f"{name}: in the catalog, but not deployed", err=True)
    echo(count_of(len(found), "repository"), err=True)


def _noting_idle(details: Iterable[RepositoryDetails], idle: list[str]) -> Iterator[RepositoryDetails]:
    """Pass repositories on, and add a line to *idle* for each policy that ECR does not evaluate."""
    from ecrkit.deployment.audit.limits import evaluation_problem  # noqa: PLC0415 - loads the reader of policies

    now = datetime.now(UTC)
    for one in details:
        problem = evaluation_problem(
            one.lifecycle_policy_text,
            evaluated_at=one.policy_evaluated_at,
            created_at=one.repository.created_at,
            stack_changed_at=one.stack_changed_at,
            image_count=one.contents.image_count,
            now=now,
        )
        if problem:
            idle.append(f"{one.repository.name}: no image expires: {problem}")
        yield one


def _row(details: RepositoryDetails, declared: Declared | None) -> tuple[str, ...]:
    repository = details.repository
    last_push = details.contents.last_pushed_at
    is_declared = _is_declared(details, declared)
    properties = repository.properties
    return (
        repository.uri,
        f"{details.contents.image_count:,}",
        readable_size(details.contents.size_bytes),
        f"{last_push:%Y-%m-%d}" if last_push else "-",
        _policy(details, declared) or _unnamed(details.lifecycle_policy_text),
        str(details.lifecycle_rule_count),
        details.stack or "-",
        "-" if is_declared is None else "yes" if is_declared else "no",
        "yes" if properties.scan_on_push else "no",
        properties.encryption,
        properties.image_tag_mutability,
    )


def _document(details: RepositoryDetails, declared: Declared | None) -> dict[str, object]:
    """Name what AWS names as AWS does; the rest in the same style."""
    repository = details.repository
    last_push = details.contents.last_pushed_at
    evaluated = details.policy_evaluated_at
    properties = repository.properties
    key = {"kmsKey": properties.encryption_key} if properties.encryption_key else {}
    return {
        "repositoryArn": repository.arn,
        "registryId": repository.account,
        "repositoryName": repository.name,
        "repositoryUri": repository.uri,
        "createdAt": repository.created_at.isoformat(),
        "imageTagMutability": properties.image_tag_mutability,
        "imageTagMutabilityExclusionFilters": [
            {"filterType": "WILDCARD", "filter": text} for text in properties.exceptions
        ],
        "imageScanningConfiguration": {"scanOnPush": properties.scan_on_push},
        "encryptionConfiguration": {"encryptionType": properties.encryption, **key},
        "lifecyclePolicyText": details.lifecycle_policy_text,
        "lifecyclePolicyName": _policy(details, declared),
        "lifecyclePolicyLastEvaluatedAt": evaluated.isoformat() if evaluated else None,
        "imageCount": details.contents.image_count,
        "imageSizeInBytes": details.contents.size_bytes,
        "lastImagePushedAt": last_push.isoformat() if last_push else None,
        "stackName": details.stack,
        "inCatalog": _is_declared(details, declared),
    }


def _unnamed(text: str | None) -> str:
    from ecrkit.deployment.suspensions import suspension_in  # noqa: PLC0415 - loads the reader of policies

    return "-" if text is None else "suspended" if suspension_in(text) else "unnamed"


def _policy(details: RepositoryDetails, declared: Declared | None) -> str | None:
    text = details.lifecycle_policy_text
    return declared.policy_names.name(text) if declared and text else None


def _is_declared(details: RepositoryDetails, declared: Declared | None) -> bool | None:
    """``None`` where no catalog is about this account and Region."""
    return details.repository.name in declared.names if declared and declared.is_about_it else None
