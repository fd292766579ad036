"""Writing what was adopted: every file whole, and none before what it needs."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.catalog import read_catalog_text
from ecrkit.deployment.policies import policy_text
from ecrkit.documents.files import make_directory, read_text, unwritable, write_text
from ecrkit.errors import RefusedError, UnreadableInputError, errors_in
from ecrkit.policies.checks import check_store
from ecrkit.policies.lock import digest, lock_path, render_lock
from ecrkit.policies.rulebook import EMPTY_STORE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.deployment.adoption.values import Adopted
    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.policies.references import PolicyRef

__all__ = ["published_in", "write_adopted", "write_mapping"]


def published_in(store: Path) -> dict[PolicyRef, str]:
    """
    Read the digests by version from the lock of a store.

    Args:
        store: path of the store, which may not exist yet.

    Raises:
        RefusedError: a published version changed or is missing, or the store is invalid.
        UnreadableInputError: a file cannot be read.
    """
    if not store.exists():
        return {}
    checked = check_store(store)
    errors = [found for found in errors_in(checked.findings) if found.code != EMPTY_STORE.code]
    if errors:
        told = "\n".join(map(str, errors))
        raise RefusedError(f"{store}: fix it first, because a policy must be published there\n{told}")
    return dict(checked.published)


def write_adopted(adopted: Adopted, *, catalog: Path, store: Path) -> None:
    """
    Write policies, then their lock, then the catalog and included files that name them.

    After an interruption, the catalog is valid, and the next run finds the policies.

    Args:
        adopted: the changes.
        catalog: path of the catalog; a link is followed, and permissions stay the same.
        store: path of the store; created if missing.

    Raises:
        RefusedError: a file changed after it was read, or the store differs from its lock.
        UnwritableOutputError: a file cannot be written.
    """
    texts = adopted.texts(str(catalog))
    for file, (before, _) in {str(catalog): (adopted.before, ""), **texts}.items():
        if read_catalog_text(Path(file)) != before:
            raise RefusedError(f"{file}: changed meanwhile; run the command again")
    if adopted.policies:
        _write_policies(adopted.policies, store)
    for file, (_, after) in texts.items():
        write_text(Path(file), after)


def write_mapping(path: Path, mapping: Mapping[str, Mapping[str, str]]) -> None:
    """
    Write a resource mapping, keeping the entries of earlier runs.

    Args:
        path: path of the file; created with its directory if missing.
        mapping: identifiers by logical ID.

    Raises:
        UnreadableInputError: the file is not a resource mapping.
        UnwritableOutputError: it cannot be written.
    """
    known = {}
    if path.exists():
        try:
            known = dict(json.loads(read_text(path)))
        except (TypeError, ValueError):
            raise UnreadableInputError(f"{path.as_posix()}: not a resource mapping; move it elsewhere") from None
    make_directory(path.parent)
    write_text(path, json.dumps(dict(sorted((known | dict(mapping)).items())), indent=2) + "\n")


def _write_policies(policies: Mapping[PolicyRef, LifecyclePolicy], store: Path) -> None:
    published = published_in(store)
    for reference, policy in policies.items():
        if not (store / reference.name).exists():
            _write_version(store, reference, policy)
    digests = published | {reference: digest(policy) for reference, policy in policies.items()}
    if digests != published:
        write_text(lock_path(store), render_lock(digests))


def _write_version(store: Path, reference: PolicyRef, policy: LifecyclePolicy) -> None:
    # A policy without a version is an error of the store, so that both appear at once.
    draft = store / f".{reference.name}.{os.getpid()}"
    try:
        draft.mkdir(parents=True, exist_ok=True)
        write_text(draft / f"v{reference.version}.json", policy_text(policy))
        draft.rename(store / reference.name)
    except OSError as error:
        raise unwritable(store / reference.name, error) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
