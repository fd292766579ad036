"""Credentials, Region and bootstrap versions, against a local AWS and against nobody."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from builders.accounts import account_in
from builders.proxies import Fault, foreign_page, proxy_to, xml_error
from builders.sandboxes import HOME

from ecrkit.aws.doctor import examine_account
from ecrkit.catalog import Environment

if TYPE_CHECKING:
    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox

TOOLKIT = """\
Resources: {{Topic: {{Type: "AWS::SNS::Topic"}}}}
Outputs: {{BootstrapVersion: {{Value: "{version}"}}}}
"""


def environment(name: str, *, account: str = HOME.account, region: str = HOME.region) -> Environment:
    return Environment(name=name, account=account, region=region, shards=1, repositories=())


ENVIRONMENTS = [environment("dev"), environment("far", region="eu-west-1"), environment("other", account="2" * 12)]


def told(
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    *,
    environments: list[Environment] | None = None,
    profile: str | None = None,
    toolkit_stack: str = "CDKToolkit",
) -> list[tuple[str, str, str, str]]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    probes = examine_account(
        ENVIRONMENTS if environments is None else environments,
        profile=profile,
        region=None,
        is_app=True,
        toolkit_stack=toolkit_stack,
    )
    return [(probe.name, probe.status.value, probe.found, probe.remedy) for probe in probes]


@pytest.fixture(scope="module")
def account(ministack: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Account:
    """An account that is bootstrapped in one Region, also with an old version under another name."""
    account = account_in(ministack, tmp_path_factory.mktemp("home"))
    for name, version in (("CDKToolkit", "31"), ("OldToolkit", "5")):
        account.cloudformation.create_stack(StackName=name, TemplateBody=TOOLKIT.format(version=version))
        account.cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    return account


@pytest.mark.server
def test_bootstrap_versions(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each environment of the account has its version; those of other accounts are not checked."""
    assert told(monkeypatch, dict(account.environment)) == [
        ("Region", "ok", "us-east-1", ""),
        ("credentials", "ok", "account 123456789012", ""),
        ("bootstrap of dev", "ok", "aws://123456789012/us-east-1: version 31", ""),
        (
            "bootstrap of far",
            "error",
            "aws://123456789012/eu-west-1: not bootstrapped",
            "run cdk bootstrap aws://123456789012/eu-west-1",
        ),
        (
            "bootstrap of other",
            "not checked",
            "aws://222222222222/us-east-1: the credentials are for account 123456789012",
            "",
        ),
    ]


@pytest.mark.server
def test_old_bootstrap(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bootstrap that is too old is an error, and the stack may have another name."""
    found = told(monkeypatch, dict(account.environment), environments=[environment("dev")], toolkit_stack="OldToolkit")

    assert found[-1] == (
        "bootstrap of dev",
        "error",
        "aws://123456789012/us-east-1: version 5, must be 6 or newer",
        "run cdk bootstrap aws://123456789012/us-east-1",
    )


@pytest.mark.server
def test_other_account_and_region(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account or a Region that the catalog does not have is a warning."""
    elsewhere = [environment("other", account="2" * 12, region="eu-west-1")]

    found = told(monkeypatch, dict(account.environment), environments=elsewhere)

    assert [one[1:] for one in found[:2]] == [
        ("warning", "us-east-1", "the catalog has eu-west-1: set AWS_REGION, or pass --region"),
        (
            "warning",
            "account 123456789012",
            "the catalog has no environment in this account; it has 222222222222",
        ),
    ]


@pytest.mark.server
def test_denied_bootstrap(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the credentials may not read is not checked."""
    fault = Fault("cloudformation:DescribeStacks", xml_error("AccessDenied"))
    with proxy_to(account.url, fault) as proxy:
        found = told(monkeypatch, dict(account.at(proxy.url)), environments=[environment("dev")])

    assert found[-1][:2] == ("bootstrap of dev", "not checked")
    assert "access denied" in found[-1][2]


@pytest.mark.server
def test_refused_credentials(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that AWS refuses are an error."""
    fault = Fault("sts:GetCallerIdentity", xml_error("ExpiredToken"))
    with proxy_to(account.url, fault) as proxy:
        found = told(monkeypatch, dict(account.at(proxy.url)), environments=[environment("dev")])

    assert found[1][1] == "error"
    assert "the credentials have expired" in found[1][2]
    assert found[2][1:3] == ("not checked", "aws://123456789012/us-east-1: no credentials that AWS accepted")


@pytest.mark.server
def test_somebody_else_answers(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of a hotel is no answer: nothing is known then."""
    with proxy_to(account.url, Fault("", foreign_page)) as proxy:
        found = told(monkeypatch, dict(account.at(proxy.url)), environments=[environment("dev")])

    assert [one[1] for one in found] == ["ok", "not checked", "not checked"]


NOBODY = {
    "AWS_ENDPOINT_URL": "http://localhost:9",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/nowhere/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/nowhere/credentials",
}
KEY = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}


def test_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody answers, nothing is an error, and what was not checked is listed."""
    found = told(monkeypatch, {**NOBODY, **KEY, "AWS_DEFAULT_REGION": "us-east-1"})

    assert [one[1] for one in found] == ["ok", "not checked", "not checked", "not checked", "not checked"]
    assert found[1][2].startswith("no answer from AWS: ")


def test_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without credentials and a Region, what they are for is not checked."""
    found = told(monkeypatch, NOBODY, environments=[])

    assert found == [
        ("Region", "warning", "not configured", "set AWS_REGION, or pass --region"),
        (
            "credentials",
            "not checked",
            "none found",
            "set AWS_PROFILE, or pass --profile, to check the account and its bootstrap",
        ),
    ]


def test_unknown_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that somebody names and that does not exist is an error."""
    found = told(monkeypatch, NOBODY, profile="prod")

    assert [one[:2] for one in found] == [("credentials", "error")]
    assert "prod" in found[0][2]


def test_unknown_profile_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """So is one that AWS_PROFILE names: no command can work with it."""
    found = told(monkeypatch, {**NOBODY, "AWS_PROFILE": "prod"})

    assert [one[:2] for one in found] == [("credentials", "error")]
    assert "prod" in found[0][2]
