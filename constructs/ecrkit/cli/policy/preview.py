"""``ecrkit policy preview``: what a policy would do to the images of a repository."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecrkit.cli.arguments.completions import FILE, POLICY
from ecrkit.cli.arguments.options import aws_options, children_option, details_option, output_option
from ecrkit.cli.arguments.paths import require_one_stdin, require_readable
from ecrkit.cli.arguments.policies import (
    DURATION,
    INSTANT,
    PRICE,
    instants,
    missing_images,
    policies_option,
    policy_files,
    policy_name,
    protection_options,
    read_policies,
    read_protections,
    warn_of_idle,
    with_manifests,
)
from ecrkit.cli.console.collector import without_collector
from ecrkit.cli.console.endings import end
from ecrkit.cli.console.output import count_of
from ecrkit.cli.console.progress import reading_progress
from ecrkit.cli.policy.protected import protected_reasons
from ecrkit.documents.nearest import near
from ecrkit.documents.terminal import write_document, write_json
from ecrkit.images.inventory.sources import inventories_in
from ecrkit.preview.preview import PRICE_SOURCE, STANDARD_PRICE, preview

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from ecrkit.cli.policy.preview_live import LiveRepository
    from ecrkit.images import Inventory
    from ecrkit.preview.comparison import Disagreement
    from ecrkit.preview.preview import Preview

__all__ = ["preview_command"]


@click.command("preview")
@click.argument("policies", nargs=-1, required=True, metavar="POLICY…", type=POLICY)
@click.option(
    "--images",
    metavar="FILE",
    type=FILE,
    help="Output of `aws ecr describe-images`, JSON Lines, a directory with a file per repository, or -.",
)
@click.option(
    "--manifests",
    metavar="FILE",
    type=FILE,
    help="Output of `aws ecr batch-get-image` for the manifest lists; tells ecrkit which images each list contains.",
)
@click.option(
    "--repository",
    metavar="NAME",
    help="Repository whose images to read from AWS; with a directory as --images, the only repository to show.",
)
@click.option(
    "--compare-with-ecr",
    is_flag=True,
    help="Compare with ECR's own preview, and show every image where they differ.",
)
@click.option(
    "--timeout", type=click.FloatRange(min=0), default=600, show_default=True, help="Seconds to wait for ECR's preview."
)
@children_option
@aws_options
@click.option("--now", type=INSTANT, help="Time of evaluation, ISO 8601 with an offset.  [default: now]")
@click.option(
    "--in", "ahead", type=DURATION, metavar="30d", help="Evaluate this far in the future, assuming no pushes."
)
@policies_option
@protection_options
@details_option("With a directory as --images, show the images of each repository, too; list every protected image.")
@click.option("--all", "all_images", is_flag=True, help="With JSON, list the images that stay, too.")
@click.option(
    "--price",
    type=PRICE,
    default=STANDARD_PRICE,
    show_default=True,
    help="US dollars for a GB (1,000,000,000 bytes) in standard storage for a month.",
)
@output_option("html")
@without_collector()
def preview_command(  # noqa: PLR0913 - click passes each option as an argument
    policies: tuple[str, ...],
    *,
    images: str | None,
    repository: str | None,
    compare_with_ecr: bool,
    timeout: float,
    children: bool | None,
    profile: str | None,
    region: str | None,
    manifests: str | None,
    now: datetime | None,
    ahead: timedelta | None,
    store: Path | None,
    in_use: tuple[str, ...],
    pulled_within: timedelta | None,
    must_keep: tuple[str, ...],
    details: bool,
    all_images: bool,
    price: float,
    output: str,
) -> None:
    """
    Show which images a policy would expire or archive, and why.

    POLICY is name@N, a path to a JSON file, or - for standard input. Several policies are composed in order of
    precedence. For each image that would expire or be archived, shows the rule that decides this. For every other
    image, shows why it stays. For several repositories, shows one row each; --details or --repository shows the
    images.

    An HTML report is one file that opens offline. With --images, ecrkit does not call AWS, and cannot say whether
    replication deletes the replicas of images that expire, too; --repository says so. Changes nothing.

    Exits with 1 if an image that --in-use, --pulled-within or --must-keep protects would expire or be archived, or
    if --compare-with-ecr finds a difference.

    \b
    Examples:
      ecrkit policy preview keep-last-10@1 --images web.json
      ecrkit policy preview keep-last-10@1 --images web.json --in 30d
      ecrkit policy preview draft.json --images web.json --output html -o web.html
      ecrkit policy preview draft.json --repository web --compare-with-ecr
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    is_directory = images not in {None, "-"} and Path(images or "").is_dir()
    if images is None and repository is None:
        raise click.UsageError("name a file with --images, or a repository with --repository")
    if images is not None and repository is not None and not is_directory:
        raise click.UsageError("--repository with --images needs a directory; omit --repository to read one file")
    if compare_with_ecr and (images is not None or now or ahead or output == "html"):
        raise click.UsageError("--compare-with-ecr needs --repository, and excludes --now, --in and --output html")
    require_one_stdin(*policies, images, manifests, *in_use)
    today, at = instants(now, ahead)
    require_readable([*policy_files(policies), images, manifests, *in_use])
    policy = read_policies(policies, store=store)
    protections = read_protections(in_use=in_use, pulled_within=pulled_within, must_keep=must_keep)
    live = _live(repository, profile=profile, region=region) if repository and images is None else None
    with reading_progress(images or "-") as progress:
        found = (
            [live.inventory(policy, children=children)] if live else inventories_in(images or "-", progress=progress)
        )
        inventories = list(with_manifests(found, manifests))
    shown = inventories if repository is None or live else _named(repository, inventories, directory=images or "")
    previews = [preview(policy, inventory, now=at, today=today, protections=protections) for inventory in shown]
    if live:
        previews = [live.noted(previews[0])]
    disagreements = live.compare(previews[0], timeout=timeout) if live and compare_with_ecr else None
    warn_of_idle(protections, inventories)
    missing = missing_images(protections, inventories)
    _echo(
        previews,
        output=output,
        details=details,
        all_images=all_images,
        price=price,
        is_directory=is_directory,
        missing=missing,
        has_protections=bool(protections),
        disagreements=disagreements,
        policy_name=" + ".join(map(policy_name, policies)),
    )
    reasons = protected_reasons(((found.inventory.name, found.violations) for found in previews), output=output)
    if disagreements:
        reasons.append(f"ECR's own preview disagrees on {count_of(len(disagreements), 'image')}")
    end(reasons)


