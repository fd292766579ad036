"""
A Sphinx extension that writes the reference from the code: commands, catalog keys and rules.

The pages are in ``reference/commands``, ``reference/rules`` and ``reference/keys.md``. Git ignores them, since the code
is the only source.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from sphinx.util.inspect import signature, stringify_signature

from ecrkit.catalog.keys import key_table
from ecrkit.catalog.public_keys import public_key_table
from ecrkit.catalog.reading.events import EVENT_KEYS
from ecrkit.cli import cli
from ecrkit.cli.rulebooks import RULEBOOKS
from ecrkit.cli.rules import rule_page
from ecrkit.documents.schema import said_of
from ecrkit.registry.events import Event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinx.application import Sphinx

    from ecrkit.cli.rulebooks import Rulebook

__all__ = ["command_pages", "key_page", "rule_pages", "setup"]

_WIDTH = 80


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("builder-inited", _write_reference)
    app.connect("autodoc-process-signature", _signature_of_constructs)
    return {"parallel_read_safe": True}


def command_pages() -> dict[str, str]:
    """Render the help of every command, one page for each command of the first level, by the name of the file."""
    root = click.Context(cli, info_name="ecrkit", terminal_width=_WIDTH)
    names = cli.list_commands(root)
    pages = {name: _command_page(name, root) for name in names}
    rows = "\n".join(
        f"| [`ecrkit {name}`]({name}.md) | {_command(name, root).get_short_help_str(200)} |" for name in names
    )
    toctree = "\n".join(names)
    pages["index"] = (
        "# Commands\n\n"
        "Every text on these pages is the output of `--help`.\n\n"
        f"| command | does |\n|---|---|\n{rows}\n\n"
        f"```{{toctree}}\n:hidden:\n\n{toctree}\n```\n"
    )
    return pages


def key_page() -> str:
    """Render the keys of a repository, with those that ``defaults`` cannot have."""
    return (
        "# Keys of a repository\n\n"
        "A repository, its entry in an environment, and `defaults` take these keys. [Add a\n"
        "repository](../tasks/add-a-repository.md) shows how they resolve.\n\n"
        f"| key | meaning | default |\n|---|---|---|\n{key_table()}\n"
        "A repository takes these keys in addition:\n\n"
        "| key | meaning | default |\n|---|---|---|\n"
        "| `output` | key of the stack output that holds its URI | its name in PascalCase followed by `RepositoryUri`, "
        "as in `MyAppRepositoryUri` |\n"
        "| `only` | the environments in which it exists | all of them |\n\n"
        "## Keys of a public repository\n\n"
        "A repository under `public_repositories` takes these keys. [Publish a public\n"
        "repository](../tasks/public-repositories.md) shows how to use them.\n\n"
        f"| key | meaning | default |\n|---|---|---|\n{public_key_table()}\n"
        "## Keys of an event\n\n"
        "An entry of `events`, for all environments or for one, takes these keys. [Send\n"
        "events](../tasks/send-events.md) has examples.\n\n"
        "| key | meaning |\n|---|---|\n"
        + "".join(f"| `{key}` | {said_of(Event, key).removesuffix('.')} |\n" for key in EVENT_KEYS)
    )


def rule_pages() -> dict[str, str]:
    """Render a page for each rule and a list of all, by the name of the file."""
    # The navigation of every page would list them all, and writing it would take most of the build.
    apart = "---\norphan: true\n---\n\n"
    pages = {check.code: apart + rule_page(check) for rulebook in RULEBOOKS for check in rulebook.checks}
    pages["index"] = "\n".join(
        [
            "# Rules",
            "",
            "Every check that ecrkit makes. An **error** means that AWS rejects it, or that the result is not what",
            "you declared. A **warning** means that it is valid but almost always wrong. `ecrkit rules CODE` prints",
            "the same text in a terminal.",
            "",
            *(line for rulebook in RULEBOOKS for line in _rulebook(rulebook)),
        ]
    )
    return pages


def _rulebook(rulebook: Rulebook) -> Iterator[str]:
    yield f"## {rulebook.heading}\n"
    # It links to pages beside docs/rules.md, which is two folders up from here.
    yield f"{rulebook.introduction.replace('](', '](../../')}\n"
    yield "| code | severity | problem |"
    yield "|---|---|---|"
    for check in rulebook.checks:
        yield f"| [{check.code}]({check.code}.md) | {check.severity.value} | {check.title} |"
    yield ""


def _command_page(name: str, root: click.Context) -> str:
    return f"# ecrkit {name}\n\n" + "\n".join(_sections(_command(name, root), name, root))


def _sections(command: click.Command, name: str, parent: click.Context) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent, terminal_width=_WIDTH)
    if parent.parent is not None:
        yield f"## {context.command_path}\n"
    yield f"```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            yield from _sections(_command(child, context), child, context)


def _command(name: str, context: click.Context) -> click.Command:
    group = context.command
    assert isinstance(group, click.Group)  # noqa: S101 - only groups have commands
    command = group.get_command(context, name)
    assert command is not None  # noqa: S101 - the group listed it
    return command


def _signature_of_constructs(_app: Sphinx, what: str, _name: str, documented: object, *_: object) -> object:
    """Give the signature of a construct, without what refuses other arguments: for jsii every class takes any."""
    if what != "class" or type(documented).__name__ != "JSIIMeta":
        return None
    found = signature(documented.__init__, bound_method=True)  # type: ignore[misc]
    named = [each for each in found.parameters.values() if each.kind is not each.VAR_KEYWORD]
    return stringify_signature(found.replace(parameters=named)), None


def _write_reference(app: Sphinx) -> None:
    reference = Path(app.srcdir) / "reference"
    _write(reference / "commands", command_pages())
    _write(reference / "rules", rule_pages())
    _write(reference, {"keys": key_page()})


def _write(folder: Path, pages: Mapping[str, str]) -> None:
    """Write the pages that changed, so that Sphinx reads only these again, and remove those that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        path = folder / f"{name}.md"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    if len(pages) > 1:
        for path in folder.glob("*.md"):
            if path.stem not in pages:
                path.unlink()
