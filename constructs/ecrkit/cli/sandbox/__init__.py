"""``ecrkit sandbox``."""

from ecrkit.cli.sandbox.command import sandbox

__all__ = ["sandbox"]
