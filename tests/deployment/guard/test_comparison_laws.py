"""Laws of the guard, over any stacks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from builders.assemblies import destroyed, repository, setting, stack
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.deployment.guard import Resource, Stack, compare

if TYPE_CHECKING:
    from random import Random

NAMES = ("a", "b", "c", "d")
ENCRYPTIONS = ({"EncryptionType": "AES256"}, {"EncryptionType": "KMS"}, {"Ref": "AWS::NoValue"})
LOGICAL_IDS = ("One", "Two", "Three", "Four")


def repositories() -> st.SearchStrategy[dict[str, Any]]:
    kept = st.builds(
        lambda name, encryption, empty: repository(name, EncryptionConfiguration=encryption, EmptyOnDelete=empty),
        st.sampled_from([*NAMES, None]),
        st.sampled_from(ENCRYPTIONS),
        st.booleans(),
    )
    return st.one_of(kept, kept.map(destroyed))


def stacks() -> st.SearchStrategy[list[Stack]]:
    """Up to three stacks; a repository's name is in one place of them only, as it is in an account and Region."""
    resources = st.dictionaries(st.sampled_from(LOGICAL_IDS), st.one_of(repositories(), st.builds(setting)))
    return st.lists(resources, max_size=3).map(_distinct)


def _distinct(many: list[dict[str, dict[str, Any]]]) -> list[Stack]:
    seen: set[object] = set()
    made = []
    for number, resources in enumerate(many):
        kept = {}
        for logical_id, declared in resources.items():
            key = declared["Properties"].get("RepositoryName", declared["Type"])
            if key not in seen:
                kept[logical_id] = declared
            seen.add(key)
        made.append(stack(kept, name=f"Repositories-dev-{number}"))
    return made


@given(stacks())
def test_no_change_is_silent(same: list[Stack]) -> None:
    """What is compared with itself has no finding."""
    assert compare(same, same) == ()


@given(stacks(), st.sampled_from(["Repositories-dev-0", "Another"]), repositories())
def test_addition_is_silent(old: list[Stack], name: str, declared: dict[str, Any]) -> None:
    """A repository that is new, in a stack that is there or in a new one, has no finding."""
    added = stack({"New": {**declared, "Properties": {"RepositoryName": "new"}}}, name=name)
    new = [replace(one, resources=(*one.resources, *added.resources)) if one.name == name else one for one in old]
    new += [] if name in {one.name for one in old} else [added]

    assert compare(old, new) == ()


@given(stacks(), stacks(), st.randoms())
def test_order_does_not_matter(old: list[Stack], new: list[Stack], random: Random) -> None:
    """The order of stacks and of resources changes no finding, and not the order of findings."""

    def shuffled(some: list[Stack]) -> list[Stack]:
        mixed = [replace(one, resources=tuple(random.sample(one.resources, len(one.resources)))) for one in some]
        return list(random.sample(mixed, len(mixed)))

    assert compare(shuffled(old), shuffled(new)) == compare(old, new)


@given(stacks(), stacks())
def test_every_repository_stays_or_is_told(old: list[Stack], new: list[Stack]) -> None:
    """A repository that is not in the place where it was is in a finding, by its name or with its whole stack."""

    def key(place: Stack, found: Resource) -> tuple[object, ...]:
        return place.name, found.logical_id, found.type, found.properties.get("RepositoryName")

    there = {key(one, found) for one in new for found in one.resources}
    told = {(found.stack, found.logical_id) for found in compare(old, new)}

    for one in old:
        for found in one.resources:
            is_told = bool({(one.name, found.logical_id), (one.name, "")} & told)
            assert is_told or key(one, found) in there
