"""A proxy between a command and a server: it writes down what is asked, and breaks what it is told to."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Fault", "Hold", "Proxy", "aws_error", "delay", "drop", "foreign_page", "proxy_to", "xml_error"]

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "te", "upgrade"}
_ACTIONS_OF_PATHS = (
    ("GET", r"/2015-03-31/functions/?", "lambda:ListFunctions"),
    ("GET", r"/2015-03-31/functions/[^/]+", "lambda:GetFunction"),
    ("POST", r"/coverage/list", "inspector2:ListCoverage"),
    ("POST", r"/cluster/get", "inspector2:GetClustersForImage"),
    ("POST", r"/status/batch/get", "inspector2:BatchGetAccountStatus"),
    ("HEAD", r"/v2/.+/blobs/.+", "ecr:BatchCheckLayerAvailability"),
    ("GET", r"/v2/.+/blobs/sha256:.+", "ecr:GetDownloadUrlForLayer"),
    ("POST", r"/v2/.+/blobs/uploads/.*", "ecr:InitiateLayerUpload"),
    ("PATCH", r"/v2/.+/blobs/uploads/.+", "ecr:UploadLayerPart"),
    ("PUT", r"/v2/.+/blobs/uploads/.+", "ecr:CompleteLayerUpload"),
    ("PUT", r"/v2/.+/manifests/.+", "ecr:PutImage"),
    ("(GET|HEAD)", r"/v2/.+/manifests/.+", "ecr:BatchGetImage"),
)
"""What a principal needs for a request that only its path tells; ECR user guide, "Private repository policies"."""


@dataclass(slots=True)
class Fault:
    """
    What befalls a request.

    Attributes:
        action: the request that it befalls, as in ``ecr:DescribeImages``; any where it is empty.
        befall: answers the request, or does not; gives whether it is to be passed on nevertheless.
        times: how often.
        after: how many such requests pass unharmed before.
    """

    action: str
    befall: Callable[[Any], bool]
    times: int = 1_000_000
    after: int = 0


_TARGETS = {
    "AmazonEC2ContainerService": "ecs",
    "AWSGlue": "glue",
    "AmazonAthena": "athena",
    "AWSOrganizations": "organizations",
}
"""The services whose calls name their operation in a header, by how they name themselves there; else ECR."""


@dataclass(slots=True)
class Proxy:
    """
    A running proxy.

    Attributes:
        url: where it listens.
        actions: what was asked, in order, as IAM names it; ``GET /path`` where IAM has no name.
        faults: to come; tests change them while it runs.
    """

    url: str
    actions: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@contextmanager
def proxy_to(upstream: str, *faults: Fault) -> Iterator[Proxy]:
    """Run a proxy before the server at *upstream*, for the time of the context."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        proxy = Proxy(f"http://localhost:{server.server_port}", faults=list(faults))
        server.proxy, server.upstream = proxy, urlsplit(upstream).netloc
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()


def aws_error(code: str, *, message: str = "No.", status: int = 400) -> Callable[[Any], bool]:
    """Answer as AWS does when it refuses."""

    def befall(handler: _Handler) -> bool:
        body = f'{{"__type": "{code}", "message": "{message}"}}'.encode()
        handler.answer(status, {"Content-Type": "application/x-amz-json-1.1"}, body)
        return False

    return befall


def xml_error(code: str, *, message: str = "No.", status: int = 400) -> Callable[[Any], bool]:
    """Answer as the older services of AWS do, STS and CloudFormation among them."""

    def befall(handler: _Handler) -> bool:
        error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        handler.answer(status, {"Content-Type": "text/xml"}, f"<ErrorResponse>{error}</ErrorResponse>".encode())
        return False

    return befall


def foreign_page(handler: Any) -> bool:  # noqa: ANN401 - the handler is private
    """Answer as the log-in page of a hotel does."""
    handler.answer(200, {"Content-Type": "text/html"}, b"<html>Welcome! Please accept our terms.</html>")
    return False


def drop(handler: Any) -> bool:  # noqa: ANN401 - the handler is private
    """Close the connection without a word."""
    with contextlib.suppress(OSError):
        handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True
    return False


def delay(seconds: float) -> Callable[[Any], bool]:
    """Let the request wait."""

    def befall(_: _Handler) -> bool:
        time.sleep(seconds)
        return True

    return befall


class Hold:
    """
    Keeps a request, and whoever sent it, until the context ends; the server never sees it.

    Attributes:
        reached: set when the first one is kept.
    """

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._let_go = threading.Event()

    def __call__(self, handler: Any) -> bool:  # noqa: ANN401 - the handler is private
        """Befall a request."""
        self.reached.set()
        self._let_go.wait(timeout=60)
        return drop(handler)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._let_go.set()


class _Server(ThreadingHTTPServer):
    # A client that was told to go away leaves its thread behind; the test does not wait for it.
    daemon_threads = True
    block_on_close = False
    proxy: Proxy
    upstream: str
    lock = threading.Lock()

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that are gone."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    body: bytes

    def handle_request(self) -> None:
        body = self.body = self._body()
        action = self._action(body)
        with self.server.lock:
            self.server.proxy.actions.append(action)
            fault = self._fault(action)
        if fault is None or fault.befall(self):
            self._pass_on(body)

    def __getattr__(self, name: str) -> Callable[[], None]:
        # http.server looks for a method per verb of HTTP.
        if name.startswith("do_"):
            return self.handle_request
        raise AttributeError(name)

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", headers.get("Content-Length", str(len(body))))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _pass_on(self, body: bytes) -> None:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        with contextlib.closing(http.client.HTTPConnection(self.server.upstream, timeout=60)) as upstream:
            upstream.request(self.command, self.path, body=body, headers=headers)
            response = upstream.getresponse()
            content = response.read()
            kept = {name: value for name, value in response.getheaders() if name.lower() not in _HOP_BY_HOP}
            if self.command == "HEAD" and response.getheader("Content-Length"):
                kept["Content-Length"] = str(response.getheader("Content-Length"))
            kept = {name: value for name, value in kept.items() if name != "Content-Length" or self.command == "HEAD"}
            self.answer(response.status, kept, content)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while length := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _action(self, body: bytes) -> str:
        target = self.headers.get("X-Amz-Target", "")
        if target:
            service, _, operation = target.partition(".")
            return f"{next((name for start, name in _TARGETS.items() if service.startswith(start)), 'ecr')}:{operation}"
        form = parse_qs(body.decode(errors="replace")) if self.command == "POST" else {}
        if "Action" in form:
            service = "sts" if form["Action"][0] in {"AssumeRole", "GetCallerIdentity"} else "cloudformation"
            return f"{service}:{form['Action'][0]}"
        path = urlsplit(self.path).path
        if "/s3/aws4_request" in self.headers.get("Authorization", ""):
            has_key = "/" in path.strip("/")
            return {"GET": "s3:GetObject" if has_key else "s3:ListBucket", "PUT": "s3:PutObject"}.get(
                self.command, "s3:DeleteObject"
            )
        for method, pattern, action in _ACTIONS_OF_PATHS:
            if re.fullmatch(method, self.command) and re.fullmatch(pattern, path):
                return action
        return f"{self.command} {path}"

    def _fault(self, action: str) -> Fault | None:
        for fault in self.server.proxy.faults:
            if fault.action not in {"", action}:
                continue
            if fault.after:
                fault.after -= 1
            elif fault.times:
                fault.times -= 1
                return fault
        return None
