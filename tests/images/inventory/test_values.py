from __future__ import annotations

from builders.inventories import LIST_TYPE, NOW, image
from builders.random_cases import inventories
from hypothesis import given

from ecrkit.images import Image, ImageTable, Inventory


@given(inventories())
def test_a_table_is_its_images(images: list[Image]) -> None:
    """A table gives back the images that it was made of, and says of its columns what each image says."""
    table = ImageTable.of(images)

    assert list(table) == images
    assert list(table[1:]) == images[1:]
    assert ImageTable.of(table) is table
    assert list(table.came_at) == [found.came_at for found in images]
    assert list(table.used_at) == [found.used_at for found in images]
    assert table.archived == {place for place, found in enumerate(images) if found.is_archived}
    assert table.manifest_lists == {place for place, found in enumerate(images) if found.is_manifest_list}
    assert table.has_references == any(found.subject or found.children for found in images)


def test_a_manifest_list_tells_by_its_type() -> None:
    """An image is a manifest list by its media type, also where its children are not known."""
    assert ImageTable.of([image(), image(media_type=LIST_TYPE)]).manifest_lists == {1}


def test_never_pulled_is_used_when_it_came() -> None:
    """An image that was never pulled was last of use when it was pushed."""
    assert image(age_days=0).used_at == NOW


def test_an_inventory_without_a_repository_is_named_by_its_file() -> None:
    """Reports name the repository, or the file where the file does not say."""
    images = ImageTable.of([])

    assert Inventory(file="a.json", images=images).name == "a.json"
    assert Inventory(file="a.json", repository="my-app", images=images).name == "my-app"
