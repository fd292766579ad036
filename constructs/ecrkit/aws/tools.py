"""The programs that move images: docker, podman and skopeo, whichever is there."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.aws.login import Password, Registry

__all__ = ["TOOLS", "Tool", "find_tool", "transport_of"]

TOOLS = ("docker", "podman", "skopeo")
"""In the order in which they are looked for."""

_ENGINES = ("docker", "podman")
_TRANSPORT = re.compile(r"(containers-storage|dir|docker-archive|docker-daemon|oci|oci-archive|tarball):|docker://")
_HOLD_INDEXES = frozenset({"dir:", "docker://", "oci:", "oci-archive:"})
"""What can hold an index of images; elsewhere skopeo copies the image for this machine's platform."""

_GRACE_SECONDS = 5.0
_LOG = re.compile(r'.*\blevel=(?P<level>\w+) msg="(?P<message>(?:[^"\\]|\\.)*)".*')


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """
    A program, which :func:`find_tool` found.

    Attributes:
        name: one of :data:`TOOLS`.
        path: of the program.
        auth_file: where it keeps the password, instead of where it does by itself; docker has no such choice.
    """

    name: str
    path: str
    auth_file: str | None = None

    def log_in(self, registry: Registry, password: Password) -> None:
        """
        Log in; the password goes through standard input.

        Raises:
            ToolError: it failed.
        """
        self._run(
            [
                "login",
                *self._auth("--authfile"),
                *self._tls("--tls-verify", registry),
                "--username",
                password.user,
                "--password-stdin",
                registry.host,
            ],
            given=password.secret,
        )

    def tag(self, source: str, registry: Registry, reference: str) -> None:
        """
        Give an engine's image the name that it has in the registry; skopeo needs no such name.

        Raises:
            ToolError: there is no such image, or no engine behind the tool.
        """
        if self.name != "skopeo":
            self._run(["tag", source, f"{registry.host}/{reference}"])

    def push(self, source: str, registry: Registry, reference: str) -> None:
        """
        Push an image.

        Args:
            source: anything that skopeo can copy; an engine pushes what :meth:`tag` has named.
            registry: that the tool is logged in to.
            reference: ``NAME:TAG`` there.

        Raises:
            ToolError: it failed.
        """
        there = f"{registry.host}/{reference}"
        if self.name == "skopeo":
            options = [*self._auth("--dest-authfile"), *self._tls("--dest-tls-verify", registry)]
            self._run(["copy", "--all", *options, source, f"docker://{there}"])
            return
        self._run(["push", *self._auth("--authfile"), *self._podman_tls(registry), there])

    def pull(self, registry: Registry, reference: str, destination: str) -> None:
        """
        Pull an image.

        Args:
            registry: that the tool is logged in to.
            reference: ``NAME:TAG`` or ``NAME@DIGEST`` there.
            destination: for skopeo, anything that it can copy to; for an engine another name, or empty.

        Raises:
            ToolError: it failed.
        """
        there = f"{registry.host}/{reference}"
        if self.name == "skopeo":
            options = [*self._auth("--src-authfile"), *self._tls("--src-tls-verify", registry)]
            every_platform = ["--all"] if transport_of(destination) in _HOLD_INDEXES else []
            self._run(["copy", *every_platform, *options, f"docker://{there}", destination])
            return
        self._run(["pull", *self._auth("--authfile"), *self._podman_tls(registry), there])
        if destination:
            self._run(["tag", there, destination])

    def digest_of(self, source: str) -> str | None:
        """
        Tell the digest that *source* will have in a registry; ``None`` where that is not known before.

        Raises:
            ToolError: there is no such source.
        """
        if self.name != "skopeo":
            return None
        manifest = self._output(["inspect", "--raw", source])
        from hashlib import sha256  # noqa: PLC0415 - the other tools need none

        return f"sha256:{sha256(manifest).hexdigest()}"

    def _auth(self, option: str) -> list[str]:
        return [option, self.auth_file] if self.auth_file and self.name != "docker" else []

    def _tls(self, option: str, registry: Registry) -> list[str]:
        # Docker decides by itself: it takes this machine's registries without TLS, and no others.
        return [f"{option}=false"] if not registry.tls and self.name != "docker" else []

    def _podman_tls(self, registry: Registry) -> list[str]:
        return self._tls("--tls-verify", registry)

    def _run(self, arguments: Sequence[str], *, given: str = "") -> None:
        """Run it: what it says goes to standard error as it comes, save its last words, should it fail."""
        last = ""
        with self._started(arguments) as process:
            try:
                for line in filter(None, map(_clean, _said(process, given=given))):
                    if last:
                        sys.stderr.write(f"{last}\n")
                    last = line
            except BaseException:
                # Ctrl-C in a terminal reaches it too; a signal from elsewhere may have reached this process alone.
                _end(process)
                raise
        if process.returncode:
            raise self._failure(arguments, last, code=process.returncode)
        if last:
            sys.stderr.write(f"{last}\n")

    def _output(self, arguments: Sequence[str]) -> bytes:
        result = subprocess.run([self.path, *arguments], capture_output=True, check=False)  # noqa: S603 - the tool
        if result.returncode:
            lines = result.stderr.decode(errors="replace").strip().splitlines()
            raise self._failure(arguments, _clean(lines[-1]) if lines else "", code=result.returncode)
        return result.stdout

    def _started(self, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - the tool that the person chose, and no shell
            [self.path, *arguments],
            stdin=subprocess.PIPE,
            # Standard output is the command's own result.
            stdout=sys.stderr.fileno(),
            stderr=subprocess.PIPE,
        )

    def _failure(self, arguments: Sequence[str], said: str, *, code: int) -> ToolError:
        return ToolError(f"{self.name} {arguments[0]}: {said or f'exit code {code}, and not a word'}")


def find_tool(name: str | None, *, search_path: str, source: str = "") -> Tool:
    """
    Find the program to use.

    Args:
        name: one of :data:`TOOLS`; ``None`` for the first that is there and can do it.
        search_path: directories to look in, in the form of ``PATH``.
        source: where the image is, or goes to; what only skopeo knows needs skopeo.

    Raises:
        ToolError: it is not there.
    """
    if name:
        candidates: tuple[str, ...] = (name,)
    elif transport_of(source):
        candidates = ("skopeo",)
    else:
        candidates = _ENGINES if source else TOOLS
    for candidate in candidates:
        path = shutil.which(candidate, path=search_path)
        if path:
            return Tool(name=candidate, path=path)
    alternative = "" if "skopeo" in candidates or name else "; or give it as skopeo does, as in oci:DIRECTORY:TAG"
    raise ToolError(f"{' or '.join(candidates)}: not found on PATH; install one{alternative}")


def transport_of(source: str) -> str:
    """Give what stands before an image that only skopeo reads, as in ``oci:``; empty for an engine's image."""
    match = _TRANSPORT.match(source)
    return match[0] if match else ""


def _said(process: subprocess.Popen[bytes], *, given: str) -> Iterator[str]:
    """Give a tool its input, and read what it says, line by line, until it ends."""
    if process.stdin is None or process.stderr is None:
        raise ValueError("the tool was started without pipes")
    # It may have ended before it read; its exit code says why.
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(given.encode())
        process.stdin.close()
    for line in process.stderr:
        yield line.decode(errors="replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _clean(line: str) -> str:
    """Take a line of a tool's as a person wants to read it: without its log format."""
    text = line.rstrip()
    match = _LOG.fullmatch(text)
    if match:
        text = "" if match["level"] == "info" else match["message"].replace('\\"', '"')
    return text.removeprefix("Error: ").removeprefix("Error response from daemon: ")
