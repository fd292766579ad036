"""What `registry:` of a catalog, and of an environment, comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.catalogs import catalog, errors
from builders.policies import edited
from builders.registries import REFUSED, REGISTRY, RefusedRegistry

from ecrkit.catalog import check_catalog
from ecrkit.errors import Severity
from ecrkit.policies.store import PolicyRef
from ecrkit.registry.access import Access, Grantees
from ecrkit.registry.properties import Mutability
from ecrkit.registry.settings import (
    REGISTRY_RULEBOOK,
    AppliedFor,
    CreationTemplate,
    Destination,
    PullThroughCacheRule,
    RegistryPolicy,
    RegistrySettings,
    ReplicationRule,
    ReplicationSource,
    ScanFrequency,
    Scanning,
    ScanningRule,
    ScanType,
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
    return [found for found in findings if found.pointer.startswith("/registry")]


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


class TestRefused:
    @pytest.mark.parametrize("refused", [pytest.param(case, id=f"{case.code} {case.id}") for case in REFUSED])
    def test_says_what_is_wrong_where_and_what_to_do(self, refused: RefusedRegistry, policies: PolicyStore) -> None:
        """Each thing that could not be deployed is an error, and the only one, at its own place."""
        assert errors(refused.text, policies) == [f"repositories.yaml:{refused.finding}"]
        assert refused.finding.endswith(f"[{refused.code}]")
        assert check_catalog(refused.text, file="repositories.yaml", policies=policies).catalog is None

    def test_every_check_has_a_case(self) -> None:
        """No error of the rulebook is without a case; the warnings have tests of their own below."""
        made = {check.code for check in REGISTRY_RULEBOOK if check.severity is Severity.ERROR}

        assert made == {case.code for case in REFUSED}

    @pytest.mark.parametrize(
        ("edits", "findings"),
        [
            pytest.param(
                (("type: ENHANCED", "type: BETTER"),),
                ["5:11: registry.scanning.type: must be 'BASIC' or 'ENHANCED', got 'BETTER' [CAT106]"],
                id="type, and not what it was meant to be",
            ),
            pytest.param(
                (("frequency: SCAN_ON_PUSH", "frequency: MANUAL"),),
                [
                    (
                        "8:21: registry.scanning.rules[1].frequency: must be 'SCAN_ON_PUSH' or 'CONTINUOUS_SCAN',"
                        " got 'MANUAL' [CAT106]"
                    )
                ],
                id="frequency",
            ),
            pytest.param(
                (('["*"]', "[7]"),),
                [
                    (
                        "8:50: registry.scanning.rules[1].repositories[0]: must be a string, got an"
                        ' integer; write "7" [CAT105]'
                    )
                ],
                id="pattern, and not that there is none",
            ),
            pytest.param(
                (("{region: us-west-2}", "{account: 210987654321}, {region: Oregon}"),),
                [
                    "12:12: registry.replication[1].to[0]: the required key 'region' is missing; add it [CAT104]",
                    (
                        "12:22: registry.replication[1].to[0].account: must be a string, got an integer;"
                        ' write "210987654321" [CAT105]'
                    ),
                    (
                        "12:46: registry.replication[1].to[1].region: must be a Region as in 'eu-west-1', got 'Oregon'"
                        " [CAT205]"
                    ),
                ],
                id="place, and that of the next one",
            ),
            pytest.param(
                (("    - to: [{region: us-west-2}]", "    - repositories: [a]"),),
                [
                    "12:7: registry.replication[1]: the required key 'to' is missing; add it [CAT104]",
                    (
                        "12:22: registry.replication[1].repositories[0]: must be the beginning of a"
                        " repository's name, as in"
                        " 'prod/', of 2 to 256 characters, got 'a' [CAT206]"
                    ),
                ],
                id="rule without destinations",
            ),
            pytest.param(
                (('["210987654321", {', "[7, {"), ("333333333333", "me")),
                [
                    '14:24: registry.policy.replication_from[0]: must be a string, got an integer; write "7" [CAT105]',
                    (
                        "14:37: registry.policy.replication_from[1].account: must be an account of 12 digits, got 'me'"
                        " [CAT204]"
                    ),
                ],
                id="source, and the one behind it",
            ),
            pytest.param(
                (
                    (
                        "Condition: {Bool: {aws:PrincipalIsAWSService: false}}",
                        "Condition: {DateLessThan: {a: 2026-01-01}}",
                    ),
                ),
                [
                    (
                        "22:39: registry.policy.statements[0].Condition.DateLessThan.a: must be a string, got a date;"
                        ' write "2026-01-01" [CAT105]'
                    )
                ],
                id="date in a statement",
            ),
            pytest.param(
                (("registry-1.docker.io", "[docker]"),),
                ['25:17: registry.pull_through_cache["docker-hub"].upstream: must be a string, got a list [CAT105]'],
                id="upstream",
            ),
            pytest.param(
                (("credential: arn", "credential: [arn"), ("docker-hub-a1b2c3", "docker-hub-a1b2c3]")),
                ['26:19: registry.pull_through_cache["docker-hub"].credential: must be a string, got a list [CAT105]'],
                id="credential, and not that there is none",
            ),
            pytest.param(
                (("type: KMS,", "type: SSE,"),),
                [
                    (
                        '36:26: registry.creation_templates["docker-hub"].encryption.type: must be'
                        " 'AES256' or 'KMS' or"
                        " 'KMS_DSSE', got 'SSE' [CAT106]"
                    )
                ],
                id="encryption",
            ),
            pytest.param(
                (("lifecycle: expire-untagged@1", "lifecycle: expire-untagged@9"),),
                [
                    (
                        '35:18: registry.creation_templates["docker-hub"].lifecycle: the policy'
                        " 'expire-untagged' has no"
                        " version 9; there is expire-untagged@1 [CAT121]"
                    )
                ],
                id="policy",
            ),
            pytest.param(
                (("tags: {team: platform}", "tags: {aws:team: platform}"),),
                [
                    (
                        '40:14: registry.creation_templates["docker-hub"].tags["aws:team"]: a tag\'s key must not begin'
                        " with 'aws:', got 'aws:team' [CAT125]"
                    )
                ],
                id="tags",
            ),
            pytest.param(
                (("silence: {ECR212:", "silence: {ECR203:"),),
                [
                    (
                        '43:17: registry.creation_templates["docker-hub"].silence.ECR203: must be'
                        " one of ECR211, ECR212,"
                        " ECR213, CAT267, got 'ECR203' [CAT129]"
                    )
                ],
                id="silence",
            ),
            pytest.param(
                (("  scanning:", "  scaning:"),),
                ["4:3: registry.scaning: unknown key 'scaning'; did you mean scanning? [CAT103]"],
                id="key",
            ),
        ],
    )
    def test_unreadable(self, edits: tuple[tuple[str, str], ...], findings: list[str], policies: PolicyStore) -> None:
        """What cannot be read is told where it stands, all at once, and nothing is concluded from it."""
        found = errors(edited(REGISTRY, *edits), policies)

        assert found == [f"repositories.yaml:{finding}" for finding in findings]

    def test_without_environments(self) -> None:
        """What is wrong with a registry is told in one go with what is wrong with the environments."""
        text = "environments: {}\nregistry: {replication: [{to: []}]}\nrepositories: {web: }\n"

        assert [found.rpartition(" ")[2] for found in errors(text)] == ["[CAT110]", "[CAT202]"]


class TestWarnings:
    @pytest.mark.parametrize(
        ("scan_type", "what"),
        [
            pytest.param("BASIC", "the images of others are scanned only when somebody asks", id="basic"),
            pytest.param("ENHANCED", "the images of others are not scanned at all", id="enhanced"),
        ],
    )
    def test_scanning_that_leaves_repositories_out(self, scan_type: str, what: str) -> None:
        """Since it supersedes what repositories say, scanning of only some is a warning, with a reason or not."""
        text = two_environments(
            f"{{scanning: {{type: {scan_type}, rules: [{{frequency: SCAN_ON_PUSH, repositories: [prod]}}]}}}}"
        )
        silenced = text.replace("rules:", "silence: {CAT223: Only these run.}, rules:")
        said = (
            f"registry.scanning.rules: no rule has the pattern '*', so that {what}, whatever a repository says about"
            " itself; add '*' to SCAN_ON_PUSH [CAT223]"
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
                "repositories.yaml:4:83: registry.pull_through_cache.hub.credential: the secret is in us-east-1 of"
                " 123456789012, and the registry in eu-west-1 of 210987654321; name a secret that is"
                " there; an environment"
                " can say `registry:` for itself [CAT253]"
            )
        ]
        assert errors(two_environments(cache, prod="{pull_through_cache: }")) == []

    def test_told_in_the_environment(self) -> None:
        """What an environment says for itself has its place there."""
        assert errors(two_environments("", prod="{replication: [{to: [{region: eu-west-1}]}]}")) == [
            (
                "repositories.yaml:3:85: environments.prod.registry.replication[0].to[0]: the"
                " destination is the registry"
                " itself, 210987654321 in eu-west-1; remove it; an environment can say `registry:` for itself [CAT230]"
            )
        ]
