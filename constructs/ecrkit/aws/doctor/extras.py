"""Python packages that extras of ecrkit bring, as its own metadata lists them."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from typing import TYPE_CHECKING

from ecrkit.aws.doctor.values import Probe, Status
from ecrkit.errors.extras import install_command

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["PURPOSES", "examine_boto3", "examine_extras"]

PURPOSES = {
    "cdk": "CDK apps",
    "cfnlint": "rules for cfn-lint",
    "fast": "faster reading of long lists of images",
    "fleet": "previews of many accounts",
    "live": "commands that call AWS",
    "report": "HTML reports",
}
"""What each extra is for."""

_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?P<versions>[^;]*);.*\bextra == ['\"](?P<extra>[\w-]+)['\"]")
_LEAST = re.compile(r"(?:>=|==)\s*([0-9.]+)")


def examine_extras(*, needed: Collection[str]) -> Iterator[Probe]:
    """
    Check that the packages of every extra are installed.

    Args:
        needed: extras that something declared needs.
    """
    try:
        extras = metadata("ecrkit").get_all("Provides-Extra") or []
    except PackageNotFoundError:
        yield Probe(name="extras", status=Status.NOT_CHECKED, found="ecrkit is not installed as a package")
        return
    for extra in extras:
        # One that brings nothing is kept for installations by its name.
        if any(_requirements(extra)):
            yield _probe(extra, is_needed=extra in needed)


def examine_boto3() -> Probe:
    """Check that boto3 is recent enough for ecrkit's calls to ECR."""
    name = "boto3"
    try:
        number = version(name)
    except PackageNotFoundError:
        return Probe(name=name, status=Status.NOTE, found="not installed", remedy=install_command("live"))
    least = next((least for found, least in _requirements("live") if found == name), "")
    if _numbers(number) < _numbers(least):
        remedy = f"must be {least} or newer: {install_command('live')} --upgrade"
        return Probe(name=name, status=Status.ERROR, found=f"{number} is too old", remedy=remedy)
    return Probe(name=name, status=Status.OK, found=f"{number}, {least} or newer is needed")


def _probe(extra: str, *, is_needed: bool) -> Probe:
    name = f"extra {extra}"
    purpose = f" ({PURPOSES[extra]})" if extra in PURPOSES else ""
    missing = [package for package, least in _requirements(extra) if not _is_installed(package, least)]
    if not missing:
        return Probe(name=name, status=Status.OK, found=f"installed{purpose}")
    return Probe(
        name=name,
        status=Status.ERROR if is_needed else Status.NOTE,
        found=f"{', '.join(missing)} missing or too old{purpose}",
        remedy=install_command(extra),
    )


def _requirements(extra: str) -> Iterator[tuple[str, str]]:
    """Give the packages of an extra, each with its oldest version."""
    for text in requires("ecrkit") or ():
        match = _REQUIREMENT.fullmatch(text)
        if match and match["extra"] == extra:
            least = _LEAST.search(match["versions"])
            yield match["name"], least[1] if least else ""


def _is_installed(package: str, least: str) -> bool:
    try:
        return _numbers(version(package)) >= _numbers(least)
    except PackageNotFoundError:
        return False


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))
