"""
How ecrkit was installed, so that a new repository installs the same.

Source: PEP 610, "Recording the Direct URL Origin of installed distributions" (read 2026-11).
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from dataclasses import dataclass
from email.parser import HeaderParser
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from ecrkit.documents.files import read_bytes
from ecrkit.errors import RefusedError, UnreadableInputError, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Installation", "VendoredWheel", "installation_of", "this_distribution"]

_NAME = "ecrkit"
_OTHERWISE = "pass --wheel FILE, a wheel of ecrkit"
_WHEEL_NAME = re.compile(r"ecrkit-[0-9A-Za-z.!+_]+(-[0-9][^-/]*)?-[^-/]+-[^-/]+-[^-/]+\.whl")


@dataclass(frozen=True, slots=True)
class VendoredWheel:
    """
    A wheel of ecrkit.

    Attributes:
        name: of its file.
        content: its bytes.
    """

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Hex digest of the content."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """
    Where a new repository gets ecrkit from.

    Attributes:
        version: of ecrkit.
        requirement: line of a requirements file.
        wheel: to copy to ``vendor/``; ``None`` where pip finds ecrkit elsewhere.
    """

    version: str
    requirement: str
    wheel: VendoredWheel | None = None


def this_distribution() -> metadata.Distribution:
    """
    Find the installed ecrkit.

    Raises:
        RefusedError: it runs without being installed.
    """
    try:
        return metadata.distribution(_NAME)
    except metadata.PackageNotFoundError:
        raise RefusedError(
            f"ecrkit is not installed as a package, so no other machine can install it; {_OTHERWISE}"
        ) from None


def installation_of(distribution: metadata.Distribution, *, wheel: Path | None) -> Installation:
    """
    Find out how a new repository can install the same ecrkit.

    Args:
        distribution: the installed ecrkit.
        wheel: to use instead, as given with ``--wheel``.

    Raises:
        RefusedError: it was installed from a folder or a version control system, or *wheel* is another version.
        UnreadableInputError: the wheel is gone, has changed, or is none.
    """
    version = distribution.version
    if wheel:
        return _vendored(wheel, version=version)
    text = distribution.read_text("direct_url.json")
    if text is None:
        return Installation(version=version, requirement=f"{_NAME}=={version}")
    direct = _direct_url(text)
    url = str(direct["url"])
    if "vcs_info" in direct or "dir_info" in direct:
        folder = direct.get("dir_info")
        editable = isinstance(folder, dict) and folder.get("editable") is True
        how = "in editable mode" if editable else "from a folder" if "dir_info" in direct else "from version control"
        raise RefusedError(
            f"ecrkit was installed {how} ({_shown(url)}), which no other machine can repeat; {_OTHERWISE}"
        )
    sha256 = _recorded_sha256(direct.get("archive_info"))
    if urlsplit(url).scheme != "file":
        if sha256 is None:
            raise RefusedError(f"ecrkit was installed from {_shown(url)} without a recorded hash; {_OTHERWISE}")
        return Installation(version=version, requirement=f"{_NAME} @ {url} --hash=sha256:{sha256}")
    path = Path(url2pathname(urlsplit(url).path))
    if path.suffix != ".whl":
        raise RefusedError(f"ecrkit was installed from {printable(str(path))}, which is not a wheel; {_OTHERWISE}")
    if not path.is_file():
        raise UnreadableInputError(
            f"{printable(str(path))}: the wheel that ecrkit was installed from is gone; put it back, or {_OTHERWISE}"
        )
    found = _vendored(path, version=version)
    if sha256 is not None and found.wheel and found.wheel.sha256 != sha256:
        raise UnreadableInputError(
            f"{printable(str(path))}: the wheel has changed since ecrkit was installed from it; "
            f"install it again, or {_OTHERWISE}"
        )
    return found


def _vendored(path: Path, *, version: str) -> Installation:
    wheel = VendoredWheel(path.name, read_bytes(path))
    found = _version_in(wheel)
    if found is None or not _WHEEL_NAME.fullmatch(wheel.name):
        raise UnreadableInputError(f"{printable(str(path))}: not a wheel of ecrkit; pass the file that pip installed")
    if found != version:
        raise RefusedError(
            f"{printable(str(path))}: a wheel of ecrkit {printable(found)}, but this is ecrkit {version}; "
            "install that wheel and run its 'ecrkit init'"
        )
    requirement = f"./vendor/{wheel.name} --hash=sha256:{wheel.sha256}"
    return Installation(version=version, requirement=requirement, wheel=wheel)


def _version_in(wheel: VendoredWheel) -> str | None:
    """Read the version in the metadata of a wheel; ``None`` for anything else."""
    try:
        with zipfile.ZipFile(io.BytesIO(wheel.content)) as archive:
            [name] = [name for name in archive.namelist() if re.fullmatch(r"ecrkit-[^/]+\.dist-info/METADATA", name)]
            headers = HeaderParser().parsestr(archive.read(name).decode())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError):
        # zipfile raises each of them for some archive that is broken, encrypted or packed in an unknown way.
        return None
    return headers["Version"] if headers["Name"] == _NAME else None


def _direct_url(text: str) -> Mapping[str, object]:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("url"), str):
        raise RefusedError(
            f"ecrkit does not record how it was installed (direct_url.json); install it again, or {_OTHERWISE}"
        )
    return document


def _recorded_sha256(archive: object) -> str | None:
    if not isinstance(archive, dict):
        return None
    hashes = archive.get("hashes")
    found = hashes.get("sha256") if isinstance(hashes, dict) else None
    if found is None:
        name, _, found = str(archive.get("hash", "")).partition("=")
        found = found if name == "sha256" else None
    return found if isinstance(found, str) and re.fullmatch(r"[0-9a-f]{64}", found) else None


def _shown(url: str) -> str:
    return printable(unquote(url))
