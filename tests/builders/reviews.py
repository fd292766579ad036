"""Changes to review: a catalog with policies and images, before and after."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from builders.inventories import NOW, image, write_images
from builders.stores import make_store, policy_text, publish

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ecrkit.images import Image

__all__ = ["AT", "ENVIRONMENTS", "commit", "git", "make_repository", "write_folder", "write_inventories"]

AT = ("--now", NOW.isoformat())
ENVIRONMENTS = {"dev": {"account": "123456789012", "region": "us-east-1"}}
_TESTS = "keeps one:\n  images: [{pushed_days_ago: 0, expect: stay}]\n"


def write_folder(
    directory: Path,
    repositories: Mapping[str, object],
    *,
    environments: Mapping[str, object] | None = None,
    files: Mapping[str, str] | None = None,
) -> Path:
    """
    Write a catalog, and a store with ``keep@1`` (the newest three images), ``keep@2`` (one) and ``idle@1`` (archives).

    Args:
        directory: to write to.
        repositories: of the catalog.
        environments: of the catalog; one by default.
        files: more files of the store.
    """
    archive = {
        "rulePriority": 1,
        "description": "Archive what nobody pulls any more",
        "selection": {"tagStatus": "any", "countType": "sinceImagePulled", "countUnit": "days", "countNumber": 30},
        "action": {"type": "transition", "targetStorageClass": "archive"},
    }
    store = make_store(
        directory,
        {
            "keep/v1.json": policy_text(keep=3),
            "keep/v1.test.yaml": _TESTS,
            "keep/v2.json": policy_text(keep=1),
            "idle/v1.json": json.dumps({"rules": [archive]}),
            **(files or {}),
        },
    )
    publish(store)
    catalog = {"environments": environments or ENVIRONMENTS, "repositories": repositories}
    (directory / "repositories.yaml").write_text(json.dumps(catalog, indent=1), encoding="utf-8")
    return directory


def write_inventories(directory: Path, repositories: Iterable[str], images: Iterable[Image] | None = None) -> Path:
    """Write the same images for each repository: by default ``v1`` to ``v3``, of 1, 2 and 3 GB, the newest first."""
    gigabyte = 1_000_000_000
    found = list(images or (image(tags=[f"v{4 - n}"], age_days=n, size_bytes=n * gigabyte) for n in (1, 2, 3)))
    for name in repositories:
        path = directory / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_images(path, found, repository=name)
    return directory


def git(directory: Path, *arguments: str) -> str:
    """Run git in a directory, whatever the person who runs the tests configured."""
    isolated = {
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
    }
    options = ["-c", "user.name=n", "-c", "user.email=n@example.com", "-c", "protocol.file.allow=always"]
    result = subprocess.run(
        ["git", *options, *arguments],  # noqa: S607 - every machine has its own
        cwd=directory,
        env=isolated,
        check=True,
        capture_output=True,
        text=True,
    )
    return result.stdout.strip()


def make_repository(directory: Path) -> Path:
    """Make a git repository of a directory, with all that is in it on the branch ``main``."""
    directory.mkdir(exist_ok=True)
    git(directory, "init", "--quiet", "--initial-branch=main")
    commit(directory)
    return directory


def commit(directory: Path) -> str:
    """Commit all that is in a work tree; gives the hash."""
    git(directory, "add", "--all")
    git(directory, "commit", "--quiet", "--allow-empty", "--message=Change")
    return git(directory, "rev-parse", "HEAD")
