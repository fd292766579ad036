"""Copies of shipped policies: what they write, and what they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.stores import make_store, policy_text, publish

from ecrkit.errors import (
    InvalidLockError,
    MalformedReferenceError,
    RefusedError,
    UnknownPolicyError,
    UnknownVersionError,
)
from ecrkit.policies.checks import check_store
from ecrkit.policies.copies import PolicyCopy, plan_copy, shipped_version, write_copy
from ecrkit.policies.lock import lock_path
from ecrkit.policies.references import PolicyRef
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from pathlib import Path

TESTS = "keeps:\n  images: [{pushed_days_ago: 1, expect: stay}]\n"
BY_AGE = policy_text().replace('"imageCountMoreThan"', '"sinceImagePushed",\n        "countUnit": "days"')
SILENCED = 'cache@1:\n  ECR205: It says "fetch again".\n'


@pytest.fixture
def shipped(tmp_path: Path) -> PolicyStore:
    """Policies that ecrkit might ship: two versions of one, and one that silences a warning."""
    files = {
        "keep/v1.json": policy_text(),
        "keep/v1.test.yaml": TESTS,
        "keep/v2.json": policy_text(keep=20),
        "cache/v1.json": BY_AGE,
        "silenced.yaml": SILENCED,
    }
    return PolicyStore(publish(make_store(tmp_path / "wheel", files)))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store that is not there yet."""
    return tmp_path / "policies" / "lifecycle"


def copied(text: str, shipped: PolicyStore, store: Path, *, name: str | None = None) -> PolicyCopy:
    """Plan and write a copy."""
    copy = plan_copy(shipped_version(text, shipped), shipped=shipped, store=store, name=name)
    write_copy(copy)
    return copy


def files_in(store: Path, copy: PolicyCopy) -> list[str]:
    """The files of a copy, by their paths next to the store."""
    return [path.relative_to(store.parent).as_posix() for path in copy.files]


def strict(store: Path) -> list[str]:
    """What fails `policy check --strict`."""
    return [str(found) for found in check_store(store, with_tests=True).findings if not found.silenced]


def test_a_name_is_its_newest_version(shipped: PolicyStore) -> None:
    """With a number it is that version."""
    assert shipped_version("keep", shipped) == PolicyRef("keep", 2)
    assert shipped_version("keep@1", shipped) == PolicyRef("keep", 1)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        pytest.param(
            "web",
            UnknownPolicyError,
            "ecrkit ships no policy 'web'; run `ecrkit policy list` to see what it ships",
            id="name",
        ),
        pytest.param("keep@3", UnknownVersionError, "ecrkit ships no keep@3; it ships keep@1, keep@2", id="version"),
        pytest.param(
            "Keep",
            MalformedReferenceError,
            "a policy is named 'name@N', got 'Keep@1'; as in 'keep-last-10@1': in lower case, and N is 1 or more",
            id="no name",
        ),
    ],
)
def test_what_ecrkit_does_not_ship(text: str, kind: type[Exception], expected: str, shipped: PolicyStore) -> None:
    """The error says what it ships."""
    with pytest.raises(kind) as caught:
        shipped_version(text, shipped)

    assert str(caught.value) == expected


def test_a_copy_is_verbatim_and_published(shipped: PolicyStore, store: Path) -> None:
    """The policy and its tests keep every byte, and a strict check finds nothing."""
    copy = copied("keep@1", shipped, store)

    assert copy.references == (PolicyRef("keep", 1),)
    assert files_in(store, copy) == ["lifecycle/keep/v1.json", "lifecycle/keep/v1.test.yaml", "lifecycle.lock.json"]
    for name in ("v1.json", "v1.test.yaml"):
        assert (store / "keep" / name).read_bytes() == (shipped.root / "keep" / name).read_bytes()
    assert strict(store) == []


def test_earlier_versions_come_along(shipped: PolicyStore, store: Path) -> None:
    """A number means the same in every store, and a store skips none."""
    copy = copied("keep", shipped, store)

    assert copy.references == (PolicyRef("keep", 1), PolicyRef("keep", 2))
    assert strict(store) == []
    assert PolicyStore(store)["keep@2"] == shipped["keep@2"]


def test_a_second_copy_writes_nothing(shipped: PolicyStore, store: Path) -> None:
    """The store has it all."""
    copied("keep", shipped, store)
    copied("cache", shipped, store)

    assert copied("keep", shipped, store).files == {}
    assert copied("cache", shipped, store).files == {}


def test_a_copy_that_was_interrupted_continues(shipped: PolicyStore, store: Path) -> None:
    """The lock is written last, and a version that is not in it yet is not in the way."""
    copied("keep", shipped, store)
    lock_path(store).unlink()

    assert files_in(store, copied("keep", shipped, store)) == ["lifecycle.lock.json"]
    assert strict(store) == []


