"""What `ecrkit catalog diff` says that it does not compare; tests of `ecrkit policy diff` have the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit
from builders.inventories import NOW, image, write_images
from builders.stores import make_store, policy_text, publish

if TYPE_CHECKING:
    from pathlib import Path

CATALOG = """\
environments:
  dev: {account: "123456789012", region: us-east-1}
repositories: {web: {lifecycle: keep@1}}
"""


@pytest.mark.parametrize(
    ("added", "line"),
    [
        pytest.param(
            "public_repositories: {cli: }",
            "public repositories: not compared, ECR Public has no lifecycle policies",
            id="public repositories",
        ),
        pytest.param(
            "registry: {account_settings: {blob_mounting: ENABLED}}",
            "registry-wide settings: not compared, they change no existing image; 'ecrkit review' shows them",
            id="registry",
        ),
        pytest.param(
            'events: [{when: [push], to: "arn:aws:sns:us-east-1:123456789012:t"}]',
            "events: not compared, they change no image; 'ecrkit review' shows them",
            id="events",
        ),
    ],
)
def test_what_is_not_compared(added: str, line: str, tmp_path: Path) -> None:
    """What changes in the catalog and has no lifecycle policy is said to be left out; what stays is not."""
    publish(make_store(tmp_path, {"keep/v1.json": policy_text()}))
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(CATALOG)
    new.write_text(f"{CATALOG}{added}\n")
    (tmp_path / "images").mkdir()
    write_images(tmp_path / "images" / "web.json", [image(tags=["v1"])])

    changed, same = (
        ecrkit("catalog", "diff", before, new, "--images", tmp_path / "images", "--now", NOW.isoformat())
        for before in (old, new)
    )

    assert (changed.returncode, same.returncode) == (0, 0)
    assert changed.stderr == f"{line}\n0 repositories have a new policy, 0 images newly expired\n"
    assert same.stderr == "0 repositories have a new policy, 0 images newly expired\n"
