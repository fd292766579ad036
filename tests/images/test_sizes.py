"""Sizes as people read them."""

from __future__ import annotations

import pytest

from ecrkit.images.sizes import readable_size


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (4_700_000, "4.7 MB"),
        (12_300_000_000, "12.3 GB"),
        (5_000_000_000_000_000, "5,000.0 TB"),
    ],
)
def test_size(size_bytes: int, text: str) -> None:
    """A size has at most a digit behind the point, and never a thousand of a unit that has a next one."""
    assert readable_size(size_bytes) == text
