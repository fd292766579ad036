"""``ecrkit repos``: the repositories that exist."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click

from ecrkit.cli.output import count_of, echo_json, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.live.repositories import DeployedRepository

__all__ = ["repos"]


@click.group("repos")
def repos() -> None:
    """Work on the repositories that exist."""


@repos.command("list")
@click.option("--profile", help="Of the shared AWS configuration.")
@click.option("--region", help="Instead of the configured one.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_(*, profile: str | None, region: str | None, output: str) -> None:
    """List the repositories of the account and Region, as the service describes them."""
    from ecrkit.live.client import ecr_client  # noqa: PLC0415 - loads boto3
    from ecrkit.live.repositories import deployed_repositories  # noqa: PLC0415 - as above

    found = sorted(
        deployed_repositories(ecr_client(profile=profile, region=region)), key=lambda repository: repository.name
    )
    if output == "json":
        echo_json({"repositories": [_document(repository) for repository in found]})
        return
    if found:
        click.echo(_text(found))
    click.echo(count_of(len(found), "repository"), err=True)


def _document(repository: DeployedRepository) -> dict[str, object]:
    return {
        "repositoryName": repository.name,
        "repositoryUri": repository.uri,
        "imageScanningConfiguration": {"scanOnPush": repository.scan_on_push},
        "encryptionConfiguration": {"encryptionType": repository.encryption_type},
        "imageTagMutability": repository.image_tag_mutability,
        "lifecyclePolicyText": repository.lifecycle_policy_text,
    }


def _text(found: Sequence[DeployedRepository]) -> str:
    headings = ("SCAN ON PUSH", "ENCRYPTION", "MUTABILITY", "RULES")
    rows = [
        (
            "yes" if repository.scan_on_push else "no",
            repository.encryption_type,
            repository.image_tag_mutability,
            str(repository.lifecycle_rule_count),
        )
        for repository in found
    ]
    wide = table(("URI", *headings), [(repository.uri, *row) for repository, row in zip(found, rows, strict=True)])
    if not sys.stdout.isatty() or len(wide.partition("\n")[0]) <= shutil.get_terminal_size().columns:
        return wide
    # On a narrow terminal the URI has a line of its own.
    heading, *lines = table(headings, rows).splitlines()
    blocks = [f"{repository.uri}\n  {line}" for repository, line in zip(found, lines, strict=True)]
    return "\n".join([f"  {heading}", *blocks])
