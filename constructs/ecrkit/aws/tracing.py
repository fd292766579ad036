"""A line in the log for each call to AWS: what was called where, and how it ended; never what was sent or answered."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.session import Session

__all__ = ["CALLS", "trace_client", "trace_session"]

CALLS = logging.getLogger("ecrkit.aws.calls")
"""A line for each call, of level ``DEBUG``."""

_STARTED_AT, _ATTEMPTS, _IS_LOGGED = "ecrkit_started_at", "ecrkit_attempts", "ecrkit_is_logged"
_MILLISECONDS = 1000


def trace_session(core: Session) -> Session:
    """Log the calls of every client of a session, those that look for credentials too; gives the session."""
    core.register("request-created", _count_attempt)
    core.register("after-call", _log_answer)
    core.register("after-call-error", _log_failure)
    return core


def trace_client(client: BaseClient) -> None:
    """Log the calls of a client before another handler of its service can refuse the answer."""
    client.meta.events.register_first(f"after-call.{client.meta.service_model.service_id.hyphenize()}", _log_answer)


def _count_attempt(**event: Any) -> None:  # noqa: ANN401 - botocore's events have no types
    context = event["request"].context
    context.setdefault(_STARTED_AT, time.monotonic())
    context[_ATTEMPTS] = context.get(_ATTEMPTS, 0) + 1


def _log_answer(**event: Any) -> None:  # noqa: ANN401 - as above
    about = event["parsed"].get("ResponseMetadata", {})
    code = event["parsed"].get("Error", {}).get("Code")
    status = about.get("HTTPStatusCode", "no status")
    _log(
        event["event_name"],
        event["context"],
        f"{status} {code}" if code else str(status),
        f"request {about.get('RequestId') or 'without ID'}",
    )


def _log_failure(**event: Any) -> None:  # noqa: ANN401 - as above
    # The message may repeat an endpoint, which may have a password in it.
    _log(event["event_name"], event["context"], f"no answer, {type(event['exception']).__name__}")


def _log(event_name: str, context: dict[str, Any], *outcome: str) -> None:
    if context.get(_IS_LOGGED) or not CALLS.isEnabledFor(logging.DEBUG):
        return
    # A service and a general handler get the same call.
    context[_IS_LOGGED] = True
    _, service, operation = event_name.split(".")
    retries = max(context.get(_ATTEMPTS, 0) - 1, 0)
    now = time.monotonic()
    duration = (now - context.get(_STARTED_AT, now)) * _MILLISECONDS
    CALLS.debug(
        "%s:%s in %s: %s, %s, %.0f ms",
        service,
        operation,
        context.get("client_region") or "no Region",
        ", ".join(outcome),
        "1 retry" if retries == 1 else f"{retries} retries",
        duration,
    )
