"""What docs/reference/policies.md says is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from builders.commands import ecrkit

from ecrkit.catalog import check_catalog
from ecrkit.policies.store import PolicyStore

PAGE = (Path(__file__).parents[1] / "docs" / "reference" / "policies.md").read_text(encoding="utf-8")
COMBINATIONS = re.findall(r"^\| (.+) \| `(\[.+\])` \|$", PAGE, re.MULTILINE)
CATALOG = """\
environments: {{dev: {{account: "123456789012", region: us-east-1}}}}
repositories: {{web: {{lifecycle: {lifecycle}}}}}
"""


def test_table_is_what_the_command_writes() -> None:
    """The rules of the shipped policies are those of `ecrkit policy list --output markdown`, to the letter."""
    root = PolicyStore.bundled().root

    assert ecrkit("policy", "list", "--policies", root, "--output", "markdown").stdout in PAGE


@pytest.mark.parametrize("lifecycle", [pytest.param(pins, id=name) for name, pins in COMBINATIONS])
def test_combinations_are_in_order(lifecycle: str) -> None:
    """A catalog that names one has no error and no warning, but for a cache, which may lose every image."""
    checked = check_catalog(
        CATALOG.format(lifecycle=lifecycle), file="repositories.yaml", policies=PolicyStore.bundled()
    )

    expected = {"ECR213"} if "pull-through" in lifecycle else set()
    assert checked.catalog is not None
    assert {found.code for found in checked.findings if not found.silenced} - {"ECR205"} == expected


def test_every_new_policy_is_in_a_combination() -> None:
    """The first table has a use for each policy that no other one makes superfluous."""
    used = set(re.findall(r"[\w-]+@1", " ".join(pins for _, pins in COMBINATIONS)))

    assert {str(found) for found in PolicyStore.bundled()} - used == {"keep-five-prod@1", "keep-last-10@1"}


def test_shown_error_is_the_real_one(tmp_path: Path) -> None:
    """A pin of a policy that only ecrkit has gets this advice."""
    ecrkit("policy", "copy", "keep-last-10", cwd=tmp_path)
    head = 'environments:\n  dev:\n    account: "123456789012"\n    region: us-east-1\n\ndefaults:\n'
    catalog = f"{head}  lifecycle: keep-20-semver@1\nrepositories: {{web: {{}}}}\n"
    (tmp_path / "repositories.yaml").write_text(catalog)

    printed = ecrkit("catalog", "check", cwd=tmp_path).stdout.splitlines()[0]

    assert printed in re.sub(r"\s+", " ", PAGE)
