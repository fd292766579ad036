"""Where an image that expires is deleted, too."""

from __future__ import annotations

import pytest

from ecrkit.registry.settings.replication import (
    DeployedReplicationRule,
    deletion_note,
    may_delete_note,
    named_destinations,
)
from ecrkit.registry.settings.values import Destination, ReplicationRule

ACCOUNT = "123456789012"
PLACES = named_destinations((("eu-west-1", ACCOUNT), ("us-east-1", "210987654321")), account=ACCOUNT)
RULE = DeployedReplicationRule(destinations=PLACES, prefixes=("prod/",), replicates_deletions=True)


def test_deletion_names_the_destinations() -> None:
    """The message about replicated deletions names each destination once."""
    assert deletion_note([RULE, RULE], "prod/api") == (
        "deletions are replicated to eu-west-1, us-east-1 of account 210987654321: "
        "an image that expires here is deleted there, too"
    )


@pytest.mark.parametrize(
    ("rule", "repository"),
    [
        pytest.param(RULE, "dev/api", id="another prefix"),
        pytest.param(DeployedReplicationRule(destinations=PLACES), "prod/api", id="no deletions"),
    ],
)
def test_nothing_is_deleted_elsewhere(rule: DeployedReplicationRule, repository: str) -> None:
    """Without such a rule there is nothing to tell."""
    assert deletion_note([rule], repository) == ""


def test_catalog_cannot_tell() -> None:
    """For declared rules, the note names the destinations, and says who knows."""
    rules = [ReplicationRule(to=(Destination(region="eu-west-1"),), repositories=("prod/",))]

    assert may_delete_note(rules, "prod/api", account=ACCOUNT) == (
        "images are replicated to eu-west-1: where deletions are replicated, too, an image that expires here is "
        "deleted there; the catalog does not know that, `ecrkit audit` reports it"
    )
    assert may_delete_note(rules, "dev/api", account=ACCOUNT) == ""
