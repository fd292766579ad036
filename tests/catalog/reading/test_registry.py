"""What `registry:` of a catalog, and of an environment, comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.catalogs import catalog, errors
from builders.registries import REGISTRY

from ecrkit.catalog import check_catalog
from ecrkit.policies.references import PolicyRef
from ecrkit.registry.access import Access, Grantees
from ecrkit.registry.properties import Mutability
from ecrkit.registry.settings import (
    AccountSettings,
    AppliedFor,
    BasicScanTypeVersion,
    BlobMounting,
    CreationTemplate,
    Destination,
    PullThroughCacheRule,
    RegistryPolicy,
    RegistryPolicyScope,
    RegistrySettings,
    ReplicationRule,
    ReplicationSource,
    ScanFrequency,
    Scanning,
    ScanningRule,
    ScanType,
    SigningRule,
    TemplateEncryption,
)

if TYPE_CHECKING:
    from ecrkit.errors import Finding
    from ecrkit.policies.store import PolicyStore

TWO_ENVIRONMENTS = """\
environments:
  dev: {account: "123456789012", region: us-east-1}
  prod: {account: "210987654321", region: eu-west-1%s}
registry:%s
repositories: {web: }
"""


def two_environments(registry: str, *, prod: str | None = None) -> str:
    """Write a catalog of two environments, and what is registry-wide in both and in the second."""
    return TWO_ENVIRONMENTS % ("" if prod is None else f", registry: {prod}", f" {registry}")


def registry(text: str) -> RegistrySettings | None:
    """Give what is registry-wide in the only environment of a catalog, from the text behind `registry`."""
    environment = f'environments: {{dev: {{account: "123456789012", region: us-east-1}}}}\nregistry: {text}\n'
    (only,) = catalog(f"{environment}repositories: {{web: }}\n").environments
    return only.registry


def warnings(text: str) -> list[str]:
    """Give the warnings of a registry, with the reasons of those that are silenced."""
    return [f"{found}{found.silenced and f' ({found.silenced})'}" for found in registry_findings(text)]


def registry_findings(text: str, policies: PolicyStore | None = None) -> list[Finding]:
    """Give the findings that are not about repositories."""
    findings = check_catalog(text, file="repositories.yaml", policies=policies).findings
    return [found for found in findings if found.location.pointer.startswith("/registry")]


class TestValues:
    def test_everything(self, policies: PolicyStore) -> None:
        """Every setting is there, in the order written."""
        (dev,) = catalog(REGISTRY, policies).environments

        assert dev.registry == RegistrySettings(
            scanning=Scanning(
                type=ScanType.ENHANCED,
                rules=(
                    ScanningRule(frequency=ScanFrequency.CONTINUOUS_SCAN, repositories=("prod/*", "base")),
                    ScanningRule(frequency=ScanFrequency.SCAN_ON_PUSH, repositories=("*",)),
                ),
            ),
            replication=(
                ReplicationRule(
                    to=(Destination(region="eu-west-1"), Destination(account="210987654321", region="us-east-1")),
                    repositories=("prod/",),
                ),
                ReplicationRule(to=(Destination(region="us-west-2"),)),
            ),
            policy=RegistryPolicy(
                replication_from=(
                    ReplicationSource(account="210987654321"),
                    ReplicationSource(account="333333333333", repositories=("prod/", "base/")),
                ),
                pull_through_by=("arn:aws:iam::123456789012:role/ci", "444444444444"),
                statements=(
                    {
                        "Sid": "NobodyDeletes",
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": ["ecr:DeleteRepository"],
                        "Resource": "*",
                        "Condition": {"Bool": {"aws:PrincipalIsAWSService": False}},
                    },
                ),
            ),
            pull_through_cache={
                "docker-hub": PullThroughCacheRule(
                    upstream="registry-1.docker.io",
                    credential=(
                        "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/docker-hub-a1b2c3"
                    ),
                ),
                "ecr-public": PullThroughCacheRule(upstream="public.ecr.aws"),
                "shared/images": PullThroughCacheRule(
                    upstream="210987654321.dkr.ecr.us-east-1.amazonaws.com",
                    role="arn:aws:iam::123456789012:role/service/ecr-pull",
                    upstream_prefix="team",
                ),
            },
            creation_templates={
                "docker-hub": CreationTemplate(
                    applied_for=(AppliedFor.PULL_THROUGH_CACHE,),
                    lifecycle=(PolicyRef("expire-untagged", 1),),
                    encryption=TemplateEncryption.KMS,
                    key="arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555",
                    mutability=Mutability.MUTABLE,
                    immutable_tags=("v*",),
                    access=Access(pull=Grantees(organizations=("o-a1b2c3d4e5",))),
                    tags={"team": "platform"},
                    description="Images of Docker Hub",
                    role="arn:aws:iam::123456789012:role/ecr-templates",
                    silence={"ECR212": "They are cached again when they are pulled again."},
                ),
                "ROOT": CreationTemplate(
                    applied_for=(AppliedFor.REPLICATION, AppliedFor.CREATE_ON_PUSH), mutable_tags=("latest", "edge")
                ),
            },
            signing=(
                SigningRule(
                    profile="arn:aws:signer:us-east-1:123456789012:/signing-profiles/prod_images",
                    repositories=("prod/*", "base"),
                ),
                SigningRule(profile="arn:aws:signer:us-east-1:210987654321:/signing-profiles/all_images"),
            ),
            pull_time_exclusions=(
                "arn:aws:iam::123456789012:role/security/scanner",
                "arn:aws:iam::210987654321:user/scanner",
            ),
            account_settings=AccountSettings(
                basic_scan_type_version=BasicScanTypeVersion.AWS_NATIVE,
                registry_policy_scope=RegistryPolicyScope.V2,
                blob_mounting=BlobMounting.ENABLED,
            ),
        )

    @pytest.mark.parametrize("text", ["", "{}", "{scanning: , policy: }", "{replication: []}"])
    def test_nothing(self, text: str) -> None:
        """Where nothing is said there is nothing, so that no stack is made of it."""
        assert registry(text) is None

    def test_encryption_in_a_word(self) -> None:
        """Encryption without a key of one's own is a word."""
        settings = registry(
            "{creation_templates: {a: {applied_for: [REPLICATION], encryption: KMS_DSSE,"
            ' role: "arn:aws:iam::123456789012:role/r"}}}'
        )

        assert settings is not None
        assert settings.creation_templates["a"].encryption is TemplateEncryption.KMS_DSSE
        assert settings.creation_templates["a"].key is None

    def test_key_alone(self) -> None:
        """A key alone means KMS, in a catalog and in Python."""
        key = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"
        settings = registry(
            f"{{creation_templates: {{a: {{applied_for: [REPLICATION], encryption: {{key: '{key}'}},"
            ' role: "arn:aws:iam::123456789012:role/r"}}}'
        )

        assert settings is not None
        assert settings.creation_templates["a"].encryption is TemplateEncryption.KMS
        assert CreationTemplate(applied_for=(), key=key).encryption_type is TemplateEncryption.KMS
        assert CreationTemplate(applied_for=()).encryption_type is TemplateEncryption.AES256


