"""Pinning another version of a policy: what changes, and what stays."""

from __future__ import annotations

import difflib

import pytest
import yaml

from ecrkit.catalog.repinning import matching, repin
from ecrkit.errors import InvalidCatalogError, RefusedError
from ecrkit.policies.references import PolicyRef

CATALOG = """\
# All of it.
environments:
  dev: {account: "111111111111", region: us-east-1}
  prod:   # the other account
    account: "222222222222"
    region: us-east-1
    defaults: {lifecycle: "keep@1"}
    repositories:
      web:
        lifecycle: [semver@1, 'keep@1'] # two
    registry:
      creation_templates:
        team/: {applied_for: [CREATE_ON_PUSH], lifecycle: keep@1}
defaults:
  lifecycle: keep@1
registry:
  creation_templates:
    team/: {applied_for: [CREATE_ON_PUSH], lifecycle: keep@1}
    ci/: {applied_for: [CREATE_ON_PUSH], lifecycle: semver@1}
repositories:
  web: {lifecycle: semver@1}
  payments/api:
  payments/worker:
    lifecycle:
    - semver@1
    - keep@1   # the last
  tools:
    only: [prod]
    lifecycle: keep@3
"""


def changed(text: str, **selection: str) -> list[str]:
    """Give the lines that pinning keep@2 removes and adds."""
    new = repin(text, PolicyRef("keep", 2), file="repositories.yaml", **selection).text
    lines = difflib.unified_diff(text.splitlines(), new.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def test_every_other_version_is_replaced() -> None:
    """Without a selection, every pin of another version changes, and nothing else does."""
    new = repin(CATALOG, PolicyRef("keep", 2), file="repositories.yaml").text

    assert new == CATALOG.replace("keep@1", "keep@2").replace("keep@3", "keep@2")


def test_changes_say_where_and_what() -> None:
    """Every change has its place in the file, the keys that lead there, and both versions, in file order."""
    changes = repin(CATALOG, PolicyRef("keep", 2), file="repositories.yaml").changes

    assert [f"{one.location}: {one.location.path}: {one.old} {one.new}" for one in changes] == [
        "repositories.yaml:7:27: environments.prod.defaults.lifecycle: keep@1 keep@2",
        "repositories.yaml:10:20: environments.prod.repositories.web.lifecycle: keep@1 keep@2",
        'repositories.yaml:13:59: environments.prod.registry.creation_templates["team/"].lifecycle: keep@1 keep@2',
        "repositories.yaml:15:14: defaults.lifecycle: keep@1 keep@2",
        'repositories.yaml:18:55: registry.creation_templates["team/"].lifecycle: keep@1 keep@2',
        'repositories.yaml:25:5: repositories["payments/worker"].lifecycle: keep@1 keep@2',
        "repositories.yaml:29:16: repositories.tools.lifecycle: keep@3 keep@2",
    ]


def test_one_environment() -> None:
    """What other environments share stays, and the environment gets a value of its own for each that applied."""
    before, after = changed(CATALOG, environment="dev")

    assert before == '-  dev: {account: "111111111111", region: us-east-1}'
    assert after == (
        '+  dev: {account: "111111111111", region: us-east-1, defaults: {lifecycle: keep@2}, '
        "repositories: {payments/worker: {lifecycle: [semver@1, keep@2]}}}"
    )


def test_one_environment_with_values_of_its_own() -> None:
    """Values that apply to the environment alone are replaced, those of repositories that are only there too."""
    assert changed(CATALOG, environment="prod") == [
        '-    defaults: {lifecycle: "keep@1"}',
        '+    defaults: {lifecycle: "keep@2"}',
        "-        lifecycle: [semver@1, 'keep@1'] # two",
        "+        lifecycle: [semver@1, 'keep@2'] # two",
        "+      payments/worker:",
        "+        lifecycle: [semver@1, keep@2]",
        "-        team/: {applied_for: [CREATE_ON_PUSH], lifecycle: keep@1}",
        "+        team/: {applied_for: [CREATE_ON_PUSH], lifecycle: keep@2}",
        "-    lifecycle: keep@3",
        "+    lifecycle: keep@2",
    ]


OWN = (
    'account: "222222222222"',
    "region: us-east-1",
    "defaults:\n      tags: {a: b}",
    "repositories:\n      tools: {lifecycle: keep@1}",
)


@pytest.mark.parametrize("last", [pytest.param(key, id=key.partition(":")[0]) for key in OWN])
@pytest.mark.parametrize("missing", [pytest.param(key, id=f"no {key.partition(':')[0]}") for key in ("", *OWN[2:])])
def test_one_environment_in_any_order(last: str, missing: str) -> None:
    """Whichever of its keys an environment ends with, it gets defaults and repositories with values of its own."""
    keys = [*(key for key in OWN if key not in {last, missing}), last]
    shared = "defaults: {lifecycle: keep@1}\nrepositories: {web: {}, api: {lifecycle: keep@1}, tools: {}}\n"
    text = "environments:\n  dev:\n" + "".join(f"    {key}\n" for key in keys) + f"  prod: {{}}\n{shared}"

    new = repin(text, PolicyRef("keep", 2), file="f", environment="dev").text

    dev = yaml.safe_load(new)["environments"]["dev"]
    assert dev["defaults"]["lifecycle"] == "keep@2"
    assert dev["repositories"]["api"] == {"lifecycle": "keep@2"}
    assert new.endswith(f"  prod: {{}}\n{shared}")


def test_some_repositories() -> None:
    """A repository with defaults of several kinds gets a value in each environment; its own value is replaced."""
    assert changed(CATALOG, where="payments/*") == [
        '-  dev: {account: "111111111111", region: us-east-1}',
        '+  dev: {account: "111111111111", region: us-east-1, repositories: {payments/api: {lifecycle: keep@2}}}',
        "+      payments/api:",
        "+        lifecycle: keep@2",
        "-    - keep@1   # the last",
        "+    - keep@2   # the last",
    ]


def test_some_repositories_of_the_same_defaults() -> None:
    """A repository to which the defaults of the catalog apply everywhere gets one value of its own."""
    text = CATALOG.replace('    defaults: {lifecycle: "keep@1"}\n', "")

    assert changed(text, where="payments/api") == ["+    lifecycle: keep@2"]


def test_some_repositories_of_one_environment() -> None:
    """Both options select what both select."""
    assert changed(CATALOG, where="web", environment="prod") == [
        "-        lifecycle: [semver@1, 'keep@1'] # two",
        "+        lifecycle: [semver@1, 'keep@2'] # two",
    ]


def test_creation_templates() -> None:
    """A glob selects creation templates by their prefix."""
    assert changed(CATALOG, where="team/*") == [
        "-        team/: {applied_for: [CREATE_ON_PUSH], lifecycle: keep@1}",
        "+        team/: {applied_for: [CREATE_ON_PUSH], lifecycle: keep@2}",
        "-    team/: {applied_for: [CREATE_ON_PUSH], lifecycle: keep@1}",
        "+    team/: {applied_for: [CREATE_ON_PUSH], lifecycle: keep@2}",
    ]


def test_shared_creation_templates_are_told() -> None:
    """One environment cannot have another version of a template that all share; it is named."""
    found = repin(CATALOG, PolicyRef("keep", 2), file="repositories.yaml", environment="dev")

    assert found.shared_templates == ("team/",)


@pytest.mark.parametrize(
    "selection",
    [
        pytest.param({"where": "*"}, id="every repository"),
        pytest.param({"environment": "dev"}, id="the only environment"),
    ],
)
def test_selections_of_everything(selection: dict[str, str]) -> None:
    """A selection of everything is none: the defaults themselves change."""
    text = 'environments:\n  dev: {account: "1"}\ndefaults: {lifecycle: keep@1}\nrepositories: {web: }\n'

    assert changed(text, **selection) == ["-defaults: {lifecycle: keep@1}", "+defaults: {lifecycle: keep@2}"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("lifecycle: keep@1\r\n", "lifecycle: keep@2\r\n", id="line ends of Windows"),
        pytest.param("lifecycle: >-\n      keep@1\n", "lifecycle: >-\n      keep@2\n", id="folded"),
        pytest.param("lifecycle: !!str keep@1\n", "lifecycle: !!str keep@2\n", id="tag"),
        pytest.param("lifecycle: [keep@1, # b\n      a@1]\n", "lifecycle: [keep@2, # b\n      a@1]\n", id="lines"),
        pytest.param("lifecycle: x-keep@1\n", "lifecycle: x-keep@1\n", id="another name"),
        pytest.param("lifecycle: keep@2\n", "lifecycle: keep@2\n", id="the same version"),
        pytest.param("lifecycle: 3\n", "lifecycle: 3\n", id="no name"),
        pytest.param(
            "lifecycle: &p keep@1\n  other:\n    lifecycle: *p\n",
            "lifecycle: &p keep@2\n  other:\n    lifecycle: *p\n",
            id="anchor",
        ),
        pytest.param(
            "&r\n    lifecycle: keep@1\n  other: *r\n", "&r\n    lifecycle: keep@2\n  other: *r\n", id="anchor around"
        ),
    ],
)
def test_layouts(before: str, after: str) -> None:
    """Only the version changes, however the value is laid out."""
    head = "environments: {dev: {}}\nrepositories:\n  web: "
    head += "" if before.startswith("&") else "\n    "

    assert repin(head + before, PolicyRef("keep", 2), file="f").text == head + after


