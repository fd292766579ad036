"""Many repositories, over many stacks: none ever moves, and none is too full."""

from __future__ import annotations

from collections import Counter

import pytest
from builders.apps import stacks_of
from builders.catalogs import errors
from builders.templates import template_of
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.catalog import Catalog, check_catalog
from ecrkit.catalog.template import repository_resources, stack_name
from ecrkit.registry.cloudformation import MAX_OUTPUTS, shard_of

pytestmark = pytest.mark.node

ACCOUNT = "123456789012"

NAMES = st.from_regex(r"[a-z]{2,4}(/[a-z]{1,3})?", fullmatch=True)
EDITS = st.lists(st.tuples(st.sampled_from(["add", "remove", "rename"]), NAMES, st.integers(0, 99)), max_size=12)


def text_of(names: list[str], *, shards: int) -> str:
    """Write a catalog of repositories, each with an output that follows from its place in the alphabet of names."""
    head = f'environments: {{dev: {{account: "{ACCOUNT}", region: us-east-1, shards: {shards}}}}}\n'
    return f"{head}repositories:\n" + "".join(f'  "{name}":\n' for name in names)


def places(names: list[str], *, shards: int) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Give the stack and the logical ids of each repository, as the catalog that is checked has them."""
    checked = check_catalog(text_of(names, shards=shards), file="repositories.yaml")
    assert isinstance(checked.catalog, Catalog), checked.findings
    [environment] = checked.catalog.environments
    found = {}
    for entry in environment.repositories:
        stack = stack_name("dev", shard_of(entry.name, shards), shards=shards)
        resources = repository_resources(entry, None, account=ACCOUNT, region="us-east-1", stack=stack)
        found[str(entry.name)] = (stack, tuple(resources))
    return found


def edited(names: list[str], kind: str, name: str, number: int) -> list[str]:
    """Add, remove or rename one of *names*; no two have one output."""
    others = [other for other in names if other != names[number % len(names)]]
    taken = {other.replace("/", "") for other in (names if kind == "add" else others)}
    if kind == "remove":
        return others or names
    if name.replace("/", "") in taken:
        return names
    return [*names, name] if kind == "add" else [*others, name]


@given(EDITS, st.sampled_from([1, 2, 16]))
def test_no_edit_moves_another(edits: list[tuple[str, str, int]], shards: int) -> None:
    """However repositories are added, removed and renamed, the others keep their stacks and their logical ids."""
    names = ["web", "api", "payments"]
    before = places(names, shards=shards)
    for kind, name, number in edits:
        names = edited(names, kind, name, number)
        after = places(names, shards=shards)

        assert {name: after[name] for name in before.keys() & after.keys()} == {
            name: before[name] for name in before.keys() & after.keys()
        }
        before = after


@pytest.mark.parametrize(
    ("name", "shard"),
    [
        pytest.param("my-app", 6, id="my-app"),
        pytest.param("payments/api", 6, id="payments/api"),
        pytest.param("ci/cache", 2, id="ci/cache"),
    ],
)
def test_the_stack_of_a_name_is_for_ever(name: str, shard: int) -> None:
    """Another release of this project puts a repository into the same stack."""
    assert shard_of(name, 16) == shard


@pytest.mark.parametrize(
    ("count", "shards"), [pytest.param(1_000, 16, id="1,000"), pytest.param(10_000, 128, id="10,000")]
)
@pytest.mark.parametrize("form", ["team/app-{}", "{}", "service-{:05}", "org/team-{}/component"])
def test_stacks_are_evenly_full(count: int, shards: int, form: str) -> None:
    """However repositories are numbered, no stack has more outputs than CloudFormation takes."""
    full = Counter(shard_of(form.format(number), shards) for number in range(count))

    assert len(full) == shards
    assert max(full.values()) <= MAX_OUTPUTS


def test_stacks_are_named_and_hold_their_own() -> None:
    """The templates have each repository once, in the stack of its name."""
    names = ["my-app", "payments/api", "payments/worker", "ci/cache"]
    stacks = stacks_of(text_of(names, shards=4))
    held = {
        stack.stack_name: {
            resource["Properties"]["RepositoryName"] for resource in template_of(stack)["Resources"].values()
        }
        for stack in stacks
    }

    assert held == {
        f"Repositories-dev-{shard}": {name for name in names if shard_of(name, 4) == shard}
        for shard in sorted({shard_of(name, 4) for name in names})
    }


@pytest.mark.parametrize(
    ("count", "settings", "what"),
    [
        pytest.param(201, "{}", "at most 200 outputs, got 201", id="outputs"),
        pytest.param(101, "{exports: true}", "at most 200 outputs, got 202", id="outputs of exports"),
        pytest.param(170, "{parameters: true}", "at most 500 resources, got 510", id="resources"),
    ],
)
def test_what_a_stack_cannot_hold_is_said(count: int, settings: str, what: str) -> None:
    """With the number of shards that does: with it, there is no error."""
    repositories = "".join(f"  app-{number}: {settings}\n" for number in range(count))
    text = f'environments: {{dev: {{account: "{ACCOUNT}", region: us-east-1}}}}\nrepositories:\n{repositories}'

    assert errors(text) == [
        (
            f"repositories.yaml:1:16: environments.dev: the stack 'Repositories-dev' must have {what}; write"
            " 'shards: 4', before the first deploy of this environment [CAT140]"
        )
    ]
    assert errors(text.replace("us-east-1}", "us-east-1, shards: 4}")) == []


def test_long_policies_fill_a_template() -> None:
    """A megabyte of template is a limit too."""
    roles = ", ".join(f"'arn:aws:iam::210987654321:role/{number:0>40}'" for number in range(120))
    repositories = "".join(f"  app-{number}:\n" for number in range(110))
    text = (
        f'environments: {{dev: {{account: "{ACCOUNT}", region: us-east-1}}}}\n'
        f"defaults: {{pull: {{principals: [{roles}]}}}}\nrepositories:\n{repositories}"
    )
    [found] = errors(text)

    assert "must have at most 1,000,000 bytes of template, got 1," in found
    assert "; write 'shards: 4'" in found
    assert errors(text.replace("us-east-1}", "us-east-1, shards: 4}")) == []


def test_another_environment_changes_nothing() -> None:
    """The templates of those that are there stay as they are, to the letter."""
    alone = 'environments:\n  dev: {account: "123456789012", region: us-east-1}\nrepositories: {web: , api: }\n'
    more = alone.replace(
        "repositories:",
        '  prod: {account: "210987654321", region: eu-west-1, shards: 2, defaults: {encryption: KMS}}\nrepositories:',
    )

    assert template_of(stacks_of(more)[0]) == template_of(stacks_of(alone)[0])
