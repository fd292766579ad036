"""``ecrkit adopt``."""

from ecrkit.cli.adopt.command import adopt

__all__ = ["adopt"]
