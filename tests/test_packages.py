"""What the packages of ecrkit say about themselves."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

import ecrkit

ROOT = Path(ecrkit.__file__).parent
PACKAGES = ("errors", "documents", "images", "policies", "preview", "registry", "deployment")
"""Those whose docstring lists what is in them."""


@pytest.mark.parametrize("name", PACKAGES)
def test_modules_are_listed(name: str) -> None:
    """A package lists each of its modules and packages, in one line each."""
    package = importlib.import_module(f"ecrkit.{name}")
    listed = re.findall(r"^- ``(\w+)``: \S", package.__doc__ or "", re.MULTILINE)
    entries = [path for path in (ROOT / name).iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]

    assert sorted(listed) == sorted({path.stem for path in entries} - {"__init__"})
