"""A command that runs in a sandbox ends, whatever it does."""

from __future__ import annotations

import os
import shlex
import signal
import threading
from typing import TYPE_CHECKING

import pytest
from builders.sandbox_checks import becomes_true
from builders.sandboxes import HOME

from ecrkit.aws.sandbox import Sandbox, commands, run_command
from ecrkit.errors import SandboxError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.server


class TestRunCommand:
    def test_stubborn(self, running: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        """A command that ignores SIGTERM is killed after a while."""
        monkeypatch.setattr(commands, "_GRACE_SECONDS", 0.2)
        ready = running.directory / "ready"
        script = f"trap '' TERM; touch {shlex.quote(str(ready))}; exec sleep 60"

        def terminate() -> None:
            becomes_true(ready.exists)
            os.kill(os.getpid(), signal.SIGTERM)

        thread = threading.Thread(target=terminate)
        thread.start()
        code = run_command(running, HOME, ["sh", "-c", script])
        thread.join()

        assert code == 128 + signal.SIGKILL

    def test_cannot_be_run(self, running: Sandbox, tmp_path: Path) -> None:
        """A program that the system refuses to run is an error that names it."""
        program = tmp_path / "program"
        program.write_bytes(b"\x00")
        program.chmod(0o755)
        with pytest.raises(SandboxError) as caught:
            run_command(running, HOME, [str(program)])

        assert str(caught.value) == f"{program}: cannot be run: Exec format error"
