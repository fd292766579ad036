"""`ecrkit audit` and `ecrkit adopt` of registry-wide settings, against a local AWS that has some of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit
from builders.proxies import Fault, aws_error, proxy_to
from builders.sandboxes import HOME
from builders.scans import answers, scanning_account

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from builders.accounts import Account

pytestmark = pytest.mark.server

CATALOG = f"""\
environments:
  dev: {{account: "{HOME.account}", region: {HOME.region}}}
registry:
  scanning: {{type: ENHANCED, rules: [{{frequency: SCAN_ON_PUSH, repositories: ["*"]}}]}}
  account_settings: {{blob_mounting: ENABLED}}
repositories: {{}}
"""
BARE = f"{CATALOG.partition('registry:')[0]}repositories: {{}}\n"
CACHES = {"pullThroughCacheRules": [{"ecrRepositoryPrefix": "quay", "upstreamRegistryUrl": "quay.io"}]}
OF_ECR = (
    Fault("ecr:DescribePullThroughCacheRules", answers(CACHES)),
    Fault("ecr:GetAccountSetting", answers({"name": "BLOB_MOUNTING", "value": "DISABLED"})),
)


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """An account whose registry replicates, and scans on push with basic scanning."""
    with scanning_account() as account:
        account.ecr.put_registry_scanning_configuration(
            scanType="BASIC",
            rules=[{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}],
        )
        account.ecr.put_replication_configuration(
            replicationConfiguration={
                "rules": [{"destinations": [{"region": "eu-west-1", "registryId": HOME.account}]}]
            }
        )
        yield account


def run(account: Account, folder: Path, *arguments: str, faults: tuple[Fault, ...]) -> subprocess.CompletedProcess[str]:
    with proxy_to(account.url, *faults) as proxy:
        return ecrkit(*arguments, environment=account.at(proxy.url) | {"AWS_MAX_ATTEMPTS": "1"}, cwd=folder)


def test_audit_compares_the_registry(account: Account, tmp_path: Path) -> None:
    """Drift, the command that sets an account setting, and what is not declared are findings of `audit`."""
    (tmp_path / "repositories.yaml").write_text(CATALOG)

    result = run(account, tmp_path, "audit", "--drift-only", "--output", "json", faults=OF_ECR)

    document = json.loads(result.stdout)
    found = {one["code"]: one for one in document["findings"] if one["pointer"].startswith("/environments")}
    assert result.returncode == 1
    assert {code: (one["pointer"], one["severity"], one["line"]) for code, one in found.items()} == {
        "AUD131": ("/environments/dev/registry/scanning", "error", 4),
        "AUD137": ("/environments/dev/registry/account_settings/blob_mounting", "error", 5),
        "AUD140": ("/environments/dev/registry", "note", 3),
    }
    assert "`aws ecr put-account-setting --name BLOB_MOUNTING --value ENABLED`" in found["AUD137"]["remedy"]
    assert found["AUD140"]["message"].endswith("but not in the catalog: replication, 1 pull-through cache")
    assert document["registry"]["accountSettings"]["BLOB_MOUNTING"] == "DISABLED"
    assert [one["key"] for one in document["registry"]["settings"]] == ["scanning", "replication", "pull_through_cache"]
    assert document["notChecked"] == [
        "deployed template of Registry-dev: not checked for registry-wide settings, the stack does not exist"
    ]


def test_missing_permissions_are_named(account: Account, tmp_path: Path) -> None:
    """Without a permission the audit goes on, and one line names what it could not check, and what it needs."""
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    denied = (
        Fault("ecr:GetRegistryScanningConfiguration", aws_error("AccessDeniedException")),
        Fault("ecr:GetSigningConfiguration", aws_error("AccessDeniedException")),
        Fault("cloudformation:GetTemplate", aws_error("AccessDenied", status=403)),
    )

    result = run(account, tmp_path, "audit", faults=(*denied, *OF_ECR))

    assert result.returncode == 1
    assert "[AUD131]" not in result.stdout
    assert "[AUD137]" in result.stdout
    assert (
        "registry-wide settings scanning, signing: not checked without the permission for "
        "ecr:GetRegistryScanningConfiguration, ecr:GetSigningConfiguration; docs/reference/iam.md lists what each "
        "command needs\n"
    ) in result.stderr


def test_adopt_declares_the_registry(account: Account, tmp_path: Path) -> None:
    """`--registry` adopts the settings and no repository; a second run finds all declared, and the audit no drift."""
    catalog = tmp_path / "repositories.yaml"
    catalog.write_text(BARE)

    shown = run(account, tmp_path, "adopt", "--registry", "--dry-run", faults=OF_ECR)
    adopted = run(account, tmp_path, "adopt", "--registry", "--yes", "--output", "json", faults=OF_ECR)
    again = run(account, tmp_path, "adopt", "--registry", "--yes", faults=OF_ECR)
    audited = run(account, tmp_path, "audit", "--drift-only", faults=OF_ECR)

    assert "+    quay: {upstream: quay.io}\n" in shown.stdout
    # Every account setting has the same value here, which two of them cannot have.
    assert shown.stderr.endswith("\n4 registry-wide settings would be adopted into dev, 2 not adopted\n")
    document = json.loads(adopted.stdout)
    assert [(one["key"], one["name"], one["stackName"]) for one in document["adoptedSettings"]] == [
        ("scanning", None, "Registry-dev"),
        ("replication", None, "Registry-dev"),
        ("pull_through_cache", "quay", "Registry-dev"),
        ("account_settings", "BLOB_MOUNTING", None),
    ]
    mapping = json.loads((tmp_path / "cdk-import" / "Registry-dev.json").read_text())
    assert sorted(map(str, mapping.values())) == [
        "{'EcrRepositoryPrefix': 'quay'}",
        f"{{'RegistryId': '{HOME.account}'}}",
        f"{{'RegistryId': '{HOME.account}'}}",
    ]
    assert "\n0 repositories adopted into dev, 2 not adopted\n" in again.stderr
    assert "AUD13" not in audited.stdout
    assert not any("Deletions are replicated" in step for step in document["steps"])


def test_adopt_says_that_deletions_are_replicated(account: Account, tmp_path: Path) -> None:
    """No catalog declares the replication of deletions: the steps say what becomes of it, with replication only."""
    (tmp_path / "repositories.yaml").write_text(BARE)
    rule = {
        "destinations": [{"region": "eu-west-1", "registryId": HOME.account}],
        "deleteReplication": {"enabled": True},
    }
    registry = {"registryId": HOME.account, "replicationConfiguration": {"rules": [rule]}}
    deletes = Fault("ecr:DescribeRegistry", answers(registry))

    adopted = run(account, tmp_path, "adopt", "--registry", "--yes", faults=(deletes, *OF_ECR))

    assert (
        "# Deletions are replicated, which the catalog cannot declare: a deploy that changes 'replication' turns that "
        "off.\n"
    ) in adopted.stdout
