"""``ecrkit repos``: the repositories that exist."""

from __future__ import annotations

from ecrkit.cli.console.lazy import LazyGroup

__all__ = ["repos"]

repos = LazyGroup(
    "repos",
    help="List and delete deployed repositories.",
    examples=(
        "ecrkit repos list",
        "ecrkit repos delete old-app --dry-run",
    ),
    commands={
        "list": "ecrkit.cli.repos.list:list_",
        "delete": "ecrkit.cli.repos.delete:delete",
    },
)