def test_a_published_version_that_is_gone_is_restored(shipped: PolicyStore, store: Path) -> None:
    """The lock says that it is the same."""
    copied("keep@1", shipped, store)
    (store / "keep" / "v1.json").unlink()

    assert files_in(store, copied("keep@1", shipped, store)) == ["lifecycle/keep/v1.json"]


def test_the_rest_of_the_store_stays(shipped: PolicyStore, store: Path) -> None:
    """Only the copied versions are published; tests that are there already stay as they are."""
    make_store(store.parents[1], {"web/v1.json": policy_text(), "keep/v1.test.yaml": f"# ours\n{TESTS}"})

    copied("keep@1", shipped, store)

    assert [line.rpartition(" ")[2] for line in strict(store)] == ["[STO112]"]
    assert (store / "keep" / "v1.test.yaml").read_text().startswith("# ours\n")


@pytest.mark.parametrize("is_published", [True, False])
def test_another_policy_of_that_name_stays(shipped: PolicyStore, store: Path, *, is_published: bool) -> None:
    """The copy is refused, and another name is offered."""
    make_store(store.parents[1], {"keep/v1.json": policy_text(keep=7)})
    if is_published:
        publish(store)

    with pytest.raises(RefusedError) as caught:
        copied("keep", shipped, store)

    assert str(caught.value) == (
        f"{store}/keep/v1.json: differs from the keep@1 that ecrkit ships; pass --as NAME to copy it under another name"
    )
    assert not (store / "keep" / "v2.json").exists()


def test_another_policy_that_is_gone_keeps_its_number(shipped: PolicyStore, store: Path) -> None:
    """The lock knows that a version of that number meant something else."""
    publish(make_store(store.parents[1], {"keep/v1.json": policy_text(keep=7)}))
    (store / "keep" / "v1.json").unlink()

    with pytest.raises(RefusedError, match="differs from the keep@1"):
        copied("keep@1", shipped, store)


def test_another_name(shipped: PolicyStore, store: Path) -> None:
    """It is the next version of that name, alone."""
    publish(make_store(store.parents[1], {"web/v1.json": policy_text(keep=7)}))

    copy = copied("keep@2", shipped, store, name="web")

    assert copy.references == (PolicyRef("web", 2),)
    assert PolicyStore(store)["web@2"] == shipped["keep@2"]
    assert strict(store) == []


def test_another_name_again(shipped: PolicyStore, store: Path) -> None:
    """A name that has the content already gets no second version of it."""
    copied("keep@1", shipped, store, name="web")
    copy = copied("keep@1", shipped, store, name="web")

    assert (copy.references, copy.files) == ((PolicyRef("web", 1),), {})


@pytest.mark.parametrize("before", ["", "# ours\n", "web@1:\n  ECR203: Both are set by the release job."])
def test_silenced_warnings_come_along(before: str, shipped: PolicyStore, store: Path) -> None:
    """They are added to those of the store, with their reason, under the name of the copy."""
    make_store(store.parents[1], {"silenced.yaml": before} if before else {})

    copied("cache", shipped, store, name="mine")

    added = 'mine@1:\n  ECR205: "It says \\"fetch again\\"."\n'
    assert (store / "silenced.yaml").read_text() == f"{before.rstrip()}\n{added}".lstrip("\n")


def test_silences_that_cannot_be_added_to(shipped: PolicyStore, store: Path) -> None:
    """A person adds the entry; nothing is written."""
    make_store(store.parents[1], {"silenced.yaml": "{}\n"})

    with pytest.raises(RefusedError) as caught:
        copied("cache", shipped, store)

    assert str(caught.value) == (
        f"{store}/silenced.yaml: cannot be edited; add this and copy again: "
        'cache@1: {ECR205: "It says \\"fetch again\\"."}'
    )
    assert not (store / "cache").exists()


def test_an_invalid_lock_is_not_replaced(shipped: PolicyStore, store: Path) -> None:
    """Nobody knows what was published."""
    make_store(store.parents[1], {"web/v1.json": policy_text()})
    lock_path(store).write_text("{}")

    with pytest.raises(InvalidLockError):
        copied("keep", shipped, store)

    assert not (store / "keep").exists()


@pytest.mark.parametrize("reference", [pytest.param(found, id=str(found)) for found in PolicyStore.bundled()])
def test_every_shipped_policy_can_be_copied(reference: PolicyRef, tmp_path: Path) -> None:
    """Alone in a new store it passes a strict check."""
    store = tmp_path / "policies" / "lifecycle"

    copied(str(reference), PolicyStore.bundled(), store)

    assert strict(store) == []
