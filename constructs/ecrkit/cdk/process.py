"""
The beginning and the end of the process of a CDK app, both of which wait for Node in vain.

A program calls :func:`begin` before it imports aws_cdk, and :func:`end` last of all.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import sys
import tempfile
import threading
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["begin", "end"]


def begin(*, meanwhile: str) -> None:
    """
    Start Node, which takes its time in a process of its own, and import another module meanwhile.

    Node is the one that ``JSII_NODE`` names. The folder for temporary files is one of this process from now on, and
    goes with it: jsii unpacks itself there, and removes that only when it has waited for Node.

    Args:
        meanwhile: name of a module that does not need aws_cdk, the slower to import the better.
    """
    tempfile.tempdir = tempfile.mkdtemp(prefix="ecrkit-")
    atexit.register(shutil.rmtree, tempfile.tempdir, ignore_errors=True)
    threading.Thread(target=import_module, args=["aws_cdk"]).start()
    import_module(meanwhile)


def end(assembly: Path) -> None:
    """
    End the process with exit code 0, now that all is written and said.

    Python would wait for Node, which goes on for some tenths of a second to compile what validated the templates, for a
    next time that there will not be. Where CDK has something to tell of its templates it does so by way of Node: then
    this does nothing, and the process ends in the usual way.

    Args:
        assembly: directory of the cloud assembly.
    """
    report = json.loads((assembly / "validation-report.json").read_text(encoding="utf-8"))
    if any(plugin["violations"] for plugin in report["pluginReports"]):
        return
    shutil.rmtree(str(tempfile.tempdir), ignore_errors=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
