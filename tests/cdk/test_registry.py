from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk.assertions import Annotations, Match
from builders.templates import ACCOUNT, OTHER_ACCOUNT, properties_in, resource_in, stack, template_of

from ecrkit import PolicyStore
from ecrkit.cdk import Registry
from ecrkit.errors import InvalidPolicyError, InvalidPropertyError
from ecrkit.policies.references import PolicyRef
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
)

pytestmark = pytest.mark.node

POLICIES = PolicyStore.bundled()
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ecr-templates"
CREDENTIAL = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:ecr-pullthroughcache/hub-a1b2c3"
EVERYTHING = Scanning(
    type=ScanType.BASIC, rules=(ScanningRule(frequency=ScanFrequency.SCAN_ON_PUSH, repositories=("*",)),)
)
CACHE = CreationTemplate(applied_for=(AppliedFor.PULL_THROUGH_CACHE,), mutability=Mutability.MUTABLE)
ABROAD = ReplicationRule(to=(Destination(region="eu-west-1"),))


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
                " us-east-1; remove it; an environment can have its own `registry:`\n"
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
            "C/Registry: another Registry exists for 123456789012 in us-east-1, and each would overwrite the other;"
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