def test_alias_that_applies_elsewhere_is_refused() -> None:
    """Nothing is written where a change would reach what is not selected."""
    text = "environments: {dev: {}}\nrepositories:\n  web: {lifecycle: &p keep@1}\n  api: {lifecycle: *p}\n"

    with pytest.raises(RefusedError) as caught:
        repin(text, PolicyRef("keep", 2), file="repositories.yaml", where="web")

    assert str(caught.value) == (
        "repositories.yaml: cannot be edited as it is laid out; write it in block style, without anchors, and try again"
    )


def test_no_yaml() -> None:
    """A text that is no YAML is the finding of `catalog check`."""
    with pytest.raises(InvalidCatalogError) as caught:
        repin("a: [", PolicyRef("keep", 2), file="repositories.yaml")

    assert str(caught.value).startswith("repositories.yaml:2:1: not a YAML catalog: ")


@pytest.mark.parametrize(
    ("glob", "names"),
    [
        pytest.param(None, ["a", "a/b", "a/b/c"], id="none"),
        pytest.param("a/*", ["a", "a/b", "a/b/c"], id="star matches slashes, and what the glob is about"),
        pytest.param("*/b", ["a/b"], id="end"),
        pytest.param("A", [], id="case"),
    ],
)
def test_matching(glob: str | None, names: list[str]) -> None:
    """A glob matches whole names."""
    assert matching(["a", "a/b", "a/b/c"], glob) == names
