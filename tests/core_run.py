"""
The core run: every test that needs no Node, no server and no browser.

``pytest --core`` leaves out the tests that are marked ``node``, ``server`` or ``browser``. It does not import a file
whose ``pytestmark`` has one of them: importing boto3 and aws_cdk takes longer than many tests. A guard fails every
other test that starts such a program or binds a socket, so that no test can forget its mark.
"""

from __future__ import annotations

import ast
import importlib
import os
import shutil
import sys
from pathlib import PurePath
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

__all__ = ["IS_POSIX", "MARKERS", "POSIX", "forbidden", "guard", "is_left_out", "marks_of_file"]

IS_POSIX = hasattr(os, "mkfifo")
POSIX = "posix"
"""The mark of tests that Windows cannot run."""

MARKERS: Mapping[str, str] = {
    "node": "starts Node: aws_cdk or the CDK CLI",
    "server": "starts a server, the sandbox for example, or a program that needs one",
    "browser": "starts a browser",
}

_MARKER_OF_PROGRAM = {
    "node": "node",
    "npm": "node",
    "npx": "node",
    "cdk": "node",
    "docker": "server",
    "podman": "server",
    "skopeo": "server",
    "chromium": "browser",
}
_NO_NODE = "/only-with-pytest.mark.node/node"


def marks_of_file(source: str) -> set[str]:
    """Give the names of the marks in the ``pytestmark`` of a test file, without running it."""
    if "pytestmark" not in source:
        return set()
    return {
        part.attr
        for statement in ast.parse(source).body
        if isinstance(statement, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in statement.targets)
        for part in ast.walk(statement.value)
        if isinstance(part, ast.Attribute)
    }


def is_left_out(path: Path, marks: Collection[str] = tuple(MARKERS)) -> bool:
    """Tell whether a file has one of *marks*; by default, whether the core run leaves out the whole file."""
    return path.suffix == ".py" and not marks_of_file(path.read_text(encoding="utf-8")).isdisjoint(marks)


def forbidden(event: str, arguments: tuple[object, ...]) -> str | None:
    """
    Judge an audit event.

    Args:
        event: its name.
        arguments: what Python reports with it.

    Returns:
        What is wrong and what to do; ``None`` where a test of the core may do it.
    """
    if event == "import" and arguments[0] == "jsii":
        return "imports aws_cdk, which starts Node: mark this test, or its whole file, with pytest.mark.node"
    # A socket that is a file is no server.
    if event == "socket.bind" and not isinstance(arguments[1], str | bytes):
        return "binds a socket: mark this test with pytest.mark.server"
    if event == "subprocess.Popen":
        executable, command = arguments[:2]
        names = [executable, *command[:1]] if isinstance(command, list | tuple) else [executable]
        for path in (os.fsdecode(name) for name in names if isinstance(name, str | bytes | os.PathLike)):
            name = PurePath(path).name
            # A script of that name, which a test has written, is not the program.
            is_program = name == "node" or path in {name, shutil.which(name)}
            if name in _MARKER_OF_PROGRAM and is_program:
                return f"starts {name}: mark this test with pytest.mark.{_MARKER_OF_PROGRAM[name]}"
    return None


def guard() -> None:
    """
    Fail, from now on, whatever starts Node, a server or a browser in this process.

    A Python program that a test starts finds no Node either. An audit hook stays until the process ends.
    """
    os.environ["JSII_NODE"] = _NO_NODE
    # When it is imported, by boto3 for example, it binds a socket to learn whether this machine has IPv6.
    importlib.import_module("urllib3")

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        __tracebackhide__ = True
        reason = forbidden(event, arguments)
        if reason:
            pytest.fail(reason)

    sys.addaudithook(hook)
