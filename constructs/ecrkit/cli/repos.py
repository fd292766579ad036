"""``ecrkit repos``: the repositories that exist."""

from __future__ import annotations

from ecrkit.cli.lazy import LazyGroup

__all__ = ["repos"]

repos = LazyGroup(
    "repos",
    help="Work on the repositories that exist.",
    commands={
        "list": "ecrkit.cli.repos_list:list_",
        "delete": "ecrkit.cli.repos_delete:delete",
    },
)
