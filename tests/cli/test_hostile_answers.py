"""Hostile text in good answers of AWS acts in no output of any command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.accounts import account_in
from builders.commands import ecrkit
from builders.doors import write_catalog
from builders.kinds import HOSTILE
from builders.sandboxes import HOME
from builders.stores import make_store, policy_text, publish

if TYPE_CHECKING:
    from pathlib import Path

    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server

STACK = '{"Resources": {"Theirs": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "theirs"}}}}'


@pytest.fixture(scope="module")
def account(ministack: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Account:
    """An account whose tags, statements, policies and stacks have hostile names."""
    account = account_in(ministack, tmp_path_factory.mktemp("home"))
    statement = {"Sid": HOSTILE, "Effect": "Allow", "Principal": {"AWS": "210987654321"}, "Action": "ecr:BatchGetImage"}
    for name, action in (("web", HOSTILE), ("fine", "ecr:BatchGetImage")):
        tags = [{"Key": "team", "Value": HOSTILE}] if name == "web" else []
        account.ecr.create_repository(repositoryName=name, tags=tags)  # type: ignore[arg-type] # as the type says
        document = {"Version": "2012-10-17", "Statement": [{**statement, "Action": action}]}
        account.ecr.set_repository_policy(repositoryName=name, policyText=json.dumps(document))
        account.ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=policy_text(description=HOSTILE))
        account.put_image(name, HOSTILE)
    account.cloudformation.create_stack(StackName="Shop", TemplateBody=STACK)
    account.cloudformation.get_waiter("stack_create_complete").wait(StackName="Shop", WaiterConfig={"Delay": 1})
    arn = f"arn:aws:ecr:{HOME.region}:{HOME.account}:repository/theirs"
    account.ecr.tag_resource(resourceArn=arn, tags=[{"Key": "aws:cloudformation:stack-name", "Value": HOSTILE}])
    return account


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("repos list", id="repos list"),
        pytest.param("images list web", id="images list"),
        pytest.param("audit", id="audit"),
        pytest.param("adopt web fine theirs --dry-run", id="adopt"),
        pytest.param("policy preview web@1 --repository web", id="policy preview"),
    ],
)
def test_answer_does_not_act(account: Account, tmp_path: Path, arguments: str, output: str) -> None:
    """Names and texts of others are shown, and that is all; JSON keeps them as they are."""
    publish(make_store(tmp_path, {"web/v1.json": policy_text()}))
    write_catalog(tmp_path / "repositories.yaml", {"other": {"lifecycle": "web@1"}})

    result = ecrkit(*arguments.split(), "--output", output, environment=account.environment, cwd=tmp_path)

    assert result.returncode in {0, 1}
    for line in (result.stdout + result.stderr).split("\n"):
        assert line.isprintable()
        assert "##[" not in line
        assert not line.lstrip().startswith("::")
    if output == "json":
        assert json.loads(result.stdout)


def test_what_is_adopted_is_read_again(account: Account, tmp_path: Path) -> None:
    """Hostile text that the catalog takes means the same there."""
    publish(make_store(tmp_path, {"web/v1.json": policy_text()}))
    write_catalog(tmp_path / "repositories.yaml", {"other": {"lifecycle": "web@1"}})
    adopted = ecrkit("adopt", "fine", "--yes", environment=account.environment, cwd=tmp_path)

    audited = ecrkit("audit", "--drift-only", "--output", "json", environment=account.environment, cwd=tmp_path)

    assert adopted.returncode == 0, adopted.stderr
    assert "/repositories/fine" not in {found["pointer"] for found in json.loads(audited.stdout)["findings"]}
