"""What the catalog says of registry-wide settings that are adopted comes to what is deployed, and to nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from builders.adoptions import ONE, TWO
from builders.registries import REGISTRY
from builders.registry_answers import actual_as, audited, settings_of
from builders.stores import make_store, policy_text

from ecrkit import PolicyStore
from ecrkit.catalog import check_catalog
from ecrkit.deployment.adoption import Adopter, import_steps, setting_mappings
from ecrkit.policies.references import PolicyRef

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from builders.registry_answers import Answers

    from ecrkit.deployment.adoption import Adopted
    from ecrkit.registry.settings.deployed import RegistrySetting

WEB = "repositories:\n  web: {lifecycle: ten@1}\n"
BARE = f"{ONE}{WEB}"
CACHE = "registry:\n  pull_through_cache:\n    quay: {upstream: quay.io}  # ours\n"


@pytest.fixture
def policies(tmp_path: Path) -> PolicyStore:
    """A store with the policies that the catalogs name."""
    text = PolicyStore.bundled().path(PolicyRef("expire-untagged", 1)).read_text()
    return PolicyStore(make_store(tmp_path, {"ten/v1.json": policy_text(), "expire-untagged/v1.json": text}))


def settings(policies: PolicyStore, change: Callable[[Answers], object] = id) -> list[RegistrySetting]:
    """Read a registry that has every kind of setting."""
    return list(actual_as(REGISTRY, policies, change=change).settings)


def adopt(
    text: str,
    wanted: list[RegistrySetting],
    policies: PolicyStore,
    *,
    owners: Mapping[tuple[str, str], str] | None = None,
    environment: str = "dev",
) -> Adopted:
    adopter = Adopter(text, file="repositories.yaml", policies=policies, environment=environment)
    return adopter.adopt_registry(wanted, owners=owners or {})


def of(key: str, wanted: list[RegistrySetting]) -> list[RegistrySetting]:
    return [one for one in wanted if one.key == key]


def test_every_kind_of_setting_is_declared_as_it_is(policies: PolicyStore) -> None:
    """An audit of the new catalog finds nothing, and everything but account settings can be imported."""
    there = settings(policies)

    adopted = adopt(BARE, there, policies)

    assert adopted.refused_settings == {}
    assert audited(adopted.after, actual_as(REGISTRY, policies), policies) == []
    assert {one.identity for one in settings_of(adopted.after, policies)} == {one.identity for one in there}
    [mapping] = setting_mappings(adopted.settings).values()
    identifiers = [next(iter(identifier.items())) for identifier in mapping.values()]
    assert identifiers == [
        ("RegistryId", "123456789012"),
        ("RegistryId", "123456789012"),
        ("RegistryId", "123456789012"),
        ("EcrRepositoryPrefix", "docker-hub"),
        ("EcrRepositoryPrefix", "ecr-public"),
        ("EcrRepositoryPrefix", "shared/images"),
        ("Prefix", "docker-hub"),
        ("Prefix", "ROOT"),
        ("RegistryId", "123456789012"),
        ("PrincipalArn", "arn:aws:iam::123456789012:role/security/scanner"),
        ("PrincipalArn", "arn:aws:iam::210987654321:user/scanner"),
    ]


def test_settings_are_written_as_the_documentation_writes_them(policies: PolicyStore) -> None:
    """Lists and entries stand below `registry`, behind all that was there."""
    adopted = adopt(BARE, [*of("scanning", there := settings(policies)), *of("creation_templates", there)], policies)

    assert adopted.after.removeprefix(adopted.before) == (
        "registry:\n"
        "  scanning:\n"
        "    type: ENHANCED\n"
        "    rules:\n"
        "    - frequency: CONTINUOUS_SCAN\n"
        "      repositories: [prod/*, base]\n"
        "    - frequency: SCAN_ON_PUSH\n"
        "      repositories: ['*']\n"
        "  creation_templates:\n"
        "    docker-hub:\n"
        "      applied_for: [PULL_THROUGH_CACHE]\n"
        "      lifecycle: expire-untagged@1\n"
        "      encryption: {type: KMS, key: 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-"
        "555555555555'}\n"
        "      mutability: MUTABLE\n"
        "      immutable_tags: [v*]\n"
        "      pull:\n"
        "        organizations: [o-a1b2c3d4e5]\n"
        "      tags: {team: platform}\n"
        "      description: Images of Docker Hub\n"
        "      role: arn:aws:iam::123456789012:role/ecr-templates\n"
        "    ROOT:\n"
        "      applied_for: [CREATE_ON_PUSH, REPLICATION]\n"
        "      mutable_tags: [latest, edge]\n"
    )


def test_several_environments_have_their_own(policies: PolicyStore) -> None:
    """A catalog with several environments gets the settings in that environment: others have their own registry."""
    adopted = adopt(f"{TWO}{WEB}", of("scanning", settings(policies)), policies)

    [dev, prod] = _environments(adopted, policies)
    assert dev.registry.scanning is not None
    assert prod.registry is None


def test_key_of_all_environments_is_not_replaced(policies: PolicyStore) -> None:
    """An environment's own key would replace the whole key of the catalog; an undeclared entry is told instead."""
    adopted = adopt(f"{TWO}{WEB}{CACHE}", of("pull_through_cache", settings(policies)), policies)

    assert adopted.after == adopted.before
    assert adopted.refused_settings['registry.pull_through_cache["docker-hub"]'] == (
        "the catalog declares 'pull_through_cache' for all environments; add it there by hand",
    )


