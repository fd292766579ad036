"""`ecrkit repos delete` against a local AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from builders.accounts import REGISTRY, account_in
from builders.commands import ecrkit, ecrkit_on_terminal
from builders.proxies import Fault, aws_error, proxy_to
from builders.sandboxes import HOME
from builders.stores import make_store, policy_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server

NO_CATALOG = "no catalog found, so not checked whether one declares it; pass --catalog"
CATALOG = f"""
environments:
  dev: {{account: "{HOME.account}", region: {HOME.region}}}
  prod: {{account: "{HOME.account}", region: eu-west-1}}
repositories:
  base: {{}}
  web: {{only: [%s]}}
"""


@pytest.fixture
def account(ministack: Sandbox, tmp_path: Path) -> Account:
    """An account with an empty repository and one that holds an image."""
    account = account_in(ministack, tmp_path)
    account.ecr.create_repository(repositoryName="empty")
    account.ecr.create_repository(repositoryName="web")
    account.put_image("web", "v1")
    return account


def names(account: Account) -> list[str]:
    """Tell which repositories there are."""
    return sorted(repository["repositoryName"] for repository in account.ecr.describe_repositories()["repositories"])


def test_empty_repository_goes(account: Account, tmp_path: Path) -> None:
    """With --yes, an empty repository is deleted, and what went is said, and that no catalog was asked."""
    result = ecrkit("repos", "delete", "empty", "--yes", environment=account.environment, cwd=tmp_path)

    assert result.returncode == 0
    assert result.stdout == f"deleted: {REGISTRY}/empty\n"
    assert result.stderr == f"{NO_CATALOG}\n{REGISTRY}/empty\n  no images\n"
    assert names(account) == ["web"]


def test_images_need_force(account: Account, tmp_path: Path) -> None:
    """A repository that holds images is refused, and what it holds is shown."""
    result = ecrkit("repos", "delete", "web", "--yes", environment=account.environment, cwd=tmp_path)

    assert result.returncode == 1
    shown, refusal = result.stderr.rsplit("\n", 2)[:2]
    assert shown.startswith(f"{NO_CATALOG}\n{REGISTRY}/web\n  1 image, 170 B, the last pushed on ")
    assert refusal == "error: web: contains 1 image; pass --force to delete them too"
    assert names(account) == ["empty", "web"]


def test_force_deletes_images_too(account: Account) -> None:
    """--force deletes the images with it; JSON has the shape of DeleteRepository."""
    result = ecrkit("repos", "delete", "web", "--force", "--yes", "--output", "json", environment=account.environment)

    document = json.loads(result.stdout)
    assert document["repository"]["repositoryName"] == "web"
    assert document["imageCount"] == 1
    assert names(account) == ["empty"]


def test_nobody_to_ask_is_no_yes(account: Account) -> None:
    """Without a terminal and without --yes nothing is deleted, and the exit code is that of a wrong usage."""
    result = ecrkit("repos", "delete", "empty", environment=account.environment)

    assert result.returncode == 2
    assert result.stderr.endswith("Error: not a terminal, cannot ask; pass --yes to proceed\n")
    assert names(account) == ["empty", "web"]


@pytest.mark.parametrize(
    ("answer", "left"), [pytest.param("n\n", ["empty", "web"], id="no"), pytest.param("y\n", ["web"], id="yes")]
)
def test_question_is_asked(account: Account, answer: str, left: list[str]) -> None:
    """On a terminal the answer decides."""
    shown = ecrkit_on_terminal("repos", "delete", "empty", environment=account.environment, typed=answer)

    assert "Delete empty permanently? [y/N]: " in shown
    assert ("error: nothing deleted" in shown) == (len(left) == 2)
    assert names(account) == left


def test_dry_run_deletes_nothing(account: Account) -> None:
    """--dry-run shows what would go, asks nothing, and changes nothing."""
    result = ecrkit("repos", "delete", "web", "--force", "--dry-run", environment=account.environment)

    assert result.returncode == 0
    assert result.stdout == f"would be deleted: {REGISTRY}/web\n"
    assert names(account) == ["empty", "web"]


def test_declared_repository_is_refused(account: Account, tmp_path: Path) -> None:
    """What the catalog still declares would come back with the next deploy: it is refused, forced or not."""
    make_store(tmp_path, {"long/v1.json": policy_text()})
    (tmp_path / "repositories.yaml").write_text(CATALOG % "dev")

    result = ecrkit("repos", "delete", "web", "--force", "--yes", environment=account.environment, cwd=tmp_path)

    assert result.returncode == 1
    assert result.stderr == "error: web: the catalog declares it; remove it there and deploy, then delete it\n"
    assert names(account) == ["empty", "web"]


@pytest.mark.parametrize(
    ("region", "only", "said"),
    [
        pytest.param(HOME.region, "prod", "", id="declared elsewhere only"),
        pytest.param(
            "us-west-2", "dev", f"the catalog has no environment in {HOME.account}, {HOME.region}\n", id="other Region"
        ),
    ],
)
def test_repository_that_is_declared_elsewhere_goes(
    account: Account, tmp_path: Path, region: str, only: str, said: str
) -> None:
    """What the catalog declares for other environments says nothing of this one."""
    make_store(tmp_path, {"long/v1.json": policy_text()})
    (tmp_path / "repositories.yaml").write_text(CATALOG.replace(HOME.region, region) % only)

    result = ecrkit("repos", "delete", "web", "--force", "--yes", environment=account.environment, cwd=tmp_path)

    assert result.returncode == 0, result.stderr
    assert result.stderr.startswith(f"{said}{REGISTRY}/web\n")
    assert names(account) == ["empty"]


def test_uri_names_a_repository(account: Account) -> None:
    """What `repos list` prints is taken as a name; another registry's URI is refused."""
    other = REGISTRY.replace(HOME.account, "210987654321")

    refused = ecrkit("repos", "delete", f"{other}/empty", "--yes", environment=account.environment)
    result = ecrkit("repos", "delete", f"{REGISTRY}/empty", "--yes", environment=account.environment)

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"error: {other}: not the registry of the credentials, {REGISTRY}; ")
    assert result.returncode == 0
    assert names(account) == ["web"]


