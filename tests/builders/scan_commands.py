"""Runs of `ecrkit scan`, and what they say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from builders.commands import ecrkit

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from builders.accounts import Account

__all__ = ["FINDINGS", "IMAGE", "gate", "told"]

FINDINGS = "ecr:DescribeImageScanFindings"
IMAGE = re.compile(r"web@sha256:[0-9a-f]{64}")


def gate(account: Account, *arguments: str | Path, image: str = "web:v1") -> subprocess.CompletedProcess[str]:
    """Run the gate."""
    return ecrkit("scan", "gate", image, *arguments, environment=account.environment)


def told(result: subprocess.CompletedProcess[str]) -> str:
    """Give the last line of standard error, digests left out."""
    return IMAGE.sub("web@…", result.stderr.splitlines()[-1])
