"""``ecrkit fleet``: the images of many accounts and Regions, and what policies would do to them."""

from __future__ import annotations

from ecrkit.cli.console.lazy import LazyGroup

__all__ = ["fleet"]

fleet = LazyGroup(
    "fleet",
    help="Preview policies on the images of many accounts and Regions.",
    examples=(
        "ecrkit fleet inventory --accounts 111111111111 --role audit -o dataset",
        "ecrkit fleet preview repositories.yaml --inventory dataset",
        "ecrkit fleet diff --deployed-policies repositories.yaml --inventory dataset",
    ),
    commands={
        "inventory": "ecrkit.cli.fleet.inventory:inventory",
        "import": "ecrkit.cli.fleet.import_:import_",
        "preview": "ecrkit.cli.fleet.preview:preview_command",
        "diff": "ecrkit.cli.fleet.diff:diff",
        "table": "ecrkit.cli.fleet.table:table",
    },
)