class TestWarnings:
    @pytest.mark.parametrize(
        ("scan_type", "what"),
        [
            pytest.param("BASIC", "other images are scanned only on request", id="basic"),
            pytest.param("ENHANCED", "other images are not scanned", id="enhanced"),
        ],
    )
    def test_scanning_that_leaves_repositories_out(self, scan_type: str, what: str) -> None:
        """Since it supersedes what repositories say, scanning of only some is a warning, with a reason or not."""
        text = two_environments(
            f"{{scanning: {{type: {scan_type}, rules: [{{frequency: SCAN_ON_PUSH, repositories: [prod]}}]}}}}"
        )
        silenced = text.replace("rules:", "silence: {CAT223: Only these run.}, rules:")
        said = (
            f"registry.scanning.rules: no rule has the pattern '*', so {what}, whatever a repository declares; add "
            "'*' to SCAN_ON_PUSH [CAT223]"
        )
        line, silenced_line = text.splitlines()[3], silenced.splitlines()[3]

        assert warnings(text) == [f"repositories.yaml:4:{line.index('[') + 1}: {said}"]
        assert warnings(silenced) == [f"repositories.yaml:4:{silenced_line.index('[') + 1}: {said} (Only these run.)"]

    @pytest.mark.parametrize(
        ("template", "codes"),
        [
            pytest.param("applied_for: [PULL_THROUGH_CACHE]", ["CAT267", "ECR211", "ECR212"], id="immutable cache"),
            pytest.param(
                "applied_for: [PULL_THROUGH_CACHE], mutable_tags: [latest]", ["ECR211", "ECR212"], id="some tags move"
            ),
            pytest.param(
                "applied_for: [PULL_THROUGH_CACHE], mutability: MUTABLE", ["ECR211", "ECR212"], id="mutable cache"
            ),
            pytest.param("applied_for: [REPLICATION]", ["ECR211", "ECR212"], id="no cache"),
            pytest.param("applied_for: [REPLICATION], lifecycle: keep-ten@1", ["ECR213"], id="policy"),
        ],
    )
    def test_template(self, template: str, codes: list[str], policies: PolicyStore) -> None:
        """A template is warned of what its repositories would be, and of tags that never move in a cache."""
        text = two_environments(f"{{creation_templates: {{docker-hub: {{{template}}}}}}}")

        assert [found.code for found in registry_findings(text, policies)] == codes

    def test_template_warnings_stand_at_the_prefix(self) -> None:
        """What a template lacks has no place of its own, and is told at its prefix."""
        text = two_environments("{creation_templates: {docker-hub: {applied_for: [PULL_THROUGH_CACHE]}}}")
        silenced = text.replace("applied_for", "silence: {ECR211: a, ECR212: b, CAT267: c}, applied_for")

        assert {found.partition(": ")[0] for found in warnings(text)} == {"repositories.yaml:4:33"}
        assert [found.rpartition(" (")[2] for found in warnings(silenced)] == ["c)", "a)", "b)"]


