"""An audit of repositories whose stack was deployed with a known template: drift, and what is not deployed yet."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from builders.actual import actual, found, iam, statement
from builders.catalogs import ONE_ENVIRONMENT, catalog
from builders.stores import policy_text

from ecrkit.catalog.locations import repository_places
from ecrkit.catalog.template import repository_resources
from ecrkit.deployment.audit import ActualRepository, audit
from ecrkit.deployment.audit.template_settings import declared_in
from ecrkit.deployment.guard import stack_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit import PolicyStore
    from ecrkit.errors import Finding

HEAD = f"{ONE_ENVIRONMENT}defaults: {{lifecycle: ten@1}}\nrepositories:\n"


def deployed(settings: str, policies: PolicyStore, **there: Any) -> ActualRepository:  # noqa: ANN401 - as many types
    """Make a repository of a stack that was deployed with *settings* of the catalog; *there* is what ECR has."""
    [environment] = catalog(f"{HEAD}  web: {{{settings}}}\n", policies).environments
    [entry] = environment.repositories
    policy = policies.compose(entry.lifecycle)
    resources = repository_resources(entry, policy, account=environment.account, region=environment.region)
    return in_template({"Resources": resources}, **there)


def in_template(template: Mapping[str, Any], **there: Any) -> ActualRepository:  # noqa: ANN401 - as above
    stack = stack_of(template, name="Repositories-dev", nested=lambda *_: {}, account="1" * 12, region="us-east-1")
    return replace(actual(**there, stack="Repositories-dev"), template=declared_in(stack.resources[0]))


def texts(findings: tuple[Finding, ...]) -> list[str]:
    return [f"{one.severity}: {one.text} [{one.code}]" for one in findings]


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        pytest.param("lifecycle: []", "lifecycle policy", id="lifecycle"),
        pytest.param("encryption: KMS", "encryption", id="encryption"),
        pytest.param("scan_on_push: false", "scanning on push", id="scan"),
        pytest.param("mutability: MUTABLE", "mutability", id="mutability"),
        pytest.param("mutable_tags: [latest]", "mutability filters", id="filters"),
        pytest.param("pull: {accounts: ['210987654321']}", "repository policy", id="policy"),
        pytest.param("tags: {team: web}", "tags", id="tags"),
        pytest.param("tags: {team: web}, scan_on_push: false", "scanning on push, tags", id="two"),
    ],
)
def test_changed_catalog_is_not_deployed_yet(policies: PolicyStore, settings: str, what: str) -> None:
    """A setting that only the catalog changed is a note, and no drift, whichever setting it is."""
    findings = found(f"{settings}, silence: {{ECR211: so, ECR212: so}}", [deployed("", policies)], policies)

    assert texts(findings) == [
        (
            f"note: repositories.web: not deployed yet: the catalog changed its {what}; deploy it, after checking the "
            "change with `ecrkit guard` [AUD104]"
        )
    ]


def test_change_by_hand_is_drift(policies: PolicyStore) -> None:
    """A setting that differs from the deployed template and from the catalog, which agree, is drift as without one."""
    repository = deployed("", policies, scan_on_push=False)

    assert [one.code for one in found("", [repository], policies)] == ["AUD111", "AUD123"]


def test_change_by_hand_and_in_the_catalog_is_both(policies: PolicyStore) -> None:
    """If all three differ, drift is the difference from the template, and the message says what a deploy does."""
    repository = deployed("tags: {team: web}", policies, tags={"team": "shop"})

    assert texts(found("tags: {team: data}", [repository], policies)) == [
        (
            "note: repositories.web: not deployed yet: the catalog changed its tags; deploy it, after checking the "
            "change with `ecrkit guard` [AUD104]"
        ),
        (
            "error: repositories.web: the tags differ from the declared ones: 'team' is 'shop', declared 'web'; write "
            "the deployed value into the catalog, or deploy the catalog to overwrite it [AUD117]"
        ),
    ]


def test_change_that_was_made_by_hand_first_is_not_drift(policies: PolicyStore) -> None:
    """What ECR has as the catalog says is no drift, though the template is older: the change is not deployed yet."""
    findings = found("tags: {team: web}", [deployed("", policies, tags={"team": "web"})], policies)

    assert [one.code for one in findings] == ["AUD104"]


def test_value_that_only_a_deploy_knows_is_compared_with_the_catalog(policies: PolicyStore) -> None:
    """A function in the template is no difference from anything; ECR's value is compared with the catalog."""
    properties = {
        "RepositoryName": "web",
        "EncryptionConfiguration": {"EncryptionType": "AES256"},
        "ImageScanningConfiguration": {"ScanOnPush": {"Fn::ImportValue": "scan"}},
        "ImageTagMutability": "IMMUTABLE",
        "LifecyclePolicy": {"LifecyclePolicyText": policy_text()},
    }
    template = {"Resources": {"Web": {"Type": "AWS::ECR::Repository", "Properties": properties}}}

    assert found("", [in_template(template)], policies) == ()
    findings = found("", [in_template(template, scan_on_push=False)], policies)
    assert [one.code for one in findings] == ["AUD111", "AUD123"]


def test_statements_of_the_template_are_compared_by_meaning(policies: PolicyStore) -> None:
    """A policy in the template, as an object or as a text, is what ECR has in other words."""
    policy = json.loads(iam(statement()))
    for written in (policy, json.dumps(policy)):
        properties = {"RepositoryName": "web", "ImageTagMutability": "IMMUTABLE", "RepositoryPolicyText": written}
        template = {"Resources": {"Web": {"Type": "AWS::ECR::Repository", "Properties": properties}}}
        repository = in_template(template, repository_policy_text=iam(statement(Principal={"AWS": ["210987654321"]})))
        settings = (
            "statements: [{Sid: Ci, Effect: Allow, Principal: {AWS: '210987654321'}, Action: [ecr:BatchGetImage]}]"
        )

        assert "AUD115" not in [one.code for one in found(settings, [repository], policies)]


def test_entries_of_a_changed_catalog_are_not_deployed_yet(policies: PolicyStore) -> None:
    """A new entry, and one that is gone, are notes; one that the template has was deleted by hand."""
    text = f"{HEAD}  new:\n  deleted:\n"
    [environment] = catalog(text, policies).environments
    removed = replace(deployed("", policies), name="removed")

    findings = audit(
        environment,
        [removed],
        policies=policies,
        policy_name=lambda _: None,
        places=repository_places(text, file="repositories.yaml"),
        stacks={"Repositories-dev": frozenset({"deleted", "removed"})},
    )

    assert texts(findings) == [
        (
            "note: repositories.removed: not deployed yet: the catalog no longer has its entry, but the stack "
            "Repositories-dev still has it; deploy it, after checking the change with `ecrkit guard` [AUD104]"
        ),
        (
            "note: repositories.new: not deployed yet: the catalog added it; deploy it, after checking the change with "
            "`ecrkit guard` [AUD104]"
        ),
        (
            "error: repositories.deleted: is declared, but not deployed in 123456789012 us-east-1; deploy it; if it "
            "was deleted by hand, deploy once without its entry, then once with it [AUD101]"
        ),
    ]
