"""What a policy store has to be, beyond the content of its files; and what each check says."""

from __future__ import annotations

from ecrkit.errors import Check, Severity, checks_in

__all__ = ["STORE_CHECKS"]

_SOURCE = "ecrkit policy store reference"

WRONG_NAME = Check(
    code="STO101",
    title="policy name is invalid",
    message="not a valid policy name: {name!r}",
    remedy="use lower-case letters and digits, joined by '-', '.' or '_'",
    source=_SOURCE,
)
STRAY_FILE = Check(
    code="STO102",
    title="file does not belong in the store",
    message="not a version of a policy",
    remedy="a version is <name>/v<N>.json, its tests are <name>/v<N>.test.yaml; move this elsewhere",
    source=_SOURCE,
)
TEST_WITHOUT_POLICY = Check(
    code="STO103",
    title="test has no version",
    message="the tests of version {version}, which does not exist",
    remedy="rename or remove them",
    source=_SOURCE,
)
DUPLICATE_VERSION = Check(
    code="STO104",
    title="version number has leading zeros",
    message="a version's file is v{version}.json",
    remedy="rename it, or remove it if that file exists",
    source=_SOURCE,
)
GAP = Check(
    code="STO105",
    title="version number is skipped",
    message="version {version} exists, but version {missing} does not",
    remedy="renumber it to {missing}, or restore the missing version",
    source=_SOURCE,
)
EMPTY_POLICY = Check(
    code="STO106",
    title="policy has no version",
    message="the policy '{name}' has no version",
    remedy="add v1.json, or remove the directory",
    source=_SOURCE,
)
EMPTY_STORE = Check(
    code="STO107",
    title="store has no policy",
    message="the folder has no policy",
    remedy="pass the folder with <name>/v<N>.json, or a single file",
    source=_SOURCE,
)
CHANGED = Check(
    code="STO110",
    title="published version has changed",
    message="{reference} is published, but its meaning has changed",
    remedy="restore it, and add the new text as v{next}.json",
    source=_SOURCE,
)
VANISHED = Check(
    code="STO111",
    title="published version is missing",
    message="{reference} is published, but its file is missing",
    remedy="restore {path}, and add your changes as v{next}.json",
    source=_SOURCE,
)
UNPUBLISHED = Check(
    code="STO112",
    severity=Severity.WARNING,
    title="version is not published",
    message="{reference} is not published, so it can still change",
    remedy="run `ecrkit policy lock` and commit {lock}",
    source=_SOURCE,
)
BROKEN_LOCK = Check(
    code="STO113",
    title="lock is invalid",
    message="not a valid lock: the text {problem}",
    remedy="restore it from version control",
    source=_SOURCE,
)

SILENCED_NOTHING = Check(
    code="STO114",
    severity=Severity.WARNING,
    title="silenced warning does not occur",
    message="{reference} has no warning {code} to silence",
    remedy="remove the entry",
    source=_SOURCE,
)
SILENCED_NOBODY = Check(
    code="STO115",
    severity=Severity.WARNING,
    title="silenced version does not exist",
    message="{reference} does not exist, so no warning is silenced",
    remedy="remove the entry",
    source=_SOURCE,
)

UNREADABLE = Check(
    code="STO116",
    title="file is unreadable",
    message="{problem}",
    source=_SOURCE,
)

STORE_CHECKS: tuple[Check, ...] = checks_in(globals(), prefix="STO1")
"""Every check of a store, by code; those of ``silenced.yaml`` are apart."""
