"""Names and versions of extracted policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.stores import make_store, policy_text, publish

from ecrkit.deployment.extraction.plan import plan_extraction, write_extraction
from ecrkit.deployment.extraction.templates import FoundPolicy, Place
from ecrkit.lifecycle import parse_policy

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.deployment.extraction.plan import Extraction


def found(keep: int, *, name: str = "", logical_id: str = "App") -> FoundPolicy:
    place = Place(template="t.json", line=1, logical_id=logical_id, name=name)
    return FoundPolicy(place, parse_policy(policy_text(keep=keep), file="t.json"))


def planned(extraction: Extraction) -> list[tuple[str, bool]]:
    return [(str(each.reference), each.is_new) for each in extraction.policies]


@pytest.mark.parametrize(
    ("name", "logical_id", "expected"),
    [
        pytest.param("shop/app", "App", "shop-app", id="name"),
        pytest.param("a__b..c", "App", "a-b-c", id="separators"),
        pytest.param("", "ShopWeb70AE7774", "shop-web", id="logical ID of CDK"),
        pytest.param("", "MyECRRepo", "my-ecr-repo", id="logical ID"),
        pytest.param("", "DEADBEEF", "deadbeef", id="nothing but a hash"),
        pytest.param("", "Ö", "policy", id="nothing that is allowed"),
        pytest.param("ROOT", "Template", "root", id="prefix of all"),
    ],
)
def test_name(tmp_path: Path, name: str, logical_id: str, expected: str) -> None:
    """The name comes from the repository, else from the logical ID, in the grammar of policies."""
    assert planned(plan_extraction([found(5, name=name, logical_id=logical_id)], store=tmp_path / "none")) == [
        (f"{expected}@1", True)
    ]


def test_equal_policies_are_one(tmp_path: Path) -> None:
    """It is named after the first repository, and lists all of them once."""
    every = [found(5, name="web"), found(6, name="web"), found(5, name="api"), found(5, name="web")]
    extraction = plan_extraction(every, store=tmp_path / "none")

    assert planned(extraction) == [("web@1", True), ("web@2", True)]
    assert [place.name for place in extraction.policies[0].places] == ["web", "api"]


def test_store(tmp_path: Path) -> None:
    """An equal version of the store is used, of that name before others; else the next free number."""
    files = {
        "keep/v1.json": policy_text(keep=5),
        "web/v1.json": policy_text(keep=4),
        "web/v2.json": policy_text(keep=5),
    }
    store = publish(make_store(tmp_path, files))
    (store / "web" / "v2.json").unlink()  # Published, so that its number is taken.
    (store / "api" / "v3.json").parent.mkdir()
    (store / "api" / "v3.json").write_text("no policy")
    extraction = plan_extraction([found(5, name="web"), found(7, name="web"), found(8, name="api")], store=store)

    assert planned(extraction) == [("keep@1", False), ("web@3", True), ("api@4", True)]


def test_name_before_others(tmp_path: Path) -> None:
    """Of several equal versions the one with the name of the repository is used."""
    store = make_store(tmp_path, {"a/v1.json": policy_text(keep=5), "web/v1.json": policy_text(keep=5)})

    assert planned(plan_extraction([found(5, name="web")], store=store)) == [("web@1", False)]


def test_write_is_repeatable(tmp_path: Path) -> None:
    """A second run finds what the first wrote, in another folder than the store too."""
    store = make_store(tmp_path, {"web/v1.json": policy_text(keep=4)})
    every = [found(4, name="api"), found(5, name="web")]
    write_extraction(plan_extraction(every, store=store, folder=tmp_path / "new"))

    again = plan_extraction(every, store=store, folder=tmp_path / "new")
    assert planned(again) == [("web@1", False), ("web@2", False)]
    assert (tmp_path / "new" / "web" / "v2.json").read_text() == policy_text(keep=5)
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["web"]
