"""
Copies of the policies that ecrkit ships, in a store.

A copy is the file of a version and its tests, verbatim, and what the version silences. It is published at once: ecrkit
has published it, so that it cannot change. A copy never overwrites a file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.documents.files import make_directory, read_text, write_text
from ecrkit.errors import RefusedError, UnknownPolicyError, UnknownVersionError
from ecrkit.lifecycle import MAX_POLICY_BYTES, check_policy, parse_policy
from ecrkit.policies.lock import Lock, digest, lock_path, render_lock
from ecrkit.policies.references import PolicyRef, is_there, versions_in
from ecrkit.policies.silences import SILENCES_FILE, read_silences

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ecrkit.policies.store import PolicyStore

__all__ = ["PolicyCopy", "plan_copy", "shipped_version", "write_copy"]

_SUFFIXES = (".json", ".test.yaml")


@dataclass(frozen=True, slots=True)
class PolicyCopy:
    """
    What a copy writes.

    Attributes:
        references: versions that the store has afterwards, the one asked for last.
        files: their texts, in the order in which they are written: the lock comes last. Empty if the store has it all.
    """

    references: tuple[PolicyRef, ...]
    files: Mapping[Path, str]


def shipped_version(text: str, shipped: PolicyStore) -> PolicyRef:
    """
    Find the version that *text* names.

    Args:
        text: ``name@N``, or ``name`` for its newest version.
        shipped: the policies that ecrkit ships.

    Raises:
        MalformedReferenceError: it is neither.
        UnknownPolicyError: ecrkit ships no policy of that name.
        UnknownVersionError: it does not ship that version.
    """
    reference = PolicyRef.parse(text if "@" in text else f"{text}@1")
    versions = [known for known in shipped if known.name == reference.name]
    if not versions:
        raise UnknownPolicyError(
            f"ecrkit ships no policy '{reference.name}'", remedy="run `ecrkit policy list` to see what it ships"
        )
    if "@" not in text:
        return versions[-1]
    if reference not in versions:
        listed = ", ".join(map(str, versions))
        raise UnknownVersionError(f"ecrkit ships no {reference}", remedy=f"it ships {listed}")
    return reference


def plan_copy(reference: PolicyRef, *, shipped: PolicyStore, store: Path, name: str | None = None) -> PolicyCopy:
    """
    Decide what a copy writes, and write nothing.

    Args:
        reference: a version that ecrkit ships. The versions before it come along, since a store skips no number.
        shipped: the policies that ecrkit ships.
        store: directory of the store; it need not exist.
        name: name of the copy, whose next version it becomes; ``None`` keeps the name and the number.

    Raises:
        RefusedError: the store has other content under that name, or its silences cannot be added to.
        InvalidLockError: the lock of the store is not a lock.
        UnreadableInputError: a file of the store cannot be read.
    """
    lock = Lock.of(store)
    texts = {
        known: read_text(shipped.path(known), at_most=MAX_POLICY_BYTES)
        for known in shipped
        if known.name == reference.name and known.version <= reference.version
    }
    if name is None:
        sources = {known: known for known in texts}
    else:
        sources = {reference: _renamed(texts[reference], lock, store, name)}
    digests = {}
    files: dict[Path, str] = {}
    for source, target in sources.items():
        digests[target] = digest(parse_policy(texts[source], file=str(source)))
        _require_same(target, digests[target], lock=lock, store=store)
        for suffix in _SUFFIXES:
            original, path = shipped.path(source).with_suffix(suffix), _path(store, target).with_suffix(suffix)
            if original.exists() and not path.exists():
                files[path] = read_text(original)
    files |= _silences(sources, shipped=shipped.root, store=store)
    published = {known: version.digest for known, version in lock.versions.items()}
    if digests.items() - published.items():
        files[lock_path(store)] = render_lock(published | digests)
    return PolicyCopy(tuple(digests), files)


def write_copy(copy: PolicyCopy) -> None:
    """
    Write what :func:`plan_copy` decided.

    Raises:
        UnwritableOutputError: a file cannot be written. Copying again continues.
    """
    for path, text in copy.files.items():
        make_directory(path.parent)
        write_text(path, text)


def _renamed(text: str, lock: Lock, store: Path, name: str) -> PolicyRef:
    """Give the version of *name* that has this content already, or the next one."""
    known = {*versions_in(store / name), *(other for other in lock.versions if other.name == name)}
    wanted = digest(parse_policy(text, file=name))
    for other in sorted(known):
        if _digest_in(other, lock=lock, store=store) == wanted:
            return other
    return PolicyRef(name, 1 + max((other.version for other in known), default=0))


def _require_same(target: PolicyRef, wanted: str, *, lock: Lock, store: Path) -> None:
    locked = lock.versions.get(target)
    present = _digest_in(target, lock=lock, store=store)
    if present not in {None, wanted} or (locked and locked.digest != wanted):
        raise RefusedError(
            f"{_path(store, target)}: differs from the {target} that ecrkit ships; pass --as NAME to copy it under "
            "another name"
        )


def _digest_in(reference: PolicyRef, *, lock: Lock, store: Path) -> str | None:
    """Identify the content of a version of the store; ``None`` where it has no such version."""
    path = _path(store, reference)
    if not is_there(path):
        locked = lock.versions.get(reference)
        return locked.digest if locked else None
    policy = check_policy(read_text(path, at_most=MAX_POLICY_BYTES), file=str(path)).policy
    return digest(policy) if policy else "invalid"


def _silences(sources: Mapping[PolicyRef, PolicyRef], *, shipped: Path, store: Path) -> dict[Path, str]:
    """Add what the copied versions silence to what the store silences."""
    path = store / SILENCES_FILE
    text = read_text(path) if path.exists() else ""
    known, _ = read_silences(text, file=str(path))
    original = shipped / SILENCES_FILE
    reasons, _ = read_silences(read_text(original), file=str(original)) if original.exists() else ({}, ())
    wanted = {target: reasons[source] for source, target in sources.items() if source in reasons}
    missing = {target: codes for target, codes in wanted.items() if not codes.keys() <= known.get(target, {}).keys()}
    if not missing:
        return {}
    # A quoted text of JSON is one of YAML, too.
    quoted = {
        target: [f"{code}: {json.dumps(str(why), ensure_ascii=False)}" for code, why in codes.items()]
        for target, codes in missing.items()
    }
    blocks = ["\n  ".join([f"{target}:", *lines]) + "\n" for target, lines in quoted.items()]
    separator = "" if not text or text.endswith("\n") else "\n"
    added = "".join([text, separator, *blocks])
    if read_silences(added, file=str(path)) != ({**known, **missing}, ()):
        entries = ", ".join(f"{target}: {{{', '.join(lines)}}}" for target, lines in quoted.items())
        raise RefusedError(f"{path}: cannot be edited; add this and copy again: {entries}")
    return {path: added}


def _path(store: Path, reference: PolicyRef) -> Path:
    return store / reference.name / f"v{reference.version}.json"
