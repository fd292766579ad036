"""Extras, as the metadata of ecrkit lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.aws.doctor import examine_boto3, examine_extras
from ecrkit.aws.doctor.extras import PURPOSES
from ecrkit.errors.extras import install_command

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

METADATA = """\
Metadata-Version: 2.4
Name: ecrkit
Version: 9.0
Provides-Extra: live
Provides-Extra: gone
Provides-Extra: newer
Provides-Extra: kept
Requires-Dist: click>=8.2
Requires-Dist: boto3>={boto3}; extra == 'live'
Requires-Dist: no-such-package<3,>=2.1; extra == "gone"
Requires-Dist: pyyaml>=6.0; extra == 'gone'
Requires-Dist: pyyaml<1000,>=999; extra == 'newer'
"""


def install(directory: Path, monkeypatch: pytest.MonkeyPatch, *, boto3: str = "1.0") -> None:
    """Install an ecrkit with other extras before the real one."""
    folder = directory / "ecrkit-9.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(METADATA.format(boto3=boto3))
    monkeypatch.syspath_prepend(directory)


def test_every_extra_has_a_purpose() -> None:
    """Each extra of ecrkit is installed here, and says what it is for."""
    probes = list(examine_extras(needed=()))

    assert {probe.name.removeprefix("extra ") for probe in probes} <= PURPOSES.keys()
    assert "installed (commands that call AWS)" in [probe.found for probe in probes]


def test_missing_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing or old package is an error if something declared needs it; an extra of nothing is left out."""
    install(tmp_path, monkeypatch)

    probes = list(examine_extras(needed={"newer"}))

    assert [(probe.name, probe.status.value, probe.found, probe.remedy) for probe in probes] == [
        ("extra live", "ok", "installed (commands that call AWS)", ""),
        ("extra gone", "note", "no-such-package missing or too old", "pip install 'ecrkit[gone]'"),
        ("extra newer", "error", "pyyaml missing or too old", "pip install 'ecrkit[newer]'"),
    ]


def test_boto3() -> None:
    """The installed boto3 is new enough."""
    probe = examine_boto3()

    assert probe.status.value == "ok"
    assert probe.found.endswith(", 1.44.8 or newer is needed")


def test_old_boto3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A boto3 that is older than the extra requires is an error, with the command that updates it."""
    install(tmp_path, monkeypatch, boto3="99.1")

    probe = examine_boto3()

    assert probe.status.value == "error"
    assert probe.found.endswith(" is too old")
    assert probe.remedy == f"must be 99.1 or newer: {install_command('live')} --upgrade"