def test_image_is_no_repository(account: Account) -> None:
    """Whoever names an image does not lose the whole repository."""
    result = ecrkit("repos", "delete", "web:v1", "--force", "--yes", environment=account.environment)

    assert result.returncode == 2
    assert result.stderr.endswith("Error: web:v1: name a repository, without ':v1'\n")
    assert names(account) == ["empty", "web"]


def test_repository_of_a_stack_is_refused(account: Account) -> None:
    """A repository that a stack owns is refused unless told, with what the next deploy does."""
    resource = {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "shop"}}
    template = json.dumps({"Resources": {"Shop": resource}})
    account.cloudformation.create_stack(StackName="Shop", TemplateBody=template)
    account.cloudformation.get_waiter("stack_create_complete").wait(StackName="Shop", WaiterConfig={"Delay": 1})
    refused = ecrkit("repos", "delete", "shop", "--yes", environment=account.environment)
    told = ecrkit("repos", "delete", "shop", "--yes", "--owned-by-stack", environment=account.environment)

    assert refused.returncode == 1
    assert refused.stderr.endswith(
        "  a resource of the stack Shop\n"
        "error: shop: the stack Shop owns it, and its next deploy fails or creates the repository again, empty; remove "
        "it from the template and deploy, or pass --owned-by-stack\n"
    )
    assert told.returncode == 0
    assert names(account) == ["empty", "web"]


def test_imported_repository_of_a_stack_is_refused(account: Account) -> None:
    """A repository without the tags of CloudFormation is refused if a stack has it; other types do not count."""

    def told(name: str, kind: str) -> Callable[[Any], bool]:
        resource = (
            f"<StackName>Imported</StackName><PhysicalResourceId>{name}</PhysicalResourceId>"
            f"<ResourceType>{kind}</ResourceType><ResourceStatus>IMPORT_COMPLETE</ResourceStatus>"
            "<LogicalResourceId>Web</LogicalResourceId><Timestamp>2026-11-01T00:00:00Z</Timestamp>"
        )
        answer = f"<StackResources><member>{resource}</member></StackResources>"
        text = (
            f"<DescribeStackResourcesResponse><DescribeStackResourcesResult>{answer}</DescribeStackResourcesResult>"
            "</DescribeStackResourcesResponse>"
        )

        def befall(handler: Any) -> bool:  # noqa: ANN401 - the handler is private
            handler.answer(200, {"Content-Type": "text/xml"}, text.encode())
            return False

        return befall

    delete = ("repos", "delete", "empty", "--force", "--yes")
    by_stack = Fault("cloudformation:DescribeStackResources", told("empty", "AWS::ECR::Repository"))
    other_type = Fault("cloudformation:DescribeStackResources", told("empty", "AWS::S3::Bucket"))
    with proxy_to(account.url, by_stack) as proxy:
        refused = ecrkit(*delete, environment=account.at(proxy.url))
    with proxy_to(account.url, other_type) as proxy:
        deleted = ecrkit(*delete, environment=account.at(proxy.url))

    assert refused.returncode == 1
    assert "error: empty: the stack Imported owns it" in refused.stderr
    assert deleted.returncode == 0
    assert names(account) == ["web"]


