from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.policies import policy, policy_text, rule, untagged
from builders.stores import make_store, publish

from ecrkit.errors import (
    EcrkitError,
    InvalidPolicyError,
    MalformedReferenceError,
    UnknownPolicyError,
    UnknownVersionError,
    UnreadableInputError,
)
from ecrkit.policies import store as store_module
from ecrkit.policies.references import PolicyRef, is_policy_name
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from collections.abc import Callable

KEEP_TEN = policy_text(rule())


def store_of(directory: Path, *names: str) -> PolicyStore:
    """A store of policies that all keep ten images, by ``name@N``."""
    files = {f"{name}/v{version}.json": KEEP_TEN for name, _, version in (text.partition("@") for text in names)}
    return PolicyStore(publish(make_store(directory, files)))


def refusal(kind: type[EcrkitError], act: Callable[[], object]) -> str:
    with pytest.raises(kind) as caught:
        act()
    assert type(caught.value) is kind
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("keep-last-10@1", PolicyRef("keep-last-10", 1), id="dashes"),
        pytest.param("a.b_c@999999999", PolicyRef("a.b_c", 999_999_999), id="large version"),
        pytest.param("7@7", PolicyRef("7", 7), id="digits"),
    ],
)
def test_a_reference_is_a_name_and_a_version(text: str, expected: PolicyRef) -> None:
    """What was read is written the same."""
    assert PolicyRef.parse(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    "text",
    [
        *["", "@1", "web@", "web@0", "web@01", "web@-1", "web@1.0", "web@latest", "Web@1", "a b@1", "a--b@1", "../a@1"],
        pytest.param("web@1\n", id="end of line"),
        pytest.param("web@1000000000", id="version too large"),
    ],
)
def test_what_is_no_reference_is_told_what_one_is(text: str) -> None:
    """The remedy covers each way of getting it wrong."""
    assert refusal(MalformedReferenceError, lambda: PolicyRef.parse(text)) == (
        f"a policy is named 'name@N', got {text!r}; as in 'keep-last-10@1': in lower case, and N is 1 or more"
    )


def test_an_unpinned_reference_is_told_to_pin() -> None:
    """A name alone would mean another policy next year."""
    assert refusal(MalformedReferenceError, lambda: PolicyRef.parse("web")) == (
        "the policy 'web' is named without a version; pin one, as in 'web@1'"
    )


def test_references_are_in_order_of_version_not_of_text() -> None:
    """The tenth version comes after the ninth."""
    assert sorted([PolicyRef("a", 10), PolicyRef("b", 1), PolicyRef("a", 9)]) == [
        PolicyRef("a", 9),
        PolicyRef("a", 10),
        PolicyRef("b", 1),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("keep-last-10", True), ("a.b_c", True), ("", False), ("Web", False), ("a--b", False), ("a@1", False)],
)
def test_a_policy_name_is_what_can_stand_before_the_version(text: str, *, expected: bool) -> None:
    """Lower-case words, joined by a dash, a dot or an underscore."""
    assert is_policy_name(text) is expected


def test_a_version_is_read_from_its_file(tmp_path: Path) -> None:
    """By text or by reference, and the file is where a person would look."""
    store = store_of(tmp_path, "web@1", "web@2")
    path = tmp_path / "policies" / "lifecycle" / "web" / "v2.json"

    assert store["web@2"] == store[PolicyRef("web", 2)] == policy(rule())
    assert store.path(PolicyRef("web", 2)) == path
    assert store["web@2"].rules[0].origin is not None
    assert store["web@2"].rules[0].origin.file == str(path)


def test_a_version_is_read_once(tmp_path: Path) -> None:
    """What was read stays what it was while a command runs."""
    root = publish(make_store(tmp_path, {"web/v1.json": KEEP_TEN}))
    store = PolicyStore(root)
    before = store["web@1"]
    (root / "web" / "v1.json").write_text(policy_text(rule(**untagged())), encoding="utf-8")

    assert store["web@1"] is before


def test_several_versions_make_one_policy(tmp_path: Path) -> None:
    """In the order named, as composing them would; of none there is none to make."""
    root = make_store(tmp_path, {"ten/v1.json": KEEP_TEN, "old/v1.json": policy_text(rule(**untagged()))})
    ten, old = PolicyRef("ten", 1), PolicyRef("old", 1)

    assert PolicyStore(root).compose([ten, old]) == policy(rule(1, **untagged()), rule(2))
    assert PolicyStore(root).compose([ten]) == policy(rule())
    assert PolicyStore(root).compose([]) is None


