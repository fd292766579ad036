"""What a policy store must be, beyond the content of its files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.documents import SyntaxProblem
from ecrkit.documents.files import read_text, unreadable
from ecrkit.errors import (
    Check,
    Finding,
    Location,
    Severity,
    UnreadableInputError,
    checks_in,
    in_file_order,
    printable,
    silence,
)
from ecrkit.lifecycle import check_policy
from ecrkit.policies.lock import LockedVersion, digest, lock_path, parse_lock
from ecrkit.policies.silences import SILENCE_RULEBOOK, SILENCES_FILE, read_silences
from ecrkit.policies.store import PolicyRef, is_policy_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ecrkit.lifecycle import LifecyclePolicy

__all__ = ["STORE_RULEBOOK", "CheckedStore", "check_store"]

_VERSION_FILE = re.compile(r"v(?P<number>0*[1-9][0-9]{0,8})(?:(?P<test>\.test\.yaml)|\.json)")
_SOURCE = "ecrkit policy store reference"

WRONG_NAME = Check(
    code="STO101",
    title="policy name is invalid",
    message="not a policy's name: {name!r}",
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
    message="the tests of version {version}, which is not there",
    remedy="rename or remove them",
    source=_SOURCE,
)
DUPLICATE_VERSION = Check(
    code="STO104",
    title="version number has leading zeros",
    message="a version's file is v{version}.json",
    remedy="rename it, unless that is there already",
    source=_SOURCE,
)
GAP = Check(
    code="STO105",
    title="version number is skipped",
    message="version {version} has no version {missing} before it",
    remedy="number it {missing}, or restore what is missing",
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
    message="no policy is here",
    remedy="name the folder that has <name>/v<N>.json, or a single file",
    source=_SOURCE,
)
CHANGED = Check(
    code="STO110",
    title="published version has changed",
    message="{reference} is published, and its meaning has changed",
    remedy="restore it, and add the new text as v{next}.json",
    source=_SOURCE,
)
VANISHED = Check(
    code="STO111",
    title="published version is missing",
    message="{reference} is published, and its file is gone",
    remedy="restore {path}; add what you want as v{next}.json instead",
    source=_SOURCE,
)
UNPUBLISHED = Check(
    code="STO112",
    severity=Severity.WARNING,
    title="version is not published",
    message="{reference} is not published, so that it may still change",
    remedy="run `ecrkit policy lock` and commit {lock}",
    source=_SOURCE,
)
BROKEN_LOCK = Check(
    code="STO113",
    title="lock is invalid",
    message="not a lock: the text {problem}",
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
    message="there is no {reference} to silence a warning of",
    remedy="remove the entry",
    source=_SOURCE,
)

UNREADABLE = Check(
    code="STO116",
    title="file is unreadable",
    message="{problem}",
    source=_SOURCE,
)

STORE_RULEBOOK: tuple[Check, ...] = (*checks_in(globals(), prefix="STO1"), *SILENCE_RULEBOOK)
"""Every check of a store and of what it silences, by code."""


@dataclass(frozen=True, slots=True)
class CheckedStore:
    """
    What a check found.

    Attributes:
        policies: the valid versions.
        published: what the lock says of each version in it.
        findings: about policies, their tests, names and the lock, in file order.
        checked: how many policy files were read.
    """

    policies: Mapping[PolicyRef, LifecyclePolicy]
    published: Mapping[PolicyRef, str]
    findings: tuple[Finding, ...]
    checked: int


def check_store(root: Path, *, with_tests: bool = False) -> CheckedStore:
    """
    Check every policy of a store, its names and numbers, and that no published version changed.

    Args:
        root: the store; its lock stands beside it.
        with_tests: read the policies' own tests too, which loads a YAML reader.

    Raises:
        UnreadableInputError: a directory cannot be read.
    """
    return _StoreCheck(root).run(with_tests=with_tests)


class _StoreCheck:
    """One run over one store."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._findings: list[Finding] = []
        self._files: dict[PolicyRef, Path] = {}
        self._tests: list[Path] = []
        self._policies: dict[PolicyRef, LifecyclePolicy] = {}

    def run(self, *, with_tests: bool) -> CheckedStore:
        for path in _entries(self._root):
            if path.is_dir():
                self._directory(path)
            elif path.name != SILENCES_FILE:
                self._report(STRAY_FILE, path)
        if not self._files and not self._findings:
            self._report(EMPTY_STORE, self._root)
        silences = self._silences()
        for reference, path in self._files.items():
            text = self._text(path)
            if text is not None:
                self._check_policy(reference, text, file=str(path), reasons=silences.get(reference, {}))
        if with_tests:
            self._check_tests()
        for reference in silences.keys() - self._files.keys():
            self._report(SILENCED_NOBODY, self._root / SILENCES_FILE, reference=reference)
        published = self._compare_with_lock()
        return CheckedStore(self._policies, published, in_file_order(self._findings), len(self._files))

    def _directory(self, directory: Path) -> None:
        name = directory.name
        if not is_policy_name(name):
            self._report(WRONG_NAME, directory, name=name)
        versions: dict[int, Path] = {}
        tests: dict[int, Path] = {}
        for path in _entries(directory):
            match = _VERSION_FILE.fullmatch(path.name)
            if match is None or path.is_dir():
                self._report(STRAY_FILE, path)
                continue
            version = int(match["number"])
            if match["number"] != str(version):
                self._report(DUPLICATE_VERSION, path, version=version)
            else:
                (tests if match["test"] else versions)[version] = path
        for version in sorted(tests.keys() - versions.keys()):
            self._report(TEST_WITHOUT_POLICY, tests[version], version=version)
        if not versions:
            self._report(EMPTY_POLICY, directory, name=name)
        for version, path in versions.items():
            if version > 1 and version - 1 not in versions:
                self._report(GAP, path, version=version, missing=version - 1)
        self._files.update({PolicyRef(name, version): versions[version] for version in sorted(versions)})
        self._tests += tests.values()

    def _check_policy(self, reference: PolicyRef, text: str, *, file: str, reasons: Mapping[str, str]) -> None:
        checked = check_policy(text, file=file)
        self._findings += silence(checked.findings, reasons)
        for code in reasons.keys() - {found.code for found in checked.findings}:
            self._report(SILENCED_NOTHING, self._root / SILENCES_FILE, reference=reference, code=code)
        if checked.policy is not None:
            self._policies[reference] = checked.policy

    def _check_tests(self) -> None:
        if not self._tests:
            return
        from ecrkit.policies.testing.cases import check_policy_tests  # noqa: PLC0415 - loads PyYAML

        for path in self._tests:
            text = self._text(path)
            if text is not None:
                self._findings += check_policy_tests(text, file=str(path)).findings

    def _silences(self) -> dict[PolicyRef, dict[str, str]]:
        path = self._root / SILENCES_FILE
        text = self._text(path) if path.exists() else None
        if text is None:
            return {}
        silences, findings = read_silences(text, file=str(path))
        self._findings += findings
        return silences

    def _compare_with_lock(self) -> dict[PolicyRef, str]:
        path = lock_path(self._root)
        text = self._text(path) if path.exists() else ""
        if text is None:
            return {}
        try:
            locked = parse_lock(text, file=str(path)) if text else {}
        except SyntaxProblem as problem:
            where = Location(str(path), problem.position.line, problem.position.column)
            self._findings.append(BROKEN_LOCK.at(where, problem=problem.message))
            return {}
        for reference, version in locked.items():
            self._compare(reference, version)
        for reference in self._files.keys() - locked.keys():
            self._report(UNPUBLISHED, self._files[reference], reference=reference, lock=path)
        return {reference: version.digest for reference, version in locked.items()}

    def _compare(self, reference: PolicyRef, locked: LockedVersion) -> None:
        following = 1 + max((other.version for other in self._files if other.name == reference.name), default=0)
        following = max(following, reference.version + 1)
        if reference not in self._files:
            path = self._root / reference.name / f"v{reference.version}.json"
            self._findings.append(VANISHED.at(locked.location, reference=reference, path=path, next=following))
        elif reference in self._policies and digest(self._policies[reference]) != locked.digest:
            self._report(CHANGED, self._files[reference], reference=reference, next=following)

    def _text(self, path: Path) -> str | None:
        """Read a file; one that cannot be read does not hide what is wrong with the others."""
        try:
            return read_text(path)
        except UnreadableInputError as error:
            self._report(UNREADABLE, path, problem=str(error).removeprefix(f"{printable(str(path))}: "))
            return None

    def _report(self, check: Check, path: Path, **values: object) -> None:
        self._findings.append(check.at(Location(str(path), 1, 1), **values))


def _entries(directory: Path) -> Iterator[Path]:
    """List what is in a directory, by name, without what is hidden."""
    try:
        entries = sorted(directory.iterdir())
    except OSError as error:
        raise unreadable(directory, error) from None
    return (path for path in entries if not path.name.startswith("."))
