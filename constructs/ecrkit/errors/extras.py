"""
How to install an extra of ecrkit.

It comes from where ecrkit came from: an index, a wheel, a checkout or a repository.
"""

from __future__ import annotations

import json

__all__ = ["command_for", "install_command"]

_PACKAGE = "ecrkit"


def install_command(extra: str) -> str:
    """
    Write the command that installs an extra of ecrkit from where ecrkit was installed.

    Args:
        extra: name of the extra.

    Returns:
        As in ``pip install 'ecrkit[live]'``.

    Source: Python packaging user guide, "Recording the Direct URL Origin" (PEP 610) (read 2026-11).
    """
    from importlib.metadata import PackageNotFoundError, distribution  # noqa: PLC0415 - wanted where one is missing

    try:
        origin = distribution(_PACKAGE).read_text("direct_url.json")
    except PackageNotFoundError:
        # A folder on the path of Python.
        origin = None
    return command_for(extra, direct_url=origin)


def command_for(extra: str, *, direct_url: str | None) -> str:
    """
    Write the command for a package with this ``direct_url.json``.

    Args:
        extra: name of the extra.
        direct_url: text of the file; ``None`` for a package from an index.
    """
    wanted = f"{_PACKAGE}[{extra}]"
    try:
        document = json.loads(direct_url or "")
        url = str(document["url"])
        vcs = document.get("vcs_info")
        directory = document.get("dir_info")
        if vcs:
            url = f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
        elif directory is not None and url.startswith("file://"):
            option = "-e " if directory.get("editable") else ""
            return f"pip install {option}'{url.removeprefix('file://')}[{extra}]'"
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"pip install '{wanted}'"
    return f"pip install '{wanted} @ {url}'"