def test_versions_are_listed_by_name_and_number(tmp_path: Path) -> None:
    """Files that are no version are not listed."""
    root = make_store(
        tmp_path,
        {
            "web/v10.json": KEEP_TEN,
            "web/v9.json": KEEP_TEN,
            "api/v1.json": KEEP_TEN,
            "api/v01.json": KEEP_TEN,
            "api/v1.test.yaml": "",
            "api/notes.md": "",
            "README.md": "",
        },
    )

    assert [str(reference) for reference in PolicyStore(root)] == ["api@1", "web@9", "web@10"]


def test_an_unknown_version_is_told_which_there_are(tmp_path: Path) -> None:
    """In order of their numbers."""
    store = store_of(tmp_path, "web@10", "web@2", "api@3")

    assert refusal(UnknownVersionError, lambda: store["web@3"]) == (
        "the policy 'web' has no version 3; it has web@2, web@10"
    )


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param(["keep-ten@1", "keep-ten@2", "web@1"], "did you mean keep-ten@1, keep-ten@2?", id="near"),
        pytest.param(["web@1", "api@2", "api@1"], "the store has api, web", id="like none"),
        pytest.param([], "the store is empty", id="empty store"),
    ],
)
def test_an_unknown_policy_is_told_what_may_have_been_meant(known: list[str], expected: str, tmp_path: Path) -> None:
    """All versions of what is like it, or all names."""
    store = store_of(tmp_path, *known)
    (tmp_path / "policies" / "lifecycle").mkdir(parents=True, exist_ok=True)

    assert refusal(UnknownPolicyError, lambda: store["keep-tne@1"]) == (
        f"no policy 'keep-tne' in {tmp_path / 'policies' / 'lifecycle'}; {expected}"
    )


