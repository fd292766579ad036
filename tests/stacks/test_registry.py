from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from aws_cdk.assertions import Annotations, Match
from builders.apps import registry_stacks_of, run_app, templates_in
from builders.commands import ecrkit
from builders.gates import app_of, validation
from builders.linting import cfn_lint
from builders.policies import edited
from builders.registries import REGISTRY
from builders.snapshots import TemplateSnapshot
from builders.templates import template_of

from ecrkit.cdk import Registry

if TYPE_CHECKING:
    from pathlib import Path

    import aws_cdk as cdk
    from syrupy.assertion import SnapshotAssertion

pytestmark = pytest.mark.node

TWO_ENVIRONMENTS = """
environments:
  dev: {account: "123456789012", region: us-east-1}
  staging: {account: "123456789012", region: eu-west-1, registry: {replication: }}
registry:
  replication: [{to: [{region: us-west-2}]}]
repositories: {web: }
"""


def registry_in(stack: cdk.Stack) -> Registry:
    found = stack.node.find_child("Registry")
    assert isinstance(found, Registry)
    return found


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthesized(tmp_path_factory.mktemp("baseline"), REGISTRY)


def synthesized(directory: Path, catalog: str) -> Path:
    """Run the app over *catalog*; give the folder with the templates."""
    directory.mkdir(exist_ok=True)
    path = directory / "repositories.yaml"
    path.write_text(catalog, encoding="utf-8")
    run_app(directory / "cdk.out", context={"catalog": str(path)}).check_returncode()
    return directory / "cdk.out"


class TestTemplate:
    def test_everything(self, snapshot: SnapshotAssertion) -> None:
        """What is deployed changes only where somebody reviews it; another logical id is another setting."""
        [stack] = registry_stacks_of(REGISTRY)

        assert template_of(stack) == snapshot(extension_class=TemplateSnapshot)

    def test_cfn_lint(self) -> None:
        """Whatever a catalog may say, cfn-lint has nothing to say."""
        [stack] = registry_stacks_of(REGISTRY)

        assert cfn_lint(json.dumps(template_of(stack))) == []

    def test_validation(self) -> None:
        """The AwsSolutions pack of cdk-nag and CloudFormation's own validator find nothing."""
        [stack] = registry_stacks_of(REGISTRY)

        assert validation(app_of(stack)) == []


class TestGates:
    """The gates above are open because nothing is wrong, not because nobody stands there."""

    @pytest.mark.parametrize(
        ("setting", "prop", "value"),
        [
            pytest.param("scanning", "ScanType", "BETTER", id="scanning"),
            pytest.param("replication", "ReplicationConfiguration.Rules.0.Destinations", [], id="replication"),
            pytest.param("signing", "Rules.0.SigningProfileArn", "images", id="signing"),
        ],
    )
    def test_setting(self, setting: str, prop: str, value: object) -> None:
        """cfn-lint and CloudFormation's validator know what a setting may be."""
        [linted], [validated] = registry_stacks_of(REGISTRY), registry_stacks_of(REGISTRY)
        for stack in (linted, validated):
            getattr(registry_in(stack), setting).add_property_override(prop, value)

        assert len(cfn_lint(json.dumps(template_of(linted)))) == 1
        assert [found.partition(" ")[2] for found in validation(app_of(validated))] == [
            f"Registry-dev/Registry/{setting.capitalize()}"
        ]

    def test_cache(self) -> None:
        """They know what a prefix of a cache may be."""
        [linted], [validated] = registry_stacks_of(REGISTRY), registry_stacks_of(REGISTRY)
        for stack in (linted, validated):
            cache = registry_in(stack).pull_through_cache["docker-hub"]
            cache.add_property_override("EcrRepositoryPrefix", "Docker-Hub")

        assert len(cfn_lint(json.dumps(template_of(linted)))) == 1
        assert len(validation(app_of(validated))) == 1

    def test_exclusion(self) -> None:
        """They know what an excluded principal may be."""
        [linted], [validated] = registry_stacks_of(REGISTRY), registry_stacks_of(REGISTRY)
        for stack in (linted, validated):
            registry_in(stack).pull_time_exclusions[0].add_property_override("PrincipalArn", "scanner")

        assert len(cfn_lint(json.dumps(template_of(linted)))) == 1
        assert len(validation(app_of(validated))) == 1

    def test_template(self) -> None:
        """They know what a creation template may be."""
        [linted], [validated] = registry_stacks_of(REGISTRY), registry_stacks_of(REGISTRY)
        for stack in (linted, validated):
            registry_in(stack).creation_templates["ROOT"].add_property_override("ImageTagMutability", "SOMETIMES")

        assert len(cfn_lint(json.dumps(template_of(linted)))) == 1
        assert len(validation(app_of(validated))) == 1


