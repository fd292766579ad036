"""`ecrkit guard --baseline` over assemblies that CDK has written: of this project's own app, and of a small one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from builders.assemblies import synthesize
from builders.commands import ecrkit

from ecrkit.cdk import Repository
from ecrkit.deployment.guard import read_assembly
from ecrkit.deployment.guard.changes import APP_STACKS

if TYPE_CHECKING:
    from collections.abc import Callable


pytestmark = pytest.mark.node


# By its name in the first of two stacks, and in the first of four.
STAYS = "payments"


# Named after what becomes of them.
CATALOG = """
  encrypted-otherwise: {}
  encryption-left-out: {}
  encryption-written-out: {encryption: omit}
  emptied: {removal: destroy}
  removed: {}
  removed-and-deleted: {removal: destroy}
  renamed: {}
  unchanged: {}
  weakened: {}
"""


HARMLESS = CATALOG.replace(
    "unchanged: {}", "unchanged: {lifecycle: keep-last-10@1, mutable_tags: [latest], tags: {team: web}}\n  new: {}"
)


HARMFUL = """
  encrypted-otherwise: {encryption: KMS}
  encryption-left-out: {encryption: omit}
  encryption-written-out: {encryption: AES256}
  emptied: {removal: destroy, empty_on_delete: true}
  of-another-name: {}
  unchanged: {}
  weakened: {removal: destroy}
"""


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assembly of the catalog."""
    return synthesize(tmp_path_factory.mktemp("baseline"), CATALOG)


def test_harmless_change_of_the_catalog_passes(synthesized: Path, tmp_path: Path) -> None:
    """Changes that CloudFormation makes in place, and a new repository, pass; a lifecycle policy is a note."""
    now = synthesize(tmp_path, HARMLESS)

    result = ecrkit("guard", now, "--baseline", synthesized)

    assert result.returncode == 0
    assert [line.split()[-1] for line in result.stdout.splitlines()] == ["[GRD171]"]
    assert result.stderr == "9 resources compared: nothing would be replaced or removed, 1 note\n"


def test_harmful_changes_of_the_catalog_are_refused(synthesized: Path, tmp_path: Path) -> None:
    """Each change that loses images is refused, by the repository's name, and nothing else is."""
    now = synthesize(tmp_path, HARMFUL)

    result = ecrkit("guard", now, "--baseline", synthesized, "--output", "json")

    found = json.loads(result.stdout)["findings"]
    assert sorted((one["repository"], one["code"]) for one in found) == [
        ("emptied", "GRD133"),
        ("encrypted-otherwise", "GRD102"),
        ("encryption-left-out", "GRD104"),
        ("encryption-written-out", "GRD103"),
        ("removed", "GRD111"),
        ("removed-and-deleted", "GRD112"),
        ("renamed", "GRD111"),
        ("weakened", "GRD131"),
        ("weakened", "GRD132"),
    ]
    assert {one["stack"] for one in found} == {"Repositories-dev"}
    assert result.returncode == 1


def test_environment_that_leaves_the_catalog_is_refused(synthesized: Path, tmp_path: Path) -> None:
    """A stack that is gone is one finding, which its name allows."""
    both = synthesize(tmp_path, CATALOG, environments={"dev": "us-east-1", "prod": "eu-west-1"})

    added = ecrkit("guard", both, "--baseline", synthesized)
    removed = ecrkit("guard", synthesized, "--baseline", both)
    allowed = ecrkit("guard", synthesized, "--baseline", both, "--allow", "Repositories-prod")

    assert (added.returncode, removed.returncode, allowed.returncode) == (0, 1, 0)
    assert removed.stdout.startswith(
        "Repositories-prod: error: the stack leaves the app with 9 repositories ('emptied', 'encrypted-otherwise', "
        "'encryption-left-out' and 6 more): "
    )
    assert removed.stdout.count("\n") == 1


