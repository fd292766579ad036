"""What a policy store must be, beyond the content of its files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.documents.files import read_text, unreadable
from ecrkit.errors import (
    Check,
    Finding,
    InvalidLockError,
    Location,
    UnreadableInputError,
    in_file_order,
    printable,
    silence,
)
from ecrkit.lifecycle import MAX_POLICY_BYTES, check_policy
from ecrkit.policies.lock import Lock, lock_path
from ecrkit.policies.references import PolicyRef, is_policy_name
from ecrkit.policies.rulebook import (
    DUPLICATE_VERSION,
    EMPTY_POLICY,
    EMPTY_STORE,
    GAP,
    SILENCED_NOBODY,
    SILENCED_NOTHING,
    STORE_CHECKS,
    STRAY_FILE,
    TEST_WITHOUT_POLICY,
    UNPUBLISHED,
    UNREADABLE,
    WRONG_NAME,
)
from ecrkit.policies.silences import SILENCE_RULEBOOK, SILENCES_FILE, read_silences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from ecrkit.errors import Reason
    from ecrkit.lifecycle import LifecyclePolicy

__all__ = ["STORE_RULEBOOK", "CheckedStore", "check_store"]

_VERSION_FILE = re.compile(r"v(?P<number>0*[1-9][0-9]{0,8})(?:(?P<test>\.test\.yaml)|\.json)")
_COMPANION = re.compile(
    r"(?:readme|licen[cs]e|copying|notice|changelog|contributing|security|codeowners|owners)(?:\.[a-z]+)?"
    r"|thumbs\.db|desktop\.ini|[^/]+\.(?:md|rst|adoc)",
    re.IGNORECASE,
)
"""Files that people and systems put into any folder, and prose: no policy has such a name by mistake."""

STORE_RULEBOOK: tuple[Check, ...] = (*STORE_CHECKS, *SILENCE_RULEBOOK)
"""Every check of a store and of what it silences, by code."""

# What is not published may change as long as nobody uses it, and a catalog that names no policy needs none.
_IN_ORDER = {check.code for check in STORE_RULEBOOK} - {UNPUBLISHED.code, EMPTY_STORE.code}


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

    @property
    def disorder(self) -> tuple[Finding, ...]:
        """
        What is wrong with the store whichever of its versions are used.

        That is its names and numbers, its lock, and published versions that changed or vanished.
        """
        return tuple(found for found in self.findings if found.code in _IN_ORDER)


def check_store(root: Path, *, with_tests: bool = False, today: date | None = None) -> CheckedStore:
    """
    Check every policy of a store, its names and numbers, and that no published version changed.

    Args:
        root: the store; its lock stands beside it.
        with_tests: read the policies' own tests too, which loads a YAML reader.
        today: day on which expired silences no longer apply; ``None`` if they do.

    Raises:
        UnreadableInputError: a directory cannot be read.
    """
    return _StoreCheck(root, today=today).run(with_tests=with_tests)


class _StoreCheck:
    """One run over one store."""

    def __init__(self, root: Path, *, today: date | None) -> None:
        self._root = root
        self._today = today
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
            text = self._text(path, at_most=MAX_POLICY_BYTES)
            if text is not None:
                self._check_policy(reference, text, file=path.as_posix(), reasons=silences.get(reference, {}))
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

    def _check_policy(self, reference: PolicyRef, text: str, *, file: str, reasons: Mapping[str, Reason]) -> None:
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
                self._findings += check_policy_tests(text, file=path.as_posix()).findings

    def _silences(self) -> dict[PolicyRef, dict[str, Reason]]:
        path = self._root / SILENCES_FILE
        text = self._text(path) if path.exists() else None
        if text is None:
            return {}
        silences, findings = read_silences(text, file=path.as_posix(), today=self._today)
        self._findings += findings
        return silences

    def _compare_with_lock(self) -> dict[PolicyRef, str]:
        try:
            lock = Lock.of(self._root)
        except InvalidLockError as error:
            self._findings += error.findings
            return {}
        except UnreadableInputError as error:
            self._report_unreadable(lock_path(self._root), error)
            return {}
        for reference in sorted(self._files.keys() | lock.versions.keys()):
            found = lock.compare(reference, self._policies.get(reference))
            self._findings += [found] if found else []
        return {reference: version.digest for reference, version in lock.versions.items()}

    def _text(self, path: Path, *, at_most: int | None = None) -> str | None:
        """Read a file; one that cannot be read does not hide what is wrong with the others."""
        try:
            return read_text(path, at_most=at_most)
        except UnreadableInputError as error:
            self._report_unreadable(path, error)
            return None

    def _report_unreadable(self, path: Path, error: UnreadableInputError) -> None:
        self._report(UNREADABLE, path, problem=str(error).removeprefix(f"{printable(path.as_posix())}: "))

    def _report(self, check: Check, path: Path, **values: object) -> None:
        self._findings.append(check.at(Location(path.as_posix(), 1, 1), **values))


def _entries(directory: Path) -> Iterator[Path]:
    """List what is in a directory, by name, without what is hidden or only accompanies the policies."""
    try:
        entries = sorted(directory.iterdir())
    except OSError as error:
        raise unreadable(directory, error) from None
    return (
        path
        for path in entries
        if not path.name.startswith(".") and not (_COMPANION.fullmatch(path.name) and path.is_file())
    )
