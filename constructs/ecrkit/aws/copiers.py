"""
The programs that copy images from one registry to another, by digest: skopeo, oras and regctl.

docker and podman are none: they copy the image for one platform, or change its digest.
"""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ecrkit.aws.programs import Program
from ecrkit.errors import ToolError

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.aws.login import Password, Registry

__all__ = ["COPIERS", "Copier", "find_copier"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copier(Program, ABC):
    """
    A program that copies a manifest with everything that it refers to; :func:`find_copier` finds it.

    Attributes:
        auth_file: where the passwords are kept for one run; empty before :meth:`keeping`.
    """

    auth_file: str = ""

    def keeping(self, directory: Path, *, process_group: int) -> Copier:
        """Give the program with a directory of its own for passwords, which it uses instead of the person's."""
        return replace(
            self, auth_file=str(directory / "auth.json"), process_group=process_group, variables=self._own(directory)
        )

    @abstractmethod
    def log_in(self, registry: Registry, password: Password) -> None:
        """
        Log in; the password goes through standard input.

        Raises:
            ToolError: it failed.
        """

    @abstractmethod
    def copy(self, source: Registry, source_name: str, destination: Registry, destination_name: str) -> None:
        """
        Copy a manifest, and its images if it is a list; it keeps its digest.

        Args:
            source: that the program is logged in to.
            source_name: ``NAME@DIGEST`` there.
            destination: that the program is logged in to.
            destination_name: ``NAME@DIGEST`` there, with the same digest.

        Raises:
            ToolError: it failed.
        """

    def _own(self, directory: Path) -> dict[str, str]:  # noqa: ARG002 - most have an option instead
        """Give variables that lead the program to *directory*."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Skopeo(Copier):
    """Source: skopeo-copy(1), ``--all`` and ``--preserve-digests``, since skopeo 1.6."""

    name: ClassVar[str] = "skopeo"

    def log_in(self, registry: Registry, password: Password) -> None:
        options = ["--authfile", self.auth_file, *_unless(registry.tls, "--tls-verify=false")]
        arguments = ["login", *options, "--username", password.user, "--password-stdin", registry.host]
        self.run(arguments, given=password.secret)

    def copy(self, source: Registry, source_name: str, destination: Registry, destination_name: str) -> None:
        options = [
            *("--all", "--preserve-digests"),
            *("--src-authfile", self.auth_file, "--dest-authfile", self.auth_file),
            *_unless(source.tls, "--src-tls-verify=false"),
            *_unless(destination.tls, "--dest-tls-verify=false"),
        ]
        names = (f"docker://{source.host}/{source_name}", f"docker://{destination.host}/{destination_name}")
        self.run(["copy", *options, *names])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Oras(Copier):
    """Source: ``oras cp --help``, version 1.2; without a tag at the destination it pushes by digest."""

    name: ClassVar[str] = "oras"

    def log_in(self, registry: Registry, password: Password) -> None:
        options = ["--registry-config", self.auth_file, *_unless(registry.tls, "--plain-http")]
        arguments = ["login", *options, "--username", password.user, "--password-stdin", registry.host]
        self.run(arguments, given=password.secret)

    def copy(self, source: Registry, source_name: str, destination: Registry, destination_name: str) -> None:
        options = [
            *("--from-registry-config", self.auth_file, "--to-registry-config", self.auth_file),
            *_unless(source.tls, "--from-plain-http"),
            *_unless(destination.tls, "--to-plain-http"),
        ]
        repository, _, _ = destination_name.partition("@")
        self.run(["cp", *options, f"{source.host}/{source_name}", f"{destination.host}/{repository}"])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Regctl(Copier):
    """Source: regclient, ``regctl registry login``, ``regctl image copy`` and ``REGCTL_CONFIG``, version 0.7."""

    name: ClassVar[str] = "regctl"

    def log_in(self, registry: Registry, password: Password) -> None:
        if not registry.tls:
            self.run(["registry", "set", "--tls", "disabled", registry.host])
        arguments = ["registry", "login", "--user", password.user, "--pass-stdin", registry.host]
        self.run(arguments, given=password.secret)

    def copy(self, source: Registry, source_name: str, destination: Registry, destination_name: str) -> None:
        self.run(["image", "copy", f"{source.host}/{source_name}", f"{destination.host}/{destination_name}"])

    def _own(self, directory: Path) -> dict[str, str]:
        return {"REGCTL_CONFIG": str(directory / "regctl.json"), "DOCKER_CONFIG": str(directory)}


_BY_NAME: dict[str, type[Copier]] = {copier.name: copier for copier in (_Skopeo, _Oras, _Regctl)}

COPIERS = tuple(_BY_NAME)
"""Their names, in the order in which they are looked for."""


def find_copier(name: str | None, *, search_path: str) -> Copier:
    """
    Find the program to copy with.

    Args:
        name: one of :data:`COPIERS`; ``None`` for the first one that is installed.
        search_path: directories to look in, in the form of ``PATH``.

    Raises:
        ToolError: it is not installed.
    """
    for candidate in (name,) if name else COPIERS:
        path = shutil.which(candidate, path=search_path)
        if path:
            return _BY_NAME[candidate](path=path)
    if name:
        others = " or ".join(other for other in COPIERS if other != name)
        raise ToolError(f"{name}: not found on PATH; install it, or pass --tool {others}")
    raise ToolError(
        f"{', '.join(COPIERS[:-1])} or {COPIERS[-1]}: not found on PATH; install one, as with `apt-get install skopeo` "
        "or `brew install skopeo`; docker and podman cannot copy a multi-architecture image whole"
    )


def _unless(condition: bool, option: str) -> list[str]:  # noqa: FBT001 - reads as a sentence
    return [] if condition else [option]
