"""
How long property tests search.

Without an option the same few examples every time, so that a run says something about a change and not about luck;
``--hypothesis-profile=long`` searches for minutes, somewhere else each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import pytest

settings.register_profile("brief", max_examples=40, derandomize=True, database=None, deadline=None)
settings.register_profile(
    "long", max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("brief")
