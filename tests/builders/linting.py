"""cfn-lint, which checks templates before they are deployed."""

from __future__ import annotations

from cfnlint.api import lint  # type: ignore[import-untyped] # it ships no types

__all__ = ["cfn_lint"]


def cfn_lint(template: str) -> list[str]:
    """Run cfn-lint on *template*; give its errors and warnings."""
    return [f"{match.rule.id}: {match.message}" for match in lint(template)]
