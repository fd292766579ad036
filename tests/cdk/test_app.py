"""The stacks of a catalog, in any CDK app."""

from __future__ import annotations

import os
import subprocess
import sys
from textwrap import dedent
from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from builders.apps import POLICIES, ROOT, findings_in, quiet_app, stacks_by_environment
from builders.registries import REGISTRY
from builders.stores import make_store, policy_text, publish
from builders.templates import template_of

from ecrkit.cdk import RegistryStack, RepositoriesStack, catalog_stacks, synthesize
from ecrkit.errors import InvalidCatalogError, SynthesisError, UnreadableInputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

pytestmark = pytest.mark.node

HEAD = 'environments:\n  dev: {account: "123456789012", region: us-east-1}\n'
CATALOG = f"{HEAD}repositories:\n  web: {{lifecycle: [keep-five-prod@1, keep-last-10@1]}}\n"
SHARDED = """
environments:
  prod: {account: "210987654321", region: eu-west-1, shards: 4}
  dev: {account: "123456789012", region: us-east-1, registry: {replication: [{to: [{region: us-west-2}]}]}}
repositories: {web: , api: , worker: {only: [prod]}}
"""
BAD_POLICY = (ROOT / "policies/lifecycle/keep-last-10/v1.json").read_text().replace("10,", "0,").replace("10\n", "0\n")
INVALID = f"{HEAD}repositories:\n  My-App:\n  web: {{lifecycle: keep-last-ten@1}}\n"
LINES = """\
bad.yaml:4:3: repositories["My-App"]: the name must be parts of lower-case letters and digits, joined by '.', '_', \
'__', dashes or '/', got 'My-App' [CAT120]
bad.yaml:5:20: repositories.web.lifecycle: no policy 'keep-last-ten' in {store}; did you mean \
keep-last-10@1? [CAT121]
"""


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def names(stacks: Mapping[str, Sequence[cdk.Stack]]) -> dict[str, list[str]]:
    return {environment: [stack.stack_name for stack in built] for environment, built in stacks.items()}


