from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk.assertions import Annotations, Match
from builders.apps import findings_in
from builders.templates import ACCOUNT, OTHER_ACCOUNT, stack, template_of

from ecrkit import PolicyStore
from ecrkit.cdk import LifecyclePolicyValidation, Registry
from ecrkit.errors import InvalidPolicyError, InvalidPropertyError
from ecrkit.lifecycle import compose, render
from ecrkit.policies.store import PolicyRef
from ecrkit.registry.access import Access, Grantees, policy_statements
from ecrkit.registry.properties import Mutability
from ecrkit.registry.settings import (
    AppliedFor,
    CreationTemplate,
    Destination,
    PullThroughCacheRule,
    RegistryPolicy,
    ReplicationRule,
    ReplicationSource,
    ScanFrequency,
    Scanning,
    ScanningRule,
    ScanType,
    TemplateEncryption,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import IConstruct

POLICIES = PolicyStore.bundled()
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ecr-templates"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
CREDENTIAL = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:ecr-pullthroughcache/hub-a1b2c3"
EVERYTHING = Scanning(
    type=ScanType.BASIC, rules=(ScanningRule(frequency=ScanFrequency.SCAN_ON_PUSH, repositories=("*",)),)
)
CACHE = CreationTemplate(applied_for=(AppliedFor.PULL_THROUGH_CACHE,), mutability=Mutability.MUTABLE)
ABROAD = ReplicationRule(to=(Destination(region="eu-west-1"),))
REPOSITORIES = f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository"


def resource_in(construct: IConstruct) -> dict[str, Any]:
    """Give the only resource of the stack of *construct*."""
    [resource] = template_of(construct)["Resources"].values()
    return dict(resource)


def properties_in(construct: IConstruct) -> Any:  # noqa: ANN401 - JSON
    """Give the properties of the only resource of the stack of *construct*."""
    return resource_in(construct)["Properties"]


def statements_in(construct: IConstruct, logical_id: str = "Policy") -> list[dict[str, Any]]:
    """Give the statements of the registry's policy."""
    resources = template_of(construct)["Resources"]
    [policy] = [found for key, found in resources.items() if key.startswith(f"Registry{logical_id}")]
    return list(policy["Properties"]["PolicyText"]["Statement"])


def template(settings: CreationTemplate) -> Mapping[str, Any]:
    """Give the properties of a creation template for ``docker-hub``."""
    properties: Mapping[str, Any] = properties_in(
        Registry(stack(), "Registry", creation_templates={"docker-hub": settings})
    )
    return properties


class TestScanning:
    def test_properties(self) -> None:
        """Every rule has its frequency and its patterns, in order."""
        scanning = Scanning(
            type=ScanType.ENHANCED,
            rules=(
                ScanningRule(frequency=ScanFrequency.CONTINUOUS_SCAN, repositories=("prod/*", "base")),
                ScanningRule(frequency=ScanFrequency.SCAN_ON_PUSH, repositories=("*",)),
            ),
        )

        assert properties_in(Registry(stack(), "Registry", scanning=scanning)) == {
            "ScanType": "ENHANCED",
            "Rules": [
                {
                    "ScanFrequency": "CONTINUOUS_SCAN",
                    "RepositoryFilters": [
                        {"Filter": "prod/*", "FilterType": "WILDCARD"},
                        {"Filter": "base", "FilterType": "WILDCARD"},
                    ],
                },
                {"ScanFrequency": "SCAN_ON_PUSH", "RepositoryFilters": [{"Filter": "*", "FilterType": "WILDCARD"}]},
            ],
        }

    def test_says_what_it_supersedes(self) -> None:
        """The synth notes that repositories have no say in scanning any more."""
        registry = Registry(stack(), "Registry", scanning=EVERYTHING)

        [note] = Annotations.from_stack(cdk.Stack.of(registry)).find_info("*", Match.any_value())
        assert note.entry.data == (
            "the registry's scanning supersedes the scan on push of every repository in this account and Region"
            " [ack: ecrkit:scanning]"
        )


class TestReplication:
    def test_properties(self) -> None:
        """Every rule has its destinations and its prefixes; an account that is not named is the registry's own."""
        rules = [
            ReplicationRule(
                to=(Destination(region="eu-west-1"), Destination(account=OTHER_ACCOUNT, region="us-east-1")),
                repositories=("prod/",),
            ),
            ReplicationRule(to=(Destination(region="us-west-2"),)),
        ]

        assert properties_in(Registry(stack(), "Registry", replication=rules)) == {
            "ReplicationConfiguration": {
                "Rules": [
                    {
                        "Destinations": [
                            {"Region": "eu-west-1", "RegistryId": ACCOUNT},
                            {"Region": "us-east-1", "RegistryId": OTHER_ACCOUNT},
                        ],
                        "RepositoryFilters": [{"Filter": "prod/", "FilterType": "PREFIX_MATCH"}],
                    },
                    {"Destinations": [{"Region": "us-west-2", "RegistryId": ACCOUNT}]},
                ]
            }
        }


class TestPolicy:
    def test_replication_from(self) -> None:
        """Accounts with the same prefixes share a statement, sorted."""
        policy = RegistryPolicy(
            replication_from=(
                ReplicationSource(account="444444444444"),
                ReplicationSource(account="333333333333", repositories=("prod/", "base/")),
                ReplicationSource(account=OTHER_ACCOUNT),
            )
        )
        actions = ["ecr:CreateRepository", "ecr:ReplicateImage"]

        assert properties_in(Registry(stack(), "Registry", policy=policy)) == {
            "PolicyText": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "Replication1",
                        "Effect": "Allow",
                        "Principal": {"AWS": ["arn:aws:iam::210987654321:root", "arn:aws:iam::444444444444:root"]},
                        "Action": actions,
                        "Resource": [f"{REPOSITORIES}/*"],
                    },
                    {
                        "Sid": "Replication2",
                        "Effect": "Allow",
                        "Principal": {"AWS": ["arn:aws:iam::333333333333:root"]},
                        "Action": actions,
                        "Resource": [f"{REPOSITORIES}/base/*", f"{REPOSITORIES}/prod/*"],
                    },
                ],
            }
        }

    def test_pull_through(self) -> None:
        """Who may pull through may do so in the repositories of the caches, and no others."""
        registry = Registry(
            stack(),
            "Registry",
            policy=RegistryPolicy(pull_through_by=(OTHER_ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/ci")),
            pull_through_cache={
                "quay": PullThroughCacheRule(upstream="quay.io"),
                "k8s/": PullThroughCacheRule(upstream="registry.k8s.io"),
            },
        )

        assert statements_in(registry) == [
            {
                "Sid": "PullThrough",
                "Effect": "Allow",
                "Principal": {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/ci", f"arn:aws:iam::{OTHER_ACCOUNT}:root"]},
                "Action": ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
                "Resource": [f"{REPOSITORIES}/k8s/*", f"{REPOSITORIES}/quay/*"],
            }
        ]

    def test_pull_through_everywhere(self) -> None:
        """A cache of the prefix ROOT is every repository."""
        registry = Registry(
            stack(),
            "Registry",
            policy=RegistryPolicy(pull_through_by=(OTHER_ACCOUNT,)),
            pull_through_cache={
                "quay": PullThroughCacheRule(upstream="quay.io"),
                "ROOT": PullThroughCacheRule(upstream="public.ecr.aws"),
            },
        )

        assert [statement["Resource"] for statement in statements_in(registry)] == [[f"{REPOSITORIES}/*"]]

    def test_statements(self) -> None:
        """A statement that is given is the template's, as it is, behind those that were made."""
        given = {
            "Sid": "Mine",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "ecr:ReplicateImage",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
        }
        policy = RegistryPolicy(replication_from=(ReplicationSource(account=OTHER_ACCOUNT),), statements=(given,))
        statements = statements_in(Registry(stack(), "Registry", policy=policy))

        assert [statement["Sid"] for statement in statements] == ["Replication", "Mine"]
        assert statements[1] == given

    @pytest.mark.parametrize(
        ("region", "partition"),
        [
            pytest.param("cn-north-1", "aws-cn", id="China"),
            pytest.param("us-gov-west-1", "aws-us-gov", id="GovCloud"),
        ],
    )
    def test_partition(self, region: str, partition: str) -> None:
        """ARNs are those of the registry's partition."""
        policy = RegistryPolicy(replication_from=(ReplicationSource(account=OTHER_ACCOUNT),))
        [statement] = statements_in(Registry(stack(region=region), "Registry", policy=policy))

        assert statement["Principal"] == {"AWS": [f"arn:{partition}:iam::{OTHER_ACCOUNT}:root"]}
        assert statement["Resource"] == [f"arn:{partition}:ecr:{region}:{ACCOUNT}:repository/*"]

    def test_anywhere(self) -> None:
        """A stack that may go anywhere says so in the ARNs."""
        anywhere = cdk.Stack(cdk.App(analytics_reporting=False), "Registry")
        policy = RegistryPolicy(replication_from=(ReplicationSource(account=OTHER_ACCOUNT),))
        [statement] = statements_in(Registry(anywhere, "Registry", policy=policy))

        assert statement["Resource"] == [
            {
                "Fn::Join": [
                    "",
                    [
                        "arn:",
                        {"Ref": "AWS::Partition"},
                        ":ecr:",
                        {"Ref": "AWS::Region"},
                        ":",
                        {"Ref": "AWS::AccountId"},
                        ":repository/*",
                    ],
                ]
            }
        ]


class TestPullThroughCache:
    @pytest.mark.parametrize(
        ("prefix", "cache", "properties"),
        [
            pytest.param(
                "ecr-public",
                PullThroughCacheRule(upstream="public.ecr.aws"),
                {"UpstreamRegistry": "ecr-public", "UpstreamRegistryUrl": "public.ecr.aws"},
                id="open",
            ),
            pytest.param(
                "hub",
                PullThroughCacheRule(upstream="registry-1.docker.io", credential=CREDENTIAL),
                {
                    "UpstreamRegistry": "docker-hub",
                    "UpstreamRegistryUrl": "registry-1.docker.io",
                    "CredentialArn": CREDENTIAL,
                },
                id="with-credential",
            ),
            pytest.param(
                "team/azure",
                PullThroughCacheRule(upstream="example.azurecr.io", credential=CREDENTIAL, upstream_prefix="apps"),
                {
                    "UpstreamRegistry": "azure-container-registry",
                    "UpstreamRegistryUrl": "example.azurecr.io",
                    "UpstreamRepositoryPrefix": "apps",
                    "CredentialArn": CREDENTIAL,
                },
                id="with-upstream-prefix",
            ),
            pytest.param(
                "ROOT",
                PullThroughCacheRule(upstream=f"{OTHER_ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com", role=ROLE),
                {
                    "UpstreamRegistry": "ecr",
                    "UpstreamRegistryUrl": f"{OTHER_ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com",
                    "CustomRoleArn": ROLE,
                },
                id="ecr",
            ),
        ],
    )
    def test_properties(self, prefix: str, cache: PullThroughCacheRule, properties: dict[str, str]) -> None:
        """A cache has its prefix, its upstream under both its names, and what it takes to get in."""
        registry = Registry(stack(), "Registry", pull_through_cache={prefix: cache})

        assert properties_in(registry) == {"EcrRepositoryPrefix": prefix, **properties}

    def test_credential_that_is_not_there_yet(self) -> None:
        """A secret of the same app can be the credential, though its ARN is known only when it is deployed."""
        scope = stack()
        secret = secretsmanager.Secret(scope, "Hub", secret_name="ecr-pullthroughcache/hub")
        cache = PullThroughCacheRule(upstream="registry-1.docker.io", credential=secret.secret_arn)
        registry = Registry(scope, "Registry", pull_through_cache={"hub": cache})

        assert cdk.Stack.of(registry).resolve(registry.pull_through_cache["hub"].credential_arn) == {
            "Ref": cdk.Stack.of(secret).get_logical_id(secret.node.default_child)  # type: ignore[arg-type] # the L1
        }


class TestCreationTemplates:
    def test_defaults(self) -> None:
        """By default what ECR creates is encrypted and immutable, and no image of it expires."""
        assert template(CreationTemplate(applied_for=(AppliedFor.REPLICATION,))) == {
            "Prefix": "docker-hub",
            "AppliedFor": ["REPLICATION"],
            "EncryptionConfiguration": {"EncryptionType": "AES256"},
            "ImageTagMutability": "IMMUTABLE",
        }

    def test_everything(self) -> None:
        """With every property given, the template has these and no others."""
        settings = CreationTemplate(
            applied_for=(AppliedFor.PULL_THROUGH_CACHE, AppliedFor.CREATE_ON_PUSH),
            lifecycle=(POLICIES["keep-last-10@1"], POLICIES["expire-untagged@1"]),
            encryption=TemplateEncryption.KMS_DSSE,
            key=KEY,
            mutability=Mutability.MUTABLE,
            immutable_tags=("v*",),
            tags={"team": "platform", "managed-by": "ecrkit"},
            description="Images of Docker Hub",
            role=ROLE,
        )

        assert template(settings) == {
            "Prefix": "docker-hub",
            "AppliedFor": ["PULL_THROUGH_CACHE", "CREATE_ON_PUSH"],
            "Description": "Images of Docker Hub",
            "EncryptionConfiguration": {"EncryptionType": "KMS_DSSE", "KmsKey": KEY},
            "ImageTagMutability": "MUTABLE_WITH_EXCLUSION",
            "ImageTagMutabilityExclusionFilters": [
                {
                    "ImageTagMutabilityExclusionFilterType": "WILDCARD",
                    "ImageTagMutabilityExclusionFilterValue": "v*",
                }
            ],
            "LifecyclePolicy": render(compose([POLICIES["keep-last-10@1"], POLICIES["expire-untagged@1"]])),
            "ResourceTags": [{"Key": "managed-by", "Value": "ecrkit"}, {"Key": "team", "Value": "platform"}],
            "CustomRoleArn": ROLE,
        }

    def test_access(self) -> None:
        """Who may pull and push has the policy that a repository would have, as the text that a template takes."""
        access = Access(
            pull=Grantees(organizations=("o-a1b2c3d4e5",), lambda_functions=True),
            push=Grantees(accounts=(OTHER_ACCOUNT,)),
        )
        text = template(CreationTemplate(applied_for=(AppliedFor.REPLICATION,), access=access))["RepositoryPolicy"]

        assert json.loads(text) == {
            "Version": "2012-10-17",
            "Statement": policy_statements(access, partition="aws", region="us-east-1", account=ACCOUNT),
        }

    def test_mutable_tags(self) -> None:
        """Tags that may be overwritten are exceptions of an immutable template."""
        settings = CreationTemplate(applied_for=(AppliedFor.REPLICATION,), mutable_tags=("latest",))

        assert template(settings)["ImageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
        assert len(template(settings)["ImageTagMutabilityExclusionFilters"]) == 1

    def test_lifecycle_is_that_of_a_repository(self) -> None:
        """The text of the policies is the one that a repository with the same policies has."""
        policies = (POLICIES["keep-five-prod@1"], POLICIES["keep-last-10@1"])
        text = template(CreationTemplate(applied_for=(AppliedFor.REPLICATION,), lifecycle=policies))["LifecyclePolicy"]

        assert json.loads(text) == json.loads(render(compose(policies)))

    def test_role_that_is_not_there_yet(self) -> None:
        """A role of the same app can be the template's."""
        scope = stack()
        role = iam.Role(scope, "Role", assumed_by=iam.ServicePrincipal("ecr.amazonaws.com"))
        settings = CreationTemplate(
            applied_for=(AppliedFor.REPLICATION,), tags={"team": "platform"}, role=role.role_arn
        )
        registry = Registry(scope, "Registry", creation_templates={"a": settings})

        assert set(cdk.Stack.of(registry).resolve(registry.creation_templates["a"].custom_role_arn)) == {"Fn::GetAtt"}

    @pytest.mark.parametrize(
        ("settings", "said"),
        [
            pytest.param(
                CACHE,
                [
                    (
                        'creation_templates["docker-hub"]: no rule for untagged images, so that they stay for ever;'
                        " add a policy for them [ECR211]"
                    ),
                    (
                        'creation_templates["docker-hub"]: no rule for every tagged image, so that'
                        " their number grows for"
                        " ever; add a policy with an 'any' rule, or with the pattern '*' [ECR212]"
                    ),
                ],
                id="no-policy",
            ),
            pytest.param(
                CreationTemplate(
                    applied_for=(AppliedFor.PULL_THROUGH_CACHE,),
                    lifecycle=(POLICIES["expire-untagged@1"],),
                    silence={"ECR212": "They are cached again."},
                ),
                [
                    (
                        'creation_templates["docker-hub"]: a cached tag stays what it was when it'
                        " was first pulled, since"
                        " tags are immutable; write 'mutability: MUTABLE', or name the tags that move in mutable_tags"
                        " [CAT267]"
                    )
                ],
                id="immutable-cache",
            ),
        ],
    )
    def test_warnings(self, settings: CreationTemplate, said: list[str]) -> None:
        """What its repositories would lack is a warning of the synth, once, save where somebody silenced it."""
        scope = stack()
        Registry(scope, "Registry", creation_templates={"docker-hub": settings})
        warnings = Annotations.from_stack(scope).find_warning("*", Match.any_value())

        assert sorted(str(warning.entry.data).partition(" [ack")[0] for warning in warnings) == sorted(said)

    def test_warnings_are_not_told_twice(self) -> None:
        """The validation plugin leaves to the construct what that has told already."""
        app = cdk.App(analytics_reporting=False)
        Registry(stack(scope=app), "Registry", creation_templates={"docker-hub": CACHE})
        cdk.Validations.of(app).add_plugins(LifecyclePolicyValidation())

        # What a construct tells is not in this report.
        assert findings_in(app.synth()) == []


class TestRetention:
    def test_scanning(self) -> None:
        """Scanning stays even when its creation fails: deleting it would turn Amazon Inspector off for the account."""
        resource = resource_in(Registry(stack(), "Registry", scanning=EVERYTHING))

        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")

    @pytest.mark.parametrize(
        "settings",
        [
            pytest.param({"replication": [ABROAD]}, id="replication"),
            pytest.param(
                {"policy": RegistryPolicy(replication_from=(ReplicationSource(account=OTHER_ACCOUNT),))}, id="policy"
            ),
            pytest.param({"pull_through_cache": {"quay": PullThroughCacheRule(upstream="quay.io")}}, id="cache"),
            pytest.param({"creation_templates": {"docker-hub": CACHE}}, id="template"),
        ],
    )
    def test_others(self, settings: dict[str, Any]) -> None:
        """What CloudFormation creates only where there is none goes with a failed creation, and stays ever after."""
        resource = resource_in(Registry(stack(), "Registry", **settings))

        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


class TestIds:
    def test_prefixes_that_look_alike(self) -> None:
        """Prefixes that differ only in their separators are different resources."""
        prefixes = ["a/b", "a--b", "a-b", "a.b", "a_b", "a__b"]
        caches = {prefix: PullThroughCacheRule(upstream="quay.io") for prefix in prefixes}
        resources = template_of(Registry(stack(), "Registry", pull_through_cache=caches))["Resources"]

        assert [found["Properties"]["EcrRepositoryPrefix"] for found in resources.values()] == prefixes

    def test_order(self) -> None:
        """Another setting changes nothing for those that are there."""
        quay = PullThroughCacheRule(upstream="quay.io")
        before = template_of(Registry(stack(), "Registry", replication=[ABROAD], pull_through_cache={"quay": quay}))
        after = template_of(
            Registry(
                stack(),
                "Registry",
                scanning=EVERYTHING,
                replication=[ABROAD],
                pull_through_cache={"k8s": PullThroughCacheRule(upstream="registry.k8s.io"), "quay": quay},
            )
        )

        assert before["Resources"].items() <= after["Resources"].items()


class TestRefusals:
    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            pytest.param(
                {
                    "replication": [ReplicationRule(to=(Destination(region="us-east-1"),))],
                    "pull_through_cache": {"hub": PullThroughCacheRule(upstream="registry-1.docker.io")},
                },
                "Registry/Registry: replication[0].to[0]: the destination is the registry itself, 123456789012 in"
                " us-east-1; remove it; an environment can say `registry:` for itself\n"
                "Registry/Registry: pull_through_cache.hub: registry-1.docker.io needs a credential; add 'credential:'"
                " and the ARN of a secret whose name begins with ecr-pullthroughcache/",
                id="all-at-once",
            ),
            pytest.param(
                {
                    "creation_templates": {
                        "a/b": CreationTemplate(
                            applied_for=(AppliedFor.REPLICATION,), lifecycle=(PolicyRef("keep-last-10", 1),)
                        )
                    }
                },
                "Registry/Registry: creation_templates[\"a/b\"].lifecycle[0]: must be a policy, got 'keep-last-10@1';"
                " look it up, as in PolicyStore.bundled()['keep-last-10@1']",
                id="policy-that-is-a-name",
            ),
        ],
    )
    def test_message(self, settings: dict[str, Any], message: str) -> None:
        """Everything that ECR would refuse is one error, with the construct and the property."""
        with pytest.raises(InvalidPropertyError) as caught:
            Registry(stack(), "Registry", **settings)

        assert str(caught.value) == message

    def test_policies_that_clash(self) -> None:
        """Policies that make no valid one together are refused as for a repository."""
        clash = (POLICIES["keep-last-10@1"], POLICIES["keep-last-10@1"])
        settings = CreationTemplate(applied_for=(AppliedFor.REPLICATION,), lifecycle=clash)

        with pytest.raises(InvalidPolicyError):
            Registry(stack(), "Registry", creation_templates={"a": settings})

    def test_another_in_the_same_place(self) -> None:
        """Two for one account and Region would undo each other, in whatever stacks of the app they are."""
        app = cdk.App(analytics_reporting=False)
        Registry(stack("A", scope=app), "Registry", replication=[ABROAD])
        Registry(stack("B", scope=app, region="us-west-2"), "Registry", replication=[ABROAD])

        with pytest.raises(InvalidPropertyError) as caught:
            Registry(stack("C", scope=app), "Registry", scanning=EVERYTHING)

        assert str(caught.value) == (
            "C/Registry: there is another Registry for 123456789012 in us-east-1, and each would undo the other;"
            " put all settings into one"
        )

    def test_not_yet_known_place(self) -> None:
        """Of a stack that may go anywhere, nothing is said that depends on where it goes."""
        anywhere = cdk.Stack(cdk.App(analytics_reporting=False), "Registry")
        registry = Registry(
            anywhere,
            "Registry",
            replication=[ReplicationRule(to=(Destination(region="us-east-1"),))],
            pull_through_cache={
                "hub": PullThroughCacheRule(
                    upstream="registry-1.docker.io", credential=CREDENTIAL, upstream_prefix="team"
                )
            },
        )
        resources = template_of(registry)["Resources"].values()
        [rule] = next(iter(resources))["Properties"]["ReplicationConfiguration"]["Rules"]

        assert rule["Destinations"] == [{"Region": "us-east-1", "RegistryId": {"Ref": "AWS::AccountId"}}]
