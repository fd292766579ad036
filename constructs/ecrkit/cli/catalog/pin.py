"""``ecrkit catalog pin``: pin another version of a policy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.catalog import read_catalog_text
from ecrkit.catalog.pins import Pins
from ecrkit.catalog.repinning import matching, repin
from ecrkit.cli.arguments.completions import ENVIRONMENT, PINNABLE_POLICY
from ecrkit.cli.arguments.options import confirmed, dry_run_option, output_option, yes_option
from ecrkit.cli.arguments.paths import STORE
from ecrkit.cli.catalog.check import all_findings
from ecrkit.cli.console.endings import give_up
from ecrkit.cli.console.output import count_of, echo, echo_json, echo_lines
from ecrkit.cli.console.reports import echo_findings
from ecrkit.documents.files import write_text
from ecrkit.documents.nearest import near
from ecrkit.errors import RefusedError, Severity, errors_in, first_names
from ecrkit.policies.references import PolicyRef
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecrkit.catalog.repinning import PinChange, Repinned
    from ecrkit.errors import Finding

__all__ = ["pin"]


@click.command("pin")
@click.argument("policy", metavar="NAME@N", type=PINNABLE_POLICY)
@click.option("--where", metavar="GLOB", help="Repositories and creation templates to change.  [default: all]")
@click.option("--environment", metavar="NAME", type=ENVIRONMENT, help="Environment to change.  [default: all of them]")
@click.option(
    "--catalog",
    default="repositories.yaml",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Catalog to edit.",
)
@click.option(
    "--policies",
    type=STORE,
    help="Policy store.  [default: policies/lifecycle next to the catalog]",
)
@dry_run_option("Show the changes, and write nothing.")
@yes_option
@output_option()
def pin(  # noqa: PLR0913 - one parameter per option
    policy: str,
    *,
    where: str | None,
    environment: str | None,
    catalog: Path,
    policies: Path | None,
    dry_run: bool,
    yes: bool,
    output: str,
) -> None:
    """
    Pin another version of a policy in the whole catalog.

    Replaces every other version of the policy NAME by version N. Edits defaults, repositories, environments and
    creation templates, also in included files. Everything else in a file stays as it is, comments too. A repository
    that pins no version of the policy does not change.

    With --where or --environment, nothing changes outside the selection. A value that also
    applies to unselected repositories or environments, for example in defaults, is not edited. Instead, each selected
    repository or environment gets its own value.

    Shows the changes, and the warnings that they add, and asks before it writes. Exits with 1, and writes nothing, if
    the result does not pass `ecrkit catalog check`.

    \b
    Examples:
      ecrkit catalog pin keep-last-10@2
      ecrkit catalog pin keep-last-10@2 --environment dev
      ecrkit catalog pin keep-last-10@2 --where 'payments/*' --dry-run
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    store = PolicyStore(policies or catalog.parent / "policies" / "lifecycle")
    reference = PolicyRef.parse(policy)
    # A version that does not exist is reported before anything is read.
    store.path(reference)
    text = read_catalog_text(catalog)
    _require_selected(Pins.read(text, file=catalog.as_posix()), where=where, environment=environment)
    result = repin(text, reference, file=catalog.as_posix(), where=where, environment=environment)
    findings = _findings(text, result, file=catalog.as_posix(), store=store) if result.changes else ()
    errors = errors_in(findings)
    if output == "text":
        echo_lines(_lines(result))
    for prefix in result.shared_templates:
        echo(f"note: creation template '{prefix}': not changed, because all environments share it", err=True)
    echo_findings(errors or [found for found in findings if not found.silenced], err=True)
    if errors:
        give_up(f"{catalog}: the result does not pass 'ecrkit catalog check'; nothing written")
    count = count_of(len(result.changes), "pin")
    is_written = bool(result.changes) and not dry_run
    texts = {str(catalog): result.text} if result.text != text else {}
    texts |= result.included
    files = first_names(list(texts))
    if is_written:
        if not confirmed(f"Write {count} to {files}?", yes=yes):
            raise RefusedError("nothing written")
        for file, new in texts.items():
            write_text(Path(file), new)
    if output == "json":
        echo_json({"changes": [_document(change) for change in result.changes], "written": is_written})
        return
    if not result.changes:
        echo(f"nothing to change: no other version of '{reference.name}' is pinned here", err=True)
        return
    echo(f"{files}: {count} {'changed' if is_written else 'would change'}", err=True)


def _findings(text: str, result: Repinned, *, file: str, store: PolicyStore) -> tuple[Finding, ...]:
    """Give the errors of the new catalog, at their place in the old one, and the warnings that the change adds."""
    known = {_identity(found): found for found in all_findings(text, file=file, policies=store)}
    findings = all_findings(result.text, file=file, policies=store, edited=result.included)
    return tuple(
        known.get(_identity(found), found)
        for found in findings
        if found.severity is Severity.ERROR or _identity(found) not in known
    )


def _identity(found: Finding) -> tuple[str, str, str, str]:
    # A repository that gets a value of its own has the finding there, and had it before.
    return found.location.file, found.location.pointer.removesuffix("/lifecycle"), found.code, found.message


def _require_selected(pins: Pins, *, where: str | None, environment: str | None) -> None:
    """
    Make sure that the selection selects something.

    Raises:
        click.UsageError: the catalog has no such environment, or neither a repository nor a template that matches.
    """
    if environment is not None and environment not in pins.environments:
        nearest = near(environment, pins.environments)
        advice = f"did you mean {nearest[0]}?" if nearest else f"it has {', '.join(pins.environments)}"
        raise click.UsageError(f"the catalog has no environment '{environment}'; {advice}")
    names = [*pins.repositories, *pins.shared_templates]
    names += [prefix for templates in pins.environments.values() for prefix in templates or ()]
    if not matching(names, where):
        nearest = near(str(where), names)
        advice = f"did you mean '{nearest[0]}'?" if nearest else "'*' matches any text, as in 'payments/*'"
        raise click.UsageError(f"--where: no repository matches '{where}'; {advice}")


def _lines(result: Repinned) -> Iterator[str]:
    for change in result.changes:
        what = f"{change.location}: {change.location.path}: {change.old} -> {change.new}"
        yield f"{what} (new; {change.instead_of.location.path} stays)" if change.instead_of else what


def _document(change: PinChange) -> dict[str, object]:
    where = change.location
    return {
        "file": where.file,
        "line": where.line,
        "column": where.column,
        "pointer": where.pointer,
        "old": str(change.old),
        "new": str(change.new),
        "added": change.instead_of is not None,
    }
