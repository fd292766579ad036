"""docs/iam.md allows each command what it asks for, and nothing more."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.accounts import local_account
from builders.commands import ecrkit
from builders.images import oci_layout
from builders.proxies import proxy_to
from builders.sandboxes import HOME
from builders.scans import put_index, scanning_account

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builders.accounts import Account

pytestmark = [pytest.mark.sandbox, pytest.mark.needs("skopeo", "umoci")]

PAGE = (Path(__file__).parents[1] / "docs" / "iam.md").read_text()
POLICIES = dict(re.findall(r"^## `ecrkit ([a-z ]+)`\n.*?```json\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE))
CATALOG = f'environments: {{dev: {{account: "{HOME.account}", region: {HOME.region}}}}}\nrepositories: {{}}\n'
STACK = '{"Resources": {"Web": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "stacked"}}}}'
NO_NAME_IN_IAM = re.compile(r"(GET|HEAD) /v2/")
"""The registry's greeting, which it gives to whoever logged in."""


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account with a repository that holds an image, and one of a stack."""
    directory = tmp_path_factory.mktemp("home")
    source = oci_layout(directory)
    with local_account(directory) as account:
        account.ecr.create_repository(repositoryName="web")
        account.cloudformation.create_stack(StackName="Shop", TemplateBody=STACK)
        account.cloudformation.get_waiter("stack_create_complete").wait(StackName="Shop", WaiterConfig={"Delay": 1})
        ecrkit("images", "push", source, "web:v1", environment=account.environment)
        yield account


@pytest.fixture(scope="module")
def scanned() -> Iterator[Account]:
    """An account that scans, with an index of images."""
    with scanning_account() as account:
        put_index(account, "web", "multi")
        yield account


def allowed(command: str) -> set[str]:
    """Read the actions of the policy that the page has for a command."""
    return {action for statement in json.loads(POLICIES[command])["Statement"] for action in statement["Action"]}


def asked(account: Account, *arguments: str | Path) -> set[str]:
    """Run a command and tell what it asked for."""
    with proxy_to(account.url) as proxy:
        result = ecrkit(*arguments, environment=account.at(proxy.url))

    assert result.returncode in {0, 1}, result.stderr
    return {action for action in proxy.actions if not NO_NAME_IN_IAM.fullmatch(action)}


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("repos list", ()),
        ("login", ("--tool", "skopeo")),
        ("images list", ("web",)),
        ("images push", ("oci:{directory}/other/image:v1", "web:v2")),
        ("images pull", ("web:v1", "oci:{directory}/back:v1")),
        ("audit", ("--catalog", "{directory}/repositories.yaml")),
        ("adopt", ("--all", "--dry-run", "--catalog", "{directory}/repositories.yaml")),
        ("repos delete", ("stacked", "--yes")),
    ],
)
def test_policy_is_what_the_command_asks_for(
    account: Account, tmp_path: Path, command: str, arguments: tuple[str, ...]
) -> None:
    """The actions of the page's policy are exactly those that the command asks for."""
    (tmp_path / "other").mkdir()
    oci_layout(tmp_path / "other")
    (tmp_path / "repositories.yaml").write_text(CATALOG)

    actions = asked(account, *command.split(), *(argument.format(directory=tmp_path) for argument in arguments))

    assert actions == allowed(command)


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("scan gate", ("--fail-on", "LOW")),
        ("scan findings", ()),
    ],
)
def test_policy_is_what_the_scan_asks_for(scanned: Account, command: str, arguments: tuple[str, ...]) -> None:
    """The same for scans: of an index, which asks for most."""
    assert asked(scanned, *command.split(), "web:multi", *arguments) == allowed(command)


def test_policy_is_what_starting_asks_for() -> None:
    """The same for a scan that is started alone."""
    with scanning_account() as account:
        put_index(account, "web", "multi")
        actions = asked(account, "scan", "start", "web:multi")

    assert actions == allowed("scan start")


def test_every_command_has_a_policy() -> None:
    """The page has a policy for every command that talks to AWS, and for no other."""
    groups = ("repos", "images", "scan")
    commands = {"login", "audit", "adopt"}
    for group in groups:
        listing = ecrkit(group, "--help").stdout.partition("Commands:\n")[2]
        commands |= {f"{group} {line.split()[0]}" for line in listing.splitlines()}

    assert set(POLICIES) == commands
