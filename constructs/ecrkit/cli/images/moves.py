"""What ``ecrkit images archive`` and ``ecrkit images restore`` have in common: choose, show, ask, move, report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ecrkit.aws.client import connect
from ecrkit.aws.images import move_image
from ecrkit.aws.inventory import current_images
from ecrkit.aws.repositories import repository_of
from ecrkit.cli.arguments.options import confirmed, repository_named
from ecrkit.cli.console.listing import age
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.cli.console.progress import with_bar
from ecrkit.cli.console.tables import echo_table, number
from ecrkit.errors import AwsError, RefusedError
from ecrkit.images.references import DIGEST, TAG
from ecrkit.images.sizes import readable_size
from ecrkit.preview.storage_classes import Fate, Target, choose_images, plan_moves

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ecrkit.aws.client import ECRClient
    from ecrkit.aws.inventory import CurrentImages
    from ecrkit.aws.repositories import DeployedRepository
    from ecrkit.preview.protection import Protections
    from ecrkit.preview.storage_classes import ImageChoice, Move

__all__ = ["Plan", "echo_plan", "image_names", "look_at", "move_each", "moving"]

_HEADINGS = ("ACTION", "DIGEST", number("SIZE"), number("AGE"), "TAGS", "WHY")
_VERBS = {Target.ARCHIVE: ("archive", "archived"), Target.STANDARD: ("restore", "restored")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    What a command would do.

    Attributes:
        client: of the Region.
        repository: that the images are in.
        current: its images.
        moves: what happens to each chosen image.
        target: the storage class they go to.
        now: when it was decided.
    """

    client: ECRClient
    repository: DeployedRepository
    current: CurrentImages
    moves: Sequence[Move]
    target: Target
    now: datetime


def image_names(texts: Iterable[str]) -> tuple[str, ...]:
    """
    Read the arguments that name images of a repository: tags and digests, also as ``:TAG`` and ``@DIGEST``.

    Raises:
        click.UsageError: one is neither.
    """
    names = []
    for text in texts:
        name = text.removeprefix("@").removeprefix(":")
        if not (DIGEST.fullmatch(name) or TAG.fullmatch(name)):
            raise click.UsageError(f"{text}: name a tag or a digest of the repository")
        names.append(name)
    return tuple(names)


def look_at(  # noqa: PLR0913 - keyword-only, one per option
    repository: str,
    choice: ImageChoice,
    *,
    target: Target,
    protections: Protections,
    children: bool | None,
    profile: str | None,
    region: str | None,
) -> Plan:
    """
    Read the images of a repository, and decide about the chosen ones.

    Raises:
        AwsError: there is no such repository or image, AWS refused, or could not be reached.
        RefusedError: the host is that of another registry.
    """
    reference = repository_named(repository)
    client = connect(profile=profile, region=region).ecr()
    deployed = repository_of(client, reference)
    current = current_images(client, deployed, children=children)
    now = datetime.now(UTC)
    chosen = choose_images(choice, current.inventory, now=now)
    if chosen.missing:
        raise AwsError(
            "\n".join(
                f"{deployed.name}: no image '{name}'; run `ecrkit images list {deployed.name}` to list the images"
                for name in chosen.missing
            ),
            code="ImageNotFoundException",
        )
    protected = protections.reasons(current.inventory, now)
    moves = plan_moves(chosen.images, current.inventory, target=target, protected=protected)
    return Plan(client=client, repository=deployed, current=current, moves=moves, target=target, now=now)


def moving(plan: Plan) -> list[Move]:
    """Give what moves."""
    return [move for move in plan.moves if move.fate is Fate.MOVE]


def echo_plan(plan: Plan, *, output: str) -> None:
    """Show what happens to each chosen image: as a table, unless the result is JSON, and counted."""
    verb, _ = _VERBS[plan.target]
    if output == "text":
        echo_table(_HEADINGS, (_cells(move, verb=verb, now=plan.now) for move in plan.moves))
    counts = Counter(move.fate for move in plan.moves)
    size = sum(move.image.size_bytes or 0 for move in moving(plan))
    parts = (
        f"{count_of(counts[Fate.MOVE], 'image')} to {verb}, {readable_size(size)}",
        f"{counts[Fate.SKIP]:,} skipped" if counts[Fate.SKIP] else "",
        f"{counts[Fate.REFUSE]:,} refused" if counts[Fate.REFUSE] else "",
    )
    echo(f"{plan.repository.name}: {'; '.join(filter(None, parts))}", err=True)