def test_renamed_environment_is_refused(synthesized: Path, tmp_path: Path) -> None:
    """An environment of another name in the same account and Region would create every repository again."""
    now = synthesize(tmp_path, CATALOG, environments={"test": "us-east-1"})

    result = ecrkit("guard", now, "--baseline", synthesized, "--output", "json")

    found = json.loads(result.stdout)["findings"]
    assert {one["code"] for one in found} == {"GRD122"}
    assert len(found) == 9


def sharded(directory: Path, shards: int, repositories: str) -> Path:
    """The assembly of repositories in one environment, over a number of stacks."""
    return synthesize(directory, repositories, environments={"dev": f"us-east-1, shards: {shards}"})


def findings(now: Path, before: Path) -> list[dict[str, Any]]:
    """What the command finds of a real change, which it has to refuse."""
    result = ecrkit("guard", now, "--baseline", before, "--output", "json")
    assert result.returncode == 1, result.stderr
    found: list[dict[str, Any]] = json.loads(result.stdout)["findings"]
    return found


def test_first_shards_are_refused(tmp_path: Path) -> None:
    """With a second shard no stack keeps its name: each repository would move, and is told."""
    before = sharded(tmp_path / "main", 1, "  web: {}\n  api: {}\n")
    now = sharded(tmp_path / "now", 2, "  web: {}\n  api: {}\n")

    found = findings(now, before)

    assert [(one["stack"], one["repository"], one["code"]) for one in found] == [
        ("Repositories-dev", "api", "GRD123"),
        ("Repositories-dev", "web", "GRD123"),
    ]


def test_more_shards_are_refused_where_nothing_moves(tmp_path: Path) -> None:
    """A changed number is told by itself where every repository happens to stay; its stack allows it."""
    before = sharded(tmp_path / "main", 2, f"  {STAYS}: {{}}\n")
    now = sharded(tmp_path / "now", 4, f"  {STAYS}: {{}}\n")

    [found] = findings(now, before)
    allowed = ecrkit("guard", now, "--baseline", before, "--allow", found["stack"])

    assert (found["logical_id"], found["repository"], found["code"]) == ("", "", "GRD124")
    assert found["message"].startswith("the number of shards changes from 2 to 4, ")
    assert found["remedy"] == "put back 'shards: 2': once deployed, it is fixed"
    assert allowed.returncode == 0


def test_more_shards_are_refused_in_a_folder_of_templates(tmp_path: Path) -> None:
    """A baseline without a manifest has the number of shards in its templates."""
    before = sharded(tmp_path / "main", 2, f"  {STAYS}: {{}}\n")
    (before / "manifest.json").unlink()

    [found] = findings(sharded(tmp_path / "now", 4, f"  {STAYS}: {{}}\n"), before)

    assert found["code"] == "GRD124"


REGISTRY = """
  scanning: {type: BASIC, rules: [{frequency: SCAN_ON_PUSH, repositories: ["*"]}]}
  replication: [{to: [{region: eu-west-1}]}]
  pull_through_cache: {ecr-public: {upstream: public.ecr.aws}}
"""


def test_registry_that_leaves_the_catalog_is_refused(tmp_path: Path) -> None:
    """A stack of settings that is gone is told with what it has, all of which is kept."""
    before = synthesize(tmp_path / "main", "  web: {}\n", registry=REGISTRY)

    [found] = findings(synthesize(tmp_path / "now", "  web: {}\n"), before)

    assert (found["stack"], found["code"]) == ("Registry-dev", "GRD141")
    assert "3 settings (the pull-through cache rule 'ecr-public', " in found["message"]
    assert found["message"].endswith("deleting it would keep 3")


def without_replication(template: dict[str, Any]) -> None:
    del template["Resources"][id_of(template, "ReplicationConfiguration")]


def of_another_upstream(template: dict[str, Any]) -> None:
    rule = template["Resources"][id_of(template, "PullThroughCacheRule")]
    rule["Properties"]["UpstreamRegistryUrl"] = "quay.io"


