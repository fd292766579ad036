from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builders.accounts import Account


@pytest.fixture(scope="module")
def server() -> Iterator[Account]:
    """Moto's server."""
    from builders.scans import scanning_account  # noqa: PLC0415 - brings moto, which the core run does without

    with scanning_account() as account:
        yield account


@pytest.fixture
def account(server: Account) -> Account:
    """An account with the image ``web:v1``, never scanned."""
    from builders.scans import reset  # noqa: PLC0415 - as above

    reset(server)
    return server
