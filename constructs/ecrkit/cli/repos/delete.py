"""``ecrkit repos delete``: deletes repositories that the catalog does not declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ecrkit.aws.client import connect
from ecrkit.aws.repositories import delete_repository, repository_details, with_owning_stacks
from ecrkit.aws.selection import chosen_repositories, is_pattern
from ecrkit.cli.arguments.declared import read_declared
from ecrkit.cli.arguments.options import (
    aws_options,
    catalog_options,
    confirmed,
    dry_run_option,
    output_option,
    repository_named,
    yes_option,
)
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.documents.terminal import write_text
from ecrkit.errors import AwsError, RefusedError
from ecrkit.images.sizes import readable_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ecrkit.aws.client import ECRClient
    from ecrkit.aws.repositories import RepositoryDetails
    from ecrkit.cli.arguments.declared import Declared

__all__ = ["delete"]


@click.command("delete")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--force", is_flag=True, help="Delete the repositories with their images.")
@click.option("--owned-by-stack", is_flag=True, help="Also delete repositories that a CloudFormation stack owns.")
@dry_run_option("Show what would be deleted, and delete nothing.")
@yes_option
@catalog_options
@aws_options
@output_option()
def delete(  # noqa: PLR0913 - one parameter per option
    names: tuple[str, ...],
    *,
    force: bool,
    owned_by_stack: bool,
    dry_run: bool,
    yes: bool,
    catalog: Path | None,
    policies: Path | None,
    profile: str | None,
    region: str | None,
    output: str,
) -> None:
    """
    Delete the repositories NAME, after showing their images and stacks.

    NAME is a name, a URI, or a quoted pattern such as 'team/*'. Always refuses a repository that the catalog declares.
    Refuses one with images unless you pass --force. Refuses one that a stack owns unless you pass --owned-by-stack:
    the next deploy of that stack fails, or creates the repository again, empty.

    Exits with 1, and deletes nothing, if it refuses a repository. Exits with 3 if AWS refuses one; deletes the others.

    \b
    Examples:
      ecrkit repos delete old-app --dry-run
      ecrkit repos delete old-app --force
      ecrkit repos delete 'old-team/*' another-app
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    for name in names:
        if not is_pattern(name):
            repository_named(name)
    aws = connect(profile=profile, region=region)
    ecr = aws.ecr()
    repositories = chosen_repositories(ecr, names)
    _refuse_declared(
        [one.name for one in repositories],
        read_declared(catalog, policies, account=repositories[0].account, region=aws.region),
        place=f"{repositories[0].account}, {aws.region}",
    )
    cloudformation = aws.cloudformation()
    details = list(with_owning_stacks(cloudformation, repository_details(ecr, cloudformation, repositories)))
    write_text(_what_goes(details), err=True)
    if refusals := [text for one in details for text in _refusals(one, force=force, owned_by_stack=owned_by_stack)]:
        raise RefusedError("\n".join(refusals))
    failures: dict[str, AwsError] = {}
    if not dry_run:
        what = details[0].repository.name if len(details) == 1 else count_of(len(details), "repository")
        if not confirmed(f"Delete {what} permanently?", yes=yes):
            raise RefusedError("nothing deleted")
        failures = _delete_each(ecr, details, force=force, prints=output != "json")
    if output == "json":
        is_single = len(names) == 1 and not is_pattern(names[0])
        _echo_document(details, failures, is_single=is_single, dry_run=dry_run)
    elif dry_run:
        for one in details:
            echo(f"would be deleted: {one.repository.uri}")
    _raise(failures, len(details))


def _refuse_declared(names: Sequence[str], declared: Declared | None, *, place: str) -> None:
    if declared is None:
        echo("no catalog found, so not checked whether one declares it; pass --catalog", err=True)
    elif not declared.is_about_it:
        echo(f"the catalog has no environment in {place}", err=True)
    elif refused := [name for name in names if name in declared.names]:
        advice = "remove it there and deploy, then delete it"
        raise RefusedError("\n".join(f"{name}: the catalog declares it; {advice}" for name in refused))


def _delete_each(
    ecr: ECRClient, details: Iterable[RepositoryDetails], *, force: bool, prints: bool
) -> dict[str, AwsError]:
    """Delete repositories, and go on after a failure; gives the failures by name."""
    failures: dict[str, AwsError] = {}
    for one in details:
        try:
            # Nobody agreed to lose images that were pushed to an empty repository after the question.
            delete_repository(ecr, one.repository.name, force=force and one.contents.image_count > 0)
        except AwsError as error:
            failures[one.repository.name] = error
        else:
            if prints:
                echo(f"deleted: {one.repository.uri}")
    return failures


def _refusals(details: RepositoryDetails, *, force: bool, owned_by_stack: bool) -> Iterator[str]:
    name, images = details.repository.name, details.contents.image_count
    if images and not force:
        yield f"{name}: contains {count_of(images, 'image')}; pass --force to delete them too"
    if details.stack and not owned_by_stack:
        yield (
            f"{name}: the stack {details.stack} owns it, and its next deploy fails or creates the repository again, "
            "empty; remove it from the template and deploy, or pass --owned-by-stack"
        )


def _raise(failures: Mapping[str, AwsError], number: int) -> None:
    if not failures:
        return
    first = next(iter(failures.values()))
    if number == 1:
        raise first
    told = [f"{name}: not deleted: {error}" for name, error in failures.items()]
    done = number - len(failures)
    raise AwsError("\n".join([*told, f"{done} of {number} repositories are deleted"]), code=first.code)


def _echo_document(
    details: Sequence[RepositoryDetails], failures: Mapping[str, AwsError], *, is_single: bool, dry_run: bool
) -> None:
    """Print the shape of DeleteRepository for one name, and a list of such for several."""
    documents = [_document(one, failures) for one in details]
    if is_single:
        if not failures:
            [document] = documents
            echo_json({**document, "dryRun": dry_run})
        return
    echo_json({"repositories": documents, "dryRun": dry_run})


def _document(details: RepositoryDetails, failures: Mapping[str, AwsError]) -> dict[str, object]:
    repository = details.repository
    failure = failures.get(repository.name)
    return {
        "repository": {
            "repositoryArn": repository.arn,
            "registryId": repository.account,
            "repositoryName": repository.name,
            "repositoryUri": repository.uri,
        },
        "imageCount": details.contents.image_count,
        **({"error": str(failure)} if failure else {}),
    }


def _what_goes(details: Sequence[RepositoryDetails]) -> str:
    lines = [line for one in details for line in _lines(one)]
    if len(details) > 1:
        images = count_of(sum(one.contents.image_count for one in details), "image")
        size = readable_size(sum(one.contents.size_bytes for one in details))
        lines.append(f"{count_of(len(details), 'repository')}, {images}, {size}")
    return "\n".join(lines)


def _lines(details: RepositoryDetails) -> Iterator[str]:
    contents = details.contents
    yield details.repository.uri
    if contents.last_pushed_at:
        yield (
            f"  {count_of(contents.image_count, 'image')}, {readable_size(contents.size_bytes)}, "
            f"the last pushed on {contents.last_pushed_at:%Y-%m-%d}"
        )
    else:
        yield "  no images"
    if details.stack:
        yield f"  a resource of the stack {details.stack}"
