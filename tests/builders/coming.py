"""Commands and keys that docs/reference/coverage.md names before they exist; each leaves the set when it exists."""

from __future__ import annotations

__all__ = ["COMING"]

COMING = frozenset(
    {
        "catalog public_repositories",
        "catalog registry.pull_time_exclusions",
        "catalog registry.signing",
        "ecrkit images archive",
        "ecrkit images copy",
        "ecrkit images restore",
        "ecrkit scan summary",
    }
)
