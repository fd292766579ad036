"""What the README says is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from builders.commands import ecrkit

from ecrkit import PolicyStore
from ecrkit.catalog import read_catalog
from ecrkit.catalog.keys import SETTING_KEYS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_sample_synthesizes(tmp_path: Path) -> None:
    """The construct's sample runs as it stands, and its template has the repository and its URI."""
    (sample,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    environment = {"PATH": str(Path(sys.executable).parent), "CDK_OUTDIR": str(tmp_path)}

    result = subprocess.run(
        [sys.executable, "-c", sample], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stderr
    template = (tmp_path / "Shop.template.json").read_text()
    assert '"RepositoryName": "shop/app"' in template
    assert '"ShopAppRepositoryUri"' in template


def test_shown_demo_is_that_of_the_catalog() -> None:
    """The demo of the first screen deploys as many repositories as the shipped catalog has, and uses its first."""
    catalog = read_catalog(ROOT / "repositories.yaml", policies=PolicyStore(ROOT / "policies" / "lifecycle"))

    assert f"\ndeployed {len(catalog.repositories)} repositories\n" in README
    assert f"$ ecrkit policy preview keep-newest.json --repository {catalog.repositories[0].name}\n" in README


@pytest.mark.posix
def test_shown_error_is_the_real_one(tmp_path: Path) -> None:
    """The error of the first screen is what a typo in the shipped catalog gives, place and all."""
    text = (ROOT / "repositories.yaml").read_text().replace("lifecycle: keep-last-10@1", "lifecycle: keep-last-11@1", 1)
    (tmp_path / "repositories.yaml").write_text(text)
    (tmp_path / "policies").symlink_to(ROOT / "policies")

    result = ecrkit("catalog", "check", cwd=tmp_path)

    assert result.stdout.splitlines()[0] in re.sub(r"\s+", " ", README)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([\w./-]+)\)", README))))
def test_links_lead_somewhere(path: str) -> None:
    """A relative link of the README is a file of the repository."""
    assert (ROOT / path).exists()


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"`(?:\.venv/bin/)?ecrkit ([a-z]+(?: [a-z]+(?:-[a-z]+)*)?)", README)))
)
def test_commands_exist(command: str) -> None:
    """A command that the README names is one."""
    result = ecrkit(*command.split(), "--help")

    assert result.returncode == 0, result.stderr


def test_keys_of_a_repository_are_all_listed() -> None:
    """The table of a repository's keys has a row for each key that the catalog knows."""
    rows = re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)

    assert sorted(rows) == sorted([*SETTING_KEYS, "output", "only"])