def test_several_names_and_patterns_go(account: Account, tmp_path: Path) -> None:
    """All that names and patterns choose is listed with its images, once each, and deleted."""
    for name in ("old/api", "old/team/web", "older"):
        account.ecr.create_repository(repositoryName=name)
    account.put_image("old/api", "v1")
    chosen = ("old/*", "web", "old/api")
    refused = ecrkit("repos", "delete", *chosen, "--yes", environment=account.environment, cwd=tmp_path)
    result = ecrkit(
        *("repos", "delete", *chosen, "--yes", "--force", "--output", "json"),
        environment=account.environment,
        cwd=tmp_path,
    )

    assert refused.returncode == 1
    assert refused.stderr.endswith(
        f"{REGISTRY}/old/team/web\n  no images\n"
        + refused.stderr.partition("no images\n")[2].partition("3 repositories")[0]
        + "3 repositories, 2 images, 340 B\n"
        "error: old/api: contains 1 image; pass --force to delete them too\n"
        "web: contains 1 image; pass --force to delete them too\n"
    )
    assert [one["repository"]["repositoryName"] for one in json.loads(result.stdout)["repositories"]] == [
        "old/api",
        "old/team/web",
        "web",
    ]
    assert names(account) == ["empty", "older"]


def test_pattern_without_a_match_is_told(account: Account) -> None:
    """One error names the patterns that match nothing and the names that do not exist. Nothing is deleted."""
    result = ecrkit("repos", "delete", "empty", "wbe", "old/*", "--yes", environment=account.environment)

    assert result.returncode == 3
    assert result.stderr == (
        "error: wbe: no such repository in us-east-1; did you mean web?\n"
        "old/*: matches no repository in us-east-1; run `ecrkit repos list` to list the repositories\n"
    )
    assert names(account) == ["empty", "web"]


def test_failure_does_not_stop_the_others(account: Account) -> None:
    """If AWS refuses to delete one repository, the others are deleted. The output names both."""
    refused = Fault("ecr:DeleteRepository", aws_error("KmsException", message="No key"), times=1)
    with proxy_to(account.url, refused) as proxy:
        result = ecrkit("repos", "delete", "*", "--force", "--yes", environment=account.at(proxy.url))

    assert result.returncode == 3
    assert result.stdout == f"deleted: {REGISTRY}/web\n"
    assert result.stderr.endswith(
        "error: empty: not deleted: DeleteRepository: KmsException: No key\n1 of 2 repositories are deleted\n"
    )
    assert names(account) == ["empty"]


def test_unknown_repository_is_told(account: Account) -> None:
    """A repository that does not exist ends in one line with the nearest name, and exit code 3."""
    result = ecrkit("repos", "delete", "wbe", "--yes", environment=account.environment)

    assert result.returncode == 3
    assert result.stderr == "error: wbe: no such repository in us-east-1; did you mean web?\n"


@pytest.mark.parametrize("action", ["ecr:DescribeImages", "ecr:DeleteRepository"])
def test_repository_that_vanishes_is_told(account: Account, action: str) -> None:
    """A repository that goes while it is looked at ends in one line, and exit code 3."""
    gone = Fault(action, aws_error("RepositoryNotFoundException", message="The repository 'web' does not exist"))
    with proxy_to(account.url, gone) as proxy:
        result = ecrkit("repos", "delete", "web", "--force", "--yes", environment=account.at(proxy.url))

    assert result.returncode == 3
    assert result.stderr.splitlines()[-1] == (
        f"error: {action.removeprefix('ecr:')}: The repository 'web' does not exist; "
        "run `ecrkit repos list` to list the repositories"
    )


@pytest.mark.parametrize("force", [pytest.param([], id="plain"), pytest.param(["--force"], id="force")])
def test_image_pushed_meanwhile_is_not_lost(account: Account, force: list[str]) -> None:
    """An image that is pushed to an empty repository in between stays, also with --force."""
    with proxy_to(account.url, Fault("ecr:ListTagsForResource", _push_into(account, "empty"), times=1)) as proxy:
        result = ecrkit("repos", "delete", "empty", "--yes", *force, environment=account.at(proxy.url))

    assert result.returncode == 3
    assert "RepositoryNotEmptyException" in result.stderr
    assert names(account) == ["empty", "web"]


def _push_into(account: Account, repository: str) -> Callable[[object], bool]:
    def befall(_: object) -> bool:
        account.put_image(repository, "late")
        return True

    return befall
