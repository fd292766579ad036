"""Whether ECR Public and CloudFormation would accept a public repository, without calling AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.documents.nearest import correction
from ecrkit.errors import Location, pointer_to
from ecrkit.registry.public import rulebook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ecrkit.errors import Finding
    from ecrkit.registry.public.values import PublicProperties

__all__ = [
    "LABELS",
    "MAX_LABEL",
    "MAX_LABELS",
    "MAX_TEXT",
    "PUBLIC_WARNINGS",
    "check_public",
    "label_findings",
    "region_finding",
    "text_findings",
]

MAX_TEXT: Mapping[str, int] = {"description": 1_024, "about": 10_240, "usage": 10_240}
"""
The longest text of each kind.

The API takes 25,600 characters of ``about`` and ``usage``; CloudFormation fails before it asks ECR. Source:
CloudFormation resource schema, AWS::ECR::PublicRepository (read 2026-11).
"""

LABELS: Mapping[str, tuple[str, ...]] = {
    "architectures": ("ARM", "ARM 64", "x86", "x86-64"),
    "operating_systems": ("Linux", "Windows"),
}
"""What the gallery shows and filters by. Source: ECR Public API model 2020-10-30, RepositoryCatalogDataInput."""

_OTHER_NAMES: Mapping[str, str] = {
    "aarch64": "ARM 64",
    "amd64": "x86-64",
    "arm64": "ARM 64",
    "arm64v8": "ARM 64",
    "arm32v7": "ARM",
    "armhf": "ARM",
    "armv7": "ARM",
    "i386": "x86",
    "i686": "x86",
    "x64": "x86-64",
    "386": "x86",
}
"""What container tools call the architectures of the gallery; lower case, without spaces and signs."""

MAX_LABELS = 50
MAX_LABEL = 50

PUBLIC_WARNINGS = (rulebook.NOT_SHOWN.code,)
"""Warnings that a catalog may silence for a public repository."""


def check_public(properties: PublicProperties) -> tuple[Finding, ...]:
    """
    Check what the gallery shows of a public repository.

    Args:
        properties: of the repository. Its policy is checked as every access policy is.

    Returns:
        Findings with pointers into *properties*, as in ``/architectures/0``.
    """
    found: list[Finding] = []
    for key in MAX_TEXT:
        found += text_findings(key, getattr(properties, key), _at(key))
    for key in LABELS:
        labels = getattr(properties, key)
        found += label_findings(key, labels, [_at(key), *(_at(key, index) for index in range(len(labels)))])
    return tuple(found)


def text_findings(key: str, text: str, location: Location) -> Iterator[Finding]:
    """Refuse a text that is too long; *key* is ``description``, ``about`` or ``usage``."""
    if len(text) > MAX_TEXT[key]:
        yield rulebook.TEXT_TOO_LONG.at(location, max=MAX_TEXT[key], length=len(text))


def label_findings(key: str, labels: Sequence[str], places: Sequence[Location]) -> Iterator[Finding]:
    """
    Check architectures or operating systems.

    Args:
        key: ``architectures`` or ``operating_systems``.
        labels: as given.
        places: where the list is, then where each of *labels* is.
    """
    whole, *single = places
    if len(labels) > MAX_LABELS:
        problem = f"must have at most {MAX_LABELS} entries, got {len(labels)}"
        yield rulebook.BAD_LABEL.at(whole, problem=problem)
    for index, (label, place) in enumerate(zip(labels, single, strict=True)):
        if not 1 <= len(label) <= MAX_LABEL:
            problem = f"must have 1 to {MAX_LABEL} characters, got {len(label)}"
            yield rulebook.BAD_LABEL.at(place, problem=problem)
        elif label in labels[:index]:
            yield rulebook.BAD_LABEL.at(place, problem=f"{label!r} is listed twice; remove one")
        elif label not in LABELS[key]:
            known = ", ".join(map(repr, LABELS[key]))
            remedy = _correction(label, LABELS[key]) or "remove it, or silence CAT285: the gallery cannot filter by it"
            yield rulebook.NOT_SHOWN.at(place, known=known, got=repr(label), remedy=remedy)


def _correction(label: str, known: Sequence[str]) -> str:
    plain = "".join(filter(str.isalnum, label.lower())).removeprefix("linux")
    other = _OTHER_NAMES.get(plain, "")
    return f"write {other!r}" if other in known else correction(label, known)


def region_finding(got: str, location: Location, *, remedy: str) -> Finding:
    """Refuse a Region that has no ECR Public; *got* names it in the message."""
    return rulebook.ELSEWHERE.at(location, got=got, remedy=remedy)


def _at(*steps: str | int) -> Location:
    return Location("", 1, 1, pointer_to(*steps))
