"""The picture of the README is drawn from what the command writes."""

from __future__ import annotations

import runpy
from pathlib import Path

from ecrkit.cli.review.markdown import REVIEW_MARKER

DRAWING = Path(__file__).parents[1] / "docs" / "review_comment.py"


def test_comment(tmp_path: Path) -> None:
    """The comment is the one of a review that refuses a change."""
    comment = runpy.run_path(str(DRAWING))["review"](tmp_path)

    assert comment.startswith(f"{REVIEW_MARKER}\n### 🛑 ecrkit: 1 repository would lose images\n")
    assert "4 images would newly expire" in comment
