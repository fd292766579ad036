"""Lists of images in files: whose they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.inventories import detail, image

from ecrkit.images.inventory.sources import inventories_in

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.images import Image

HEADING = {
    "registryId": "123456789012",
    "repositoryName": "web",
    "region": "eu-west-1",
    "begunAt": "2026-11-01T00:00:00+00:00",
}


@pytest.mark.parametrize("images", [[], [image()]], ids=["empty", "images"])
def test_heading(tmp_path: Path, images: list[Image]) -> None:
    """The first line of an inventory says whose the images are, also where there are none."""
    details = ",\n".join(json.dumps(detail(each, repository="web")) for each in images)
    heading = json.dumps(HEADING)
    (tmp_path / "web.json").write_text(f'{{"inventory": {heading}, "imageDetails": [\n{details}\n]}}\n')
    [found] = inventories_in(str(tmp_path))

    assert (found.registry, found.region, found.repository) == ("123456789012", "eu-west-1", "web")


def test_no_heading(tmp_path: Path) -> None:
    """What the AWS CLI prints names no Region."""
    (tmp_path / "web.json").write_text(json.dumps({"imageDetails": [detail(image(), repository="web")]}))
    [found] = inventories_in(str(tmp_path))

    assert (found.region, found.repository) == ("", "web")
