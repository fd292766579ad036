"""Options that several commands have."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ecrkit.cli.arguments.completions import DIRECTORY
from ecrkit.cli.arguments.destinations import Renamed, with_destination
from ecrkit.cli.arguments.paths import STORE
from ecrkit.cli.console.output import ask
from ecrkit.images.references import ImageReference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "aws_options",
    "catalog_options",
    "children_option",
    "confirmed",
    "dry_run_option",
    "folder_option",
    "format_option",
    "layers_options",
    "output_file_option",
    "output_option",
    "repository_named",
    "tool_option",
    "yes_option",
]

F = TypeVar("F", bound="Callable[..., Any]")


def aws_options(command: F) -> F:
    """Add ``--profile`` and ``--region``."""
    # The AWS CLI reads this variable, and boto3 does not.
    command = click.option("--region", envvar="AWS_REGION", help="AWS Region; overrides the configured one.")(command)
    return click.option("--profile", help="AWS profile to use.")(command)


def output_option(*formats: str) -> Callable[[F], F]:
    """Add ``--output`` and ``--output-file``; *formats* are offered next to text and json."""
    return lambda command: format_option(*formats)(output_file_option(command))


def format_option(*formats: str) -> Callable[[F], F]:
    """Add ``--output`` only, to a command that writes its own files."""
    return click.option(
        "--output",
        type=click.Choice(["text", "json", *formats]),
        default="text",
        show_default=True,
        help="Output format.",
    )


def output_file_option(command: F) -> F:
    """Add ``--output-file``, and write what the command prints there."""
    return click.option(
        "-o",
        "--output-file",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="File to write the result to.  [default: standard output]",
    )(with_destination(command))


def folder_option(
    help: str,  # noqa: A002 - click's own name
    *,
    metavar: str = "DIR",
    required: bool = False,
    old_names: Sequence[str] = (),
    is_text: bool = False,
) -> Callable[[F], F]:
    """
    Add ``--output-file`` to a command that writes a folder.

    Args:
        help: of the option.
        metavar: of the option.
        required: whether there must be one.
        old_names: of the option, which no help mentions.
        is_text: give the text, which may be an URI; else a path.
    """
    return click.option(
        "-o",
        "--output-file",
        "destination",
        cls=Renamed,
        old_names=old_names,
        metavar=metavar,
        required=required,
        type=DIRECTORY if is_text else click.Path(file_okay="FILE" in metavar, path_type=Path),
        help=help,
    )


def dry_run_option(help: str) -> Callable[[F], F]:  # noqa: A002 - click's own name
    """Add ``--dry-run``."""
    return click.option("--dry-run", is_flag=True, help=help)


def yes_option(command: F) -> F:
    """Add ``--yes``."""
    return click.option("--yes", is_flag=True, help="Proceed without asking.")(command)


def tool_option(command: F) -> F:
    """Add ``--tool``."""
    from ecrkit.aws.tools import TOOLS  # noqa: PLC0415 - brings subprocess, which most commands do without

    return click.option(
        "--tool", type=click.Choice(TOOLS), help="Program to use.  [default: the first one that answers]"
    )(command)


def catalog_options(command: F) -> F:
    """Add ``--catalog`` and ``--policies``."""
    command = click.option(
        "--policies",
        type=STORE,
        help="Policy store.  [default: policies/lifecycle next to the catalog]",
    )(command)
    return click.option(
        "--catalog",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Catalog to read.  [default: repositories.yaml, if it exists]",
    )(command)


def details_option(help_text: str) -> Callable[[F], F]:
    """Add ``--details``."""
    return click.option("--details", is_flag=True, help=help_text)


def children_option(command: F) -> F:
    """Add ``--children`` and ``--no-children``."""
    return click.option(
        "--children/--no-children",
        default=None,
        help="Read which images manifest lists refer to; ECR counts this as a pull.  [default: --children; "
        "--no-children if the lifecycle policy counts days since the last pull]",
    )(command)


def layers_options(command: F) -> F:
    """Add ``--layers`` and ``--despite-pulls``."""
    command = click.option(
        "--despite-pulls",
        is_flag=True,
        help="With --layers, read the layers even if the lifecycle policy counts days since the last pull: each image "
        "then counts as pulled now.",
    )(command)
    return click.option(
        "--layers",
        is_flag=True,
        help="Read the layers of every image, too; ECR counts this as a pull. Reports then show the bytes that are "
        "really freed.",
    )(command)


def repository_named(text: str) -> ImageReference:
    """
    Read the argument that names a repository: its name, or its URI.

    Raises:
        InvalidNameError: it is neither.
        click.UsageError: it names an image.
    """
    reference = ImageReference.parse(text)
    if reference.suffix:
        raise click.UsageError(f"{text}: name a repository, without {reference.suffix!r}")
    return reference


def confirmed(question: str, *, yes: bool) -> bool:
    """
    Ask, unless the answer is given.

    Raises:
        click.UsageError: nobody is there to answer.
    """
    if yes:
        return True
    if not sys.stdin.isatty():
        raise click.UsageError("not a terminal, cannot ask; pass --yes to proceed")
    return ask(question)
