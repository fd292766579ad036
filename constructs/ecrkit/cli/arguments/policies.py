"""Arguments that several commands take: policies, images, an instant, protections."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ecrkit.cli.arguments.completions import FILE
from ecrkit.cli.arguments.paths import STORE, read_each, require_one_stdin
from ecrkit.cli.console.output import echo
from ecrkit.documents.files import read_argument
from ecrkit.errors import ChangedPolicyError, Severity
from ecrkit.lifecycle import MAX_POLICY_BYTES, compose, parse_policy
from ecrkit.policies.lock import compare_file
from ecrkit.policies.references import PolicyRef, version_at
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ecrkit.errors import Finding
    from ecrkit.images import Inventory
    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.preview.protection import Protections, UsedImage

__all__ = [
    "DURATION",
    "INSTANT",
    "PATTERN",
    "PRICE",
    "instants",
    "missing_images",
    "note_unpublished",
    "policies_option",
    "policy_files",
    "policy_name",
    "protection_options",
    "read_policies",
    "read_protections",
    "warn_of_idle",
    "warn_of_protections",
    "with_manifests",
]

F = TypeVar("F", bound="Callable[..., Any]")

_DEFAULT_STORE = Path("policies/lifecycle")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


class _Instant(click.ParamType[datetime]):
    """ISO 8601 with an offset."""

    name = "instant"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"must be a time in ISO 8601 as in '2026-11-01T12:00:00Z', got {value!r}", param, ctx)
        if instant.tzinfo is None:
            self.fail(f"must have an offset from UTC, got {value!r}; append 'Z' if it is UTC", param, ctx)
        try:
            return instant.astimezone(UTC)
        except OverflowError:
            self.fail(f"must be between the years 1 and 9999 in UTC, got {value!r}", param, ctx)


class _Duration(click.ParamType[timedelta]):
    """A number of hours, days or weeks."""

    name = "duration"

    def convert(self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        match = re.fullmatch(r"([0-9]{1,5})([hdw])", value)
        if not match:
            self.fail(f"must be hours, days or weeks as in '12h', '30d' or '2w', got {value!r}", param, ctx)
        return int(match[1]) * _UNITS[match[2]]


class _Price(click.ParamType[float]):
    """An amount of money."""

    name = "price"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            price = float(value)
        except ValueError:
            price = -1
        if not 0 <= price < float("inf"):
            self.fail(f"must be a number, 0 or more, got {value!r}", param, ctx)
        return price


class _Pattern(click.ParamType[str]):
    """A pattern that a tag can match."""

    name = "pattern"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch(r"[A-Za-z0-9_*][A-Za-z0-9._*-]*", value):
            self.fail(f"must be a tag, or a pattern of tags as in 'release-*', got {value!r}", param, ctx)
        return value


def instants(now: datetime | None, ahead: timedelta | None = None) -> tuple[datetime, datetime]:
    """
    Give today and the instant of evaluation.

    Args:
        now: as given with ``--now``; ``None`` for the clock.
        ahead: as given with ``--in``.

    Raises:
        click.UsageError: the calendar ends before.
    """
    today = now or datetime.now(UTC)
    try:
        return today, today + (ahead or timedelta())
    except OverflowError:
        length = str(ahead).removesuffix(", 0:00:00")
        raise click.UsageError(f"--in: must end before the year 10000, got {length} after {today.date()}") from None


INSTANT = _Instant()
DURATION = _Duration()
PRICE = _Price()
PATTERN = _Pattern()


def policies_option(command: F) -> F:
    """Add ``--policies``."""
    return click.option(
        "--policies",
        "store",
        type=STORE,
        help="Policy store that contains name@N.  [default: policies/lifecycle; without "
        "that directory, the policies that ecrkit ships]",
    )(command)


def protection_options(command: F) -> F:
    """Add ``--in-use``, ``--pulled-within`` and ``--must-keep``."""
    for option in (
        click.option(
            "--must-keep",
            type=PATTERN,
            multiple=True,
            metavar="PATTERN",
            help="Fail if an image with a matching tag would expire or be archived.",
        ),
        click.option(
            "--pulled-within",
            type=DURATION,
            metavar="30d",
            help="Fail if an image pulled within this time would expire or be archived.",
        ),
        click.option(
            "--in-use",
            multiple=True,
            metavar="FILE",
            type=FILE,
            help="Fail if an image in this file, one a line, would expire or be archived.",
        ),
    ):
        command = option(command)
    return command


def read_protections(
    *, in_use: Sequence[str], pulled_within: timedelta | None, must_keep: Sequence[str]
) -> Protections:
    """
    Read what must stay pullable.

    Raises:
        InvalidImagesError: a line of a file names no image.
        UnreadableInputError: a file cannot be read.
        click.UsageError: standard input is named twice.
    """
    from ecrkit.preview.protection import Protections, read_used_images  # noqa: PLC0415 - few commands protect

    def read(argument: str) -> tuple[UsedImage, ...]:
        text, file = read_argument(argument)
        return read_used_images(text, file=file)

    require_one_stdin(*in_use)
    used = read_each(in_use, read)
    return Protections(used=tuple(chain.from_iterable(used)), pulled_within=pulled_within, must_keep=tuple(must_keep))


def warn_of_idle(protections: Protections, inventories: Sequence[Inventory]) -> None:
    """Say on standard error which protections have nothing to protect in *inventories*."""
    for text in protections.idle(inventories):
        echo(f"warning: {text}", err=True)


def note_unpublished(found: Iterable[Finding]) -> None:
    """Say on standard error which versions are not published: a policy that somebody writes is used before it is."""
    for finding in found:
        echo(f"note: {finding}", err=True)


def warn_of_protections(protections: Protections, inventories: Sequence[Inventory]) -> None:
    """Say on standard error which protections have nothing to protect, and which images in use are gone."""
    warn_of_idle(protections, inventories)
    for text in missing_images(protections, inventories):
        echo(f"warning: in use, but not found: {text}", err=True)


def missing_images(protections: Protections, inventories: Sequence[Inventory]) -> list[str]:
    """List the images in use that are gone from *inventories*, each with the place that names it."""
    return [f"{used.text} ({used.origin})" for used in protections.missing(inventories)]


def read_policies(arguments: Sequence[str], *, store: Path | None) -> LifecyclePolicy:
    """
    Read the policy that *arguments* make.

    Args:
        arguments: each ``name@N``, a path to a JSON file, or ``-``; several are composed.
        store: where ``name@N`` is looked up; ``None`` for the store here or, without one, that of ecrkit.

    Raises:
        InvalidPolicyError: ECR would refuse one, or what they make together.
        InvalidLockError: the lock of the store is none.
        PolicyReferenceError: the store has no such policy, or it is not what was published.
        UnreadableInputError: a file cannot be read.
    """
    return compose(read_each(arguments, lambda argument: _policy(argument, store)))


def with_manifests(inventories: Iterable[Inventory], manifests: str | None) -> Iterator[Inventory]:
    """
    Add to images what manifest lists refer to.

    Args:
        inventories: any.
        manifests: a file, as ``batch-get-image`` prints it; ``None`` adds nothing.

    Raises:
        InvalidImagesError: the file holds something else.
        UnreadableInputError: it cannot be read.
    """
    if manifests is None:
        yield from inventories
        return
    from ecrkit.images.inventory.manifests import add_children, read_manifests  # noqa: PLC0415 - few have manifests at hand

    text, file = read_argument(manifests)
    children = read_manifests(text, file=file)
    for inventory in inventories:
        yield add_children(inventory, children)


def policy_files(arguments: Iterable[str]) -> list[str]:
    """Keep the policies that are named by their file."""
    return [argument for argument in arguments if _is_file(argument)]


def policy_name(argument: str) -> str:
    """Name a policy for people: ``name@N``, also for a file of a store, else the name of the file."""
    if argument == "-":
        return "standard input"
    if not _is_file(argument):
        return argument
    version = version_at(Path(argument))
    return str(version[1]) if version else Path(argument).name


def _is_file(argument: str) -> bool:
    return argument == "-" or argument.endswith(".json") or "/" in argument or Path(argument).is_file()


def _policy(argument: str, store: Path | None) -> LifecyclePolicy:
    if _is_file(argument):
        text, file = read_argument(argument, at_most=MAX_POLICY_BYTES)
        is_version = argument != "-" and version_at(Path(argument)) is not None
        # A version of a store must be only a policy; any other file may be the output of a command.
        policy = parse_policy(text, file=file, unwrap=not is_version)
        found = compare_file(Path(argument), policy) if is_version else None
        if found and found.severity is Severity.ERROR:
            raise ChangedPolicyError(found)
        note_unpublished([found] if found else [])
        return policy
    is_bundled = store is None and not _DEFAULT_STORE.is_dir()
    policies = PolicyStore.bundled() if is_bundled else PolicyStore(store or _DEFAULT_STORE)
    policy = policies.read(PolicyRef.parse(argument))
    note_unpublished(policies.unpublished())
    return policy
