"""The kit of conformance against the stub of ECR."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from builders.answers import settings
from conformance.cleanup import new_prefix
from conformance.running import account_of
from conformance.stub.server import serving
from conformance.stub.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.values import Account

__all__ = ["ACCOUNT", "Stub", "stub"]

ACCOUNT = "210987654321"


class Stub:
    """
    A stub, and the kit that is connected to it.

    Time passes there only where the kit sleeps.
    """

    def __init__(self, account: Account, state: State, host: str) -> None:
        self._account = account
        self.state = state
        self.url = f"http://{host}"

    def account(self, *deviations: str, configuration: dict[str, Any] | None = None) -> Account:
        """Empty the stub, let it differ, and give an account for a run."""
        self.state.begin_again(deviations, configuration)
        return replace(self._account, prefix=new_prefix(), stopping=Event())


@contextmanager
def stub() -> Iterator[Stub]:
    """Run a stub for the time of the context."""
    state = State(ACCOUNT)
    with serving(state) as server, pytest.MonkeyPatch.context() as patch:
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
        yield Stub(account, state, server.host)
