"""The Python environment of MiniStack: where it is, what makes it, and what an interruption leaves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ecrkit.aws.sandbox import environment, environment_directory, prepare_environment
from ecrkit.errors import SandboxError, UnwritableOutputError

if TYPE_CHECKING:
    from collections.abc import Mapping

CACHE = "Library/Caches" if sys.platform == "darwin" else ".cache"
NOBODY = 2**22 + 1
"""A process ID that no process has: Linux counts to 2**22."""


@pytest.fixture
def caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """Pin one small package instead of MiniStack's; give the environment in which pip finds it, without an index."""
    wheel = tmp_path / "wheels" / "tiny-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny.py", "ANSWER = 42\n")
        archive.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("tiny-1.0.dist-info/RECORD", "")
    pin(f"tiny==1.0 --hash=sha256:{sha256(wheel.read_bytes()).hexdigest()}", tmp_path, monkeypatch)
    return {
        "HOME": str(tmp_path),
        "PATH": os.defpath,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": str(wheel.parent),
        "PIP_NO_INDEX": "1",
    }


def pin(line: str, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requirements = directory / "requirements.txt"
    requirements.write_text(f"{line}\n")
    monkeypatch.setattr(environment, "_REQUIREMENTS", requirements)


def failure(caller: Mapping[str, str]) -> str:
    with pytest.raises(SandboxError) as caught:
        prepare_environment(environ=caller)
    return str(caught.value)


class TestDirectory:
    @pytest.mark.parametrize(
        ("environ", "cache"),
        [
            pytest.param({"HOME": "/home/me"}, f"/home/me/{CACHE}", id="home"),
            pytest.param({"HOME": "/home/me", "XDG_CACHE_HOME": "/cache"}, "/cache", id="cache"),
            pytest.param({"HOME": "/home/me", "XDG_CACHE_HOME": "cache"}, f"/home/me/{CACHE}", id="relative"),
            pytest.param({"HOME": "/home/me", "XDG_CACHE_HOME": ""}, f"/home/me/{CACHE}", id="empty"),
        ],
    )
    def test_cache(self, environ: Mapping[str, str], cache: str) -> None:
        """The environment is in the cache of the user."""
        assert environment_directory(environ).parent == Path(cache) / "ecrkit"

    @pytest.mark.parametrize(("environ", "given"), [({}, "''"), ({"HOME": "me"}, "'me'")], ids=["unset", "relative"])
    def test_no_home(self, environ: Mapping[str, str], given: str) -> None:
        """Without a home directory the message says which variable to set."""
        with pytest.raises(SandboxError) as caught:
            environment_directory(environ)

        assert str(caught.value) == (
            f"HOME: must be an absolute path, got {given}; the sandbox keeps MiniStack there, "
            "set HOME or XDG_CACHE_HOME"
        )

    def test_other_pins(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Other pins are another environment."""
        environ = {"HOME": "/home/me"}
        before = environment_directory(environ)
        pin("ministack==2", tmp_path, monkeypatch)

        assert environment_directory(environ) != before


class TestPrepare:
    def test_imports(self, caller: Mapping[str, str]) -> None:
        """The Python that is returned imports what is pinned, and nothing of the environment that made it."""
        python = prepare_environment(environ=caller)
        script = "import tiny, importlib.util; print(tiny.ANSWER, importlib.util.find_spec('click'))"
        run = subprocess.run([python, "-I", "-c", script], capture_output=True, text=True, check=True)

        assert python.is_relative_to(environment_directory(caller))
        assert run.stdout == "42 None\n"

    def test_report(self, caller: Mapping[str, str]) -> None:
        """The first time says what is installed; after that nothing is reported."""
        first: list[str] = []
        second: list[str] = []
        prepare_environment(environ=caller, report=first.append)
        prepare_environment(environ=caller, report=second.append)

        assert set(first) == {"installing MiniStack in your cache, once"}
        assert second == []

    def test_redirected(self, caller: Mapping[str, str], tmp_path: Path) -> None:
        """A caller who has pip install elsewhere gets the environment all the same."""
        elsewhere = {"PIP_TARGET": str(tmp_path / "elsewhere"), "PIP_USER": "1", "PYTHONPATH": str(tmp_path)}
        prepare_environment(environ={**caller, **elsewhere})

        assert list(environment_directory(caller).glob("lib/python*/site-packages/tiny.py")) != []
        assert not (tmp_path / "elsewhere").exists()

    @pytest.mark.parametrize("variable", ["PIP_CONSTRAINT", "PIP_REQUIREMENT"])
    def test_pins_of_the_caller(self, caller: Mapping[str, str], tmp_path: Path, variable: str) -> None:
        """What the caller has pip install elsewhere does not bind the environment."""
        (tmp_path / "pins.txt").write_text("tiny==2.0\n")
        prepare_environment(environ={**caller, variable: str(tmp_path / "pins.txt")})

        assert list(environment_directory(caller).glob("lib/python*/site-packages/tiny-1.0.dist-info")) != []

    def test_offline(self, caller: Mapping[str, str]) -> None:
        """Without a package index one line says what is needed, and that it is needed once."""
        assert failure({**caller, "PIP_FIND_LINKS": ""}) == (
            "MiniStack: cannot be installed, no package index can be reached; "
            "the sandbox needs it once: connect to a package index and run ecrkit sandbox --prepare"
        )

    def test_other_hash(self, caller: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A package with another hash is not installed, and nothing is left."""
        pin(f"tiny==1.0 --hash=sha256:{'0' * 64}", tmp_path, monkeypatch)

        assert failure(caller).startswith(
            "MiniStack: cannot be installed, pip failed: THESE PACKAGES DO NOT MATCH THE HASHES"
        )
        assert list(environment_directory(caller).parent.iterdir()) == []

    def test_unwritable(self, caller: Mapping[str, str], tmp_path: Path) -> None:
        """A cache that cannot be written is named."""
        (tmp_path / "file").write_text("")
        with pytest.raises(UnwritableOutputError) as caught:
            prepare_environment(environ={**caller, "XDG_CACHE_HOME": str(tmp_path / "file")})

        assert str(caught.value).startswith(f"{tmp_path}/file/ecrkit: cannot be written: ")

    def test_two_at_once(self, caller: Mapping[str, str]) -> None:
        """Two that make it at once both get the same, and leave nothing else."""
        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(lambda _: prepare_environment(environ=caller), range(2))

        assert first == second
        assert list(environment_directory(caller).parent.iterdir()) == [environment_directory(caller)]

    def test_python_removed(self, caller: Mapping[str, str], tmp_path: Path) -> None:
        """An environment whose Python was removed is made again."""
        python = environment_directory(caller) / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.symlink_to(tmp_path / "removed")

        assert prepare_environment(environ=caller).exists()


class TestOldEnvironments:
    def test_removed(self, caller: Mapping[str, str]) -> None:
        """A new environment replaces old ones: the newest stays, so does what was used today or is not of ecrkit."""
        cache = environment_directory(caller).parent
        days = {"sandbox-x-1111111111111111": 3, "sandbox-x-2222222222222222": 2, "sandbox-x-3333333333333333": 4}
        for name, age in {**days, "sandbox-x-4444444444444444": 0, "sandbox-of-mine": 9}.items():
            (cache / name).mkdir(parents=True)
            (cache / name / "pyvenv.cfg").touch()
            then = time.time() - age * 86400
            os.utime(cache / name, (then, then))
        (cache / "sandbox-x-5555555555555555").symlink_to(cache / "sandbox-of-mine")
        prepare_environment(environ=caller)

        assert {path.name for path in cache.iterdir()} == {
            environment_directory(caller).name,
            "sandbox-x-4444444444444444",
            "sandbox-of-mine",
            "sandbox-x-5555555555555555",
        }

    def test_used(self, caller: Mapping[str, str]) -> None:
        """An environment that is used is not old."""
        prepare_environment(environ=caller)
        os.utime(environment_directory(caller), (0, 0))
        prepare_environment(environ=caller)

        assert environment_directory(caller).stat().st_mtime > 0


class TestInterrupted:
    def test_nothing_is_left(self, caller: Mapping[str, str]) -> None:
        """Ctrl-C while pip runs leaves no environment that is not complete."""
        reported: list[str] = []

        def interrupt(what: str) -> None:
            reported.append(what)
            if len(reported) == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            prepare_environment(environ=caller, report=interrupt)

        assert list(environment_directory(caller).parent.iterdir()) == []

    @pytest.mark.parametrize(("process_id", "is_kept"), [(NOBODY, False), (os.getpid(), True)], ids=["dead", "alive"])
    def test_killed(self, caller: Mapping[str, str], process_id: int, *, is_kept: bool) -> None:
        """What a killed process left is removed; what a running process makes is not."""
        left = environment_directory(caller).parent / f".building-{process_id}-x"
        left.mkdir(parents=True)
        prepare_environment(environ=caller)

        assert left.exists() is is_kept
