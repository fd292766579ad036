"""How ecrkit was installed: what pip records (PEP 610), and what a new repository installs then."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import Distribution
from typing import TYPE_CHECKING

import pytest
from builders.empty_wheels import wheel_in

import ecrkit
from ecrkit.cli.init.installation import Installation, installation_of
from ecrkit.errors import EcrkitError

if TYPE_CHECKING:
    from pathlib import Path

VERSION = ecrkit.__version__
SHA256 = "0" * 64
OTHERWISE = "pass --wheel FILE, a wheel of ecrkit"
NOT_AGAIN = f"which no other machine can repeat; {OTHERWISE}"


def distribution(directory: Path, direct_url: object = None) -> Distribution:
    """Install metadata of ecrkit into *directory*, with what pip records of a URL."""
    metadata = directory / f"ecrkit-{VERSION}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.4\nName: ecrkit\nVersion: {VERSION}\n")
    if direct_url is not None:
        text = direct_url if isinstance(direct_url, str) else json.dumps(direct_url)
        (metadata / "direct_url.json").write_text(text)
    return Distribution.at(metadata)


def archive(path: Path, **info: object) -> dict[str, object]:
    return {"url": path.as_uri(), "archive_info": info}


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refusal(installed: Distribution, *, wheel: Path | None = None) -> str:
    with pytest.raises(EcrkitError) as caught:
        installation_of(installed, wheel=wheel)
    return str(caught.value)


def test_index(tmp_path: Path) -> None:
    """From a package index, the requirement is the version."""
    found = installation_of(distribution(tmp_path), wheel=None)

    assert found == Installation(version=VERSION, requirement=f"ecrkit=={VERSION}")


@pytest.mark.parametrize("form", ["hashes", "hash", "both", "none"])
def test_wheel(tmp_path: Path, form: str) -> None:
    """From a wheel, it is the wheel in vendor/ with its hash, in whichever form the hash is recorded."""
    folder = tmp_path / "my wheels"
    folder.mkdir()
    wheel = wheel_in(folder)
    info: dict[str, object] = {}
    if form in {"hashes", "both"}:
        info["hashes"] = {"sha256": sha256_of(wheel)}
    if form in {"hash", "both"}:
        info["hash"] = f"sha256={sha256_of(wheel)}"
    found = installation_of(distribution(tmp_path, archive(wheel, **info)), wheel=None)

    assert found.requirement == f"./vendor/{wheel.name} --hash=sha256:{sha256_of(wheel)}"
    assert found.wheel is not None
    assert (found.wheel.name, found.wheel.content) == (wheel.name, wheel.read_bytes())


def test_wheel_of_a_url(tmp_path: Path) -> None:
    """From a URL, it is the URL with the recorded hash."""
    url = f"https://example.com/ecrkit-{VERSION}-py3-none-any.whl"
    recorded = {"url": url, "archive_info": {"hashes": {"sha256": SHA256}}}
    found = installation_of(distribution(tmp_path, recorded), wheel=None)

    assert found == Installation(version=VERSION, requirement=f"ecrkit @ {url} --hash=sha256:{SHA256}")


@pytest.mark.parametrize(
    ("recorded", "message"),
    [
        pytest.param(
            {"url": "file:///src/ecrkit", "dir_info": {"editable": True}},
            f"ecrkit was installed in editable mode (file:///src/ecrkit), {NOT_AGAIN}",
            id="editable",
        ),
        pytest.param(
            {"url": "file:///src/my%20ecrkit", "dir_info": {}},
            f"ecrkit was installed from a folder (file:///src/my ecrkit), {NOT_AGAIN}",
            id="folder",
        ),
        pytest.param(
            {"url": "https://example.com/ecrkit", "vcs_info": {"vcs": "git", "commit_id": "0" * 40}},
            f"ecrkit was installed from version control (https://example.com/ecrkit), {NOT_AGAIN}",
            id="git",
        ),
        pytest.param(
            {"url": "https://example.com/ecrkit.whl", "archive_info": {}},
            f"ecrkit was installed from https://example.com/ecrkit.whl without a recorded hash; {OTHERWISE}",
            id="url-without-hash",
        ),
        pytest.param(
            {"url": "file:///tmp/ecrkit-0.1.0.tar.gz", "archive_info": {}},
            f"ecrkit was installed from /tmp/ecrkit-0.1.0.tar.gz, which is not a wheel; {OTHERWISE}",
            id="source",
        ),
        pytest.param(
            {"url": "file:///gone/ecrkit-0.1.0-py3-none-any.whl", "archive_info": {}},
            "/gone/ecrkit-0.1.0-py3-none-any.whl: the wheel that ecrkit was installed from is gone; put it back, or "
            f"{OTHERWISE}",
            id="gone",
        ),
        pytest.param(
            "{",
            f"ecrkit does not record how it was installed (direct_url.json); install it again, or {OTHERWISE}",
            id="broken",
        ),
        pytest.param(
            [],
            f"ecrkit does not record how it was installed (direct_url.json); install it again, or {OTHERWISE}",
            id="list",
        ),
    ],
)
def test_refused(tmp_path: Path, recorded: object, message: str) -> None:
    """What another machine cannot install again is refused, with the way out."""
    assert refusal(distribution(tmp_path, recorded)) == message


def test_changed_wheel(tmp_path: Path) -> None:
    """A wheel that was built again since is not taken for the installed one."""
    wheel = wheel_in(tmp_path)
    installed = distribution(tmp_path, archive(wheel, hashes={"sha256": sha256_of(wheel)}))
    wheel_in(tmp_path, content="new = True\n")

    assert refusal(installed) == (
        f"{wheel}: the wheel has changed since ecrkit was installed from it; install it again, or {OTHERWISE}"
    )


class TestGivenWheel:
    def test_taken(self, tmp_path: Path) -> None:
        """--wheel goes before what pip recorded."""
        wheel = wheel_in(tmp_path)
        installed = distribution(tmp_path, {"url": "file:///src/ecrkit", "dir_info": {"editable": True}})

        assert installation_of(installed, wheel=wheel).requirement.startswith(f"./vendor/{wheel.name} ")

    def test_other_version(self, tmp_path: Path) -> None:
        """The templates of one version do not go with the wheel of another."""
        wheel = wheel_in(tmp_path, version="9.9.9")

        assert refusal(distribution(tmp_path), wheel=wheel) == (
            f"{wheel}: a wheel of ecrkit 9.9.9, but this is ecrkit {VERSION}; "
            "install that wheel and run its 'ecrkit init'"
        )

    def test_missing(self, tmp_path: Path) -> None:
        """A wheel that does not exist is one line."""
        wheel = tmp_path / "ecrkit.whl"

        assert refusal(distribution(tmp_path), wheel=wheel) == f"{wheel}: cannot be read: no such file or directory"

    @pytest.mark.parametrize("kind", ["text", "other-package", "renamed"])
    def test_no_wheel(self, tmp_path: Path, kind: str) -> None:
        """Any other file is refused, also a wheel under a name that pip does not accept."""
        wheel = wheel_in(tmp_path, name="other") if kind == "other-package" else wheel_in(tmp_path)
        if kind == "text":
            wheel.write_text("no archive")
        if kind == "renamed":
            wheel = wheel.rename(tmp_path / "newest.whl")

        assert refusal(distribution(tmp_path), wheel=wheel) == (
            f"{wheel}: not a wheel of ecrkit; pass the file that pip installed"
        )
