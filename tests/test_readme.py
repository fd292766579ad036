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

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
CONSTRUCT = ROOT / "docs" / "tasks" / "use-the-construct.md"


@pytest.mark.node
@pytest.mark.parametrize("page", [pytest.param(page, id=page.stem) for page in (README, CONSTRUCT)])
def test_sample_synthesizes(page: Path, tmp_path: Path) -> None:
    """The sample of the construct runs as it is, and its template has the repository and its URI."""
    (sample,) = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    environment = {"PATH": str(Path(sys.executable).parent), "CDK_OUTDIR": str(tmp_path)}

    result = subprocess.run(
        [sys.executable, "-c", sample], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stderr
    template = (tmp_path / "Shop.template.json").read_text()
    assert '"RepositoryName": "shop/app"' in template
    assert '"ShopAppRepositoryUri"' in template


def test_shown_demo_is_that_of_the_catalog() -> None:
    """The demo on the page deploys as many repositories as the shipped catalog has, and uses its first."""
    catalog = read_catalog(ROOT / "repositories.yaml", policies=PolicyStore(ROOT / "policies" / "lifecycle"))

    assert f"\ndeployed {len(catalog.repositories)} repositories\n" in TEXT
    assert f"$ ecrkit policy preview keep-newest.json --repository {catalog.repositories[0].name}\n" in TEXT


@pytest.mark.posix
def test_shown_error_is_the_real_one(tmp_path: Path) -> None:
    """The error on the page is what a typo in the shipped catalog gives, place and all."""
    text = (ROOT / "repositories.yaml").read_text().replace("lifecycle: keep-last-10@1", "lifecycle: keep-last-11@1", 1)
    (tmp_path / "repositories.yaml").write_text(text)
    (tmp_path / "policies").symlink_to(ROOT / "policies")

    result = ecrkit("catalog", "check", cwd=tmp_path)

    assert result.stdout.splitlines()[0] in re.sub(r"\s+", " ", TEXT)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([\w./-]+)\)", TEXT))))
def test_links_lead_somewhere(path: str) -> None:
    """A relative link of the README is a file of the repository."""
    assert (ROOT / path).exists()


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"^\$ ecrkit ([a-z]+(?: (?:list|push|preview))?)", TEXT, re.MULTILINE)))
)
def test_commands_exist(command: str) -> None:
    """A command that the README names is one."""
    result = ecrkit(*command.split(), "--help")

    assert result.returncode == 0, result.stderr


def test_targets_exist() -> None:
    """A target of make that the README names is one, here or in a new registry repository."""
    makefiles = (ROOT / "Makefile", ROOT / "constructs" / "ecrkit" / "cli" / "init" / "files" / "all" / "Makefile.tmpl")
    targets = {
        name
        for path in makefiles
        for name in re.findall(r"^([a-z-]+):", path.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert set(re.findall(r"(?:^|[`$]) ?make ([a-z-]+)", TEXT, re.MULTILINE)) <= targets


def test_length() -> None:
    """The README has at most 120 lines."""
    assert len(TEXT.splitlines()) <= 120