def run(directory: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run *program*, which follows the imports of every app, in *directory*."""
    imports = "from ecrkit.cdk import catalog_stacks, synthesize\nimport aws_cdk as cdk\n"
    path = written(directory / "program.py", imports + dedent(program))
    environ = {**os.environ, "CDK_OUTDIR": str(directory / "cdk.out")}
    return subprocess.run(
        [sys.executable, path], cwd=directory, env=environ, capture_output=True, text=True, check=False
    )


class TestStacks:
    def test_environments(self) -> None:
        """Every environment has its stacks: those with repositories by shard, then the one of the registry."""
        assert names(stacks_by_environment(SHARDED)) == {
            "prod": ["Repositories-prod-1", "Repositories-prod-3"],
            "dev": ["Repositories-dev", "Registry-dev"],
        }

    @pytest.mark.parametrize("catalog", [SHARDED, REGISTRY], ids=["shards", "registry"])
    def test_stage(self, catalog: str) -> None:
        """In a stage, names of stacks, accounts, Regions and templates are those of an app, logical IDs included."""
        alone = stacks_by_environment(catalog)
        staged = stacks_by_environment(catalog, scope=cdk.Stage(quiet_app(), "Prod"))

        assert names(staged) == names(alone)
        for environment, stacks in alone.items():
            for stack, other in zip(stacks, staged[environment], strict=True):
                assert other.environment == stack.environment
                assert template_of(other) == template_of(stack)

    def test_classes(self) -> None:
        """The classes of the stacks are those that are given."""

        class Ours(RepositoriesStack):
            pass

        class OurRegistry(RegistryStack):
            pass

        path = ROOT / "repositories.yaml"
        stacks = catalog_stacks(quiet_app(), path, policies=POLICIES, repositories_stack=Ours)
        with_registry = stacks_by_environment(REGISTRY, registry_stack=OurRegistry)

        assert [type(stack) for stack in stacks["dev"]] == [Ours]
        assert [type(stack) for stack in with_registry["dev"]] == [RepositoriesStack, OurRegistry]

    def test_bundled_policies(self, tmp_path: Path) -> None:
        """A store takes the place of the path of one."""
        path = written(tmp_path / "repositories.yaml", CATALOG)
        [stack] = catalog_stacks(quiet_app(), path, policies=POLICIES)["dev"]

        assert "Keep the last 10 images" in str(template_of(stack))


class TestContext:
    def test_overrides(self, tmp_path: Path) -> None:
        """The context keys ``catalog`` and ``policies`` override both paths."""
        catalog = written(tmp_path / "other.yaml", CATALOG)
        app = quiet_app(catalog=str(catalog), policies=str(POLICIES.root))
        stacks = catalog_stacks(app, tmp_path / "nowhere.yaml", policies=tmp_path / "nowhere")

        assert names(stacks) == {"dev": ["Repositories-dev"]}

    @pytest.mark.parametrize("key", ["catalog", "policies"])
    def test_not_a_path(self, tmp_path: Path, key: str) -> None:
        """A context key with another JSON value is a path that does not exist."""
        catalog = written(tmp_path / "repositories.yaml", CATALOG)
        with pytest.raises((UnreadableInputError, InvalidCatalogError), match="True: cannot be read: no such file"):
            catalog_stacks(quiet_app(**{key: True}), catalog, policies=POLICIES)


class TestValidation:
    def test_once(self, tmp_path: Path) -> None:
        """The plugin reports a policy of any stack of the app once, however many catalogs the app has."""
        app = quiet_app()
        for number in range(2):
            catalog = written(tmp_path / f"{number}.yaml", CATALOG.replace("dev:", f"dev{number}:"))
            catalog_stacks(cdk.Stage(app, f"Stage{number}"), catalog, policies=str(POLICIES.root))
        policy = ecr.CfnRepository.LifecyclePolicyProperty(lifecycle_policy_text=BAD_POLICY)
        ecr.CfnRepository(cdk.Stack(app, "Own"), "App", lifecycle_policy=policy)
        found = [finding["ruleName"] for finding in findings_in(app.synth())]

        assert found.count("ECR112") == 1


class TestInvalid:
    def test_caught(self, tmp_path: Path) -> None:
        """An invalid catalog raises InvalidCatalogError, whose text is a line for each error."""
        path = written(tmp_path / "bad.yaml", INVALID)
        with pytest.raises(InvalidCatalogError) as caught:
            catalog_stacks(quiet_app(), path, policies=POLICIES)

        lines = LINES.format(store=POLICIES.root)
        assert f"{caught.value}\n".replace(str(path), "bad.yaml") == lines
        assert caught.value.code == str(caught.value)
        assert len(caught.value.findings) == 2

    def test_uncaught(self, tmp_path: Path) -> None:
        """A program that does not catch it ends with these lines on stderr and exit code 1, without a traceback."""
        written(tmp_path / "bad.yaml", INVALID)
        store = POLICIES.root
        result = run(tmp_path, f"catalog_stacks(cdk.App(), 'bad.yaml', policies='{store}')\nprint('not reached')")

        assert result.stderr == LINES.format(store=store)
        assert (result.returncode, result.stdout) == (1, "")

    def test_files_of_teams(self, tmp_path: Path) -> None:
        """Files that the catalog includes are deployed with it, and errors and house rules name them."""
        path = written(tmp_path / "repositories.yaml", f"include: [team.yaml]\nrules: {{lifecycle: ['*']}}\n{HEAD}")
        written(tmp_path / "team.yaml", f"repositories: {CATALOG.partition('repositories:')[2]}")
        assert names(catalog_stacks(quiet_app(), path, policies=POLICIES)) == {"dev": ["Repositories-dev"]}

        written(tmp_path / "team.yaml", "repositories:\n  web: {lifecycle: []}\n")
        with pytest.raises(InvalidCatalogError) as caught:
            catalog_stacks(quiet_app(), path, policies=POLICIES)

        assert str(caught.value) == (
            f"{tmp_path}/team.yaml:2:20: repositories.web.lifecycle: the house rules allow only the lifecycle "
            "policies *, got none; pin one of these [CAT163]"
        )

    def test_changed(self, tmp_path: Path) -> None:
        """A published version that changed stops it, in the words of every command."""
        store = publish(make_store(tmp_path, {"keep/v1.json": policy_text()}))
        make_store(tmp_path, {"keep/v1.json": policy_text(keep=3)})
        catalog = written(tmp_path / "repositories.yaml", f"{HEAD}repositories: {{web: {{lifecycle: keep@1}}}}\n")

        with pytest.raises(InvalidCatalogError) as caught:
            catalog_stacks(quiet_app(), catalog, policies=store)

        assert str(caught.value) == (
            f"{store}/keep/v1.json:1:1: keep@1 is published, but its meaning has changed; "
            "restore it, and add the new text as v2.json [STO110]"
        )

    def test_warnings(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A warning of the catalog is a line on stderr, with its severity."""
        catalog = written(
            tmp_path / "repositories.yaml", f"{HEAD}repositories:\n  web: {{lifecycle: keep-last-10@1}}\n"
        )
        catalog_stacks(quiet_app(), catalog, policies=POLICIES)

        assert capsys.readouterr().err == (
            f"{catalog}:4:20: warning: repositories.web.lifecycle: any image can expire, because no rule protects any "
            "tagged images; put a rule above it for the deployed tags [ECR213]\n"
        )

    def test_missing(self, tmp_path: Path) -> None:
        """A catalog that cannot be read ends a program with one line."""
        with pytest.raises(UnreadableInputError):
            catalog_stacks(quiet_app(), tmp_path / "nowhere.yaml", policies=POLICIES)

        result = run(tmp_path, f"catalog_stacks(cdk.App(), policies='{POLICIES.root}')")
        assert result.stderr == "repositories.yaml: cannot be read: no such file or directory\n"
        assert result.returncode == 1


class TestSynthesize:
    def test_assembly(self) -> None:
        """The result is the cloud assembly."""
        app = quiet_app()
        cdk.Stack(app, "Shop")

        assert [stack.stack_name for stack in synthesize(app).stacks] == ["Shop"]

    @pytest.mark.parametrize(
        ("body", "text"),
        [
            pytest.param(
                "for number in range(501): cdk.CfnResource(stack, f'T{number}', type='AWS::SNS::Topic')",
                "TooManyResourcesInStack: Number of resources in stack 'Shop': 501 is greater than allowed maximum of "
                "500: AWS::SNS::Topic (501)\n",
                id="too-many-resources",
            ),
            pytest.param(
                "web = cdk.CfnResource(stack, 'Web', type='A::B::C')\n"
                "api = cdk.CfnResource(other, 'Api', type='A::B::C')\n"
                "web.add_property_override('Name', api.get_att('Arn'))\n"
                "api.add_property_override('Name', web.get_att('Arn'))",
                "DependencyCycle: 'Shop' depends on 'Other' (Shop -> Other/Api.Arn). Adding this dependency "
                "(Other -> Shop/Web.Arn) would create a cyclic reference.\n",
                id="cycle",
            ),
        ],
    )
    def test_refused(self, tmp_path: Path, body: str, text: str) -> None:
        """What CDK refuses ends a program with CDK's own line, without a traceback of Python or JavaScript."""
        setup = "app = cdk.App()\nstack, other = cdk.Stack(app, 'Shop'), cdk.Stack(app, 'Other')\n"
        result = run(tmp_path, f"{setup}{body}\nsynthesize(app)")

        assert result.stderr == text
        assert result.returncode == 1

    def test_caught(self) -> None:
        """A program can catch it."""
        app = quiet_app()
        stack = cdk.Stack(app, "Shop")
        for number in range(501):
            cdk.CfnResource(stack, f"T{number}", type="AWS::SNS::Topic")
        with pytest.raises(SynthesisError, match="501 is greater than allowed maximum of 500") as caught:
            synthesize(app)

        assert caught.value.code == str(caught.value)
