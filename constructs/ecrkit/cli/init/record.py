"""``.ecrkit.json``: what ecrkit wrote into a registry repository, so that an upgrade knows what nobody edited."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ecrkit.cli.init.answers import Answers, parse_account, parse_ci, parse_region
from ecrkit.documents.files import read_text, write_text
from ecrkit.errors import UnreadableInputError, printable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["RECORD", "Record", "digest_of", "read_record", "write_record"]

RECORD = ".ecrkit.json"
_FORMAT = 1
_NOTE = "Written by ecrkit init. Keep it in version control: --upgrade needs it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """
    What was written.

    Attributes:
        version: of the ecrkit that wrote it.
        answers: that it was written for.
        digests: of each file as it was written, by path.
    """

    version: str
    answers: Answers
    digests: Mapping[str, str]


def digest_of(content: bytes) -> str:
    """Identify the content of a file: ``sha256:`` and the hex digest."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def read_record(directory: Path) -> Record | None:
    """
    Read the record in a directory; ``None`` without one.

    Raises:
        UnreadableInputError: it cannot be read, or is no record.
    """
    path = directory / RECORD
    if not path.exists():
        return None
    try:
        return _parsed(json.loads(read_text(path)))
    except (ValueError, KeyError, TypeError, RecursionError, click.BadParameter):
        raise UnreadableInputError(
            f"{printable(str(path))}: not a record of 'ecrkit init', or written by a newer one; "
            "restore it from version control, or update ecrkit"
        ) from None


def write_record(directory: Path, record: Record) -> None:
    """
    Write the record of a directory, unless it is already the same.

    Raises:
        UnwritableOutputError: it cannot be written.
    """
    document = {
        "//": _NOTE,
        "format": _FORMAT,
        "ecrkit": record.version,
        **record.answers.as_dict(),
        "files": dict(sorted(record.digests.items())),
    }
    path = directory / RECORD
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if not path.exists() or read_text(path) != text:
        write_text(path, text)


def _parsed(document: object) -> Record:
    if not isinstance(document, dict) or document["format"] != _FORMAT:
        raise TypeError
    files = document["files"]
    if not isinstance(files, dict) or not isinstance(document["ecrkit"], str):
        raise TypeError
    if not all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in files.values()):
        raise ValueError
    answers = Answers(
        account=parse_account(document["account"]),
        region=parse_region(document["region"]),
        ci=parse_ci(document["ci"]),
    )
    return Record(version=document["ecrkit"], answers=answers, digests=files)
