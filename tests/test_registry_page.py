"""What docs/reference/registry.md says is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ecrkit.catalog import check_catalog
from ecrkit.catalog.reading.registry import REGISTRY_KEYS, TEMPLATE_KEYS
from ecrkit.policies.store import PolicyStore
from ecrkit.registry.settings import REGISTRY_RULEBOOK

PAGE = (Path(__file__).parents[1] / "docs" / "reference" / "registry.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("sample", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_catalogs_are_in_order(sample: str) -> None:
    """Each catalog on the page is valid as it stands, and has no warning that nobody silenced about its registry."""
    checked = check_catalog(sample, file="repositories.yaml", policies=PolicyStore.bundled())

    assert checked.catalog is not None
    assert [
        str(found) for found in checked.findings if not found.silenced and "registry" in found.location.pointer
    ] == []


def test_sample_synthesizes(tmp_path: Path) -> None:
    """The construct's sample runs as it stands."""
    (sample,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    environment = {"PATH": str(Path(sys.executable).parent), "CDK_OUTDIR": str(tmp_path)}

    result = subprocess.run(
        [sys.executable, "-c", sample], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stderr
    assert "AWS::ECR::ReplicationConfiguration" in (tmp_path / "Registry.template.json").read_text()


def test_every_key_is_explained() -> None:
    """The table has a row for each key, and names each key of a template."""
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, re.MULTILINE))

    assert tuple(rows) == REGISTRY_KEYS
    assert [key for key in TEMPLATE_KEYS if f"`{key}`" not in rows["creation_templates"]] == []


def test_every_code_is_in_the_table() -> None:
    """Every check is in one of the ranges of the table."""
    ranges = re.findall(r"^\| CAT(\d+)(?: to |, )CAT(\d+) \|", PAGE, re.MULTILINE)

    listed = {f"CAT{number}" for first, last in ranges for number in range(int(first), int(last) + 1)}
    assert {check.code for check in REGISTRY_RULEBOOK} <= listed
