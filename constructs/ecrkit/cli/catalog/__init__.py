"""``ecrkit catalog``: the repositories that are declared."""

from __future__ import annotations

from ecrkit.cli.console.lazy import LazyGroup

__all__ = ["catalog"]

catalog = LazyGroup(
    "catalog",
    help="Check, compare, edit and render the catalog.",
    examples=(
        "ecrkit catalog check",
        "ecrkit catalog diff old.yaml repositories.yaml --images images",
    ),
    commands={
        "check": "ecrkit.cli.catalog.check:check",
        "diff": "ecrkit.cli.catalog.diff:diff",
        "pin": "ecrkit.cli.catalog.pin:pin",
        "template": "ecrkit.cli.catalog.template:template",
    },
)
