"""A sandbox: its port, its accounts, its files, and its end."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import venv
from pathlib import Path

import pytest
from builders.sandbox_checks import OTHER, answers, descendants, ecr, repository_names
from builders.sandboxes import HOME

from ecrkit.aws.sandbox import Sandbox, Target, environment_directory, running_sandbox
from ecrkit.errors import SandboxError

pytestmark = pytest.mark.server


def status(sandbox: Sandbox, path: str) -> int:
    """Ask without a signature."""
    with contextlib.closing(http.client.HTTPConnection("localhost", sandbox.port)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


def listening(process_id: int) -> set[tuple[str, int]]:
    """The TCP sockets that a process listens on, from Linux's own tables."""
    sockets = set()
    for descriptor in Path(f"/proc/{process_id}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            sockets.add(str(descriptor.readlink()))
    found = set()
    for table in ("tcp", "tcp6"):
        for row in Path(f"/proc/{process_id}/net/{table}").read_text().splitlines()[1:]:
            fields = row.split()
            local, state, inode = fields[1], fields[3], fields[9]
            if state == "0A" and f"socket:[{inode}]" in sockets:
                address, port = local.split(":")
                readable = ".".join(str(byte) for byte in reversed(bytes.fromhex(address)))
                found.add((readable, int(port, 16)))
    return found


class TestSandbox:
    @pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads the tables of Linux")
    def test_listens_on_loopback_only(self, running: Sandbox) -> None:
        """One port is open, on 127.0.0.1, and none beside it."""
        assert status(running, "/_ministack/ready") == 200
        assert listening(running.server.pid) == {("127.0.0.1", running.port)}

    def test_two_do_not_meet(self, running: Sandbox) -> None:
        """A second sandbox has its own port, its own files and its own repositories."""
        with running_sandbox(HOME, environ=os.environ) as second:
            ecr(running, HOME).create_repository(repositoryName="first")
            ecr(second, HOME).create_repository(repositoryName="second")

            assert running.port != second.port
            assert running.directory != second.directory
            assert repository_names(running, HOME) == ["first"]
            assert repository_names(second, HOME) == ["second"]

    def test_leaves_nothing(self) -> None:
        """Process, port and files are gone when the context is left."""
        with running_sandbox(HOME, environ=os.environ) as sandbox:
            before = descendants(os.getpid())

        assert sandbox.server.pid in before
        assert sandbox.server.pid not in descendants(os.getpid())
        assert not answers(sandbox.port)
        assert not sandbox.directory.exists()

    def test_another_ministack(self) -> None:
        """Settings that the caller has for a MiniStack of theirs do not count."""
        theirs = {"GATEWAY_PORT": "4566", "SERVICES": "sqs", "MINISTACK_ACCOUNT_ID": "000000000000"}
        with running_sandbox(HOME, environ=os.environ | theirs) as sandbox:
            created = ecr(sandbox, HOME).create_repository(repositoryName="app")

            assert created["repository"]["registryId"] == HOME.account
            assert sandbox.port != 4566

    @pytest.mark.parametrize(
        ("target", "expected"), [pytest.param(HOME, 200, id="home"), pytest.param(OTHER, 404, id="other")]
    )
    def test_unsigned_requests_go_home(self, running: Sandbox, target: Target, expected: int) -> None:
        """What is not signed, a pull for one, finds the repositories of home."""
        ecr(running, target).create_repository(repositoryName="app")

        assert status(running, "/v2/app/tags/list") == expected

    def test_does_not_start(self, tmp_path: Path) -> None:
        """A MiniStack that fails to start is reported with the end of what it said."""
        directory = environment_directory({"HOME": str(tmp_path)})
        venv.create(directory, symlinks=True)
        [packages] = directory.glob("lib/python*/site-packages")
        (packages / "hypercorn.py").write_text("raise RuntimeError('out of order')")
        environ = os.environ | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(directory.parents[1])}
        with pytest.raises(SandboxError) as caught, running_sandbox(HOME, environ=environ):
            pass

        first, *_, last = str(caught.value).splitlines()
        assert re.fullmatch(r"MiniStack: did not start, .+; its output:", first)
        assert last == "RuntimeError: out of order"

    def test_python_of_the_caller(self, tmp_path: Path) -> None:
        """MiniStack imports nothing from the caller's PYTHONPATH."""
        (tmp_path / "botocore.py").write_text("raise RuntimeError('out of order')")
        with running_sandbox(HOME, environ=os.environ | {"PYTHONPATH": str(tmp_path)}) as sandbox:
            assert status(sandbox, "/_ministack/ready") == 200
