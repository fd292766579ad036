"""
The Python environment of MiniStack, in the user's cache: its pins bind neither a project nor ecrkit.

It is made when a sandbox first needs it, from packages whose hashes are in ``requirements.txt`` next to this module.
A change of these pins, or another Python, makes another environment.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.documents.files import make_directory, read_text, unwritable
from ecrkit.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["environment_directory", "prepare_environment"]

_REQUIREMENTS = Path(__file__).with_name("requirements.txt")

_BUILDING = ".building-"
"""A folder of this prefix and a process ID holds an environment that this process is making."""

_ENVIRONMENT = re.compile(r"sandbox-.+-[0-9a-f]{16}")
_KEPT = 2
"""Number of environments to keep: the newest, and one for going back to the version before."""

_RECENT_SECONDS = 24 * 60 * 60

_REDIRECTING = re.compile(
    r"PYTHON(PATH|HOME)|"
    r"PIP_(TARGET|PREFIX|ROOT|USER|PYTHON|DRY_RUN|REQUIRE_VIRTUALENV|CONSTRAINT|BUILD_CONSTRAINT|REQUIREMENT|NO_DEPS)"
)
"""Variables of the caller that would have pip install elsewhere, or something else."""

_UNREACHABLE = "(from versions: none)"
"""What pip says of a package that no index has, and of every package if it reaches no index."""


def environment_directory(environ: Mapping[str, str]) -> Path:
    """
    Name the directory of the Python environment, whether it exists or not.

    Args:
        environ: the caller's environment variables, which locate the cache.

    Raises:
        SandboxError: the cache cannot be located.
    """
    key = sha256(f"{read_text(_REQUIREMENTS)}\n{sys.base_prefix}".encode()).hexdigest()[:16]
    name = f"sandbox-{sys.implementation.cache_tag}-{sysconfig.get_platform()}-{key}"
    return _cache(environ) / "ecrkit" / name


def prepare_environment(*, environ: Mapping[str, str], report: Callable[[str], None] | None = None) -> Path:
    """
    Create the Python environment, unless it exists, and remove old ones.

    It is created in a temporary folder and renamed when it is complete. If two processes create it at once, the
    second uses the first one's.

    Args:
        environ: the caller's environment.
        report: called repeatedly with the current step; not called if the environment exists.

    Returns:
        The Python executable of the environment.

    Raises:
        SandboxError: a package cannot be installed, or this system cannot run it.
        UnwritableOutputError: the cache cannot be written.
    """
    if not hasattr(os, "killpg"):
        raise SandboxError("sandbox: needs Linux or macOS; on Windows, run it in WSL")
    directory = environment_directory(environ)
    python = directory / "bin" / "python"
    if python.exists():
        _touch(directory)
        return python
    make_directory(directory.parent)
    _remove_leftovers(directory.parent)
    try:
        with tempfile.TemporaryDirectory(
            prefix=f"{_BUILDING}{os.getpid()}-", dir=directory.parent, ignore_cleanup_errors=True
        ) as folder:
            building = Path(folder) / "environment"
            _build(building, environ=environ, report=report or _ignore)
            _move(building, directory, python)
    except OSError as error:
        raise unwritable(directory, error) from error
    _remove_old(directory)
    return python


def _cache(environ: Mapping[str, str]) -> Path:
    """
    Find the cache of the user.

    Source: XDG Base Directory Specification 0.8, "Environment variables": a relative path is ignored (read 2026-11).
    """
    named = environ.get("XDG_CACHE_HOME", "")
    if Path(named).is_absolute():
        return Path(named)
    home = environ.get("HOME", "")
    if not Path(home).is_absolute():
        raise SandboxError(
            f"HOME: must be an absolute path, got {home!r}; the sandbox keeps MiniStack there, "
            "set HOME or XDG_CACHE_HOME"
        )
    return Path(home) / ("Library/Caches" if sys.platform == "darwin" else ".cache")


def _build(directory: Path, *, environ: Mapping[str, str], report: Callable[[str], None]) -> None:
    what = "installing MiniStack in your cache, once"
    report(what)
    venv.create(directory, symlinks=True)
    python = directory / "bin" / "python"
    kept = {name: value for name, value in environ.items() if not _REDIRECTING.fullmatch(name)}
    if importlib.util.find_spec("pip"):
        pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", python]
    else:
        pip = [python, "-I", "-m", "pip"]
        _run([python, "-I", "-m", "ensurepip"], environ=kept, report=lambda: report(what))
    options = ["--disable-pip-version-check", "--no-input", "--retries", "1", "--no-compile"]
    command = [*pip, "install", *options, "--require-hashes", "--requirement", _REQUIREMENTS]
    _run(command, environ=kept, report=lambda: report(what))


def _run(command: Sequence[str | Path], *, environ: Mapping[str, str], report: Callable[[], None]) -> None:
    """Run pip in a group of its own, which ends as a whole when this process is interrupted."""
    lines = []
    process = subprocess.Popen(  # noqa: S603 - pip, with our own pins
        command,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        process_group=0,
    )
    with process:
        try:
            for line in process.stdout or ():
                lines.append(line.strip())
                report()
            code = process.wait()
        finally:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
    if code:
        raise SandboxError(f"MiniStack: cannot be installed, {_reason(lines)}")


def _reason(lines: Sequence[str]) -> str:
    """Give the cause, and what to do, from the lines that pip printed."""
    remedy = "connect to a package index and run ecrkit sandbox --prepare"
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    if any(_UNREACHABLE in line for line in lines):
        return f"no package index can be reached; the sandbox needs it once: {remedy}"
    reason = (errors or [*lines[-1:], "pip printed nothing"])[0].rstrip(".")
    return f"pip failed: {reason}; {remedy}"


def _move(building: Path, directory: Path, python: Path) -> None:
    """Put a complete environment in its place, unless another process was faster."""
    if directory.exists() and not python.exists():
        # Its Python was removed.
        directory.rename(building.with_name("old"))
    try:
        building.rename(directory)
    except OSError:
        if not python.exists():
            raise


def _remove_leftovers(cache: Path) -> None:
    """Remove what processes left behind that were killed while they made an environment."""
    for folder in cache.glob(f"{_BUILDING}*-*"):
        process_id = folder.name.removeprefix(_BUILDING).partition("-")[0]
        if process_id.isdigit() and not _is_alive(int(process_id)):
            shutil.rmtree(folder, ignore_errors=True)


def _remove_old(newest: Path) -> None:
    """Remove the environments of other pins and other Pythons, except the one used last and those used recently."""
    others = [folder for folder in newest.parent.glob("sandbox-*") if _is_environment(folder) and folder != newest]
    others.sort(key=_last_use, reverse=True)
    for folder in others[_KEPT - 1 :]:
        # A sandbox may still run in one that was used recently.
        if time.time() - _last_use(folder) > _RECENT_SECONDS:
            # Half of an environment must not have the name of a whole one.
            doomed = folder.with_name(f"{_BUILDING}{os.getpid()}-{folder.name}")
            with contextlib.suppress(OSError):
                folder.rename(doomed)
                shutil.rmtree(doomed, ignore_errors=True)


def _is_environment(folder: Path) -> bool:
    is_ours = _ENVIRONMENT.fullmatch(folder.name) and not folder.is_symlink()
    return bool(is_ours) and (folder / "pyvenv.cfg").is_file()


def _last_use(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return 0


def _touch(directory: Path) -> None:
    """Remember that the environment is used; a cache may be read-only."""
    with contextlib.suppress(OSError):
        os.utime(directory)


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _ignore(_: str) -> None:
    """Report to nobody."""
