"""``ecrkit scan``: what is known to be wrong with an image."""

from __future__ import annotations

from ecrkit.cli.console.lazy import LazyGroup

__all__ = ["scan"]

scan = LazyGroup(
    "scan",
    help="Scan images for vulnerabilities.",
    examples=(
        "ecrkit scan gate web:v1 --fail-on HIGH",
        "ecrkit scan findings web:v1",
        "ecrkit scan summary",
    ),
    commands={
        "start": "ecrkit.cli.scan.start:start",
        "findings": "ecrkit.cli.scan.findings:findings",
        "gate": "ecrkit.cli.scan.gate:gate",
        "summary": "ecrkit.cli.scan.summary:summary",
    },
)