def of_another_id(template: dict[str, Any]) -> None:
    template["Resources"]["Moved"] = template["Resources"].pop(id_of(template, "RegistryScanningConfiguration"))


def reset_on_delete(template: dict[str, Any]) -> None:
    template["Resources"][id_of(template, "RegistryScanningConfiguration")]["DeletionPolicy"] = "Delete"


def id_of(template: dict[str, Any], kind: str) -> str:
    [found] = [key for key, resource in template["Resources"].items() if resource["Type"] == f"AWS::ECR::{kind}"]
    return str(found)


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        pytest.param(without_replication, "GRD152", id="removed"),
        pytest.param(of_another_upstream, "GRD153", id="replaced"),
        pytest.param(of_another_id, "GRD154", id="moved"),
        pytest.param(reset_on_delete, "GRD131", id="weakened"),
    ],
)
def test_change_of_the_registry_is_refused(
    registry: Path, tmp_path: Path, edit: Callable[[dict[str, Any]], None], code: str
) -> None:
    """Each change of the real template of a registry that would reset it, or leave it to nobody, is refused."""
    [found] = findings(edited(registry, tmp_path, edit), registry)

    assert (found["stack"], found["repository"], found["code"]) == ("Registry-dev", "", code)


def test_setting_that_would_be_reset_is_refused(registry: Path, tmp_path: Path) -> None:
    """What was deployed to be deleted with its resource is told as a reset for everyone."""
    deletable = edited(registry, tmp_path / "main", reset_on_delete)

    def without_scanning(template: dict[str, Any]) -> None:
        del template["Resources"][id_of(template, "RegistryScanningConfiguration")]

    [found] = findings(edited(deletable, tmp_path / "now", without_scanning), deletable)

    assert found["code"] == "GRD151"
    assert "scanning falls back to ECR's default" in found["message"]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assembly of a catalog with a registry."""
    return synthesize(tmp_path_factory.mktemp("registry"), "  web: {}\n", registry=REGISTRY)


def edited(assembly: Path, directory: Path, edit: Callable[[dict[str, Any]], None]) -> Path:
    """Copy an assembly, with its registry edited."""
    copy = Path(shutil.copytree(assembly, directory / "edited"))
    path = copy / "Registry-dev.template.json"
    template = json.loads(path.read_text())
    edit(template)
    path.write_text(json.dumps(template))
    return copy


def shop(directory: Path, construct_id: str, name: str, *, stack: str = "Shop") -> Path:
    """The assembly of an app of somebody else's, with the construct in it."""
    app = cdk.App(outdir=str(directory), analytics_reporting=False)
    own = cdk.Stack(app, stack, env=cdk.Environment(account="123456789012", region="us-east-1"))
    Repository(own, construct_id, repository_name=name, removal_policy=cdk.RemovalPolicy.DESTROY, empty_on_delete=True)
    app.synth()
    return directory


@pytest.mark.parametrize(
    ("construct_id", "name", "stack", "code"),
    [
        pytest.param("App", "shop/other", "Shop", "GRD101", id="renamed"),
        pytest.param("Other", "shop/app", "Shop", "GRD121", id="logical id"),
        pytest.param("App", "shop/app", "Other", "GRD122", id="stack"),
        pytest.param("Other", "shop/other", "Shop", "GRD113", id="removed and emptied"),
    ],
)
def test_change_of_a_construct_is_refused(tmp_path: Path, construct_id: str, name: str, stack: str, code: str) -> None:
    """In an app with constructs, each change that moves or replaces a repository is refused."""
    before = shop(tmp_path / "main", "App", "shop/app")

    found = findings(shop(tmp_path / "now", construct_id, name, stack=stack), before)

    assert (found[0]["repository"], found[0]["code"]) == ("shop/app", code)


def test_stacks_of_the_app_have_the_scheme(synthesized: Path) -> None:
    """The stacks of this project's app have names by which the guard finds those that are gone."""
    names = [stack.name for stack in read_assembly(synthesized)]

    assert names
    assert all(name.startswith(APP_STACKS) for name in names)
