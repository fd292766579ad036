"""An audit of registry-wide settings: drift, what is not deployed yet, and what is not declared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from builders.registries import REGISTRY
from builders.registry_answers import actual_as, audited, settings_of

from ecrkit import PolicyStore
from ecrkit.catalog.locations import registry_places
from ecrkit.registry.settings.deployed import TYPES

if TYPE_CHECKING:
    from collections.abc import Callable

    from builders.registry_answers import Answers

BACK = "write the deployed value into the catalog, or restore the declared one by hand; deploying again changes nothing"
DEPLOY = "deploy it, after checking the change with `ecrkit guard`"
CONTINUOUS = '      - {frequency: CONTINUOUS_SCAN, repositories: ["prod/*", base]}\n'
PULL_THROUGH = '    pull_through_by: ["arn:aws:iam::123456789012:role/ci", "444444444444"]\n'
ECR_PUBLIC = "    ecr-public: {upstream: public.ecr.aws}\n"
BARE = f"{REGISTRY.partition('registry:')[0]}repositories: {{web: }}\n"


@pytest.fixture(scope="module")
def policies() -> PolicyStore:
    """Give the bundled policies, of which the catalog names one."""
    return PolicyStore.bundled()


def template(answers: Answers, number: int = 0) -> dict[str, Any]:
    templates: list[dict[str, Any]] = answers["DescribeRepositoryCreationTemplates"]["repositoryCreationTemplates"]
    return templates[number]


def cache(answers: Answers) -> dict[str, Any]:
    caches: list[dict[str, Any]] = answers["DescribePullThroughCacheRules"]["pullThroughCacheRules"]
    return caches[0]


def test_registry_as_declared_has_no_finding(policies: PolicyStore) -> None:
    """What ECR answers about a registry that was deployed from the catalog is no drift, for every kind of setting."""
    actual = actual_as(REGISTRY, policies)

    assert {one.key for one in actual.settings} == {*TYPES.values(), "account_settings"}
    assert audited(REGISTRY, actual, policies) == []
    assert audited(REGISTRY, replace(actual, template=tuple(settings_of(REGISTRY, policies))), policies) == []


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        pytest.param(
            lambda answers: answers["GetRegistryScanningConfiguration"]["scanningConfiguration"].update(
                scanType="BASIC", rules=[]
            ),
            "error: scanning: the scanning configuration differs from the declared one: "
            "its type is BASIC, declared ENHANCED; the rule 'CONTINUOUS_SCAN of base, prod/*' is missing; the rule "
            f"'SCAN_ON_PUSH of *' is missing; {BACK} [AUD131]",
            id="scanning",
        ),
        pytest.param(
            lambda answers: answers["DescribeRegistry"]["replicationConfiguration"]["rules"][1]["destinations"].append(
                {"region": "eu-west-3", "registryId": "123456789012"}
            ),
            "error: replication: the replication rules differ from the declared ones: "
            "the rule 'every repository to eu-west-3, us-west-2' is not declared; the rule 'every repository to "
            f"us-west-2' is missing; {BACK} [AUD132]",
            id="replication",
        ),
        pytest.param(
            lambda answers: answers["GetRegistryPolicy"].update(
                policyText=answers["GetRegistryPolicy"]["policyText"].replace("444444444444", "555555555555")
            ),
            "error: policy: the registry policy differs from the declared one: "
            f"statement 'PullThrough' has a different Principal; {BACK} [AUD133]",
            id="policy",
        ),
        pytest.param(
            lambda answers: cache(answers).pop("credentialArn"),
            'error: pull_through_cache["docker-hub"]: the pull-through cache differs '
            "from the declared one: its credential is none, declared arn:aws:secretsmanager:us-east-1:123456789012:"
            f"secret:ecr-pullthroughcache/docker-hub-a1b2c3; {BACK} [AUD134]",
            id="cache",
        ),
        pytest.param(
            lambda answers: template(answers).update(
                lifecyclePolicy="", imageTagMutability="MUTABLE", imageTagMutabilityExclusionFilters=[]
            ),
            'error: creation_templates["docker-hub"]: the creation template differs '
            "from the declared one: its mutability is MUTABLE, declared MUTABLE_WITH_EXCLUSION; its tag filter "
            f"is none, declared v*; its lifecycle policy: none is deployed; {BACK} [AUD135]",
            id="template",
        ),
        pytest.param(
            lambda answers: answers["GetSigningConfiguration"]["signingConfiguration"]["rules"].pop(),
            "error: signing: the signing rules differ from the declared ones: the rule "
            "'every repository with arn:aws:signer:us-east-1:210987654321:/signing-profiles/all_images' is missing; "
            f"{BACK} [AUD136]",
            id="signing",
        ),
        pytest.param(
            lambda answers: answers.update({"GetAccountSetting BLOB_MOUNTING": {"value": "DISABLED"}}),
            "error: account_settings.blob_mounting: is DISABLED, declared ENABLED; "
            "set it with `aws ecr put-account-setting --name BLOB_MOUNTING --value ENABLED`, because no deploy "
            "changes it; or write the deployed value into the catalog [AUD137]",
            id="account setting",
        ),
        pytest.param(
            lambda answers: answers["ListPullTimeUpdateExclusions"]["pullTimeUpdateExclusions"].pop(),
            'error: pull_time_exclusions["arn:aws:iam::210987654321:user/scanner"]: is '
            "declared, but not deployed in 123456789012 us-east-1; deploy it; if it was deleted by hand, deploy once "
            "without it, then once with it [AUD138]",
            id="missing",
        ),
        pytest.param(
            lambda answers: answers["DescribePullThroughCacheRules"]["pullThroughCacheRules"].append(
                {"ecrRepositoryPrefix": "quay", "upstreamRegistryUrl": "quay.io"}
            ),
            "error: pull_through_cache.quay: is deployed in 123456789012 us-east-1, "
            "but not in the catalog, which declares others under this key; declare it with `ecrkit adopt --registry`, "
            "or delete it with `aws ecr delete-pull-through-cache-rule --ecr-repository-prefix quay` [AUD139]",
            id="undeclared",
        ),
    ],
)
def test_change_by_hand_is_drift(policies: PolicyStore, change: Callable[[Answers], object], finding: str) -> None:
    """A setting that somebody changed by hand is one finding at its place, with and without a deployed template."""
    actual = actual_as(REGISTRY, policies, change=change)

    assert audited(REGISTRY, actual, policies) == [finding]
    assert audited(REGISTRY, replace(actual, template=tuple(settings_of(REGISTRY, policies))), policies) == [finding]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        pytest.param("type: ENHANCED", "type: BASIC", "scanning: {}: the catalog changed scanning", id="changed"),
        pytest.param(
            ECR_PUBLIC,
            f"{ECR_PUBLIC}    quay: {{upstream: quay.io}}\n",
            "pull_through_cache.quay: {}: the catalog added the pull-through cache quay",
            id="added",
        ),
        pytest.param(
            ECR_PUBLIC,
            "",
            'pull_through_cache["ecr-public"]: {}: the catalog no longer has the pull-through cache ecr-public, but '
            "the stack Registry-dev still has it",
            id="removed",
        ),
    ],
)
def test_changed_catalog_is_not_deployed_yet(policies: PolicyStore, old: str, new: str, found: str) -> None:
    """What only the catalog changed is a note: ECR and the deployed template agree."""
    deployed = REGISTRY.replace(CONTINUOUS, "").replace(PULL_THROUGH, "")
    actual = replace(actual_as(deployed, policies), template=tuple(settings_of(deployed, policies)))

    assert audited(deployed.replace(old, new), actual, policies) == [
        f"note: {found.format('not deployed yet')}; {DEPLOY} [AUD104]"
    ]


def test_change_by_hand_and_in_the_catalog_is_both(policies: PolicyStore) -> None:
    """If all three differ, drift is the difference from the template, and the message says what a deploy does."""
    changed = REGISTRY.replace("upstream: public.ecr.aws", "upstream: registry.k8s.io")
    actual = actual_as(REGISTRY.replace("upstream: public.ecr.aws", "upstream: quay.io"), policies)

    pending, drift = audited(changed, replace(actual, template=tuple(settings_of(REGISTRY, policies))), policies)
    assert pending == (
        'note: pull_through_cache["ecr-public"]: not deployed yet: the catalog changed the pull-through cache '
        f"ecr-public; {DEPLOY} [AUD104]"
    )
    assert drift == (
        'error: pull_through_cache["ecr-public"]: the pull-through cache differs from the declared one: its upstream '
        "is quay.io, declared public.ecr.aws; write the deployed value into the catalog, or deploy the catalog to "
        "overwrite it [AUD134]"
    )


def test_undeclared_settings_are_one_note(policies: PolicyStore) -> None:
    """A catalog that omits `registry` gets one note about all that exists, and none about what every registry has."""
    actual = actual_as(REGISTRY, policies)

    [note] = audited(BARE, actual, policies)
    assert note == (
        "note: : deployed in 123456789012 us-east-1, but not in the catalog: scanning, replication, policy, "
        "3 pull-through caches, 2 creation templates, signing, 2 pull-time exclusions; declare them with "
        "`ecrkit adopt --registry`; a deploy leaves them as they are [AUD140]"
    )
    assert audited(BARE, actual_as(BARE, policies), policies) == []


def test_what_cannot_be_read_is_not_compared(policies: PolicyStore) -> None:
    """Without a permission a declared setting is neither drift nor missing; the others are compared."""

    def denied(answers: Answers) -> None:
        answers |= dict.fromkeys(("GetRegistryPolicy", "DescribePullThroughCacheRules"), "AccessDeniedException")
        answers["GetAccountSetting BLOB_MOUNTING"] = "AccessDeniedException"
        answers["GetSigningConfiguration"] = "SigningConfigurationNotFoundException"

    findings = audited(REGISTRY, actual_as(REGISTRY, policies, change=denied), policies)
    assert [finding.rpartition(" ")[2] for finding in findings] == ["[AUD138]"]
    assert "signing: is declared, but not deployed" in findings[0]


def test_findings_are_where_the_setting_is_declared() -> None:
    """An environment's own key goes before the catalog's; what is in neither is at `registry` or the environment."""
    text = f"""{REGISTRY.partition("registry:")[0]}    registry:
      pull_through_cache:
        quay: {{upstream: quay.io}}
registry:
  pull_through_cache: {{ecr-public: {{upstream: public.ecr.aws}}}}
  signing: []
"""
    text = text.replace('dev: {account: "123456789012", region: us-east-1}', 'dev:\n    account: "123456789012"')

    places = registry_places(text, file="repositories.yaml", environment="dev")
    assert {path: (place.line, place.column) for path, place in places.items()} == {
        (): (4, 5),
        ("signing",): (9, 3),
        ("pull_through_cache",): (5, 7),
        ("pull_through_cache", "quay"): (6, 9),
    }
    assert registry_places(BARE, file="repositories.yaml", environment="dev")[()].line == 2
