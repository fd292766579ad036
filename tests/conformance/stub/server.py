"""The stub of ECR as a server: the API, the registry, CloudFormation and STS on one port."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from conformance.stub.api import answer
from conformance.stub.registry import reply
from conformance.stub.stacks import answer_query
from conformance.stub.state import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.stub.state import State

__all__ = ["StubServer", "serving"]

_TARGET = "AmazonEC2ContainerRegistry_V20150921."


class StubServer(ThreadingHTTPServer):
    """Serve *state* to everybody on this machine."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, state: State) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.state = state

    @property
    def host(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.server_port}"


@contextmanager
def serving(state: State) -> Iterator[StubServer]:
    """Run a stub for the time of the context."""
    with StubServer(state) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: StubServer
    protocol_version = "HTTP/1.1"
    # Without it an answer of two writes waits for the acknowledgement of the first.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self._body()
        if self.path.startswith("/v2/"):
            self._registry(body)
        elif target := self.headers.get("X-Amz-Target", ""):
            self._json(target.removeprefix(_TARGET), body)
        else:
            self._query(body)

    def do_PUT(self) -> None:
        self._registry(self._body())

    def do_HEAD(self) -> None:
        self._registry(b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _json(self, operation: str, body: bytes) -> None:
        try:
            found, status = answer(self.server.state, operation, json.loads(body), host=self.server.host), HTTPStatus.OK
        except Refusal as refusal:
            found, status = {"__type": refusal.code, "message": refusal.message}, HTTPStatus.BAD_REQUEST
        self._send(status, json.dumps(found).encode(), {"Content-Type": "application/x-amz-json-1.1"})

    def _query(self, body: bytes) -> None:
        given = dict(parse_qsl(body.decode()))
        try:
            text, status = answer_query(self.server.state, given["Action"], given), HTTPStatus.OK
        except Refusal as refusal:
            error = f"<Error><Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message></Error>"
            text, status = f"<ErrorResponse>{error}</ErrorResponse>", HTTPStatus.BAD_REQUEST
        self._send(status, text.encode(), {"Content-Type": "text/xml"})

    def _registry(self, body: bytes) -> None:
        if self.headers.get("Authorization") is None:
            self._send(HTTPStatus.UNAUTHORIZED, b"", {})
            return
        try:
            media_type = self.headers.get("Content-Type", "")
            status, headers = reply(self.server.state, self.command, self.path, body, media_type)
        except Refusal:
            status, headers = HTTPStatus.NOT_FOUND, {}
        self._send(status, b"", headers)

    def _send(self, status: HTTPStatus, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
