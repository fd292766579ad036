"""A real image, small, made without an engine."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def oci_layout(directory: Path, *, tag: str = "v1") -> str:
    """
    Build an OCI image of one file with umoci.

    Returns:
        Its name as skopeo takes it: ``oci:<path>:<tag>``.
    """
    layout = directory / "image"
    content = directory / "content"
    content.mkdir()
    (content / "hello.txt").write_text("hello\n")
    _run("umoci", "init", "--layout", str(layout))
    _run("umoci", "new", "--image", f"{layout}:{tag}")
    _run("umoci", "insert", "--rootless", "--image", f"{layout}:{tag}", str(content), "/content")
    return f"oci:{layout}:{tag}"


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