class TestEnvironments:
    def test_all_have_the_same(self) -> None:
        """What the catalog says holds in every environment."""
        dev, prod = catalog(two_environments("{replication: [{to: [{region: us-west-2}]}]}")).environments

        assert (
            dev.registry
            == prod.registry
            == RegistrySettings(replication=(ReplicationRule(to=(Destination(region="us-west-2"),)),))
        )

    @pytest.mark.parametrize(
        ("key", "all_of_them", "one"),
        [
            pytest.param(
                "signing",
                "[{profile: 'arn:aws:signer:us-east-1:123456789012:/signing-profiles/a1'}]",
                "[{profile: 'arn:aws:signer:eu-west-1:123456789012:/signing-profiles/b2'}]",
                id="signing",
            ),
            pytest.param(
                "pull_time_exclusions",
                "['arn:aws:iam::123456789012:role/a']",
                "['arn:aws:iam::210987654321:role/b']",
                id="exclusions",
            ),
            pytest.param(
                "account_settings", "{blob_mounting: ENABLED}", "{registry_policy_scope: V2}", id="account settings"
            ),
        ],
    )
    def test_one_has_another_or_none(self, key: str, all_of_them: str, one: str) -> None:
        """An environment replaces a key as a whole, and an empty key there removes it."""
        dev, prod = catalog(two_environments(f"{{{key}: {all_of_them}}}", prod=f"{{{key}: {one}}}")).environments
        _, without = catalog(two_environments(f"{{{key}: {all_of_them}}}", prod=f"{{{key}: }}")).environments

        assert (dev.registry, prod.registry) == (registry(f"{{{key}: {all_of_them}}}"), registry(f"{{{key}: {one}}}"))
        assert without.registry is None

    def test_one_has_another(self) -> None:
        """What an environment says takes the place of a whole key, and leaves the others."""
        dev, prod = catalog(
            two_environments(
                "{pull_through_cache: {quay: {upstream: quay.io}, k8s: {upstream: registry.k8s.io}},"
                " replication: [{to: [{region: us-west-2}]}]}",
                prod="{pull_through_cache: {quay: {upstream: quay.io}}}",
            )
        ).environments

        assert dev.registry is not None
        assert prod.registry is not None
        assert list(dev.registry.pull_through_cache) == ["quay", "k8s"]
        assert list(prod.registry.pull_through_cache) == ["quay"]
        assert prod.registry.replication == dev.registry.replication

    def test_one_has_none(self) -> None:
        """A key with nothing behind it takes the setting away."""
        dev, prod = catalog(
            two_environments("{replication: [{to: [{region: us-west-2}]}]}", prod="{replication: }")
        ).environments

        assert dev.registry is not None
        assert prod.registry is None

    def test_only_one_has_any(self) -> None:
        """An environment can be the only one."""
        dev, prod = catalog(two_environments("", prod="{replication: [{to: [{region: us-west-2}]}]}")).environments

        assert dev.registry is None
        assert prod.registry is not None

    def test_told_once(self) -> None:
        """What is wrong in all environments alike is one finding."""
        assert errors(two_environments("{replication: [{to: [{region: Oregon}]}]}")) == [
            (
                "repositories.yaml:4:41: registry.replication[0].to[0].region: must be a Region as in 'eu-west-1',"
                " got 'Oregon' [CAT205]"
            )
        ]

    def test_told_where_it_is_wrong(self) -> None:
        """What is wrong in one environment only says where the registry would be."""
        credential = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/hub-a1b2c3"
        cache = f'{{pull_through_cache: {{hub: {{upstream: registry-1.docker.io, credential: "{credential}"}}}}}}'

        assert errors(two_environments(cache)) == [
            (
                "repositories.yaml:4:83: registry.pull_through_cache.hub.credential: the secret is in us-east-1 of "
                "123456789012, but the registry is in eu-west-1 of 210987654321; name a secret in that account and "
                "Region; an environment can have its own `registry:` [CAT253]"
            )
        ]
        assert errors(two_environments(cache, prod="{pull_through_cache: }")) == []

    def test_told_in_the_environment(self) -> None:
        """What an environment says for itself has its place there."""
        assert errors(two_environments("", prod="{replication: [{to: [{region: eu-west-1}]}]}")) == [
            (
                "repositories.yaml:3:85: environments.prod.registry.replication[0].to[0]: the"
                " destination is the registry"
                " itself, 210987654321 in eu-west-1; remove it; an environment can have its own `registry:` [CAT230]"
            )
        ]
