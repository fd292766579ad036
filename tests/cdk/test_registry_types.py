"""The construct for a registry refuses arguments of other types, and arguments that it does not have."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from builders.templates import ACCOUNT, stack

from ecrkit.cdk import Registry
from ecrkit.errors import InvalidPropertyError
from ecrkit.registry import Destination, ReplicationRule, SigningRule

pytestmark = pytest.mark.node

PROFILE = f"arn:aws:signer:us-east-1:{ACCOUNT}:/signing-profiles/images"
SIGNING = SigningRule(profile=PROFILE)
REPLICATION = ReplicationRule(to=(Destination(region="eu-west-1"),))
ROLE = f"arn:aws:iam::{ACCOUNT}:role/scanner"
EXCLUSIONS = "a list of ARNs, roles or users"


def refused(**arguments: Any) -> str:  # noqa: ANN401 - what has another type than it should
    with pytest.raises(InvalidPropertyError) as error:
        Registry(stack(), "Registry", **arguments)
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        pytest.param("scanning", {"type": "BASIC"}, "a Scanning", id="scanning, as in the catalog"),
        pytest.param("scanning", "BASIC", "a Scanning", id="scanning, its type"),
        pytest.param("policy", {"Statement": []}, "a RegistryPolicy", id="policy document"),
        pytest.param("replication", REPLICATION, "a list of ReplicationRule", id="one rule of replication"),
        pytest.param("replication", [{"to": []}], "a list of ReplicationRule", id="replication, as in the catalog"),
        pytest.param("signing", SIGNING, "a list of SigningRule", id="one rule of signing"),
        pytest.param("signing", PROFILE, "a list of SigningRule", id="profile"),
        pytest.param("signing", [PROFILE], "a list of SigningRule", id="profiles"),
        pytest.param("signing", None, "a list of SigningRule", id="nothing"),
        pytest.param(
            "pull_through_cache",
            {"quay": {"upstream": "quay.io"}},
            "a mapping from prefixes to PullThroughCacheRule",
            id="cache, as in the catalog",
        ),
        pytest.param(
            "creation_templates", ["ROOT"], "a mapping from prefixes to CreationTemplate", id="list of templates"
        ),
        pytest.param("pull_time_exclusions", ROLE, EXCLUSIONS, id="one principal"),
        pytest.param("pull_time_exclusions", [SimpleNamespace(arn=ROLE)], EXCLUSIONS, id="no principal"),
    ],
)
def test_other_type(name: str, value: object, expected: str) -> None:
    """Each argument that has another type is refused by its name, with what it must be."""
    assert refused(**{name: value}) == f"Registry/Registry: {name}: must be {expected}, got {value!r}"


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        pytest.param(
            "account_settings",
            "remove it; CloudFormation has no type for it: run `aws ecr put-account-setting`",
            id="key of the catalog without a type",
        ),
        pytest.param(
            "account_setting",
            "remove it; CloudFormation has no type for it: run `aws ecr put-account-setting`",
            id="misspelled",
        ),
        pytest.param("events", "use the methods on_… of a repository, or events of the catalog", id="events"),
        pytest.param("sining", "did you mean signing?", id="misspelled argument"),
    ],
)
def test_argument_that_it_does_not_have(name: str, advice: str) -> None:
    """A key that only the catalog has is refused with what to do instead."""
    assert refused(**{name: {}}) == f"Registry/Registry: unknown argument '{name}'; {advice}"
