"""
An upgrade from the previous release to this tree: nothing that is deployed moves, is replaced or removed.

The previous release is the newest release tag before this commit; until there is one, the commit before this one. The
catalogs of ``data/upgrades`` use only what the previous release knows: add a new setting after the release that
brings it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from builders.wheels import built, checkout, clone, environment, install, previous_release

from ecrkit.deployment.guard import compare, read_baseline

pytestmark = pytest.mark.node

CATALOGS = sorted((Path(__file__).parent / "data" / "upgrades").glob("*.yaml"))
NAMES = [path.stem for path in CATALOGS]
SYNTHESIZED = "cdk"

APP = """\
from ecrkit import PolicyStore
from ecrkit.cdk import Repository, catalog_stacks, synthesize  # before aws_cdk: it chooses the Node that aws_cdk starts
import aws_cdk as cdk

app = cdk.App()
catalog_stacks(app)
stack = cdk.Stack(app, "Team")
policies = PolicyStore("policies/lifecycle")
Repository(stack, "App", repository_name="my-app", lifecycle=policies["keep-last-10@1"])
Repository(stack, "Named", repository_name="named", lifecycle=policies["keep-last-10@1"], output="NamedUri")
synthesize(app)
"""


@pytest.fixture(scope="module")
def releases(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Render every catalog with the previous release, upgrade, and do it again; gives the two folders."""
    folder = tmp_path_factory.mktemp("upgrade")
    source = checkout(previous_release(), folder / "source")
    programs = environment(folder / "environment")
    install(built(source, folder / "previous"), programs)
    run(programs, "python", "-c", "import ecrkit; assert 'site-packages' in ecrkit.__file__", cwd=folder)
    before = rendered(programs, folder / "before", policies=source / "policies")
    install(wheel, programs)
    return before, rendered(programs, folder / "after", policies=source / "policies")


def rendered(programs: Path, folder: Path, *, policies: Path) -> Path:
    """Write the templates of every catalog, and those of a CDK app."""
    app = folder / "app"
    shutil.copytree(policies, app / "policies")
    shutil.copy(CATALOGS[NAMES.index("keys")], app / "repositories.yaml")
    (app / "app.py").write_text(APP, encoding="utf-8")
    store = app / "policies" / "lifecycle"
    for catalog in CATALOGS:
        options: list[str | Path] = ["--policies", store, "--directory", folder / catalog.stem]
        run(programs, "ecrkit", "catalog", "template", catalog, *options, cwd=folder)
    run(programs, "python", "app.py", cwd=app, CDK_OUTDIR=str(folder / SYNTHESIZED))
    return folder


def run(programs: Path, command: str, *arguments: str | Path, cwd: Path, **environ: str) -> None:
    """Run a program of the upgraded environment."""
    result = subprocess.run(
        [programs / command, *arguments],
        cwd=cwd,
        # It chooses its Node, and imports nothing of this tree.
        env={name: value for name, value in os.environ.items() if name not in {"JSII_NODE", "PYTHONPATH"}} | environ,
        capture_output=True,
        check=False,
        text=True,
    )
    assert result.returncode == 0, result.stderr


def logical_ids(folder: Path) -> dict[str, list[str]]:
    """Give the IDs of the resources and outputs of each template in a folder."""
    templates = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.template.json")}
    return {
        name: sorted([*template["Resources"], *template.get("Outputs", {})]) for name, template in templates.items()
    }


@pytest.mark.parametrize("name", [*NAMES, SYNTHESIZED])
class TestUpgrade:
    def test_logical_ids(self, name: str, releases: tuple[Path, Path]) -> None:
        """The upgrade renders the same stacks with the same logical IDs."""
        before, after = (logical_ids(folder / name) for folder in releases)

        assert before
        assert after == before

    def test_guard(self, name: str, releases: tuple[Path, Path]) -> None:
        """The guard finds nothing to report about a deploy after the upgrade."""
        before, after = (read_baseline(folder / name) for folder in releases)

        assert before
        assert list(compare(before, after)) == []


def test_every_kind(releases: tuple[Path, Path]) -> None:
    """The catalogs make stacks of every kind: one, several shards, registry-wide settings and environments."""
    stacks = {name: sorted(logical_ids(releases[0] / name)) for name in NAMES}

    assert [len(stacks[name]) for name in ("defaults", "keys", "shards")] == [1, 1, 4]
    assert stacks["registry"] == ["Registry-dev.template.json", "Repositories-dev.template.json"]
    assert {name.split("-")[1].split(".")[0] for name in stacks["environments"]} == {"dev", "staging", "prod"}


class TestPreviousRelease:
    def test_parent(self, tmp_path: Path) -> None:
        """Without a release, it is the commit before this one."""
        tree = tagged(clone(tmp_path), {"nightly": "HEAD^"})

        assert previous_release(tree) == "HEAD^"

    def test_newest_tag(self, tmp_path: Path) -> None:
        """It is the newest release before this commit, also where this commit is a release itself."""
        tree = tagged(clone(tmp_path), {"v0.1.0": "HEAD^^", "v0.2.0": "HEAD^", "v0.3.0": "HEAD"})

        assert previous_release(tree) == "v0.2.0"

    def test_shallow_clone(self, tmp_path: Path) -> None:
        """A clone that lacks it fails, and says how to get it: nobody would notice a skipped test."""
        with pytest.raises(AssertionError) as caught:
            previous_release(clone(tmp_path, "--depth=1"))

        assert str(caught.value) == (
            "HEAD^: the upgrade test needs the commit before this one, got none; run git fetch --unshallow --tags"
        )


def tagged(tree: Path, tags: dict[str, str]) -> Path:
    """Give a clone these tags, and no others."""
    git = ["git", "-C", str(tree)]
    present = subprocess.run([*git, "tag"], check=True, capture_output=True, text=True).stdout.split()
    for name in present:
        subprocess.run([*git, "tag", "--delete", name], check=True, capture_output=True)
    for name, commit in tags.items():
        subprocess.run([*git, "tag", name, commit], check=True, capture_output=True)
    return tree
