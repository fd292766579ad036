"""Chromium as a person uses it: screens of any size, light and dark, keys, and paper; over its DevTools protocol."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Tab", "chromium"]

_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# The protocol is spoken on the file descriptors 3 and 4.
_START = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execvp(sys.argv[3], sys.argv[3:])"
)
_KEYS = {"Tab": 9, "Enter": 13, " ": 32}


class Tab:
    """The one tab of a browser."""

    def __init__(self, commands: int, answers: BinaryIO) -> None:
        self._commands = commands
        self._answers = answers
        self._number = 0
        self._session: str | None = None
        self.errors: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._call(f"{domain}.enable")

    def open(self, page: Path, *, width: int = 1280, height: int = 800, scheme: str = "light", media: str = "") -> None:
        """Open a file on a screen of this size, and wait until its script has run."""
        self.resize(width, height)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._call("Emulation.setEmulatedMedia", media=media, features=features)
        self._call("Page.navigate", url=page.as_uri())
        while not self.run("document.documentElement?.dataset.readyAfter"):
            pass

    def run(self, script: str) -> Any:  # noqa: ANN401 - any JSON
        """Give the value of an expression in the page."""
        result = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key."""
        text = {"Enter": "\r", " ": " "}.get(key, "")
        for kind in ("keyDown", "keyUp"):
            self._call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=_KEYS[key], text=text
            )

    def screenshot(self, path: Path, *, is_whole: bool = True) -> None:
        """Save what the screen shows, or the whole page."""
        data = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=is_whole)["data"]
        path.write_bytes(base64.b64decode(data))

    def resize(self, width: int, height: int) -> None:
        """Make the screen another size."""
        # Phones and screenshots have no scroll bars.
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=True)

    def print(self, path: Path) -> None:
        """Save the page as a PDF on the paper that it asks for."""
        self._call("Emulation.setEmulatedMedia", media="", features=[])
        data = self._call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)["data"]
        path.write_bytes(base64.b64decode(data))

    def _call(self, method: str, **parameters: object) -> dict[str, Any]:
        self._number += 1
        session = {"sessionId": self._session} if self._session else {}
        command = {"id": self._number, "method": method, "params": parameters, **session}
        _write(self._commands, json.dumps(command).encode() + b"\0")
        while True:
            message = json.loads(self._message())
            if message.get("id") == self._number:
                assert "error" not in message, (method, message["error"])
                return dict(message["result"])
            if message.get("method") == "Runtime.exceptionThrown":
                self.errors.append(json.dumps(message["params"]))
            if message.get("method") == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
                self.errors.append(message["params"]["entry"]["text"])

    def _message(self) -> bytes:
        parts = bytearray()
        while (byte := self._answers.read(1)) != b"\0":
            assert byte, "the browser ended"
            parts += byte
        return bytes(parts)


@contextmanager
def chromium(profile: Path) -> Iterator[Tab]:
    """Start a browser with a new *profile* directory, and end it."""
    reads_commands, commands = os.pipe()
    answers, writes_answers = os.pipe()
    descriptors = (reads_commands, writes_answers)
    start = [sys.executable, "-c", _START, *map(str, descriptors)]
    command = [*start, "chromium", *_OPTIONS, "--remote-debugging-pipe", f"--user-data-dir={profile}"]
    with (
        subprocess.Popen(command, pass_fds=descriptors, stderr=subprocess.DEVNULL) as process,
        os.fdopen(answers, "rb") as stream,
    ):
        for descriptor in descriptors:
            os.close(descriptor)
        try:
            yield Tab(commands, stream)
        finally:
            with suppress(OSError):
                _write(commands, b'{"id":0,"method":"Browser.close"}\0')
            os.close(commands)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
