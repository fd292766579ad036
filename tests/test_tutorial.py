"""docs/tutorial.md runs, and says what it says there."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from builders.accounts import account_in
from builders.pages import pattern, run, steps
from builders.sandboxes import HOME, ROOT
from builders.scans import scanning_account

from ecrkit.aws.sandbox import bootstrap, find_cdk
from ecrkit.cdk.node import bundled_node

if TYPE_CHECKING:
    from pathlib import Path

    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox

pytestmark = [pytest.mark.server, pytest.mark.needs("skopeo", "umoci", "jq")]

PAGE = ROOT / "docs" / "tutorial.md"
LINKED = (".venv", "node_modules", "constructs", "stacks", "policies")
COPIED = ("app.py", "cdk.json")


def test_tutorial_runs(ministack: Sandbox, tmp_path: Path) -> None:
    """Every command does what the page shows, one after the other, in one account."""
    project(tmp_path)
    seen = []
    account = account_in(ministack, tmp_path)
    with scanning_account() as scanned:
        bootstrap(ministack, [HOME], cdk=find_cdk(ROOT, search_path=os.environ["PATH"]), node=bundled_node())
        for step in steps(PAGE):
            if step.section == "Scan" and "Scan" not in seen:
                copy_image(account, scanned)
            seen.append(step.section)
            said = run(
                step.command, cwd=tmp_path, environment=(scanned if step.section == "Scan" else account).environment
            )

            assert re.fullmatch(pattern(step.shown), said, re.DOTALL), f"$ {step.command}\n{said}"

    assert len(seen) > 20
    assert (
        dict.fromkeys(seen).keys()
        == {
            "Declare and deploy": 0,
            "Build and push": 0,
            "Scan": 0,
            "Change the lifecycle policy": 0,
            "Delete": 0,
        }.keys()
    )


def project(directory: Path) -> None:
    """Make a project without a catalog: the app, its stacks and the policies."""
    for name in LINKED:
        (directory / name).symlink_to(ROOT / name)
    for name in COPIED:
        (directory / name).write_text((ROOT / name).read_text())


def copy_image(here: Account, there: Account) -> None:
    """Put the image that was pushed where scans are answered."""
    answer = here.ecr.batch_get_image(repositoryName="my-app", imageIds=[{"imageTag": "latest"}])
    there.ecr.create_repository(repositoryName="my-app")
    there.put_image("my-app", "latest", text=answer["images"][0]["imageManifest"])
