"""``ecrkit policy list``: the policies of the store, and those that ecrkit ships, in words."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.cli.arguments.options import output_option
from ecrkit.cli.arguments.paths import STORE
from ecrkit.cli.console.endings import give_up
from ecrkit.cli.console.output import count_of, echo, echo_json, echo_lines
from ecrkit.documents.terminal import Styled, write_document
from ecrkit.lifecycle.wording import in_words
from ecrkit.policies.listing import VersionState, list_versions
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.cli.console.output import Line
    from ecrkit.policies.listing import ListedVersion
    from ecrkit.policies.references import PolicyRef

__all__ = ["list_", "markdown_table"]

_DEFAULT_STORE = Path("policies/lifecycle")
_WIDTH = 80
_STATES = {
    VersionState.PUBLISHED: "published",
    VersionState.UNPUBLISHED: "not published",
    VersionState.CHANGED: "changed since it was published",
    VersionState.MISSING: "published, but its file is missing",
    VersionState.INVALID: "invalid",
}


@click.command("list")
@click.option(
    "--policies",
    "store",
    type=STORE,
    help="Policy store to list.  [default: policies/lifecycle]",
)
@output_option("markdown")
def list_(store: Path | None, *, output: str) -> None:
    """
    List lifecycle policies with their rules in words.

    Shows every version of the policy store and every version that ecrkit ships, and whether it is published. Exits
    with 1 if a version of the store is invalid, changed after it was published, or is missing.

    \b
    Examples:
      ecrkit policy list
      ecrkit policy list --output json
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    shipped_root = PolicyStore.bundled().root
    root = store or _DEFAULT_STORE
    # A store that was asked for must exist.
    has_store = store is not None or root.is_dir()
    own = list_versions(root) if has_store else ()
    is_shipped = has_store and root.resolve() == shipped_root.resolve()
    shipped = () if is_shipped else list_versions(shipped_root)
    if output == "json":
        echo_json({"policies": [*(_document(one, None) for one in own), *(_document(one, own) for one in shipped)]})
    elif output == "markdown":
        write_document(markdown_table([*own, *shipped]))
    else:
        echo_lines(_text(own, shipped, root=root))
    if not has_store:
        echo(f"no policy store in {root}", err=True)
    problems = [one for one in own if one.state.is_problem]
    if problems:
        give_up(f"{count_of(len(problems), 'version')} with errors; run `ecrkit policy check {root}`")


def markdown_table(versions: Sequence[ListedVersion]) -> str:
    """Write a table of versions and their rules, as a page of documentation has it."""
    rows = [f"| `{one.reference}` | {'<br>'.join(_escaped(rule) for rule in _rules(one)) or '-'} |" for one in versions]
    return "\n".join(["| policy | rules, in order of precedence |", "|---|---|", *rows, ""])


def _text(own: Sequence[ListedVersion], shipped: Sequence[ListedVersion], *, root: Path) -> Iterator[Line]:
    if own:
        yield f"In {root}:"
        for one in own:
            yield from _block(one, _STATES[one.state], color=_color(one.state))
    if own and shipped:
        yield ""
    if shipped:
        yield "Published with ecrkit; `ecrkit policy copy NAME` copies one:"
        for one in shipped:
            notes = {None: "", "same": f"also in {root}", "different": f"a different one is in {root}"}
            yield from _block(one, notes[_presence(one, own)])


def _color(state: VersionState) -> str | None:
    if state.is_problem:
        return "red"
    return "green" if state is VersionState.PUBLISHED else "yellow"


def _block(one: ListedVersion, note: str, *, color: str | None = None) -> Iterator[Line]:
    yield ""
    named = f"{one.reference} ({note})" if note else str(one.reference)
    for line in _filled(named, indent="  ", hanging="    "):
        yield Styled(line, color)
    for number, rule in enumerate(_rules(one), start=1):
        mark = f"{number}. "
        yield from _filled(f"{mark}{rule}", indent="    ", hanging="    " + " " * len(mark))


def _filled(text: str, *, indent: str, hanging: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _rules(one: ListedVersion) -> list[str]:
    return [in_words(rule) for rule in one.policy.rules] if one.policy else []


def _presence(one: ListedVersion, own: Sequence[ListedVersion]) -> str | None:
    """Say whether the store has a shipped version: the ``same``, a ``different`` one, or none."""
    present: dict[PolicyRef, ListedVersion] = {other.reference: other for other in own}
    if one.reference not in present:
        return None
    return "same" if present[one.reference].policy == one.policy else "different"


def _document(one: ListedVersion, own: Sequence[ListedVersion] | None) -> dict[str, object]:
    """Describe a version: one that ecrkit ships if *own*, the versions of the store, are given."""
    rules = zip(one.policy.rules, _rules(one), strict=True) if one.policy else ()
    return {
        "name": one.reference.name,
        "version": one.reference.version,
        "source": "store" if own is None else "ecrkit",
        "state": one.state.value,
        **({} if own is None else {"in_store": _presence(one, own)}),
        "rules": [
            {"rulePriority": rule.rule_priority, "description": rule.description, "words": words}
            for rule, words in rules
        ],
    }


def _escaped(text: str) -> str:
    """Keep what a table or Markdown reads as its own signs as they are."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")
