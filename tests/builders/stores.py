"""Policy stores on disk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ecrkit.policies.checks import check_store
from ecrkit.policies.lock import digest, lock_path, render_lock

if TYPE_CHECKING:
    from pathlib import Path


def policy_text(*, keep: int = 10, description: str = "Keep the newest images", tag_status: str = "any") -> str:
    """Write a valid policy of one rule, as a person would."""
    rule = {
        "rulePriority": 1,
        "description": description,
        "selection": {"tagStatus": tag_status, "countType": "imageCountMoreThan", "countNumber": keep},
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]}, indent=2) + "\n"


def make_store(directory: Path, files: dict[str, str]) -> Path:
    """Write *files*, by their paths in the store, to ``policies/lifecycle`` below *directory*; gives the store."""
    store = directory / "policies" / "lifecycle"
    for name, text in files.items():
        path = store / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return store


def publish(store: Path) -> Path:
    """Write the lock of *store*, whatever is in it, with all its valid versions; gives the store."""
    store.mkdir(parents=True, exist_ok=True)
    policies = check_store(store).policies
    lock_path(store).write_text(render_lock({reference: digest(policy) for reference, policy in policies.items()}))
    return store
