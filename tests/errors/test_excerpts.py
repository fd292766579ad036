"""Parts of texts and of lists that a message can show."""

from __future__ import annotations

import pytest

from ecrkit.errors import excerpt, first_names


@pytest.mark.parametrize(
    ("length", "expected"),
    [pytest.param(60, "a" * 60, id="fits"), pytest.param(61, "a" * 60 + "…", id="too long")],
)
def test_an_excerpt_fits_into_a_message(length: int, expected: str) -> None:
    """A text of up to 60 characters stays whole, and a longer one says that something is missing."""
    assert excerpt("a" * length) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param(0, "", id="none"),
        pytest.param(1, "app-0", id="one"),
        pytest.param(3, "app-0, app-1, app-2", id="all"),
        pytest.param(1003, "app-0, app-1, app-2 and 1,000 more", id="more"),
    ],
)
def test_first_names(number: int, expected: str) -> None:
    """A message has the first names of a list, and the number of the others."""
    assert first_names([f"app-{index}" for index in range(number)]) == expected
