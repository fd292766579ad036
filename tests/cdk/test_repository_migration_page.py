"""The tables of docs/tasks/migrate.md, compared with the L2, the construct and the catalog."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
from aws_cdk import aws_ecr as ecr

from ecrkit.catalog.keys import KEYS
from ecrkit.cdk import Repository
from ecrkit.cdk.arguments import INSTEAD

pytestmark = pytest.mark.node

PAGE = (Path(__file__).parents[2] / "docs" / "tasks" / "migrate.md").read_text(encoding="utf-8")

OF_THE_L2 = {
    "PROPERTY_INJECTION_ID",
    "apply_cross_stack_reference_strength",
    "apply_removal_policy",
    "arn_for_local_repository",
    "env",
    "is_construct",
    "is_owned_resource",
    "is_resource",
    "node",
    "on_cloud_trail_event",
    "on_cloud_trail_image_pushed",
    "on_event",
    "on_image_scan_completed",
    "registry_uri",
    "repository_arn",
    "repository_name",
    "repository_ref",
    "repository_uri",
    "repository_uri_for_digest",
    "repository_uri_for_tag",
    "repository_uri_for_tag_or_digest",
    "stack",
    "to_string",
    "with_",
}
"""Methods and attributes of the L2 that work on the construct as they are; look at a new one before you add it."""


def arguments_of(construct: type) -> set[str]:
    parameters = inspect.signature(construct.__init__).parameters.values()  # type: ignore[misc] # of a class
    return {each.name for each in parameters if each.kind is each.KEYWORD_ONLY}


def rows(heading: str, *, after: str = "") -> list[list[str]]:
    """Give the cells of the table whose first heading is *heading*."""
    start = PAGE.index(f"\n| {heading} |", PAGE.index(after))
    table = PAGE[start:].lstrip().partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def names_in(cell: str) -> set[str]:
    """Give the arguments that a cell names, as `name` or as `name=value`."""
    return set(re.findall(r"(?:`|, )([a-z_]+)(?=`|=)", cell))


def test_every_argument_of_the_l2() -> None:
    """The table has each argument of the L2, and the arguments of the construct that the refusal names."""
    listed = rows("`aws_ecr.Repository`", after="## Arguments")
    table = {names_in(old).pop(): names_in(new) for old, new, _ in listed}
    told = {name: set(re.findall(r"[a-z]+(?:_[a-z]+)*", INSTEAD.get(name, name))) for name in table}

    assert set(table) == arguments_of(ecr.Repository)
    assert all(new <= arguments_of(Repository) & told[name] for name, new in table.items())
    assert [name for name, new in table.items() if not new] == ["lifecycle_registry_id"]


def test_every_method_of_the_l2() -> None:
    """The table has each method that differs; the others are known to work."""
    told = {name for methods, _ in rows("method") for name in names_in(methods)}
    public = {name for name in dir(ecr.Repository) if not name.startswith("_")}

    assert told | OF_THE_L2 == public
    assert not told & OF_THE_L2
    assert told == {name for name in vars(Repository) if name in public}


def test_every_name_that_differs() -> None:
    """The table has each key that is no argument of its own name, and each argument that is no key."""
    table = rows("catalog")
    keys = {cell.strip("`").partition(":")[0] for cell, _ in table}
    arguments = {name for _, cell in table for name in names_in(cell)}

    assert {key.name for key in KEYS if key.argument != key.name} <= keys
    assert keys - {"the key under `repositories"} <= {key.name for key in KEYS}
    assert arguments_of(Repository) - {key.name for key in KEYS} <= arguments | {"output"}
    assert arguments <= arguments_of(Repository)
