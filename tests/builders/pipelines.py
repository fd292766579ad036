"""The pipelines that `ecrkit init` writes, and the APIs that their scripts call."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from ecrkit.cli.init.answers import Answers, Ci
from ecrkit.cli.init.installation import Installation
from ecrkit.cli.init.starter import starter_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["Api", "api", "registry_in", "run_script"]


def registry_in(directory: Path, *, ci: str) -> Path:
    """Write the files of a new registry repository; gives the directory."""
    answers = Answers(account="123456789012", region="us-east-1", ci=Ci(ci))
    files = starter_files(answers, Installation(version="1.0", requirement="ecrkit==1.0"))
    for path, file in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(file.content)
    return directory


def run_script(
    directory: Path, script: str, *arguments: str, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a script of a registry repository in its directory, as a pipeline does."""
    interpreter = "sh" if script.endswith(".sh") else sys.executable
    return subprocess.run(
        [interpreter, script, *arguments],
        cwd=directory,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(slots=True)
class Api:
    """
    A running API.

    Attributes:
        url: Where it listens.
        answers: What it answers, by method and path with query: a document, or bytes, or the status of a refusal.
        calls: Method and path of what was asked, in order.
        bodies: The documents that were sent, in order.
        tokens: The values of the headers that authenticate, in order.
    """

    url: str
    answers: dict[str, Any]
    calls: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)


@contextmanager
def api(answers: Mapping[str, Any]) -> Iterator[Api]:
    """Run an API that gives *answers*, for the time of the context; anything else is 404."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.api = Api(f"http://127.0.0.1:{server.server_port}", answers=dict(answers))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.api
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    api: Api


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Write nothing to the standard error of the tests."""

    def _answer(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        call = f"{self.command} {self.path}"
        server.api.calls.append(call)
        headers = ("Authorization", "PRIVATE-TOKEN", "JOB-TOKEN")
        server.api.tokens += [f"{name}: {self.headers[name]}" for name in headers if self.headers[name]]
        if length := int(self.headers.get("Content-Length") or 0):
            server.api.bodies.append(json.loads(self.rfile.read(length)))
        answer = server.api.answers.get(call, 404)
        if isinstance(answer, str):
            self.send_response(302)
            self.send_header("Location", answer)
            content = b""
        else:
            self.send_response(answer if isinstance(answer, int) else 200)
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
