"""The JSON of a preview, line by line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit
from builders.inventories import NOW, image, write_images
from builders.policies import policy_text, pushed, rule, tagged, untagged

if TYPE_CHECKING:
    from pathlib import Path

ODD_TAGS = ['say "hi"', "back\\slash", "100%s", "café", "\u202e", "}, {", "a\nb", "\0"]
IMAGES = [
    *(image(f"e{number}", tags=[tag, "prod-1"], age_days=number) for number, tag in enumerate(ODD_TAGS)),
    image("a", age_days=90),
    image("b", age_days=1),
    image("c", tags=["v1"], age_days=400),
    image("d", tags=["v2"], age_days=1, subject="a"),
]


@pytest.mark.parametrize("options", [(), ("--all",)], ids=["affected images", "all images"])
def test_a_line_is_an_image_as_python_writes_it(options: tuple[str, ...], tmp_path: Path) -> None:
    """Whatever its tags hold and whatever becomes of it: JSON of one line, in the order of the file."""
    path = tmp_path / "policy.json"
    path.write_text(policy_text(rule(1, **tagged("prod*"), countNumber=3), rule(2, **untagged(), **pushed(14))))
    images = write_images(tmp_path / "images.json", IMAGES)

    text = ecrkit("policy", "preview", path, "--images", images, "--now", NOW.isoformat(), "--output", "json", *options)

    lines = [line.removesuffix(",") for line in text.stdout.splitlines() if line.startswith('{"imageDigest"')]
    results = json.loads(text.stdout)["previewResults"]
    assert lines == [json.dumps(result) for result in results]
    odd = [result["imageTags"][0] for result in results if "prod-1" in result.get("imageTags", ())]
    assert odd == (ODD_TAGS if options else ODD_TAGS[3:])
