"""The programs that move images: docker, podman and skopeo."""

from __future__ import annotations

import re
import shutil
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ecrkit.aws.programs import Program, ask
from ecrkit.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ecrkit.aws.login import Password, Registry

__all__ = ["TOOLS", "Tool", "find_tool", "find_working_tool", "transport_of"]

_TRANSPORT = re.compile(r"(containers-storage|dir|docker-archive|docker-daemon|oci|oci-archive|tarball):|docker://")
_HOLD_INDEXES = frozenset({"dir:", "docker://", "oci:", "oci-archive:"})
"""What can hold an index of images; elsewhere skopeo copies the image for this machine's platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool(Program, ABC):
    """
    A program that moves images; :func:`find_tool` finds it.

    Attributes:
        auth_file: where the password is kept for one transfer; ``None`` for the program's own place.
        keeps_images: whether it has images of its own, which have names; skopeo only copies.
    """

    auth_file: str | None = None
    keeps_images: ClassVar[bool] = True
    question: ClassVar[tuple[str, ...]] = ()
    """A command that only a running engine answers; empty for a tool without an engine."""

    def log_in(self, registry: Registry, password: Password) -> None:
        """
        Log in; the password goes through standard input.

        Raises:
            ToolError: it failed.
        """
        options = self._options(registry)
        self.run(
            ["login", *options, "--username", password.user, "--password-stdin", registry.host], given=password.secret
        )

    def tag(self, source: str, registry: Registry, reference: str) -> None:
        """
        Give an image the name that it has in the registry.

        Raises:
            ToolError: there is no such image, or no engine behind the tool.
        """
        self.run(["tag", source, f"{registry.host}/{reference}"])

    def push(self, source: str, registry: Registry, reference: str) -> None:  # noqa: ARG002 - skopeo copies the source
        """
        Push an image.

        Args:
            source: anything that skopeo can copy; an engine pushes what :meth:`tag` has named.
            registry: that the tool is logged in to.
            reference: ``NAME:TAG`` there.

        Raises:
            ToolError: it failed.
        """
        self.run(["push", *self._options(registry), f"{registry.host}/{reference}"])

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
        self.run(["pull", *self._options(registry), there])
        if destination:
            self.run(["tag", there, destination])

    def digest_of(self, source: str) -> str | None:  # noqa: ARG002 - skopeo looks at the source
        """
        Read the digest that *source* will have in a registry; ``None`` if that is not known before the push.

        Raises:
            ToolError: there is no such source.
        """
        return None

    @abstractmethod
    def _options(self, registry: Registry) -> list[str]:
        """Give the options for a password file and for a registry without TLS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Docker(Tool):
    """Docker has no option for either: it keeps one password file, and takes this machine's registries without TLS."""

    name: ClassVar[str] = "docker"
    # `docker` may be podman, which has not every format of `docker version`.
    question: ClassVar[tuple[str, ...]] = ("ps", "--quiet")

    def _options(self, registry: Registry) -> list[str]:  # noqa: ARG002 - as the class says
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class _Podman(Tool):
    name: ClassVar[str] = "podman"
    question: ClassVar[tuple[str, ...]] = ("ps", "--quiet")

    def _options(self, registry: Registry) -> list[str]:
        return _options("--authfile", self.auth_file, "--tls-verify", registry)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Skopeo(Tool):
    name: ClassVar[str] = "skopeo"
    keeps_images: ClassVar[bool] = False

    def tag(self, source: str, registry: Registry, reference: str) -> None:
        """Nothing to do: skopeo copies to any name."""

    def push(self, source: str, registry: Registry, reference: str) -> None:
        """Copy an image, with every platform that it has."""
        options = _options("--dest-authfile", self.auth_file, "--dest-tls-verify", registry)
        self.run(["copy", "--all", *options, source, f"docker://{registry.host}/{reference}"])

    def pull(self, registry: Registry, reference: str, destination: str) -> None:
        """Copy an image, with every platform that *destination* can hold."""
        options = _options("--src-authfile", self.auth_file, "--src-tls-verify", registry)
        every_platform = ["--all"] if transport_of(destination) in _HOLD_INDEXES else []
        self.run(["copy", *every_platform, *options, f"docker://{registry.host}/{reference}", destination])

    def digest_of(self, source: str) -> str | None:
        """Read the manifest of *source* and compute its digest."""
        manifest = self.output(["inspect", "--raw", source])
        from hashlib import sha256  # noqa: PLC0415 - the other tools need none

        return f"sha256:{sha256(manifest).hexdigest()}"

    def _options(self, registry: Registry) -> list[str]:
        return _options("--authfile", self.auth_file, "--tls-verify", registry)


