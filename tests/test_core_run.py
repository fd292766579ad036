"""The core run leaves out the right tests, and catches those that have forgotten their mark."""

from __future__ import annotations

from pathlib import Path

import pytest
from core_run import forbidden, is_left_out, marks_of_file

HERE = Path(__file__)


@pytest.mark.parametrize(
    ("source", "marks"),
    [
        pytest.param("pytestmark = pytest.mark.node", {"mark", "node"}, id="one"),
        pytest.param(
            'pytestmark = [pytest.mark.server, pytest.mark.needs("jq")]', {"mark", "server", "needs"}, id="list"
        ),
        pytest.param("@pytest.mark.node\ndef test_it(): ...", set(), id="of a test"),
        pytest.param("def test_it():\n    pytestmark = pytest.mark.node", set(), id="inside"),
    ],
)
def test_marks_of_file(source: str, marks: set[str]) -> None:
    """The marks of a file are read without running it."""
    assert marks_of_file(source) == marks


def test_files_that_are_left_out() -> None:
    """A file with such a mark is left out, every other is not."""
    assert is_left_out(HERE.with_name("test_app.py"))
    assert not is_left_out(HERE)


@pytest.mark.parametrize(
    ("event", "arguments", "reason"),
    [
        pytest.param(
            "import",
            ("jsii", None),
            "imports aws_cdk, which starts Node: mark this test, or its whole file, with pytest.mark.node",
            id="aws_cdk",
        ),
        pytest.param(
            "subprocess.Popen",
            ("/usr/bin/node", ["node", "app.js"]),
            "starts node: mark this test with pytest.mark.node",
            id="node",
        ),
        pytest.param(
            "subprocess.Popen",
            (b"skopeo", (b"skopeo", b"copy")),
            "starts skopeo: mark this test with pytest.mark.server",
            id="skopeo",
        ),
        pytest.param(
            "subprocess.Popen",
            ("chromium", ["chromium"]),
            "starts chromium: mark this test with pytest.mark.browser",
            id="chromium",
        ),
        pytest.param(
            "socket.bind",
            (None, ("127.0.0.1", 0)),
            "binds a socket: mark this test with pytest.mark.server",
            id="server",
        ),
        pytest.param("subprocess.Popen", ("sh", ["sh", "-c", "true"]), None, id="shell"),
        pytest.param("subprocess.Popen", ("/tmp/x/docker", ["/tmp/x/docker"]), None, id="script of a test"),  # noqa: S108
        pytest.param("import", ("json", None), None, id="json"),
    ],
)
def test_forbidden(event: str, arguments: tuple[object, ...], reason: str | None) -> None:
    """A test without a mark may start neither Node nor a server nor a browser."""
    assert forbidden(event, arguments) == reason
