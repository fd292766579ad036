"""The app as it is run: by the real CDK command line, and alone."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.apps import ROOT, run_app, templates_in
from builders.registries import REGISTRY
from builders.stores import publish

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.node

CDK = ROOT / "node_modules" / ".bin" / "cdk"
POLICY = ROOT / "policies" / "lifecycle" / "keep-last-10" / "v1.json"

TAGGED_BY_BOTH = '"tagStatus": "tagged", "tagPatternList": ["a*", "b*"]'

CATALOG = """\
environments:
  dev: {account: "123456789012", region: us-east-1}
repositories:
  from-elsewhere:
"""

BAD_CATALOG = """\
environments:
  dev: {account: 012345670123, region: us-east-1}
defaults:
  lifecycle: keep-last-ten@1
repositories:
  My-App:
  web:
  web:
    lifecyle: keep-last-10@1
"""

BAD_CATALOG_ERRORS = """\
bad.yaml:2:18: environments.dev.account: must be a string of 12 digits, got an integer 012345670123; \
write "012345670123", in quotes [CAT112]
bad.yaml:4:14: defaults.lifecycle: no policy 'keep-last-ten' in policies/lifecycle; \
did you mean keep-last-10@1? [CAT121]
bad.yaml:6:3: repositories["My-App"]: the name must be parts of lower-case letters and digits, \
joined by '.', '_', '__', dashes or '/', got 'My-App' [CAT120]
bad.yaml:8:3: repositories.web: the key 'web' is written twice, first on line 7; remove one; \
YAML readers silently drop the first [CAT102]
bad.yaml:9:5: repositories.web.lifecyle: unknown key 'lifecyle'; did you mean lifecycle? [CAT103]
"""


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Make the environment of a build server that has no credentials and reaches nobody."""
    with socket.socket() as bound:
        # Bound and not listening: nobody else gets the port, and whoever connects is refused.
        bound.bind(("127.0.0.1", 0))
        proxy = f"http://127.0.0.1:{bound.getsockname()[1]}"
        home = tmp_path_factory.mktemp("home")
        yield {
            "CI": "true",
            # The cache of jsii is in the real one, and takes long to make.
            "HOME": str(Path.home()),
            "CDK_HOME": str(home),
            "AWS_CONFIG_FILE": str(home / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(home / "credentials"),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
            "HTTP_PROXY": proxy,
            "HTTPS_PROXY": proxy,
            # The metadata service of EC2 is asked past every proxy, and waited for.
            "AWS_EC2_METADATA_DISABLED": "true",
        }


@pytest.fixture(scope="module")
def synth(offline: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """Run ``cdk synth``, as it stands in the checkout."""
    return cdk_synth(tmp_path_factory.mktemp("assembly"), environ=offline)


@pytest.fixture(scope="module")
def assembly(synth: subprocess.CompletedProcess[str]) -> Path:
    """Give the folder with what ``cdk synth`` wrote."""
    synth.check_returncode()
    return Path(synth.args[-1])


def cdk_synth(
    outdir: Path, *, environ: dict[str, str], catalog: Path | None = None
) -> subprocess.CompletedProcess[str]:
    context = ["--context", f"catalog={catalog}"] if catalog else []
    return subprocess.run(
        [CDK, "synth", "--quiet", *context, "--output", str(outdir)],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def store(root: Path, *, name: str, text: str) -> Path:
    """Make a policy store with one version of one policy; give the path of its file."""
    path = root / name.replace("@", "/v")
    path.parent.mkdir(parents=True)
    return written(path.with_name(f"{path.name}.json"), text)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def files_in(outdir: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in outdir.iterdir()}


class TestSynth:
    def test_silent(self, synth: subprocess.CompletedProcess[str]) -> None:
        """Without credentials and network, ``cdk synth`` of the shipped catalog only says what it wrote."""
        assert (synth.returncode, synth.stderr) == (0, "")
        assert synth.stdout.splitlines() == [
            f"Successfully synthesized to {synth.args[-1]}",
            "Supply a stack id (Repositories-dev, BaseImageAlerts-dev) to display its template.",
        ]

    def test_registry(self, offline: dict[str, str], tmp_path: Path) -> None:
        """With a registry in the catalog there is a stack of it, and CloudFormation's validator has no complaint."""
        catalog = written(tmp_path / "registry.yaml", REGISTRY)
        run = cdk_synth(tmp_path / "out", environ=offline, catalog=catalog)

        assert run.returncode == 0, run.stderr
        told = [line.partition(": ")[0] for line in run.stderr.splitlines() if line.startswith(str(catalog))]
        assert told == [f"{catalog}:{place}" for place in ("44:5", "44:5", "52:16", "52:16")]
        assert "INFO the registry's scanning supersedes the scan on push of every repository" in run.stdout + run.stderr
        assert "WARNING" not in run.stdout + run.stderr
        assert list(templates_in(tmp_path / "out")) == ["Registry-dev", "Repositories-dev"]

    def test_reproducible(self, assembly: Path, offline: dict[str, str], tmp_path: Path) -> None:
        """Synthesized again, elsewhere, every file is the same to the byte."""
        cdk_synth(tmp_path, environ=offline).check_returncode()

        assert files_in(tmp_path) == files_in(assembly)

    def test_without_node(self, assembly: Path, tmp_path: Path) -> None:
        """Without Node on PATH, and with nothing else in the environment, the app uses the Node from the wheel."""
        empty = tmp_path / "empty"
        empty.mkdir()
        run = run_app(tmp_path / "out", environ={"PATH": str(empty)})

        assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
        assert templates_in(tmp_path / "out") == templates_in(assembly)


class TestWarnings:
    def test_app_alone(self, tmp_path: Path) -> None:
        """A warning of CDK's validation, which comes out of Node, is told to the end, and the exit code is 0."""
        text = POLICY.read_text(encoding="utf-8").replace('"tagStatus": "any"', TAGGED_BY_BOTH)
        store(tmp_path / "store", name="ours@1", text=text)
        catalog = written(tmp_path / "other.yaml", CATALOG + "    lifecycle: ours@1\n")
        context = {"catalog": str(catalog), "policies": str(tmp_path / "store")}
        run = run_app(tmp_path / "out", context=context)

        assert run.returncode == 0
        assert "2 entries select the images that match all of them, not any" in run.stderr
        assert run.stderr.endswith("validation-report.json\n")
        assert "from-elsewhere" in templates_in(tmp_path / "out")["Repositories-dev"]

    def test_silenced_in_the_store(self, offline: dict[str, str], tmp_path: Path) -> None:
        """A warning that the store silences is told neither alone nor in a composition, and stops no strict synth."""
        policy = json.loads(POLICY.read_text(encoding="utf-8"))
        text = json.dumps(policy).replace('"tagStatus": "any"', TAGGED_BY_BOTH)
        path = store(tmp_path / "store", name="ours@1", text=text)
        store(tmp_path / "store", name="rest@1", text=json.dumps(policy))
        written(path.parents[1] / "silenced.yaml", "ours@1: {ECR203: The release job sets both.}\n")
        publish(tmp_path / "store")
        entries = "    lifecycle: [ours@1]\n  composed:\n    lifecycle: [ours@1, rest@1]\n"
        catalog = written(tmp_path / "other.yaml", CATALOG + entries)
        context = ["-c", f"catalog={catalog}", "-c", f"policies={tmp_path / 'store'}"]
        run = subprocess.run(
            [CDK, "synth", "--quiet", "--strict", *context, "--output", str(tmp_path / "out")],
            cwd=ROOT,
            env=offline,
            capture_output=True,
            text=True,
            check=False,
        )

        assert run.returncode == 0, run.stdout + run.stderr
        assert "2 entries select" not in run.stdout + run.stderr
        assert list(templates_in(tmp_path / "out")) == ["Repositories-dev"]


class TestContext:
    def test_catalog(self, offline: dict[str, str], tmp_path: Path) -> None:
        """``cdk synth -c catalog=PATH`` reads another catalog."""
        catalog = written(tmp_path / "other.yaml", CATALOG)
        cdk_synth(tmp_path / "out", environ=offline, catalog=catalog).check_returncode()

        assert '"RepositoryName": "from-elsewhere"' in templates_in(tmp_path / "out")["Repositories-dev"]

    def test_policies(self, tmp_path: Path) -> None:
        """The context key ``policies`` names another store."""
        store(tmp_path / "store", name="ours@7", text=POLICY.read_text(encoding="utf-8"))
        catalog = written(tmp_path / "other.yaml", CATALOG + "    lifecycle: ours@7\n")
        context = {"catalog": str(catalog), "policies": str(tmp_path / "store")}
        run_app(tmp_path / "out", context=context).check_returncode()

        assert "Keep the last 10 images" in templates_in(tmp_path / "out")["Repositories-dev"]

    def test_relative(self, tmp_path: Path) -> None:
        """Paths are relative to the working directory."""
        written(tmp_path / "other.yaml", CATALOG)
        context = {"catalog": "other.yaml", "policies": str(ROOT / "policies" / "lifecycle")}
        run_app(tmp_path / "out", cwd=tmp_path, context=context).check_returncode()

        assert "from-elsewhere" in templates_in(tmp_path / "out")["Repositories-dev"]


class TestBadInput:
    def test_app_alone(self, tmp_path: Path) -> None:
        """Everything that is wrong is said at once, a line each, with its place; nothing is synthesized."""
        catalog = written(tmp_path / "bad.yaml", BAD_CATALOG)
        run = run_app(tmp_path / "out", context={"catalog": str(catalog)})

        assert run.stderr.replace(str(catalog), "bad.yaml") == BAD_CATALOG_ERRORS
        assert run.returncode == 1
        assert files_in(tmp_path / "out") == {}

    def test_cdk(self, offline: dict[str, str], tmp_path: Path) -> None:
        """``cdk synth`` shows the same lines, and adds that the app failed."""
        catalog = written(tmp_path / "bad.yaml", BAD_CATALOG)
        synth = cdk_synth(tmp_path / "out", environ=offline, catalog=catalog)

        assert synth.stderr.replace(str(catalog), "bad.yaml") == (
            f"{BAD_CATALOG_ERRORS}.venv/bin/python app.py: Subprocess exited with error 1\n"
        )
        assert synth.returncode == 1
        assert files_in(tmp_path / "out") == {}

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            pytest.param("", "bad.yaml:1:1: not a YAML catalog: the text is empty [CAT101]", id="empty"),
            pytest.param("environments: [\n", "bad.yaml:2:1: not a YAML catalog: ", id="no-yaml"),
            pytest.param(
                "repositories: {app: }",
                "bad.yaml:1:1: the required key 'environments' is missing",
                id="no-environments",
            ),
        ],
    )
    def test_unusable_catalog(self, tmp_path: Path, text: str, message: str) -> None:
        """A catalog that cannot be used at all is one line, exit code 1, and nothing is synthesized."""
        catalog = written(tmp_path / "bad.yaml", text)
        run = run_app(tmp_path / "out", context={"catalog": str(catalog)})

        [line] = run.stderr.splitlines()
        assert line.replace(str(catalog), "bad.yaml").startswith(message)
        assert run.returncode == 1
        assert files_in(tmp_path / "out") == {}

    @pytest.mark.parametrize("key", ["catalog", "policies"])
    def test_missing(self, tmp_path: Path, key: str) -> None:
        """A catalog, or a store of policies, that is not there is one line, and exit code 1."""
        missing = tmp_path / "nowhere"
        run = run_app(tmp_path / "out", context={key: str(missing)})

        assert run.stderr == f"{missing}: cannot be read: no such file or directory\n"
        assert run.returncode == 1

    def test_invalid_policy(self, tmp_path: Path) -> None:
        """What is wrong with a policy that the catalog names is said with the place in its file."""
        text = POLICY.read_text(encoding="utf-8").replace('"countNumber": 10', '"countNumber": 0')
        policy = store(tmp_path / "store", name="ours@1", text=text)
        catalog = written(tmp_path / "other.yaml", CATALOG + "    lifecycle: ours@1\n")
        context = {"catalog": str(catalog), "policies": str(tmp_path / "store")}
        run = run_app(tmp_path / "out", context=context)

        assert run.stderr.startswith(f"{policy}:9:24: rules[0].selection.countNumber: must be 1 or more, got 0")
        assert run.returncode == 1

    def test_no_repositories(self, tmp_path: Path) -> None:
        """A catalog without repositories is refused: CloudFormation takes no empty template."""
        catalog = written(tmp_path / "other.yaml", CATALOG.replace("  from-elsewhere:\n", ""))
        run = run_app(tmp_path / "out", context={"catalog": str(catalog)})

        assert run.stderr == (
            f"{catalog}:2:3: environments.dev: the environment 'dev' has no repository, but CloudFormation rejects "
            "empty stacks; add one; to remove the last, run `cdk destroy`, which keeps it and its images [CAT141]\n"
        )
        assert run.returncode == 1

    def test_too_many_repositories(self, tmp_path: Path) -> None:
        """More than a stack holds is refused with the number of shards that would do."""
        entries = "".join(f"  app-{number}:\n" for number in range(500))
        catalog = written(tmp_path / "other.yaml", CATALOG + entries)
        run = run_app(tmp_path / "out", context={"catalog": str(catalog)})

        assert run.stderr == (
            f"{catalog}:2:3: environments.dev: the stack 'Repositories-dev' must have at most 200 outputs, got 501; "
            "write 'shards: 8', before the first deploy of this environment [CAT140]\n"
        )
        assert run.returncode == 1
