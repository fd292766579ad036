"""The stacks of a catalog write templates in bulk; what they write is what the construct would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from builders.apps import ROOT
from builders.templates import template_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecrkit import PolicyStore
from ecrkit.catalog import Encryption, Environment, Mutability, Removal, RepositoryEntry
from ecrkit.cdk import RepositoriesStack, Repository
from ecrkit.images.names import RepositoryName, TagFilter
from ecrkit.policies.references import PolicyRef
from ecrkit.registry.access import Access, Grantees
from ecrkit.registry.outputs import construct_id, output_key
from ecrkit.registry.properties import RepositoryProperties

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.node

POLICIES = PolicyStore(ROOT / "policies" / "lifecycle")
REMOVAL = {
    Removal.RETAIN: cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    Removal.DESTROY: cdk.RemovalPolicy.DESTROY,
}
LITERALS: Mapping[str, object] = {"@aws-cdk/core:enablePartitionLiterals": True}
ACCOUNT = "123456789012"

NAMES = st.sampled_from(["my-app", "payments/api", "payments--api", "a__b", "2048/game", "x.y/z", "resource"])
FILTERS = st.lists(st.sampled_from(["latest", "v*", "*-dev-*"]), unique=True).map(
    lambda texts: tuple(TagFilter(text) for text in texts)
)
PULL = st.builds(
    Grantees,
    accounts=st.sampled_from([(), ("210987654321",), ("210987654321", "111111111111")]),
    principals=st.sampled_from([(), ("arn:aws:iam::333333333333:role/ci",)]),
    organizations=st.sampled_from([(), ("o-a1b2c3d4e5",)]),
    units=st.sampled_from([(), ("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*",)]),
    lambda_functions=st.booleans(),
)
STATEMENT = {
    "Sid": "Ci",
    "Effect": "Allow",
    "Principal": {"AWS": "210987654321"},
    "Action": ["ecr:BatchGetImage", "ecr:PutImage"],
    "Condition": {"Bool": {"aws:SecureTransport": "true"}},
}
PUSH = st.builds(Grantees, accounts=st.sampled_from([(), ("210987654321",)]))


@st.composite
def entries(draw: st.DrawFn) -> RepositoryEntry:
    name = RepositoryName(draw(NAMES))
    encryption = draw(st.sampled_from(list(Encryption)))
    removal = draw(st.sampled_from(list(Removal)))
    return RepositoryEntry(
        name=name,
        lifecycle=draw(st.sampled_from([(), (PolicyRef("keep-five-prod", 1), PolicyRef("keep-last-10", 1))])),
        properties=RepositoryProperties(
            encryption=encryption,
            encryption_key=draw(st.sampled_from([None, "alias/registry"])) if encryption.takes_key else None,
            scan_on_push=draw(st.booleans()),
            mutability=draw(st.sampled_from(list(Mutability))),
            exceptions=draw(FILTERS),
            access=Access(pull=draw(PULL), push=draw(PUSH)),
            statements=draw(st.sampled_from([(), (STATEMENT,)])),
            tags=draw(st.sampled_from([{}, {"team": "web", "cost center": "12"}])),
            removal=removal,
            empty_on_delete=removal is Removal.DESTROY and draw(st.booleans()),
        ),
        silence={},
        exports=draw(st.booleans()),
        parameters=draw(st.booleans()),
        output=output_key(name),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(entry=entries())
def test_bulk_and_construct_give_the_same(entry: RepositoryEntry) -> None:
    """Whatever a repository is, the bulk template has the resources and outputs of the construct, ids too."""
    environment = Environment(name="dev", account=ACCOUNT, region="us-east-1", shards=1, repositories=(entry,))
    bulk = RepositoriesStack(
        cdk.App(context=dict(LITERALS)),
        "Repositories-dev",
        environment=environment,
        repositories=[entry],
        policies=POLICIES,
    )
    readable = cdk.Stack(
        cdk.App(context=dict(LITERALS)),
        bulk.stack_name,
        env=cdk.Environment(account=ACCOUNT, region="us-east-1"),
        description=bulk.template_options.description,
    )
    properties = entry.properties
    repository = Repository(
        readable,
        construct_id(entry.name),
        repository_name=entry.name,
        lifecycle=[POLICIES[reference] for reference in entry.lifecycle],
        encryption=properties.encryption,
        encryption_key=properties.encryption_key,
        scan_on_push=properties.scan_on_push,
        mutability=properties.mutability,
        mutable_tags=properties.mutable_tags,
        immutable_tags=properties.immutable_tags,
        pull=properties.access.pull,
        push=properties.access.push,
        statements=properties.statements,
        removal_policy=REMOVAL[properties.removal],
        empty_on_delete=properties.empty_on_delete,
        exports=entry.exports,
        parameters=entry.parameters,
    )
    resource = repository.node.default_child
    assert isinstance(resource, cdk.CfnResource)
    for key, value in properties.tags.items():
        cdk.Tags.of(resource).add(key, value)

    assert template_of(bulk) == template_of(readable)
