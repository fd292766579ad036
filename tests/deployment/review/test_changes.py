"""What differs in templates: the same change of many repositories is one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from builders.stores import make_store, policy_text

from ecrkit.catalog import check_catalog, templates
from ecrkit.deployment.review.changes import account_setting_changes, template_changes
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.catalog import Catalog, Template

DEV = {"account": "123456789012", "region": "us-east-1"}
PROD = {"account": "210987654321", "region": "eu-west-1"}


SIGNER = "arn:aws:signer:us-east-1:123456789012:/signing-profiles"


def rendered(repositories: dict[str, Any], *, directory: Path, **members: object) -> dict[str, Template]:
    files = {"keep/v1.json": policy_text(keep=1), "keep/v2.json": policy_text(keep=2)}
    store = PolicyStore(make_store(directory, files))
    catalog = {"environments": {"dev": DEV}, "repositories": repositories, **members}
    checked = check_catalog(json.dumps(catalog), file="c", policies=store)
    assert checked.catalog is not None, checked.findings
    return templates(checked.catalog, store)


def changes(
    old: dict[str, Any], new: dict[str, Any], tmp_path: Path, **members: object
) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    before, after = (rendered(each, directory=tmp_path, **members) for each in (old, new))
    return [(change.what, change.environments, change.names) for change in template_changes(before, after)]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        pytest.param({}, {"mutability": "MUTABLE"}, "ImageTagMutability: IMMUTABLE → MUTABLE", id="value"),
        pytest.param({"tags": {"team": "a"}}, {"tags": {"team": "b"}}, "Tags.team: a → b", id="tag"),
        pytest.param({}, {"tags": {"team": "b"}}, "Tags.team: nothing → b", id="new-tag"),
        pytest.param(
            {"mutable_tags": ["a"]},
            {"mutable_tags": ["a", "b"]},
            "ImageTagMutabilityExclusionFilters: WILDCARD, a → WILDCARD, a, WILDCARD, b",
            id="list",
        ),
        pytest.param({"removal": "destroy"}, {}, "DeletionPolicy: Delete → RetainExceptOnCreate", id="attribute"),
        pytest.param({}, {"exports": True}, "stack output changed", id="export"),
        pytest.param({}, {"parameters": True}, "new AWS::SSM::Parameter", id="parameter"),
    ],
)
def test_change(tmp_path: Path, old: dict[str, Any], new: dict[str, Any], what: str) -> None:
    """A change is told by the property, with the value before and after."""
    assert what in [change[0] for change in changes({"web": old}, {"web": new}, tmp_path)]


def test_statement(tmp_path: Path) -> None:
    """A changed statement of an access policy is told by its name."""
    pull = {"pull": {"accounts": ["210987654321"]}}
    [(what, *_)] = changes({"web": pull}, {"web": {"pull": {"accounts": ["210987654321", "333333333333"]}}}, tmp_path)

    assert what.startswith("RepositoryPolicyText.Statement.")


def test_lifecycle_policy_is_left_out(tmp_path: Path) -> None:
    """The review compares lifecycle policies rule by rule."""
    assert changes({"web": {"lifecycle": "keep@1"}}, {"web": {"lifecycle": "keep@2"}}, tmp_path) == []


def test_same_change_is_one(tmp_path: Path) -> None:
    """What changes alike in many repositories is one change with all their names."""
    names = [f"web-{number}" for number in range(20)]
    found = changes({name: {} for name in names}, {name: {"mutability": "MUTABLE"} for name in names}, tmp_path)

    assert found == [("ImageTagMutability: IMMUTABLE → MUTABLE", ("dev",), tuple(sorted(names)))]


def test_environments(tmp_path: Path) -> None:
    """What changes alike in several environments is one change; what changes in one of them is another."""
    found = changes(
        {"api": {}, "web": {"only": ["dev"]}},
        {"api": {"mutability": "MUTABLE"}, "web": {"only": ["dev"], "mutability": "MUTABLE"}},
        tmp_path,
        environments={"dev": DEV, "prod": PROD},
    )

    what = "ImageTagMutability: IMMUTABLE → MUTABLE"
    assert found == [(what, ("dev", "prod"), ("api",)), (what, ("dev",), ("web",))]


def test_new_and_removed(tmp_path: Path) -> None:
    """New and removed repositories are changes; their outputs are none of their own."""
    assert changes({"old": {}}, {"new": {}}, tmp_path) == [
        ("new repository", ("dev",), ("new",)),
        ("repository removed", ("dev",), ("old",)),
    ]


def test_long_values_are_cut(tmp_path: Path) -> None:
    """Two long values that begin alike are a change without values."""
    found = changes({"web": {"tags": {"t": "x" * 200 + "a"}}}, {"web": {"tags": {"t": "x" * 200 + "b"}}}, tmp_path)

    assert [change[0] for change in found] == ["Tags.t changes"]


def registry_changes(old: dict[str, Any], new: dict[str, Any], tmp_path: Path) -> list[tuple[str, tuple[str, ...]]]:
    before, after = (rendered({"web": {}}, directory=tmp_path, **each) for each in (old, new))
    return [(change.what, change.names) for change in template_changes(before, after)]


def test_long_lists_are_shown_from_the_first_difference(tmp_path: Path) -> None:
    """Of two long lists that begin alike, the entries that differ are shown."""
    old, new = ([{"profile": f"{SIGNER}/first"}, {"profile": f"{SIGNER}/{name}"}] for name in ("second", "third"))

    assert registry_changes({"registry": {"signing": old}}, {"registry": {"signing": new}}, tmp_path) == [
        (f"Rules: … {SIGNER}/second → … {SIGNER}/third", ("signing configuration",))
    ]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param(
            {"scanning": {"type": "BASIC", "rules": []}},
            [("new scanning configuration", ("scanning configuration",))],
            id="scanning",
        ),
        pytest.param(
            {"replication": [{"to": [{"region": "eu-west-1"}]}]},
            [("new replication configuration", ("replication configuration",))],
            id="replication",
        ),
        pytest.param(
            {"policy": {"replication_from": ["210987654321"]}},
            [("new registry policy", ("registry policy",))],
            id="policy",
        ),
        pytest.param(
            {"pull_through_cache": {"quay": {"upstream": "quay.io"}}},
            [("new pull-through cache rule", ("quay",))],
            id="cache",
        ),
        pytest.param(
            {"creation_templates": {"ROOT": {"applied_for": ["REPLICATION"]}}},
            [("new repository creation template", ("ROOT",))],
            id="template",
        ),
        pytest.param(
            {"signing": [{"profile": f"{SIGNER}/images"}]},
            [("new signing configuration", ("signing configuration",))],
            id="signing",
        ),
        pytest.param(
            {"pull_time_exclusions": ["arn:aws:iam::123456789012:role/scanner"]},
            [("new pull-time update exclusion", ("arn:aws:iam::123456789012:role/scanner",))],
            id="exclusion",
        ),
    ],
)
def test_registry_wide_settings(tmp_path: Path, settings: dict[str, Any], expected: list[Any]) -> None:
    """A registry-wide setting is called what it is, and has the name that the catalog gives it."""
    assert registry_changes({}, {"registry": settings}, tmp_path) == expected


def test_events(tmp_path: Path) -> None:
    """An event is called what it sends and where to; its rules have made-up names."""
    events = [
        {"when": ["push"], "repositories": ["web"], "to": "arn:aws:sns:us-east-1:123456789012:t"},
        {"when": ["delete"], "to": "arn:aws:sns:us-east-1:123456789012:t"},
    ]
    sent = "Sends pushes and deletions of images to the topic t"

    assert registry_changes({"events": events}, {}, tmp_path) == [
        ("role removed", ("Sends events of ECR to the topic t",)),
        ("event rule removed", (sent, f"{sent} (2)")),
    ]


def test_account_settings() -> None:
    """Account settings are in no template, and their changes are shown all the same, alike ones together."""

    def catalog(*own: str) -> Catalog:
        environments = {
            f"env-{number}": {**PROD, "account": f"21098765432{number}", "registry": json.loads(each)}
            for number, each in enumerate(own)
        }
        text = json.dumps({"environments": environments, "repositories": {"web": {}}})
        checked = check_catalog(text, file="c")
        assert checked.catalog is not None, checked.findings
        return checked.catalog

    on, off = (json.dumps({"account_settings": {"blob_mounting": word}}) for word in ("ENABLED", "DISABLED"))
    scope = '{"account_settings": {"registry_policy_scope": "V2"}}'

    found = account_setting_changes(catalog(on, on, scope), catalog(off, off, "{}"))
    assert [(change.what, change.environments, change.names) for change in found] == [
        ("account setting, not deployed: ENABLED → DISABLED", ("env-0", "env-1"), ("blob_mounting",)),
        ("account setting, not deployed: V2 → nothing", ("env-2",), ("registry_policy_scope",)),
    ]
    assert account_setting_changes(catalog(on), catalog(on)) == ()


def test_true_and_one_differ(tmp_path: Path) -> None:
    """A condition of a statement that changes from true to 1 is a change, though Python takes them for equal."""

    def repository(*, value: object) -> dict[str, Any]:
        principal = {"AWS": "arn:aws:iam::123456789012:root"}
        condition = {"Bool": {"aws:SecureTransport": value}}
        pull = {"Sid": "Pull", "Effect": "Allow", "Principal": principal, "Action": "ecr:BatchGetImage"}
        return {"web": {"statements": [{**pull, "Condition": condition}]}}

    found = changes(repository(value=True), repository(value=1), tmp_path)

    assert len(found) == 1
    assert found[0][0].startswith("RepositoryPolicyText.Statement.Pull")
