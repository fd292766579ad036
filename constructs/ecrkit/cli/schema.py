"""``ecrkit schema``: what editors need to help with a file."""

from __future__ import annotations

import click

from ecrkit.cli.arguments.options import output_file_option
from ecrkit.cli.schemas import DocumentKind, render_schema
from ecrkit.documents.terminal import write_document

__all__ = ["schema"]


@click.command("schema")
@click.argument("kind", type=click.Choice([kind.value for kind in DocumentKind]), metavar="KIND")
@output_file_option
def schema(kind: str) -> None:
    """
    Print the JSON Schema of a kind of file, for editors.

    KIND is policy, catalog, repositories (a file that a catalog includes), policy-test (a policy's
    vN.test.yaml) or silenced (a store's silenced.yaml).

    \b
    Examples:
      ecrkit schema catalog -o catalog.schema.json
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    write_document(render_schema(DocumentKind(kind)))
