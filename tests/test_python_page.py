"""The API reference has every public name."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest
from builders.pages import ROOT

import ecrkit

REFERENCE = ROOT / "docs" / "reference"
PAGES = "".join((REFERENCE / name).read_text(encoding="utf-8") for name in ("python.md", "constructs.md"))
INTERNAL = ("ecrkit.aws", "ecrkit.cli", "ecrkit.documents", "ecrkit.registry.templates")
"""Packages that the page excludes."""

PACKAGES = [
    name
    for name in ("ecrkit", *(found.name for found in pkgutil.walk_packages(ecrkit.__path__, "ecrkit.") if found.ispkg))
    if not name.startswith(INTERNAL) and hasattr(importlib.import_module(name), "__all__")
]


@pytest.mark.parametrize("package", PACKAGES)
def test_public_packages(package: str) -> None:
    """A package with public names is on the page, with all of them."""
    directive = re.search(rf"^\.\. automodule:: {re.escape(package)}\n((?:   .*\n)+)", PAGES, re.MULTILINE)

    assert directive, f"{package}: is not in the API reference"
    assert ":imported-members:" in directive[1]


def test_internal_packages() -> None:
    """The page names the packages that it excludes."""
    assert all(f"`{package}`" in PAGES for package in INTERNAL)


def test_partly_documented_packages() -> None:
    """A package whose names the page lists one by one lists all that no other package on the page has."""
    listed = dict(re.findall(r"^\.\. automodule:: (\S+)\n   :members: (.+)\n", PAGES, re.MULTILINE))
    elsewhere = {
        name for package in PACKAGES if package not in listed for name in importlib.import_module(package).__all__
    }

    assert listed
    for package, names in listed.items():
        assert set(importlib.import_module(package).__all__) <= {*names.split(", "), *elsewhere}
