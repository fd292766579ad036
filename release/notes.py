"""
Check that a tag fits this tree, and print its release notes: ``python release/notes.py TAG``.

The tag is ``v`` and the version of the package, and the changelog has a dated section for it, which is printed.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import ecrkit

__all__ = ["main"]

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Print the notes, or exit with 1."""
    [tag] = sys.argv[1:]
    if tag != f"v{ecrkit.__version__}":
        sys.exit(f"error: {tag}: must be v{ecrkit.__version__}, the version of the package; tag another commit")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    notes = notes_of(ecrkit.__version__, changelog)
    if not notes:
        sys.exit(f"error: CHANGELOG.md: has no section '## [{ecrkit.__version__}] - YYYY-MM-DD'; add it and tag again")
    sys.stdout.write(f"{notes}\n")


def notes_of(version: str, changelog: str) -> str:
    """Give the section of a version without its heading; empty if it is missing, undated or empty."""
    heading = rf"^## \[{re.escape(version)}\] - \d{{4}}-\d{{2}}-\d{{2}}$"
    match = re.search(rf"{heading}\n(.*?)(?=^## |^\[|\Z)", changelog, re.MULTILINE | re.DOTALL)
    return match[1].strip() if match else ""


if __name__ == "__main__":
    main()
