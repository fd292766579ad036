"""Bytes that are really freed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from builders.inventories import LIST_TYPE, NOW, image
from builders.policies import ARCHIVE, archived, policy, pushed, rule, tagged
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.images import Image, ImageTable, Inventory
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.values import ActionType
from ecrkit.preview.layers import NOTHING_FREED, LayerBytes, SharedLayers, layer_bytes, shared_layers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecrkit.lifecycle.evaluation.evaluation import Evaluation

LONG = "A description that makes a short policy long enough for the service"
BASE = {"ba5e": 1_000}


def evaluated(images: list[Image], *rules: dict[str, Any]) -> Evaluation:
    return evaluate(policy({**rules[0], "description": LONG}, *rules[1:]), ImageTable.of(images), NOW)


def inventory(name: str, *images: Image) -> Inventory:
    return Inventory(file=f"{name}.json", repository=name, images=ImageTable.of(images))


@st.composite
def repositories(draw: st.DrawFn) -> list[Image]:
    """Draw images that share layers, some of them archived, and manifest lists of them."""
    images = [
        image(
            f"a{number:x}",
            tags=draw(st.sampled_from([(), (f"v{number}",)])),
            age_days=draw(st.sampled_from([1, 9, 30])),
            archived_days_ago=draw(st.sampled_from([None, None, 0.5, 100])),
            layers={layer: 2**place for place, layer in enumerate("abcdef") if draw(st.booleans())},
        )
        for number in range(draw(st.integers(1, 6)))
    ]
    names = [f"a{number:x}" for number in range(len(images))]
    lists = [
        image(
            f"b{number:x}",
            tags=draw(st.sampled_from([(), (f"v{number}-all",)])),
            age_days=draw(st.sampled_from([1, 9, 30])),
            children=draw(st.lists(st.sampled_from([*names, "fff"]), min_size=1, max_size=3, unique=True)),
            media_type=LIST_TYPE,
            size_bytes=0,
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    return [found._replace(size_bytes=sum(each.size for each in found.layers or ())) for found in (*images, *lists)]


def stored(images: Iterable[Image]) -> dict[str, int]:
    """Store images as a registry does: each layer once."""
    return {layer.digest: layer.size for found in images for layer in found.layers or ()}


@given(st.data())
def test_bytes_by_brute_force(data: st.DataObject) -> None:
    """
    A repository frees what it stores before, less what it stores after, and moves what is in the archive alone then.

    If the layers of some images are unknown, the numbers are never too small, and are called upper bounds.
    """
    images = data.draw(repositories())
    age = data.draw(st.sampled_from([5, 20]))
    rules = [rule(1, **tagged("v*"), **pushed(age), action=ARCHIVE), rule(2, **archived(90)), rule(3, **pushed(5))]
    rules = data.draw(st.sampled_from([rules, rules[2:], rules[:1]]))
    evaluation = evaluated(images, *rules)
    gone, away = (
        {place for group in evaluation.groups if group.action is action for place in group.places}
        for action in (ActionType.EXPIRE, ActionType.TRANSITION)
    )
    staying = [found for place, found in enumerate(images) if place not in gone]
    standard = [found for place, found in enumerate(images) if place not in gone | away and not found.is_archived]
    freed = sum(stored(images).values()) - sum(stored(staying).values())
    moved = sum(size for layer, size in stored(images[it] for it in away).items() if layer not in stored(standard))

    found = layer_bytes(evaluation)
    hidden = {it for it, each in enumerate(images) if each.layers is not None and data.draw(st.booleans())}
    seen = [each._replace(layers=None) if it in hidden else each for it, each in enumerate(images)]
    partly = layer_bytes(evaluated(seen, *rules))

    assert (found.freed, found.moved) == (freed, moved)
    assert partly.freed >= freed
    assert partly.moved >= moved
    assert not (partly.is_exact and hidden)


def test_layers_of_images_that_stay_are_not_freed() -> None:
    """An expired image frees its own layers, and a layer that only expired images share once."""
    images = [
        image(age_days=9, layers={**BASE, "a": 10, "ab": 100}),
        image(age_days=9, layers={**BASE, "b": 20, "ab": 100}),
        image(layers={**BASE, "c": 40}),
    ]

    found = layer_bytes(evaluated(images, rule(1, **pushed(5))))

    assert found == LayerBytes(freed=130, freed_size=2_000_000, known=3)
    assert found.is_exact
    assert list(found.sentences()) == [
        "really frees 130 B of 2.0 MB apparent size: the layers that no other image needs"
    ]


def test_archived_images_keep_their_layers() -> None:
    """Archiving moves the layers that no image in standard storage needs; what is archived frees nothing."""
    images = [
        image(tags=["v1"], age_days=9, layers={**BASE, "a": 10, "ab": 100}),
        image(age_days=9, layers={**BASE, "b": 20, "ab": 100}),
        image(archived_days_ago=100, age_days=200, layers={"a": 10}),
        image(layers=BASE),
    ]

    found = layer_bytes(evaluated(images, rule(1, **tagged("v*"), **pushed(5), action=ARCHIVE), rule(2, **pushed(5))))

    assert (found.freed, found.moved) == (20, 110)
    assert list(found.sentences()) == [
        "really frees 20 B of 1.0 MB apparent size: the layers that no other image needs",
        "really moves 110 B of 1.0 MB apparent size to the archive",
    ]


def test_expiry_from_the_archive() -> None:
    """An image that expires from the archive frees its layers there."""
    images = [
        image(archived_days_ago=100, age_days=200, layers={**BASE, "a": 10}),
        image(layers=BASE),
    ]

    assert layer_bytes(evaluated(images, rule(1, **archived(90)))).freed == 10


def test_unknown_layers_make_an_upper_bound() -> None:
    """An image whose layers are unknown counts with its size if it expires, and keeps nothing if it stays."""
    images = [
        image(age_days=9, layers={**BASE, "a": 10}),
        image(age_days=9, size_bytes=500),
        image(age_days=9, size_bytes=None),
        image(size_bytes=500),
    ]

    found = layer_bytes(evaluated(images, rule(1, **pushed(5))))

    assert (found.freed, found.known, found.unknown) == (1_510, 1, 3)
    assert not found.is_exact
    assert list(found.sentences()) == [
        "really frees up to 1.5 kB of 1.0 MB apparent size: the layers that no other image needs",
        "the layers of 3 images are unknown, so these bytes are upper bounds",
    ]


def test_no_layers_at_all() -> None:
    """Without any layers the bytes are the sizes, and nothing is said about layers."""
    images = [image("a", age_days=9), image(age_days=9, children=["a"], media_type=LIST_TYPE), image()]

    found = layer_bytes(evaluated(images, rule(1, **pushed(5))))

    assert found == LayerBytes(freed=2_000_000, freed_size=2_000_000, unknown=3)
    assert (found.is_known, list(found.sentences())) == (False, [])


def test_nothing_expires() -> None:
    """Where all images stay nothing is freed, whether their layers are known or not."""
    assert layer_bytes(evaluated([image(layers=BASE), image()], rule(1, **pushed(5)))) == NOTHING_FREED


def test_a_manifest_list_stores_no_layers() -> None:
    """A list that expires with its images frees their layers; one that stays keeps its images, and so the layers."""
    images = [
        image("a", age_days=9, layers={**BASE, "aa": 10}),
        image("b", age_days=9, layers={**BASE, "bb": 20}),
        image(age_days=9, children=["a", "b", "fff"], media_type=LIST_TYPE),
        image("c", age_days=9, layers={**BASE, "cc": 40}),
        image(age_days=1, children=["c"], media_type=LIST_TYPE),
    ]

    found = layer_bytes(evaluated(images, rule(1, **pushed(5))))

    assert (found.freed, found.is_exact) == (30, True)


def test_a_change_frees_what_the_old_policy_kept() -> None:
    """What both policies expire is not newly freed; a layer that such an image shares with a lost one is."""
    images = [
        image(age_days=30, layers={**BASE, "a": 10, "ab": 100}),
        image(age_days=9, layers={**BASE, "b": 20, "ab": 100}),
        image(layers=BASE),
    ]
    before, after = (evaluated(images, rule(1, **pushed(age))) for age in (20, 5))

    assert layer_bytes(after, before) == LayerBytes(freed=120, freed_size=1_000_000, known=3)
    assert layer_bytes(before, after) == NOTHING_FREED


def test_archiving_instead_of_expiring_moves_nothing_new() -> None:
    """An image that expired before and is archived now is spared: the change frees and moves nothing."""
    images = [image(age_days=9, layers={"a": 10}), image(layers=BASE)]
    before, after = (evaluated(images, {**rule(1, **pushed(5)), **action}) for action in ({}, {"action": ARCHIVE}))

    assert layer_bytes(after, before) == NOTHING_FREED


@pytest.mark.parametrize("unknown", [0, 1])
def test_sum(unknown: int) -> None:
    """Repositories add up; the sum is exact if each of them is."""
    parts = [LayerBytes(freed=1, moved=2, freed_size=3, moved_size=4, known=5, unknown=unknown) for _ in range(2)]

    found = LayerBytes.sum(parts)

    assert found == LayerBytes(freed=2, moved=4, freed_size=6, moved_size=8, known=10, unknown=2 * unknown)
    assert found.is_exact == (not unknown)
    assert LayerBytes(freed=3_000_000_000).saving(0.1) == pytest.approx(0.3)


def test_shared_layers() -> None:
    """Layers that several repositories have are together by repositories, what is repeated most first."""
    found = shared_layers(
        [
            inventory("web", image(layers={**BASE, "a": 10, "d": 5}), image(layers={**BASE, "b": 20})),
            inventory("api", image(layers={**BASE, "d": 5, "f": 7}), image()),
            inventory("job", image(layers=BASE)),
        ]
    )

    assert found == (SharedLayers(("api", "job", "web"), 1, 1_000), SharedLayers(("api", "web"), 1, 5))
    assert [each.repeated_bytes for each in found] == [2_000, 5]