class TestPolicyThatOnlyEcrkitHas:
    """A pin of a shipped policy that the store does not have: nothing is looked up elsewhere, and the error advises."""

    def test_is_to_be_copied(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The advice is a command, even if the store has a policy of a similar name."""
        store_of(tmp_path, "keep-last-11@1")
        monkeypatch.chdir(tmp_path)

        assert refusal(UnknownPolicyError, lambda: PolicyStore("policies/lifecycle")["keep-last-10@1"]) == (
            "no policy 'keep-last-10' in policies/lifecycle; ecrkit ships it: run `ecrkit policy copy keep-last-10@1`"
        )

    def test_into_the_store_that_was_named(self, tmp_path: Path) -> None:
        """The command names any other store than the default one."""
        store = store_of(tmp_path / "our team", "web@1")

        assert refusal(UnknownPolicyError, lambda: store["keep-last-10@1"]).endswith(
            f"; ecrkit ships it: run `ecrkit policy copy keep-last-10@1 --policies '{store.root}'`"
        )

    def test_without_a_store(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The command creates the store."""
        monkeypatch.chdir(tmp_path)

        assert refusal(UnknownPolicyError, lambda: PolicyStore("policies/lifecycle")["keep-last-10@1"]) == (
            "no policy 'keep-last-10': policies/lifecycle does not exist; "
            "ecrkit ships it: run `ecrkit policy copy keep-last-10@1`"
        )

    def test_not_that_version(self, tmp_path: Path) -> None:
        """A version that ecrkit does not have cannot be copied."""
        store = store_of(tmp_path, "web@1")

        assert refusal(UnknownPolicyError, lambda: store["keep-last-10@9"]).endswith("; the store has web")

    def test_a_later_version(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is to be copied only if the versions before it are those of ecrkit."""
        shipped = store_of(tmp_path / "wheel", "web@1", "web@2")
        monkeypatch.setattr(PolicyStore, "bundled", lambda: shipped)
        same = store_of(tmp_path, "web@1")
        other = PolicyStore(publish(make_store(tmp_path / "other", {"web/v1.json": policy_text(untagged())})))

        assert refusal(UnknownVersionError, lambda: same["web@2"]) == (
            f"the policy 'web' has no version 2; ecrkit ships it: run `ecrkit policy copy web@2 --policies {same.root}`"
        )
        assert refusal(UnknownVersionError, lambda: other["web@2"]) == (
            "the policy 'web' has no version 2; it has web@1"
        )


def test_an_invalid_policy_is_refused_when_it_is_read(tmp_path: Path) -> None:
    """The error is that of the file, by its path."""
    root = make_store(tmp_path, {"web/v1.json": policy_text(rule(0))})

    assert refusal(InvalidPolicyError, lambda: PolicyStore(root)["web@1"]) == (
        f"{root / 'web' / 'v1.json'}:4:23: rules[0].rulePriority: must be 1 or more, got 0 [ECR110]"
    )


def test_a_file_that_is_not_utf_8_is_unreadable(tmp_path: Path) -> None:
    """The error names the byte."""
    root = make_store(tmp_path, {"web/v1.json": ""})
    (root / "web" / "v1.json").write_bytes(b'{\n "\xff')

    assert refusal(UnreadableInputError, lambda: PolicyStore(root)["web@1"]) == (
        f"{root / 'web' / 'v1.json'}: not UTF-8: byte 0xff on line 2; save it as UTF-8"
    )


def test_a_directory_in_place_of_a_version_is_none(tmp_path: Path) -> None:
    """It is no file, so that the version is unknown."""
    root = make_store(tmp_path, {"web/v1.json/v1.json": KEEP_TEN, "web/v2.json": KEEP_TEN})

    assert refusal(UnknownVersionError, lambda: PolicyStore(root)["web@1"]) == (
        "the policy 'web' has no version 1; it has web@2"
    )


def test_a_store_that_is_missing_is_unreadable(tmp_path: Path) -> None:
    """It is not taken for an empty one."""
    store = PolicyStore(tmp_path / "policies")
    expected = f"{tmp_path / 'policies'}: cannot be read: no such file or directory"

    assert refusal(UnreadableInputError, lambda: list(store)) == expected
    assert refusal(UnreadableInputError, lambda: store["web@1"]) == expected


def test_a_store_that_is_a_file_is_unreadable(tmp_path: Path) -> None:
    """Naming a policy's file in its place is told apart from a policy that is missing."""
    path = tmp_path / "v1.json"
    path.write_text(KEEP_TEN, encoding="utf-8")

    assert refusal(UnreadableInputError, lambda: list(PolicyStore(path))) == f"{path}: cannot be read: not a directory"


def test_a_name_that_no_file_can_have_is_no_crash(tmp_path: Path) -> None:
    """A file system refuses to look for a very long name, and so do we."""
    store = store_of(tmp_path, "web@1")
    name = "x" * 300

    assert refusal(UnreadableInputError, lambda: store[f"{name}@1"]) == (
        f"{tmp_path / 'policies' / 'lifecycle' / name / 'v1.json'}: cannot be read: file name too long"
    )


def test_a_store_can_be_named_by_text(tmp_path: Path) -> None:
    """A path as text is as good as one."""
    root = publish(make_store(tmp_path, {"web/v1.json": KEEP_TEN}))

    assert PolicyStore(str(root))["web@1"] == PolicyStore(root)["web@1"]


def test_the_bundled_policies_are_those_of_the_checkout() -> None:
    """Each of them can be read."""
    bundled = PolicyStore.bundled()
    checkout = PolicyStore(Path(__file__).parents[2] / "policies" / "lifecycle")

    assert list(bundled) == list(checkout)
    assert {str(reference) for reference in bundled} >= {"expire-untagged@1", "keep-five-prod@1", "keep-last-10@1"}
    assert all(bundled[reference] == checkout[reference] for reference in bundled)


def test_an_installed_package_has_policies_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy in the wheel is preferred to what happens to stand two directories above."""
    bundled = tmp_path / "lib" / "ecrkit" / "policies" / "bundled"
    bundled.mkdir(parents=True)
    make_store(tmp_path / "wheel", {"web/v1.json": KEEP_TEN}).rename(bundled / "lifecycle")
    make_store(tmp_path, {"other/v1.json": KEEP_TEN})
    monkeypatch.setattr(store_module, "__file__", str(tmp_path / "lib" / "ecrkit" / "policies" / "store.py"))

    assert [str(reference) for reference in PolicyStore.bundled()] == ["web@1"]