def _live(name: str, *, profile: str | None, region: str | None) -> LiveRepository:
    from ecrkit.cli.policy.preview_live import LiveRepository  # noqa: PLC0415 - most previews ask nothing of AWS

    return LiveRepository(name, profile=profile, region=region)


def _named(name: str, inventories: Sequence[Inventory], *, directory: str) -> list[Inventory]:
    found = [inventory for inventory in inventories if inventory.name == name]
    if not found:
        nearest = near(name, [inventory.name for inventory in inventories])
        advice = f"did you mean {nearest[0]}?" if nearest else "without --repository, every repository is shown"
        raise click.UsageError(f"--repository: {directory} has no images of {name!r}; {advice}")
    return found


def _echo(  # noqa: PLR0913 - as above
    previews: list[Preview],
    *,
    output: str,
    details: bool,
    all_images: bool,
    price: float,
    is_directory: bool,
    missing: list[str],
    has_protections: bool,
    disagreements: Sequence[Disagreement] | None,
    policy_name: str,
) -> None:
    if output == "json":
        from ecrkit.cli.policy.preview_json import preview_json  # noqa: PLC0415 - of two formats one is wanted

        others = {}
        if disagreements is not None:
            from ecrkit.cli.policy.preview_live import comparison_json  # noqa: PLC0415 - as in _live

            others = comparison_json(disagreements)
        pieces = preview_json(
            previews, all_images=all_images, price=price, is_directory=is_directory, missing=missing, others=others
        )
        write_json(pieces)
        return
    source = PRICE_SOURCE if price == STANDARD_PRICE else "as given"
    if output == "html":
        from ecrkit.preview.report import render_page, render_repositories  # noqa: PLC0415 - as above

        given: dict[str, Any] = {
            "policy_name": policy_name,
            "price": price,
            "price_source": source,
            "missing": missing,
            "is_checked": has_protections,
        }
        is_one = len(previews) == 1
        write_document(render_page(previews[0], **given) if is_one else render_repositories(previews, **given))
    else:
        from ecrkit.cli.policy.preview_text import echo_preview  # noqa: PLC0415 - as above

        echo_preview(
            previews,
            price=price,
            price_source=source,
            missing=missing,
            details=details,
            has_protections=has_protections,
        )
        if disagreements is not None:
            from ecrkit.cli.policy.preview_live import echo_comparison  # noqa: PLC0415 - as in _live

            echo_comparison(disagreements)
