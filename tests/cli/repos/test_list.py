"""`ecrkit repos list` against a local AWS."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from builders.accounts import REGISTRY, account_in
from builders.commands import ECRKIT, ecrkit, ecrkit_on_terminal, shell
from builders.proxies import Fault, proxy_to
from builders.sandboxes import HOME
from builders.scans import answers
from builders.stores import make_store, policy_text, publish

if TYPE_CHECKING:
    from pathlib import Path

    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server

HEADING = "URI IMAGES SIZE LAST PUSH POLICY RULES STACK CATALOG SCAN ON PUSH ENCRYPTION MUTABILITY"
STACK = """{"Resources": {
  "Web": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "web", "ImageTagMutability": "IMMUTABLE"}}
}}"""
CATALOG = f"""
environments:
  dev: {{account: "{HOME.account}", region: {HOME.region}}}
repositories:
  web: {{lifecycle: [short@1, long@1]}}
  missing: {{}}
"""


@pytest.fixture(scope="module")
def account(ministack: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Account:
    """An account with two repositories: one with a policy and images, one of a stack."""
    account = account_in(ministack, tmp_path_factory.mktemp("home"))
    account.ecr.create_repository(repositoryName="api", imageScanningConfiguration={"scanOnPush": True})
    account.ecr.put_lifecycle_policy(repositoryName="api", lifecyclePolicyText=policy_text())
    account.put_image("api", "v1")
    account.put_image("api", "v2")
    account.cloudformation.create_stack(StackName="Shop", TemplateBody=STACK)
    account.cloudformation.get_waiter("stack_create_complete").wait(StackName="Shop", WaiterConfig={"Delay": 1})
    return account


@pytest.fixture
def other_account(account: Account) -> Account:
    """An empty account in the same local AWS."""
    return replace(account, environment={**account.environment, "AWS_ACCESS_KEY_ID": "210987654321"})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose catalog declares one of the repositories, and one that is not there."""
    store = make_store(
        tmp_path,
        {
            "long/v1.json": policy_text(),
            "short/v1.json": policy_text(keep=3, tag_status="untagged"),
            "broken/v1.json": "{}",
        },
    )
    publish(store)
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    return tmp_path


def test_list_is_a_table(account: Account, tmp_path: Path) -> None:
    """A row per repository, by name, and a count on standard error."""
    result = ecrkit("repos", "list", environment=account.environment, cwd=tmp_path)

    heading, api, web = [" ".join(line.split()) for line in result.stdout.splitlines()]
    today = api.split()[4]
    assert heading == HEADING
    assert api == f"{REGISTRY}/api 2 340 B {today} unnamed 1 - - yes AES256 MUTABLE"
    assert web == f"{REGISTRY}/web 0 0 B - - 0 Shop - no AES256 IMMUTABLE"
    assert result.stderr == "2 repositories\n"


def test_list_is_held_against_the_catalog(account: Account, project: Path) -> None:
    """A policy of the store has its name; what is declared, or is not, or is missing, is said."""
    result = ecrkit("repos", "list", environment=account.environment, cwd=project)

    _, api, web = [line.split() for line in result.stdout.splitlines()]
    assert api[5:9] == ["long@1", "1", "-", "no"]
    assert web[5:9] == ["-", "0", "Shop", "yes"]
    assert result.stderr == "missing: in the catalog, but not deployed\n2 repositories\n"


def test_composition_has_the_names_of_its_parts(account: Account, project: Path) -> None:
    """A policy that the catalog composes is named by its parts, in order."""
    rules = [
        json.loads(policy_text(keep=3, tag_status="untagged"))["rules"][0],
        {**json.loads(policy_text())["rules"][0], "rulePriority": 2},
    ]
    account.ecr.put_lifecycle_policy(repositoryName="web", lifecyclePolicyText=json.dumps({"rules": rules}))

    result = ecrkit("repos", "list", "--output", "json", environment=account.environment, cwd=project)
    account.ecr.delete_lifecycle_policy(repositoryName="web")

    assert [entry["lifecyclePolicyName"] for entry in json.loads(result.stdout)["repositories"]] == [
        "long@1",
        "short@1+long@1",
    ]


def test_catalog_of_another_account_says_nothing(account: Account, project: Path) -> None:
    """A catalog that does not name the account and Region finds nothing missing and nothing too much."""
    catalog = project / "repositories.yaml"
    catalog.write_text(CATALOG.replace(HOME.region, "eu-west-1"))

    result = ecrkit("repos", "list", "--catalog", catalog, environment=account.environment)

    assert [line.split()[8] for line in result.stdout.splitlines()[1:]] == ["-", "-"]
    assert result.stderr == "2 repositories\n"


