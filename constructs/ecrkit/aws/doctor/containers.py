"""The programs that move images, and whether the daemon behind each answers."""

from __future__ import annotations

import os
import shutil
from functools import partial
from typing import TYPE_CHECKING

from ecrkit.aws.concurrency import in_order
from ecrkit.aws.doctor.values import Probe, Status
from ecrkit.aws.programs import ask
from ecrkit.aws.tools import TOOLS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["examine_tools"]

_QUESTIONS = {
    "docker": ("version", "--format", "{{.Server.Version}}"),
    "podman": ("info", "--format", "{{.Version.Version}}"),
    "skopeo": ("--version",),
}
"""What only a daemon that runs, or an engine that works, can answer; skopeo has neither."""

_REMEDIES = {"docker": "start its daemon: docker version shows why", "podman": "podman info shows why"}


def examine_tools(environ: Mapping[str, str]) -> tuple[Probe, ...]:
    """Find docker, podman and skopeo; each of them can log in, push and pull."""
    probes = tuple(in_order(partial(_probe, environ=environ), TOOLS))
    if all(probe.status is Status.NOTE for probe in probes):
        found = f"no container tool on PATH ({', '.join(TOOLS)})"
        remedy = "install one for ecrkit login, images push and images pull"
        return (Probe(name="container tool", status=Status.WARNING, found=found, remedy=remedy),)
    return probes


def _probe(tool: str, *, environ: Mapping[str, str]) -> Probe:
    path = shutil.which(tool, path=environ.get("PATH", os.defpath))
    if path is None:
        return Probe(name=tool, status=Status.NOTE, found="not found on PATH")
    answer = ask([path, *_QUESTIONS[tool]], environment=dict(environ))
    if answer.problem:
        remedy = _REMEDIES.get(tool, "install it again")
        return Probe(name=tool, status=Status.WARNING, found=f"{path}: {answer.problem}", remedy=remedy)
    return Probe(name=tool, status=Status.OK, found=f"{answer.text.removeprefix(f'{tool} version ')}, {path}")
