"""``ecrkit catalog template`` writes templates without CDK; what it writes is what the CDK app deploys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.apps import POLICIES, ROOT, registry_stacks_of, stacks_of
from builders.catalogs import COMPLETE, EVERYTHING, catalog
from builders.registries import REGISTRY
from builders.templates import template_of

from ecrkit.catalog import templates

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.node

SHIPPED = (ROOT / "repositories.yaml").read_text(encoding="utf-8")
STATEMENTS = """
environments: {dev: {account: "123456789012", region: us-east-1}}
defaults: {tags: {team: web, managed-by: ecrkit}}
repositories:
  app:
    scan_on_push: false
    tags: {team: null}
    statements:
      - Sid: Own
        Effect: Allow
        Principal: {AWS: ["210987654321", "arn:aws:iam::210987654321:role/ci"]}
        Action: "ecr:BatchGetImage"
        Condition: {StringEquals: {"aws:PrincipalTag/team": "${aws:username}"}, Bool: {"aws:SecureTransport": true}}
    pull: {lambda: true, accounts: ["333333333333"]}
"""
IN_CHINA = """
environments: {china: {account: "123456789012", region: cn-north-1}}
registry:
  policy: {replication_from: ["210987654321"]}
repositories: {app: {pull: {accounts: ["210987654321"], lambda: true}}}
"""
NEAR_PREFIXES = """
environments: {dev: {account: "123456789012", region: us-east-1}}
registry:
  pull_through_cache:
    team/quay: {upstream: quay.io}
    team--quay: {upstream: public.ecr.aws}
    k8s/: {upstream: registry.k8s.io}
  creation_templates: {team/quay: {applied_for: [REPLICATION]}, team--quay: {applied_for: [REPLICATION]}}
repositories: {2048/game: {exports: true, parameters: true}}
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(SHIPPED, id="shipped"),
        pytest.param(EVERYTHING, id="environments"),
        pytest.param(COMPLETE, id="sharded"),
        pytest.param(REGISTRY, id="registry"),
        pytest.param(STATEMENTS, id="statements"),
        pytest.param(IN_CHINA, id="china"),
        pytest.param(NEAR_PREFIXES, id="near-prefixes"),
    ],
)
def test_same_as_the_app(text: str) -> None:
    """The stacks and all of their templates are those of the CDK app, but for what CDK adds for itself."""
    of_cdk = {stack.stack_name: template_of(stack) for stack in [*stacks_of(text), *registry_stacks_of(text)]}
    rendered = {name: plain(template.body) for name, template in templates(catalog(text, POLICIES), POLICIES).items()}

    assert rendered == of_cdk


def plain(body: Mapping[str, object]) -> dict[str, object]:
    """Leave out the version of the format, which CDK does not write."""
    return {section: content for section, content in body.items() if section != "AWSTemplateFormatVersion"}
