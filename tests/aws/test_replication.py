"""Deployed replication rules, read from a registry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit
from builders.policies import policy_text, rule
from builders.proxies import Fault, aws_error, proxy_to
from builders.scans import answers, scanning_account

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from builders.accounts import Account

pytestmark = pytest.mark.server

ACCOUNT = "123456789012"
DESTINATIONS = [{"region": "eu-west-1", "registryId": ACCOUNT}, {"region": "us-east-1", "registryId": "210987654321"}]
NOTE = (
    "deletions are replicated to eu-west-1, us-east-1 of account 210987654321: an image that expires here is deleted "
    "there, too"
)
UNKNOWN = (
    "whether deletions are replicated to other registries: not checked, DescribeRegistry: access denied: No.; "
    "docs/reference/iam.md lists what each command needs"
)
CATALOG = f'environments: {{dev: {{account: "{ACCOUNT}", region: us-east-1}}}}\nrepositories: {{}}\n'


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """An account with two images."""
    with scanning_account() as account:
        account.put_image("web", "v2")
        yield account


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """Keep the newest image."""
    path = tmp_path / "policy.json"
    path.write_text(policy_text(rule(1, countNumber=1)))
    return path


def registry(*, enabled: bool, prefix: str = "") -> Fault:
    """Have the registry answer with a rule."""
    replication = {
        "destinations": DESTINATIONS,
        "repositoryFilters": [{"filter": prefix, "filterType": "PREFIX_MATCH"}] if prefix else [],
        "deleteReplication": {"enabled": enabled},
    }
    answer = {"registryId": ACCOUNT, "replicationConfiguration": {"rules": [replication]}}
    return Fault("ecr:DescribeRegistry", answers(answer))


@pytest.mark.parametrize(
    ("fault", "notes"),
    [
        pytest.param(registry(enabled=True), [NOTE], id="deletions"),
        pytest.param(registry(enabled=True, prefix="we"), [NOTE], id="deletions of its prefix"),
        pytest.param(registry(enabled=True, prefix="shop/"), [], id="deletions of others"),
        pytest.param(registry(enabled=False), [], id="no deletions"),
        pytest.param(
            Fault("ecr:DescribeRegistry", aws_error("AccessDeniedException")),
            [UNKNOWN],
            id="no permission",
        ),
    ],
)
def test_preview_says_where_images_are_deleted_too(
    account: Account, policy: Path, fault: Fault, notes: list[str]
) -> None:
    """A preview of a repository tells where an image that expires is deleted, too, or that nobody may look."""
    with proxy_to(account.url, fault) as proxy:
        result = ecrkit(
            "policy", "preview", policy, "--repository", "web", "--output", "json", environment=account.at(proxy.url)
        )

    assert result.returncode == 0, result.stderr
    assert [note for note in json.loads(result.stdout)["notes"] if "replicated" in note] == notes


def test_audit_notes_a_rule_that_replicates_deletions(account: Account, tmp_path: Path) -> None:
    """The audit reports the rule as a note; without the permission it says that this was not checked."""
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    denied = Fault("ecr:DescribeRegistry", aws_error("AccessDeniedException"))
    with proxy_to(account.url, registry(enabled=True)) as proxy:
        told = ecrkit("audit", environment=account.at(proxy.url), cwd=tmp_path)
    with proxy_to(account.url, denied) as proxy:
        unknown = ecrkit("audit", environment=account.at(proxy.url), cwd=tmp_path)
    drift = ecrkit("audit", "--drift-only", environment=account.environment, cwd=tmp_path)

    assert [line.split(": ")[1] for line in told.stdout.splitlines() if line.endswith("[AUD151]")] == ["note"]
    assert "AUD151" not in unknown.stdout + drift.stdout
    assert "replication of deletions: not checked, DescribeRegistry: access denied: No.; " in unknown.stderr