def move_each(plan: Plan, *, dry_run: bool, yes: bool, output: str) -> None:
    """
    Ask, move the images, and report what failed; go on after a failure.

    Raises:
        AwsError: some failed.
        RefusedError: the answer was no, or an image must not move.
    """
    verb, done = _VERBS[plan.target]
    moves = moving(plan)
    statuses: dict[str, str] = {}
    failures: dict[str, AwsError] = {}
    if moves and not dry_run:
        if not confirmed(f"{verb.capitalize()} {count_of(len(moves), 'image')}?", yes=yes):
            raise RefusedError(f"nothing {done}")
        try:
            for move in with_bar(moves, length=len(moves), label=f"{verb} images"):
                _move(plan, move, statuses, failures)
        except BaseException:
            echo(f"{len(statuses)} of {count_of(len(moves), 'image')} {done}; run the command again", err=True)
            raise
    if output == "json":
        echo_json(_document(plan, statuses, failures, dry_run=dry_run))
    if statuses:
        echo(f"{count_of(len(statuses), 'image')} {done}{_how_far(statuses)}", err=True)
    _raise(plan, failures, number=len(moves), done=done)
    refused = [move for move in plan.moves if move.fate is Fate.REFUSE]
    if refused:
        raise RefusedError(
            "\n".join(f"{plan.repository.name}: {move.image.digest}: not {done}: {move.reason}" for move in refused)
        )


def _move(plan: Plan, move: Move, statuses: dict[str, str], failures: dict[str, AwsError]) -> None:
    digest = move.image.digest
    # Its list came before, failed, and is still active: pulls of the list need the image.
    if digest in failures:
        return
    try:
        statuses[digest] = move_image(plan.client, plan.repository.name, digest, target=plan.target)
    except AwsError as error:
        failures[digest] = error
        if plan.target is Target.ARCHIVE:
            reason = AwsError(f"the list {digest} needs it, and is still active", code=error.code)
            planned = {one.image.digest for one in moving(plan)} if move.image.children else set()
            failures.update({child: reason for child in move.image.children if child in planned})


def _how_far(statuses: Mapping[str, str]) -> str:
    pending = sum(status == "ACTIVATING" for status in statuses.values())
    return f", {pending:,} of them on the way: ECR says ACTIVATING until they can be pulled" if pending else ""


def _raise(plan: Plan, failures: Mapping[str, AwsError], *, number: int, done: str) -> None:
    if not failures:
        return
    told = [f"{plan.repository.name}: {digest}: not {done}: {error}" for digest, error in failures.items()]
    counted = f"{number - len(failures)} of {count_of(number, 'image')} {done}; run the command again"
    raise AwsError("\n".join([*told, counted]), code=next(iter(failures.values())).code)


def _cells(move: Move, *, verb: str, now: datetime) -> tuple[str, ...]:
    image = move.image
    return (
        verb if move.fate is Fate.MOVE else move.fate.value,
        image.digest[:19],
        "-" if image.size_bytes is None else readable_size(image.size_bytes),
        age(image.pushed_at, now=now),
        ",".join(sorted(image.tags)) or "-",
        move.reason,
    )


def _document(
    plan: Plan, statuses: Mapping[str, str], failures: Mapping[str, AwsError], *, dry_run: bool
) -> dict[str, object]:
    """Write what was done, in the words of UpdateImageStorageClass where it has them."""
    return {
        "registryId": plan.repository.account,
        "repositoryName": plan.repository.name,
        "targetStorageClass": plan.target.value,
        "dryRun": dry_run,
        "images": [
            {
                "imageDigest": move.image.digest,
                "imageTags": sorted(move.image.tags),
                "imageSizeInBytes": move.image.size_bytes,
                "action": move.fate.value,
                "reason": move.reason or None,
                "imageStatus": statuses.get(move.image.digest, move.image.status.value),
                **({"error": str(failures[move.image.digest])} if move.image.digest in failures else {}),
            }
            for move in plan.moves
        ],
    }
