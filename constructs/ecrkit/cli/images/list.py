"""``ecrkit images list``: the images of a repository, newest first."""

from __future__ import annotations

import heapq
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import click

from ecrkit.aws.client import connect
from ecrkit.aws.concurrency import in_order
from ecrkit.aws.images import deployed_images, with_scan
from ecrkit.aws.manifests import platforms_of
from ecrkit.aws.repositories import counts_pulls, repository_of
from ecrkit.cli.arguments.options import aws_options, output_option, repository_named
from ecrkit.cli.console.listing import age, echo_json_list
from ecrkit.cli.console.output import count_of, echo
from ecrkit.cli.console.styles import vulnerability
from ecrkit.cli.console.tables import echo_table, number
from ecrkit.images.sizes import readable_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ecrkit.aws.client import ECRClient
    from ecrkit.aws.images import DeployedImage
    from ecrkit.cli.console.tables import Cell

__all__ = ["list_"]

_HEADINGS = ("DIGEST", "TAGS", number("SIZE"), number("AGE"), "STORAGE", "PLATFORMS", "SIGNED", "SCAN")
_STORAGE = {"ACTIVE": "standard", "ARCHIVED": "archive", "ACTIVATING": "restoring"}
_SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED", "UNTRIAGED")


class Row(NamedTuple):
    """An image, the platforms that it runs on as far as they were read, and whether it is signed."""

    image: DeployedImage
    platforms: tuple[str, ...] | None
    is_signed: bool


@click.command("list")
@click.argument("repository")
@click.option("--limit", type=click.IntRange(min=1), help="Show only the N newest images.  [default: all]")
@click.option(
    "--platforms/--no-platforms",
    default=None,
    help="Read the platforms, which ECR counts as a pull.  [default: --platforms; --no-platforms if the lifecycle "
    "policy counts days since the last pull]",
)
@click.option("--scans/--no-scans", default=True, help="Read the last scan of each image.  [default: scans]")
@aws_options
@output_option()
def list_(  # noqa: PLR0913 - one parameter per option
    repository: str,
    *,
    limit: int | None,
    platforms: bool | None,
    scans: bool,
    profile: str | None,
    region: str | None,
    output: str,
) -> None:
    """
    List the images of REPOSITORY, newest first.

    Includes archived images. STORAGE is standard, archive, or restoring: until a restore ends, nobody can pull the
    image.

    SIGNED means that the image has a signature, which is not verified. To show platforms, ecrkit reads manifests,
    which ECR counts as pulls. It does not read them if the lifecycle policy counts days since the last
    pull. Platforms and scans take calls for each image; --limit keeps a long list short.

    \b
    Examples:
      ecrkit images list web --limit 20
      ecrkit images list web --no-scans --output json
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    reference = repository_named(repository)
    name = reference.repository
    client = connect(profile=profile, region=region).ecr()
    if reference.host:
        repository_of(client, reference)
    if platforms is None:
        platforms = not counts_pulls(client, name)
        if not platforms:
            echo("platforms not read: the lifecycle policy counts pulls; pass --platforms to read them", err=True)
    found = _Found(deployed_images(client, name))
    newest = _newest(found, limit)
    look = partial(_look, client, name, platforms=platforms, scans=scans)
    looked = in_order(look, newest) if platforms or scans else map(look, newest)
    rows = (Row(image, runs_on, image.digest in found.signed) for image, runs_on in looked)
    if output == "json":
        echo_json_list("imageDetails", (_document(name, row) for row in rows))
        return
    now = datetime.now(UTC)
    echo_table(_HEADINGS, (_cells(row, now=now) for row in rows))
    shown = f", {len(newest):,} shown" if len(newest) < found.count else ""
    echo(f"{count_of(found.count, 'image')}{shown}", err=True)


class _Found:
    """Images as they are found: counted, and what is signed by them noted, while nobody has to keep them all."""

    def __init__(self, images: Iterable[DeployedImage]) -> None:
        self._images = images
        self.count = 0
        self.signed: set[str] = set()

    def __iter__(self) -> Iterator[DeployedImage]:
        for image in self._images:
            self.count += 1
            self.signed |= image.signs
            yield image


def _newest(found: Iterable[DeployedImage], limit: int | None) -> list[DeployedImage]:
    # Those that were pushed in the same second stay in one order, whatever that of the service.
    def order(image: DeployedImage) -> tuple[datetime, str]:
        return image.pushed_at, image.digest

    return heapq.nlargest(limit, found, key=order) if limit else sorted(found, key=order, reverse=True)


def _look(
    client: ECRClient, name: str, image: DeployedImage, *, platforms: bool, scans: bool
) -> tuple[DeployedImage, tuple[str, ...] | None]:
    """Look at an image itself; what is archived cannot be read, and ECR scans no index and no signature."""
    if image.status != "ACTIVE":
        return image, None
    if scans and not (image.scan_status or image.is_index or image.is_signature):
        image = with_scan(client, name, image)
    return image, platforms_of(client, name, image) if platforms else None


def _cells(row: Row, *, now: datetime) -> tuple[Cell, ...]:
    image, runs_on, is_signed = row
    kind = "signature" if image.is_signature else ",".join(runs_on or ()) or ("-" if runs_on is None else "artifact")
    return (
        image.digest,
        ",".join(image.tags) or "-",
        readable_size(image.size_bytes),
        age(image.pushed_at, now=now),
        _STORAGE.get(image.status, image.status.lower()),
        kind,
        "yes" if is_signed else "no",
        _scan(image),
    )


def _scan(image: DeployedImage) -> Cell:
    counts = image.severity_counts
    worst = next((severity for severity in _SEVERITIES if counts.get(severity)), "")
    found = f"{counts[worst]} {worst}" if worst else ""
    return vulnerability(worst, " ".join(filter(None, (image.scan_status, found))) or "-")


def _document(name: str, row: Row) -> dict[str, object]:
    """Name what AWS names as AWS does; the rest in the same style."""
    image, runs_on, is_signed = row
    document = {
        "repositoryName": name,
        "imageDigest": image.digest,
        "imageTags": list(image.tags),
        "imageSizeInBytes": image.size_bytes,
        "imagePushedAt": image.pushed_at.isoformat(),
        "lastRecordedPullTime": image.last_pulled_at.isoformat() if image.last_pulled_at else None,
        "imageStatus": image.status,
        # One that is being restored cannot be pulled yet.
        "storageClass": "STANDARD" if image.status == "ACTIVE" else "ARCHIVE",
        "lastArchivedAt": image.archived_at.isoformat() if image.archived_at else None,
        "lastActivatedAt": image.activated_at.isoformat() if image.activated_at else None,
        "imageManifestMediaType": image.media_type,
        "artifactMediaType": image.artifact_media_type,
        "subjectManifestDigest": image.subject_digest,
        "imageScanStatus": {"status": image.scan_status} if image.scan_status else None,
        "imageScanFindingsSummary": {"findingSeverityCounts": dict(image.severity_counts)}
        if image.scan_status
        else None,
        "platforms": None if runs_on is None else list(runs_on),
        "signed": is_signed,
    }
    # Absent where AWS leaves it out; `platforms` is null where it was not read.
    return {key: value for key, value in document.items() if value is not None or key == "platforms"}