class TestStacks:
    def test_environments(self) -> None:
        """Every environment with settings of a registry has a stack of its name, in its account and Region."""
        [stack] = registry_stacks_of(TWO_ENVIRONMENTS)

        assert (stack.stack_name, stack.environment) == ("Registry-dev", "aws://123456789012/us-east-1")
        assert template_of(stack)["Description"] == "Container registry settings of the environment dev"

    def test_warnings_are_the_catalogs(self) -> None:
        """What the catalog warns of, at its place, the stack does not tell again."""
        [stack] = registry_stacks_of(edited(REGISTRY, ('["*"]', "[dev]")))

        assert Annotations.from_stack(stack).find_warning("*", Match.any_value()) == []

    def test_account_settings_are_noted(self) -> None:
        """The synth notes that account settings are not deployed."""
        [stack] = registry_stacks_of(REGISTRY)

        [note] = Annotations.from_stack(stack).find_info("*", Match.string_like_regexp("account_settings"))
        assert note.entry.data == (
            "account_settings are not deployed, because CloudFormation has no type for them; 'ecrkit audit' compares"
            " them [ack: ecrkit:account-settings]"
        )

    def test_app(self, tmp_path: Path) -> None:
        """The app has the stack beside those of the repositories, which are the same without it."""
        registry = TWO_ENVIRONMENTS[TWO_ENVIRONMENTS.index("registry:\n") : TWO_ENVIRONMENTS.index("repositories:")]
        with_registry = templates_in(synthesized(tmp_path / "with", TWO_ENVIRONMENTS))
        without = templates_in(synthesized(tmp_path / "without", edited(TWO_ENVIRONMENTS, (registry, ""))))

        assert list(without) == ["Repositories-dev", "Repositories-staging"]
        assert with_registry.keys() - without.keys() == {"Registry-dev"}
        assert without.items() <= with_registry.items()


class TestGuard:
    """What would take a setting from everybody who uses the registry, ``ecrkit guard`` refuses."""

    @pytest.mark.parametrize(
        ("edits", "codes"),
        [
            pytest.param((('["*"]', '["*", base]'),), ["GRD173"], id="change-in-place"),
            pytest.param(
                (("    ecr-public: {upstream: public.ecr.aws}\n", ""),), ["GRD172", "GRD152"], id="cache-that-leaves"
            ),
            pytest.param(
                (('repositories: ["prod/*", base]}\n    - profile', "repositories: [base]}\n    - profile"),),
                ["GRD175"],
                id="signing-rule",
            ),
            pytest.param(
                (('"arn:aws:iam::123456789012:role/security/scanner", ', ""),), ["GRD151"], id="exclusion-that-leaves"
            ),
            pytest.param((("docker-hub-a1b2c3", "docker-hub-x9y8z7"),), ["GRD153"], id="other-credential"),
            pytest.param(
                ((REGISTRY[REGISTRY.index("registry:\n") : REGISTRY.index("repositories: {web")], ""),),
                ["GRD141"],
                id="stack-that-leaves",
            ),
        ],
    )
    def test_change(self, baseline: Path, edits: tuple[tuple[str, str], ...], codes: list[str], tmp_path: Path) -> None:
        """A setting or stack that leaves, and what would be replaced, are findings; a change in place is a note."""
        changed = synthesized(tmp_path, edited(REGISTRY, *edits))
        result = ecrkit("guard", changed, "--baseline", baseline, "--output", "json")

        findings = json.loads(result.stdout)["findings"]
        assert [found["code"] for found in findings] == codes
        assert result.returncode == any(found["severity"] == "error" for found in findings)