_BY_NAME: dict[str, type[Tool]] = {tool.name: tool for tool in (_Docker, _Podman, _Skopeo)}

TOOLS = tuple(_BY_NAME)
"""Their names, in the order in which they are looked for."""


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
    candidates = _candidates(name, source)
    found = next(_installed(candidates, search_path), None)
    if found is None:
        alternative = "" if name else _alternative(candidates)
        raise ToolError(f"{' or '.join(candidates)}: not found on PATH; install one{alternative}")
    return found


def find_working_tool(name: str | None, *, search_path: str, source: str = "") -> tuple[Tool, str]:
    """
    Find the program to use, as :func:`find_tool`; pass by those whose engine does not answer within five seconds.

    A login needs no engine: without a *source*, a tool that is named is not asked, and the first is taken if none
    answers.

    Args:
        name: as for :func:`find_tool`; a tool that is named is not passed by.
        search_path: as for :func:`find_tool`.
        source: as for :func:`find_tool`.

    Returns:
        The tool, and why others were passed by, in words; empty if none was.

    Raises:
        ToolError: no tool is installed, or no installed tool answers.
    """
    candidates = _candidates(name, source)
    is_login = not source
    if is_login and name:
        return find_tool(name, search_path=search_path), ""
    silent: list[tuple[str, str]] = []
    for tool in _installed(candidates, search_path):
        answer = ask([tool.path, *tool.question]) if tool.question else None
        if answer is None or not answer.problem:
            told = "; ".join(f"{other} does not answer ({problem})" for other, problem in silent)
            return tool, f"{told}; using {tool.name}" if told else ""
        silent.append((tool.name, _clean_problem(answer.problem)))
    if is_login or not silent:
        return find_tool(name, search_path=search_path, source=source), ""
    told = "; ".join(f"{other}: does not answer: {problem}" for other, problem in silent)
    others = [other for other in _candidates(None, source) if other not in dict(silent)]
    instead = f"pass --tool {' or '.join(others)}" if name else f"install {' or '.join(others)}"
    alternative = f", or {instead}" if others else ""
    raise ToolError(
        f"{told}; start {'it' if len(silent) == 1 else 'one'}{alternative}{'' if name else _alternative(candidates)}"
    )


def _candidates(name: str | None, source: str) -> tuple[str, ...]:
    if name:
        return (name,)
    if transport_of(source):
        return (_Skopeo.name,)
    return tuple(tool for tool in TOOLS if _BY_NAME[tool].keeps_images or not source)


def _installed(candidates: Iterable[str], search_path: str) -> Iterator[Tool]:
    for candidate in candidates:
        path = shutil.which(candidate, path=search_path)
        if path:
            yield _BY_NAME[candidate](path=path)


def _alternative(candidates: Iterable[str]) -> str:
    return "" if _Skopeo.name in candidates else "; or give it as skopeo does, as in oci:DIRECTORY:TAG"


def _clean_problem(problem: str) -> str:
    """Take the problem as the tool says it, without what it puts before it and after it."""
    return problem.removeprefix("Error: ").removeprefix("ERROR: ").removesuffix(".")


def transport_of(source: str) -> str:
    """Give the prefix of an image that only skopeo reads, as in ``oci:``; empty for an engine's image."""
    match = _TRANSPORT.match(source)
    return match[0] if match else ""


def _options(auth_option: str, auth_file: str | None, tls_option: str, registry: Registry) -> list[str]:
    return [*([auth_option, auth_file] if auth_file else []), *([] if registry.tls else [f"{tls_option}=false"])]
