"""``ecrkit review``: what a change of the catalog and its policies does, for a pull request."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.cli.arguments.completions import DIRECTORY
from ecrkit.cli.arguments.options import output_option
from ecrkit.cli.arguments.paths import STORE, require_readable
from ecrkit.cli.arguments.policies import INSTANT, protection_options, read_protections, warn_of_protections
from ecrkit.cli.console.collector import without_collector
from ecrkit.cli.console.endings import end
from ecrkit.cli.console.output import echo, echo_json, echo_lines
from ecrkit.cli.console.progress import reading_progress, step_line
from ecrkit.cli.console.screen import screen_width
from ecrkit.cli.review.document import review_document
from ecrkit.cli.review.markdown import review_markdown
from ecrkit.cli.review.text import failure_lines, review_lines, unused_lines
from ecrkit.deployment.guard import Allowance, read_assembly, read_baseline
from ecrkit.deployment.review import Decision, Evidence, opened_base
from ecrkit.deployment.review import review as review_change
from ecrkit.documents.terminal import write_document
from ecrkit.images.inventory.sources import inventories_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from ecrkit.deployment.review import Review
    from ecrkit.images import Inventory
    from ecrkit.preview.protection import Protections

__all__ = ["review"]


@click.command("review", short_help="Review a change for a pull request.")
@click.option(
    "--base",
    metavar="DIR_OR_GIT_REF",
    type=DIRECTORY,
    required=True,
    help="State before the change: a folder, or a git ref of the repository with the catalog.",
)
@click.option(
    "--catalog",
    metavar="FILE",
    type=click.Path(path_type=Path),
    default="repositories.yaml",
    show_default=True,
    help="Catalog with the change.",
)
@click.option(
    "--base-catalog",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Path of the catalog in the base, if the change moves it; policies/lifecycle is next to it.",
)
@click.option(
    "--policies",
    metavar="DIR",
    type=STORE,
    help="Policy store with the change.  [default: policies/lifecycle next to the catalog]",
)
@click.option("--images", metavar="DIR", type=DIRECTORY, help="Directory with a file of images per repository.")
@click.option(
    "--require-images",
    is_flag=True,
    help="Fail if the policy of a repository changes, and --images has no file for that repository.",
)
@protection_options
@click.option("--now", type=INSTANT, help="Time of evaluation, ISO 8601 with an offset.  [default: now]")
@click.option(
    "--assembly",
    metavar="NEW",
    type=click.Path(path_type=Path),
    help="cdk.out of the changed app, to compare also the stacks that are not in the catalog; needs --base-assembly.",
)
@click.option(
    "--base-assembly",
    metavar="OLD",
    type=click.Path(path_type=Path),
    help="cdk.out of the whole app before the change.",
)
@click.option(
    "--allow",
    "allowed",
    metavar="NAME",
    multiple=True,
    help="Repository, logical ID or stack whose losses to accept, or a glob; NAME,until=DATE,owner=TEAM until that "
    "day. May be given several times.",
)
@output_option("markdown")
@without_collector()
def review(  # noqa: PLR0913 - click passes each option as an argument
    *,
    base: str,
    catalog: Path,
    base_catalog: Path | None,
    policies: Path | None,
    images: str | None,
    require_images: bool,
    in_use: tuple[str, ...],
    pulled_within: timedelta | None,
    must_keep: tuple[str, ...],
    now: datetime | None,
    assembly: Path | None,
    base_assembly: Path | None,
    allowed: tuple[str, ...],
    output: str,
) -> None:
    """
    Review a change of the catalog and its policies, offline and without Node.

    Checks the catalog and the policies, runs the tests of the policies, and compares the templates with those of
    the base. With --images, shows which images the change would expire or archive.

    Exits with 1 if the change would newly expire or archive images, or would replace or remove a repository. --allow
    NAME accepts this for a repository or stack. Also exits with 1 if a check or a test fails, which --allow cannot
    accept. With --require-images, also exits with 1 if the images of a changed policy are unknown; use it before a
    deploy.

    \b
    Examples:
      ecrkit review --base origin/main
      ecrkit review --base origin/main --images images --output markdown -o pr.md
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    if (assembly is None) != (base_assembly is None):
        raise click.UsageError("pass '--assembly' and '--base-assembly' together")
    if images is None and (in_use or pulled_within or must_keep):
        raise click.UsageError("'--in-use', '--pulled-within' and '--must-keep' need '--images'")
    if images is not None and not Path(images).is_dir():
        raise click.UsageError(f"'--images' must be a directory with a file per repository, got '{images}'")
    allowances = [Allowance.parse(text) for text in allowed]
    require_readable([catalog, *in_use])
    store = policies or catalog.parent / "policies" / "lifecycle"
    protections = read_protections(in_use=in_use, pulled_within=pulled_within, must_keep=must_keep)
    assemblies = (read_baseline(base_assembly), read_assembly(assembly)) if assembly and base_assembly else None
    before = base_catalog or catalog
    store_before = before.parent / "policies" / "lifecycle" if base_catalog and policies is None else store
    with opened_base(base, catalog=before, policies=store_before) as opened, step_line() as report:
        evidence = Evidence(
            images=Path(images) if images else None,
            inventories=lambda: _inventories(images, protections),
            protections=protections,
            assemblies=assemblies,
            requires_images=require_images,
        )
        found = review_change(
            opened,
            catalog=catalog,
            policies=store,
            now=now or datetime.now(UTC),
            allowed=allowances,
            evidence=evidence,
            report=report,
        )
    _echo(found, output=output)
    reasons = [] if found.decision is Decision.PASSED else failure_lines(found, output=output)
    # The last line on a terminal is the same sentence.
    end(reasons, are_told=output == "text" and screen_width() is not None)


def _inventories(images: str | None, protections: Protections) -> Iterator[Inventory]:
    if images is None:
        return
    with reading_progress(images) as progress:
        read = inventories_in(images, progress=progress)
        if not protections:
            yield from read
            return
        # What protects nothing is known when all have been read.
        inventories = list(read)
        warn_of_protections(protections, inventories)
        yield from inventories


def _echo(found: Review, *, output: str) -> None:
    if output == "json":
        echo_json(review_document(found))
    elif output == "markdown":
        write_document(review_markdown(found))
    else:
        echo_lines(review_lines(found))
    for line in unused_lines(found):
        echo(line, err=True)
