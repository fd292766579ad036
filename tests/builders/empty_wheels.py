"""Small files with the name and the metadata of a wheel of ecrkit."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import ecrkit

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["wheel_in"]


def wheel_in(directory: Path, *, version: str = ecrkit.__version__, name: str = "ecrkit", content: str = "") -> Path:
    """Write a wheel into *directory*: its metadata, and a module with *content*."""
    path = directory / f"{name}-{version}-py3-none-any.whl"
    metadata = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n"
    with zipfile.ZipFile(path, "w") as archive:
        # Two wheels of the same content are the same.
        archive.writestr(zipfile.ZipInfo(f"{name}/__init__.py"), content)
        archive.writestr(zipfile.ZipInfo(f"{name}-{version}.dist-info/METADATA"), metadata)
    return path