def test_list_fits_a_narrow_terminal(account: Account) -> None:
    """On 80 columns a URI has a line of its own, and no line is wider."""
    shown = ecrkit_on_terminal("repos", "list", environment={**account.environment, "COLUMNS": "80", "LINES": "24"})

    lines = shown.splitlines()
    assert f"{REGISTRY}/api" in lines
    assert max(map(len, lines)) <= 80


def test_json_has_the_service_names(account: Account, project: Path) -> None:
    """JSON has the keys of DescribeRepositories, and what takes other calls in the same style."""
    result = ecrkit("repos", "list", "--output", "json", environment=account.environment, cwd=project)

    document = json.loads(result.stdout)
    api, web = document["repositories"]
    assert document["notDeployed"] == ["missing"]
    assert api.pop("createdAt") <= api.pop("lastImagePushedAt")
    assert web["lifecyclePolicyLastEvaluatedAt"] is None
    assert api.pop("lifecyclePolicyLastEvaluatedAt")
    assert api == {
        "repositoryArn": f"arn:aws:ecr:{HOME.region}:{HOME.account}:repository/api",
        "registryId": HOME.account,
        "repositoryName": "api",
        "repositoryUri": f"{REGISTRY}/api",
        "imageTagMutability": "MUTABLE",
        "imageTagMutabilityExclusionFilters": [],
        "imageScanningConfiguration": {"scanOnPush": True},
        "encryptionConfiguration": {"encryptionType": "AES256"},
        "lifecyclePolicyText": policy_text(),
        "lifecyclePolicyName": "long@1",
        "imageCount": 2,
        "imageSizeInBytes": 340,
        "stackName": None,
        "inCatalog": False,
    }
    assert [web["stackName"], web["inCatalog"], web["lifecyclePolicyText"]] == ["Shop", True, None]


def test_policy_that_is_not_evaluated_is_told(account: Account, tmp_path: Path) -> None:
    """Standard error names a policy that ECR has not evaluated for days. JSON has the last evaluation."""
    answer = {"lifecyclePolicyText": policy_text(), "lastEvaluatedAt": 1_577_836_800}
    with proxy_to(account.url, Fault("ecr:GetLifecyclePolicy", answers(answer))) as proxy:
        result = ecrkit("repos", "list", environment=account.at(proxy.url), cwd=tmp_path)
        document = json.loads(
            ecrkit("repos", "list", "--output", "json", environment=account.at(proxy.url), cwd=tmp_path).stdout
        )

    told = "api: no image expires: its lifecycle policy was last evaluated on 2020-01-01, "
    assert [line.startswith(told) for line in result.stderr.splitlines() if "evaluated" in line] == [True]
    assert document["repositories"][0]["lifecyclePolicyLastEvaluatedAt"] == "2020-01-01T00:00:00+00:00"


def test_reader_may_stop_early(account: Account) -> None:
    """A pipe into `head` ends without a traceback."""
    settings = " ".join(f"{name}='{value}'" for name, value in account.environment.items())
    result = shell(f"env {settings} {ECRKIT} repos list | head -1")

    assert result.stdout.split() == HEADING.split()
    assert "Traceback" not in result.stderr


def test_stack_that_let_go_is_not_named(account: Account) -> None:
    """A repository that outlived its stack has the stack's tags, and no stack."""
    resource = {"Type": "AWS::ECR::Repository", "DeletionPolicy": "Retain", "Properties": {"RepositoryName": "left"}}
    template = json.dumps({"Resources": {"Left": resource}})
    account.cloudformation.create_stack(StackName="Gone", TemplateBody=template)
    account.cloudformation.get_waiter("stack_create_complete").wait(StackName="Gone", WaiterConfig={"Delay": 1})
    account.cloudformation.delete_stack(StackName="Gone")
    account.cloudformation.get_waiter("stack_delete_complete").wait(StackName="Gone", WaiterConfig={"Delay": 1})
    result = ecrkit("repos", "list", "--output", "json", environment=account.environment)
    account.ecr.delete_repository(repositoryName="left")

    names = {entry["repositoryName"]: entry["stackName"] for entry in json.loads(result.stdout)["repositories"]}
    assert names == {"api": None, "left": None, "web": "Shop"}


def test_empty_account_is_told(other_account: Account, project: Path) -> None:
    """No repositories is a result; JSON is whole, and the catalog is missed all the same."""
    catalog = project / "repositories.yaml"
    catalog.write_text(CATALOG.replace(HOME.account, other_account.environment["AWS_ACCESS_KEY_ID"]))
    text = ecrkit("repos", "list", environment=other_account.environment, cwd=project)
    document = ecrkit("repos", "list", "--output", "json", environment=other_account.environment, cwd=project)

    assert text.stdout == ""
    assert text.stderr == (
        "missing: in the catalog, but not deployed\nweb: in the catalog, but not deployed\n0 repositories\n"
    )
    assert json.loads(document.stdout) == {"notDeployed": ["missing", "web"], "repositories": []}
