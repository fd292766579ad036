"""The kit of conformance against the stub of ECR."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from builders.answers import settings
from conformance.cleanup import new_prefix
from conformance.running import account_of
from conformance.stub.server import serving
from conformance.stub.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest
    from conformance.values import Account

__all__ = ["ACCOUNT", "stub_account"]

ACCOUNT = "210987654321"


@contextmanager
def stub_account(
    monkeypatch: pytest.MonkeyPatch, *deviations: str, configuration: dict[str, Any] | None = None
) -> Iterator[tuple[Account, State]]:
    """Run a stub, and connect to it; time passes there only where the kit sleeps."""
    state = State(ACCOUNT, deviations, configuration)
    with serving(state) as server, monkeypatch.context() as patch:
        for name, value in settings(f"http://{server.host}").items():
            patch.setenv(name, value)
        account = account_of(
            profile=None,
            region=None,
            prefix=new_prefix(),
            clock=lambda: datetime.fromtimestamp(state.seconds(), tz=UTC),
            seconds=state.seconds,
            sleep=state.sleep,
            report=lambda _line: None,
        )
        yield account, state