def test_entries_are_added_to_a_key_that_is_declared(policies: PolicyStore) -> None:
    """What is declared stays as it is written, with its comments; only what is missing is added."""
    wanted = [one for one in settings(policies) if one.key in {"pull_time_exclusions", "pull_through_cache"}]
    exclusions = "  pull_time_exclusions:\n  - arn:aws:iam::123456789012:role/ours\n"

    adopted = adopt(f"{ONE}{CACHE}{exclusions}{WEB}", wanted, policies)

    assert CACHE in adopted.after
    assert "    ecr-public:\n      upstream: public.ecr.aws\n" in adopted.after
    assert f"{exclusions}  - arn:aws:iam::123456789012:role/security/scanner\n" in adopted.after
    again = adopt(adopted.after, wanted, policies)
    assert (again.after, again.settings, again.refused_settings) == (adopted.after, (), {})


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("scanning", ""),
        ("replication", ""),
        ("replication", "[]"),
        ("signing", "[]"),
        ("pull_time_exclusions", ""),
        ("pull_time_exclusions", "[]"),
    ],
)
def test_empty_key_is_told(key: str, written: str, policies: PolicyStore) -> None:
    """A key that is empty on purpose stays so; the others are adopted."""
    there = settings(policies)

    adopted = adopt(f"{ONE}registry:\n  {key}: {written}\n{WEB}", there, policies)

    assert set(adopted.refused_settings.values()) == {(f"the catalog has an empty '{key}'; remove that first",)}
    assert len(adopted.settings) == len(there) - len(of(key, there))


def test_lifecycle_policy_of_a_template_is_published(policies: PolicyStore) -> None:
    """A template whose policy the store lacks gets a new version, as a repository does."""

    def change(answers: Answers) -> None:
        templates: list[dict[str, Any]] = answers["DescribeRepositoryCreationTemplates"]["repositoryCreationTemplates"]
        templates[0]["lifecyclePolicy"] = policy_text(keep=77)

    adopted = adopt(BARE, of("creation_templates", settings(policies, change)), policies)

    [reference] = adopted.policies
    assert f"lifecycle: {reference}\n" in adopted.after


@pytest.mark.parametrize(
    ("key", "change", "owners", "reason"),
    [
        pytest.param(
            "scanning",
            lambda answers: answers["GetRegistryScanningConfiguration"]["scanningConfiguration"]["rules"][0].update(
                scanFrequency="MANUAL"
            ),
            {},
            "rules[0].frequency: ",
            id="value that the catalog does not have",
        ),
        pytest.param(
            "policy",
            lambda answers: answers["GetRegistryPolicy"].update(
                policyText=answers["GetRegistryPolicy"]["policyText"]
                .replace('"Deny"', '"Allow"')
                .replace(', "Condition": {"Bool": {"aws:PrincipalIsAWSService": false}}', "")
            ),
            {},
            "statements[3].Principal: ",
            id="open to everyone",
        ),
        pytest.param(
            "replication",
            id,
            {("replication", ""): "Shop"},
            "belongs to the stack Shop, so no other stack can import it; ",
            id="of another stack",
        ),
        pytest.param(
            "signing",
            id,
            {("signing", ""): "Registry-dev"},
            "belongs to the stack Registry-dev, but the catalog no longer declares it; put it back",
            id="of its own stack",
        ),
    ],
)
def test_what_cannot_be_declared_is_refused(
    policies: PolicyStore,
    key: str,
    change: Callable[[Answers], object],
    owners: dict[tuple[str, str], str],
    reason: str,
) -> None:
    """A setting that the catalog cannot declare is refused with the reason; the others are adopted."""
    adopted = adopt(BARE, settings(policies, change), policies, owners=owners)

    [(shown, [told])] = adopted.refused_settings.items()
    assert shown == f"registry.{key}"
    assert told.startswith(reason)
    assert len(adopted.settings) == 13


def test_steps_say_that_nothing_imports_account_settings(policies: PolicyStore) -> None:
    """CloudFormation has no type for account settings; an import of the registry names what it does not do."""
    adopted = adopt(BARE, [*of("scanning", settings(policies)), *of("account_settings", settings(policies))], policies)
    [dev] = _environments(adopted, policies)

    names = [one.name for one in adopted.settings if not one.stack]
    assert import_steps(dev, {"Registry-dev": "cdk-import/Registry-dev.json"}, account_settings=names) == [
        "# Review and commit the written files. A plain `cdk deploy` fails: the settings exist. Run",
        "npx cdk import Registry-dev --resource-mapping cdk-import/Registry-dev.json",
        "npx cdk deploy Registry-dev",
        (
            "# No stack imports BASIC_SCAN_TYPE_VERSION, REGISTRY_POLICY_SCOPE, BLOB_MOUNTING: CloudFormation has no "
            "type for account settings."
        ),
        "# and then:",
        "ecrkit audit --environment dev",
    ]


def _environments(adopted: Adopted, policies: PolicyStore) -> Any:  # noqa: ANN401 - environments of either number
    checked = check_catalog(adopted.after, file="repositories.yaml", policies=policies)
    assert checked.catalog, checked.findings
    return checked.catalog.environments
