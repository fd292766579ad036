"""``ecrkit catalog template``: the CloudFormation templates of a catalog, without CDK."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.catalog import check_catalog, read_catalog_text, templates
from ecrkit.cli.arguments.completions import ENVIRONMENT
from ecrkit.cli.arguments.environment import named_environment
from ecrkit.cli.arguments.options import folder_option
from ecrkit.cli.arguments.paths import STORE
from ecrkit.cli.console.endings import end
from ecrkit.cli.console.output import echo
from ecrkit.cli.console.reports import echo_findings
from ecrkit.documents.files import argument_name, make_directory, require_writable, write_text
from ecrkit.documents.terminal import write_json
from ecrkit.policies.store import PolicyStore
from ecrkit.registry.settings.resources import ACCOUNT_SETTINGS_NOTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.catalog import Template

__all__ = ["template"]


@click.command("template")
@click.argument("catalog", default="repositories.yaml", type=click.Path(path_type=Path))
@click.option("--environment", metavar="NAME", type=ENVIRONMENT, help="Environment to render.  [default: all of them]")
@click.option(
    "--policies",
    metavar="DIR",
    type=STORE,
    help="Policy store.  [default: policies/lifecycle next to the catalog]",
)
@folder_option(
    "Write each stack to DIR/<stack>.template.json, or the only stack to FILE, if the name ends in .json.  "
    "[default: print the template; needs exactly one stack]",
    metavar="DIR|FILE",
    old_names=["--directory"],
)
def template(catalog: Path, *, environment: str | None, policies: Path | None, destination: Path | None) -> None:
    """
    Render the CloudFormation templates of CATALOG, without CDK.

    CATALOG is a file, or - for standard input. If there is one stack, prints its template. With -o, writes a file for
    each stack and prints the file names. Findings of the catalog go to standard error.

    Exits with 1 if the catalog has errors.

    \b
    Examples:
      ecrkit catalog template --environment dev -o dev.json
      ecrkit catalog template -o templates
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    if destination is not None and str(destination) == "-":
        destination = None
    if destination is not None and _is_file(destination):
        require_writable(destination)
    store = PolicyStore(policies or catalog.parent / "policies" / "lifecycle")
    checked = check_catalog(read_catalog_text(catalog), file=argument_name(catalog), policies=store)
    echo_findings([found for found in checked.findings if not found.silenced], err=True)
    if checked.catalog is None:
        end(["the catalog has errors"], are_told=True)
    name = named_environment(checked.catalog, environment).name if environment is not None else None
    shown = [place for place in checked.catalog.environments if name in {None, place.name}]
    if any(place.registry and place.registry.account_settings for place in shown):
        echo(f"note: {ACCOUNT_SETTINGS_NOTE}", err=True)
    rendered = [each for each in templates(checked.catalog, store).values() if name in {None, each.environment}]
    is_file = destination is not None and _is_file(destination)
    if destination is not None and not is_file:
        _write(rendered, destination)
    elif len(rendered) != 1:
        raise click.UsageError(_advice(rendered, destination="standard output" if destination is None else "one file"))
    elif destination is not None:
        write_text(destination, f"{rendered[0].text}\n")
        echo(destination.as_posix())
    else:
        write_json([rendered[0].text, "\n"])


def _is_file(destination: Path) -> bool:
    """Whether it is the file of one template, and not a folder."""
    return destination.is_file() or (destination.suffix == ".json" and not destination.is_dir())


def _write(rendered: Sequence[Template], directory: Path) -> None:
    make_directory(directory)
    for each in rendered:
        path = directory / f"{each.stack}.template.json"
        write_text(path, f"{each.text}\n")
        echo(path.as_posix())


def _advice(rendered: Sequence[Template], *, destination: str) -> str:
    """Say how to choose one of several templates, or to get all of them."""
    stacks = ", ".join(each.stack for each in rendered)
    counts = Counter(each.environment for each in rendered)
    alone = [name for name, count in counts.items() if count == 1]
    choice = f", or --environment NAME to print one of {', '.join(alone)}" if alone else ""
    got = f"{destination} can have one template, got {len(rendered)}: {stacks}"
    return f"{got}; pass -o DIR to write a file for each{choice}"
