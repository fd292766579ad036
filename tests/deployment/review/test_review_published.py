"""A published version never changes, also where somebody publishes it again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.inventories import NOW
from builders.reviews import write_folder
from builders.stores import policy_text, publish

from ecrkit.deployment.review import Decision, opened_base, review
from ecrkit.policies.lock import lock_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from ecrkit.deployment.review import Review

STORE = Path("policies/lifecycle")
LOCK = lock_path(STORE)
REPOSITORIES = {"web": {"lifecycle": "keep@1"}}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "head").mkdir()
    monkeypatch.chdir(tmp_path / "head")


def reviewed() -> Review:
    """Review the head; everything that can be allowed is."""
    catalog = Path("repositories.yaml")
    with opened_base("../base", catalog=catalog, policies=STORE) as base:
        return review(base, catalog=catalog, policies=STORE, now=NOW, allowed=["*"])


def edit_and_publish() -> None:
    (STORE / "keep" / "v1.json").write_text(policy_text(keep=2))
    LOCK.unlink()
    publish(STORE)


def leave_the_lock() -> None:
    lock = json.loads(LOCK.read_text())
    del lock["policies"]["keep@1"]
    LOCK.write_text(json.dumps(lock))


def delete_the_lock() -> None:
    LOCK.unlink()


def delete_with_its_entry() -> None:
    leave_the_lock()
    for file in (STORE / "idle").iterdir():
        file.unlink()
    (STORE / "idle").rmdir()
    lock = json.loads(LOCK.read_text())
    del lock["policies"]["idle@1"]
    LOCK.write_text(json.dumps(lock))
    publish(STORE)


FILE = "policies/lifecycle/keep/v1.json:1:1: keep@1 "
UNPUBLISHED = (
    "is not published, so it can still change; run `ecrkit policy lock` and commit policies/lifecycle.lock.json"
)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        pytest.param(
            edit_and_publish,
            f"{FILE}is published, but its meaning has changed; restore it, and add the new text as v3.json [STO110]",
            id="edited-and-published-again",
        ),
        pytest.param(leave_the_lock, f"{FILE}{UNPUBLISHED} [STO112]", id="left-the-lock"),
        pytest.param(delete_the_lock, f"{FILE}{UNPUBLISHED} [STO112]", id="no-lock"),
        pytest.param(
            delete_with_its_entry,
            "policies/lifecycle.lock.json:1:1: idle@1 is published, but its file is missing; restore "
            "policies/lifecycle/idle/v1.json, and add your changes as v2.json [STO111]",
            id="deleted-with-its-entry",
        ),
    ],
)
def test_published_version(change: Callable[[], None], error: str) -> None:
    """What the base published is an error once, whatever is allowed."""
    Path("../base").mkdir()
    write_folder(Path("../base"), REPOSITORIES)
    write_folder(Path(), REPOSITORIES)
    change()
    found = reviewed()

    assert found.decision is Decision.FAILED
    assert [str(each) for each in found.checks.errors].count(error) == 1
    assert [each for each in found.checks.warnings if "keep@1" in each.message] == []


def test_new_version() -> None:
    """A version that the base does not have may be published, or not yet."""
    Path("../base").mkdir()
    write_folder(Path("../base"), REPOSITORIES)
    write_folder(Path(), REPOSITORIES, files={"keep/v3.json": policy_text(keep=9)})
    (STORE / "keep" / "v4.json").write_text(policy_text(keep=8))

    assert reviewed().decision is Decision.PASSED


def test_no_lock_before() -> None:
    """A base without a lock has published nothing."""
    Path("../base").mkdir()
    write_folder(Path("../base"), REPOSITORIES)
    lock_path(Path("../base") / STORE).unlink()
    write_folder(Path(), REPOSITORIES)

    assert reviewed().decision is Decision.PASSED
