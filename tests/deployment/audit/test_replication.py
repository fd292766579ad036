"""Replication rules that delete replicas, too."""

from __future__ import annotations

from ecrkit.deployment.audit.replication import replicated_deletions
from ecrkit.errors import Location
from ecrkit.registry.settings.replication import DeployedReplicationRule

LOCATION = Location("repositories.yaml", 1, 1, pointer="/environments/dev/registry/replication")


def test_rule_that_replicates_deletions_is_noted() -> None:
    """Each such rule is a note with its repositories and destinations; others are none."""
    rules = [
        DeployedReplicationRule(destinations=("eu-west-1",), replicates_deletions=True),
        DeployedReplicationRule(destinations=("eu-west-3",), prefixes=("a/", "b/"), replicates_deletions=True),
        DeployedReplicationRule(destinations=("eu-north-1",)),
    ]

    found = list(replicated_deletions(rules, location=LOCATION))

    assert [(one.code, one.severity.value) for one in found] == [("AUD151", "note")] * 2
    assert found[0].text == (
        "environments.dev.registry.replication: replication of every repository to eu-west-1 includes deletions: an "
        "image that expires or is deleted here is deleted there, too, and a deploy that changes 'replication' turns "
        "this off; turn it off with `aws ecr put-replication-configuration`; or turn it on again after each such deploy"
    )
    assert found[1].text.startswith(
        "environments.dev.registry.replication: replication of a/*, b/* to eu-west-3 includes deletions: "
    )
