"""The files of a new registry repository: each is valid, and says the same as this one."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest
import yaml
from builders.commands import ecrkit, shell
from builders.starters import content_of, start_in
from packaging.requirements import Requirement

import ecrkit as package
from ecrkit.cli.init.starter import STARTER_POLICIES

ROOT = Path(__file__).parents[3]
CIS = ("github", "gitlab", "none")
PIN = re.compile(r"^([\w.-]+)==([^\s;\\]+)", re.MULTILINE)


@pytest.fixture(scope="module", params=CIS)
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new repository for each CI."""
    return start_in(tmp_path_factory.mktemp(request.param) / "registries", ci=request.param)


def pins(text: str) -> dict[str, str]:
    return dict(PIN.findall(text))


def ours(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


class TestChecks:
    def test_policies(self, started: Path) -> None:
        """The policies are valid and published, without a warning."""
        result = ecrkit("policy", "check", "policies", "--strict", cwd=started)

        assert (result.returncode, result.stdout) == (0, "")

    def test_policy_tests(self, started: Path) -> None:
        """The tests of the policies pass."""
        assert ecrkit("policy", "test", "policies", cwd=started).returncode == 0

    def test_catalog(self, started: Path) -> None:
        """The catalog is valid, without a warning that is not silenced."""
        assert ecrkit("catalog", "check", "--strict", cwd=started).returncode == 0

    def test_tests(self, started: Path) -> None:
        """Its own tests pass, one for each case of a policy and three for each repository."""
        result = shell(
            'cd "$0" && exec "$1" -W error -m pytest -q -p no:cacheprovider tests policies', started, sys.executable
        )

        assert result.returncode == 0, result.stdout


class TestFiles:
    def test_valid(self, started: Path) -> None:
        """Every JSON and YAML file can be read, and every Python file compiles."""
        for path, content in content_of(started).items():
            if path.endswith(".json"):
                json.loads(content)
            if path.endswith((".yaml", ".yml")):
                yaml.compose(content)
            if path.endswith(".py"):
                compile(content, path, "exec")

    def test_no_placeholder(self, started: Path) -> None:
        """No placeholder is left."""
        assert [path for path, content in content_of(started).items() if b"@@" in content] == []

    def test_answers(self, started: Path) -> None:
        """The catalog has one environment, the one asked for."""
        catalog = yaml.safe_load((started / "repositories.yaml").read_text(encoding="utf-8"))

        assert catalog["environments"] == {"dev": {"account": "123456789012", "region": "eu-west-1"}}

    def test_policies_are_used(self, started: Path) -> None:
        """The starter policies are those that the catalog pins, no more and no fewer."""
        pinned = re.findall(r"[a-z0-9-]+@[0-9]+", (started / "repositories.yaml").read_text(encoding="utf-8"))

        assert set(pinned) == set(STARTER_POLICIES)

    def test_schemas(self, started: Path) -> None:
        """The schemas are those of this version."""
        names = ["catalog", "policy", "policy-test", "repositories", "silenced"]

        assert {path.name for path in (started / "schemas").iterdir()} == {f"{name}.schema.json" for name in names}
        assert (started / "schemas" / "catalog.schema.json").read_text(encoding="utf-8") == ours(
            "schemas/catalog.schema.json"
        )

    def test_hooks(self, started: Path) -> None:
        """The pre-commit hooks are local and run what `make setup` installed."""
        [repository] = yaml.safe_load((started / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]

        assert repository["repo"] == "local"
        assert {hook["language"] for hook in repository["hooks"]} == {"system"}
        assert {hook["entry"].split()[0] for hook in repository["hooks"]} == {".venv/bin/ecrkit"}

    def test_hooks_run(self, started: Path) -> None:
        """Each hook passes on the new repository."""
        [repository] = yaml.safe_load((started / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
        codes = [ecrkit(*hook["entry"].split()[1:], cwd=started).returncode for hook in repository["hooks"]]

        assert codes == [0, 0, 0]

    def test_targets(self, started: Path) -> None:
        """The Makefile has the targets that the README names, and `make` lists them."""
        readme = (started / "README.md").read_text(encoding="utf-8")
        listed = {line.split()[0] for line in shell('make -s -C "$0"', started).stdout.splitlines()}

        assert {"setup", "check", "synth", "diff", "deploy", "demo", "review", "test"} <= listed
        assert set(re.findall(r"`make ([a-z-]+)`", readme)) <= listed

    def test_codeowners(self, started: Path) -> None:
        """CODEOWNERS names nobody until somebody writes names."""
        lines = (started / "CODEOWNERS").read_text(encoding="utf-8").splitlines()

        assert all(line.startswith("#") for line in lines)


class TestRequirements:
    def test_hashes(self, started: Path) -> None:
        """Each requirement is a pin with a hash, and no address."""
        text = (started / "requirements.txt").read_text(encoding="utf-8")
        logical = [line for line in text.replace("\\\n", "").splitlines() if line and not line.startswith("#")]

        assert logical
        for line in logical:
            requirement, *hashes = line.split("--hash=")
            assert re.fullmatch(r"==[^,]+", str(Requirement(requirement.strip()).specifier))
            assert hashes
            assert all(re.fullmatch(r"sha256:[0-9a-f]{64}\s*", found) for found in hashes)
        assert "://" not in text

    def test_same_pins(self, started: Path) -> None:
        """The pins are those that this project is tested with."""
        tested = pins("\n".join(ours(path.name) for path in ROOT.glob("requirements*.txt")))
        pinned = pins((started / "requirements.txt").read_text(encoding="utf-8"))

        assert {name: tested.get(name) for name in pinned} == pinned

    def test_complete(self, started: Path) -> None:
        """They satisfy ecrkit and its extras cdk and live: ecrkit itself is installed without dependencies."""
        pinned = pins((started / "requirements.txt").read_text(encoding="utf-8"))
        needed = [Requirement(text) for text in requires("ecrkit") or []]
        wanted = [
            requirement
            for requirement in needed
            if not requirement.marker or any(requirement.marker.evaluate({"extra": extra}) for extra in ("cdk", "live"))
        ]

        assert {requirement.name for requirement in wanted} >= {"click", "pyyaml", "aws-cdk-lib", "boto3"}
        for requirement in wanted:
            assert requirement.specifier.contains(pinned[requirement.name])

    def test_ecrkit(self, started: Path) -> None:
        """The line for ecrkit names the wheel in vendor/, with its hash."""
        [wheel] = (started / "vendor").iterdir()
        line = (started / "requirements-ecrkit.txt").read_text(encoding="utf-8").splitlines()[-1]

        assert wheel.name == f"ecrkit-{package.__version__}-py3-none-any.whl"
        assert line == f"./vendor/{wheel.name} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"


class TestSameAsHere:
    def test_cdk_cli(self, started: Path) -> None:
        """The CDK CLI is the one of this project, with the same hash."""
        [here, there] = [
            json.loads(text) for text in (ours("package-lock.json"), (started / "package-lock.json").read_text())
        ]
        declared = json.loads((started / "package.json").read_text(encoding="utf-8"))

        assert there["packages"]["node_modules/aws-cdk"] == here["packages"]["node_modules/aws-cdk"]
        assert declared["devDependencies"] == json.loads(ours("package.json"))["devDependencies"]
        assert there["packages"][""]["devDependencies"] == declared["devDependencies"]

    def test_cdk_json(self, started: Path) -> None:
        """The feature flags of CDK are those that this project is tested with."""
        assert (started / "cdk.json").read_text(encoding="utf-8") == ours("cdk.json")

    def test_policies(self, started: Path) -> None:
        """A starter policy is the bundled one, to the byte, its tests too."""
        content = content_of(started / "policies" / "lifecycle")

        assert content == {path: (ROOT / "policies" / "lifecycle" / path).read_bytes() for path in content}
