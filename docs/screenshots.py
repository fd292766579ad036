"""
Write the pictures of reports in ``docs/images``: ``python docs/screenshots.py``, after a change of their look.

The images are those of the tests of the report, and the same each time.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from builders.chromium import chromium  # noqa: E402 - the path is set above
from builders.reports import fleet_of, images, page_of, page_of_all, page_of_fleet, previewed, used  # noqa: E402 - likewise

_IMAGES = ROOT / "docs" / "images"


def main() -> None:
    """Open each report on a screen, and save what it shows."""
    found = images(300)
    many = [(f"team-{place % 12}/service-{place}", images(place * 37 % 97, seed=place)) for place in range(312)]
    one = page_of(previewed(found, used(found)))
    several = page_of_all(
        [previewed(of, used(of) if place % 40 == 1 else None, name=name) for place, (name, of) in enumerate(many)],
        is_checked=True,
    )
    with TemporaryDirectory() as name, chromium(Path(name) / "profile") as tab:
        for page, picture, width, height, scheme in (
            (one, "report", 1200, 1425, "light"),
            (one, "report-dark", 1200, 900, "dark"),
            (one, "report-phone", 390, 844, "light"),
            (several, "report-repositories", 1200, 820, "light"),
            (page_of_fleet(fleet_of(10_000)), "report-fleet", 1200, 900, "light"),
        ):
            path = Path(name) / "page.html"
            path.write_text(page, encoding="utf-8")
            tab.open(path, width=width, height=height, scheme=scheme)
            tab.screenshot(_IMAGES / f"{picture}.png", is_whole=False)


if __name__ == "__main__":
    main()
