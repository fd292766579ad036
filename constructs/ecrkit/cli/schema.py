"""``ecrkit schema``: what editors need to help with a file."""

from __future__ import annotations

import click

from ecrkit.cli.schemas import DocumentKind, render_schema

__all__ = ["schema"]


@click.command("schema")
@click.argument("kind", type=click.Choice([kind.value for kind in DocumentKind]), metavar="KIND")
def schema(kind: str) -> None:
    """
    Print the JSON Schema of a KIND of file, for editors.

    KIND is policy, catalog, policy-test (the vN.test.yaml of a policy) or silenced (a store's silenced.yaml).
    """
    click.echo(render_schema(DocumentKind(kind)), nl=False)
