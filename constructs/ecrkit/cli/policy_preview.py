"""``ecrkit policy preview``: what a policy would do to the images of a repository."""

from __future__ import annotations

import gc
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.cli.policy_arguments import (
    DURATION,
    INSTANT,
    PRICE,
    policies_option,
    protection_options,
    read_policies,
    read_protections,
    warn_of_idle,
    with_manifests,
)
from ecrkit.cli.reading_bar import reading_progress
from ecrkit.images.sources import inventories_in
from ecrkit.preview import PRICE_SOURCE, STANDARD_PRICE, preview

if TYPE_CHECKING:
    from collections.abc import Callable

    from ecrkit.preview import Preview

__all__ = ["preview_command"]


@click.command("preview")
@click.argument("policies", nargs=-1, required=True, metavar="POLICY…")
@click.option(
    "--images",
    required=True,
    metavar="FILE",
    help="What `aws ecr describe-images` prints, JSON Lines, a directory with a file per repository, or -.",
)
@click.option(
    "--manifests",
    metavar="FILE",
    help="What `aws ecr batch-get-image` prints of the manifest lists: it tells which images these refer to.",
)
@click.option("--now", type=INSTANT, help="Instant of evaluation, ISO 8601 with an offset.  [default: the clock]")
@click.option("--in", "ahead", type=DURATION, metavar="30d", help="Show what is gone by then, if nothing is pushed.")
@policies_option
@protection_options
@click.option("--all", "all_images", is_flag=True, help="With JSON, list the images that stay, too.")
@click.option(
    "--price",
    type=PRICE,
    default=STANDARD_PRICE,
    show_default=True,
    help="US dollars for a gigabyte in standard storage for a month.",
)
@click.option("--output", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
def preview_command(  # noqa: PLR0913 - click passes each option as an argument
    policies: tuple[str, ...],
    *,
    images: str,
    manifests: str | None,
    now: datetime | None,
    ahead: timedelta | None,
    store: Path | None,
    in_use: tuple[str, ...],
    pulled_within: timedelta | None,
    must_keep: tuple[str, ...],
    all_images: bool,
    price: float,
    output: str,
) -> None:
    """
    Show which images POLICY would expire or archive, by which rule, and why the others stay.

    A POLICY is name@N, a path to a JSON file, or - for standard input; several are composed, in order of precedence.

    An HTML report is one file that opens offline. Nothing is asked of AWS, and nothing is changed.

    Exits with 1 when an image would expire that --in-use, --pulled-within or --must-keep protects.
    """
    if [*policies, images, manifests, *in_use].count("-") > 1:
        raise click.UsageError("standard input (-) can be read once only; name a file for the others")
    # The memory of this process is given back when it ends, soon; looking for circles in it takes a third of the time.
    gc.disable()
    is_directory = images != "-" and Path(images).is_dir()
    if output == "html":
        if is_directory:
            raise click.UsageError("an HTML report is about one repository; name one file with --images")
        _page()
    policy = read_policies(policies, store=store)
    protections = read_protections(in_use=in_use, pulled_within=pulled_within, must_keep=must_keep)
    today = now or datetime.now(UTC)
    at = today + (ahead or timedelta())
    with reading_progress(images) as progress:
        previews = [
            preview(policy, inventory, now=at, today=today, protections=protections)
            for inventory in with_manifests(inventories_in(images, progress=progress), manifests)
        ]
    warn_of_idle(protections, [found.inventory for found in previews])
    missing = [f"{used.text} ({used.origin})" for used in protections.missing([found.inventory for found in previews])]
    _echo(previews, output=output, all_images=all_images, price=price, is_directory=is_directory, missing=missing)
    sys.exit(1 if any(found.violations for found in previews) else 0)


def _echo(  # noqa: PLR0913 - as above
    previews: list[Preview], *, output: str, all_images: bool, price: float, is_directory: bool, missing: list[str]
) -> None:
    if output == "json":
        from ecrkit.cli.preview_json import preview_json  # noqa: PLC0415 - of two formats one is wanted

        pieces = preview_json(previews, all_images=all_images, price=price, is_directory=is_directory, missing=missing)
        sys.stdout.writelines(pieces)
        return
    source = PRICE_SOURCE if price == STANDARD_PRICE else "as given"
    if output == "html":
        click.echo(_page()(previews[0], price=price, price_source=source, missing=missing), nl=False)
    else:
        from ecrkit.cli.preview_text import echo_preview  # noqa: PLC0415 - as above

        echo_preview(previews, price=price, price_source=source, missing=missing)


def _page() -> Callable[..., str]:
    try:
        from ecrkit.report import render_page  # noqa: PLC0415 - loads a charting library, which is an extra
    except ModuleNotFoundError as error:
        raise click.UsageError(f"--output html needs {error.name}; pip install 'ecrkit[report]'") from None
    return render_page
