"""Whatever goes wrong between a command and AWS ends in one line and exit code 3, soon, and with nothing half done."""

from __future__ import annotations

import signal
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest
from builders.accounts import REGISTRY, account_in
from builders.commands import ECRKIT, ecrkit, start
from builders.proxies import Fault, Hold, aws_error, drop, foreign_page, proxy_to
from builders.sandboxes import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server

CATALOG = str(ROOT / "repositories.yaml")
COMMANDS = {
    "repos list": ("repos", "list"),
    "repos delete": ("repos", "delete", "web", "--force", "--yes"),
    "login": ("login", "--tool", "skopeo"),
    "images list": ("images", "list", "web"),
    "images push": ("images", "push", "oci:nowhere:v1", "web:v1"),
    "images pull": ("images", "pull", "web:v1", "oci:nowhere:v1"),
    "images inventory": ("images", "inventory", "web", "-o", "images"),
    "images in-use": ("images", "in-use"),
    "policy preview": ("policy", "preview", "keep-last-10@1", "--repository", "web"),
    "policy suspend": ("policy", "suspend", "web", "--reason", "incident", "--yes"),
    "policy resume": ("policy", "resume", "web", "--original", "--yes"),
    "scan start": ("scan", "start", "web:v1"),
    "scan findings": ("scan", "findings", "web:v1"),
    "scan gate": ("scan", "gate", "web:v1", "--fail-on", "LOW"),
    "scan summary": ("scan", "summary", "--max-age", "30"),
    "audit": ("audit", "--catalog", CATALOG),
    "adopt": ("adopt", "web", "--dry-run", "--catalog", CATALOG),
}


@pytest.fixture(scope="module")
def account(ministack: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Account:
    """An account with a repository that holds an image."""
    account = account_in(ministack, tmp_path_factory.mktemp("home"))
    account.ecr.create_repository(repositoryName="web")
    account.put_image("web", "v1")
    return account


REFUSALS: dict[str, tuple[Callable[[object], bool], str]] = {
    "throttled": (
        aws_error("ThrottlingException", message="Rate exceeded"),
        "throttled, at every attempt (ThrottlingException); try again later, or raise AWS_MAX_ATTEMPTS",
    ),
    "denied": (
        aws_error("AccessDeniedException", message="User: x is not authorized"),
        "access denied: User: x is not authorized; docs/reference/iam.md lists what each command needs",
    ),
    "expired": (
        aws_error("ExpiredTokenException", message="The security token included in the request is expired"),
        "the credentials have expired (ExpiredTokenException); renew them, with `aws sso login` for example",
    ),
    "wrong credentials": (
        aws_error("UnrecognizedClientException", message="The security token is invalid."),
        "AWS does not accept these credentials (UnrecognizedClientException); check the profile and the access key",
    ),
    "drops": (drop, "no answer from AWS: connection was closed before we received a valid response"),
    "hotel": (foreign_page, "no answer from AWS: something in between answered 200 with text/html"),
}
CASES = [("repos list", refusal) for refusal in REFUSALS]
CASES += [(command, refusal) for command in COMMANDS for refusal in ("throttled", "denied") if command != "repos list"]


@pytest.mark.needs("skopeo")
@pytest.mark.parametrize(("command", "refusal"), CASES)
def test_refusal_is_one_line(account: Account, tmp_path: Path, command: str, refusal: str) -> None:
    """Each command, refused: nothing on standard output, one line, exit code 3, and nothing changed."""
    befall, said = REFUSALS[refusal]
    # One retry, and for one command only, so that the test does not wait for six attempts.
    with proxy_to(account.url, Fault("", befall)) as proxy:
        environment = {**account.at(proxy.url), "AWS_MAX_ATTEMPTS": "2" if command == "repos list" else "1"}
        result = ecrkit(*COMMANDS[command], environment=environment, cwd=tmp_path)

    assert result.returncode == 3
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    assert said in line
    assert account.ecr.describe_images(repositoryName="web")["imageDetails"]
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def black_hole() -> Iterator[str]:
    """An address that never answers a knock: its queue is full, and nobody accepts."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for knock in waiting:
            knock.settimeout(0)
            knock.connect_ex(address)
        yield f"http://127.0.0.1:{address[1]}"
        for knock in waiting:
            knock.close()


@pytest.mark.parametrize("endpoint", ["http://localhost:9", "http://nowhere.invalid", "black hole"])
def test_no_network_is_told(account: Account, black_hole: str, endpoint: str) -> None:
    """Without a network one line says so, whatever the reason."""
    result = ecrkit("repos", "list", environment=account.at(endpoint.replace("black hole", black_hole)))

    assert result.returncode == 3
    assert result.stderr.startswith("error: no answer from AWS: ")
    assert result.stderr.endswith("; check the network, the Region, and AWS_ENDPOINT_URL if it is set\n")


def test_password_in_an_address_is_not_shown(account: Account) -> None:
    """An endpoint may have a name and a password in it: the error has the host only."""
    result = ecrkit("repos", "list", environment=account.at("http://me:hunter2@localhost:9"))

    assert result.returncode == 3
    assert '"http://localhost:9/"' in result.stderr
    assert "hunter2" not in result.stderr


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        pytest.param(
            {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
            "error: no AWS credentials: unable to locate credentials; set AWS_PROFILE, or pass --profile",
            id="no credentials",
        ),
        pytest.param(
            {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""},
            "error: no AWS Region; set AWS_REGION, or pass --region",
            id="no region",
        ),
        pytest.param(
            {"AWS_PROFILE": "nobody"},
            "error: the config profile (nobody) could not be found; "
            "run `aws configure list-profiles` to list the profiles",
            id="no profile",
        ),
        *(
            pytest.param(
                {"AWS_ENDPOINT_URL": endpoint},
                "error: the endpoint is not a URL; write AWS_ENDPOINT_URL, or endpoint_url of the profile, as in "
                "'https://host:port', or unset it",
                id=f"endpoint {endpoint}",
            )
            for endpoint in ("localhost:4566", "http://", "http://localhost:99999", "me:hunter2@nowhere")
        ),
    ],
)
def test_what_is_not_configured_is_one_line(account: Account, variables: dict[str, str], line: str) -> None:
    """What is missing in the configuration is named, and how to give it."""
    result = ecrkit("repos", "list", environment={**account.environment, **variables})

    assert result.returncode == 3
    assert result.stderr == f"{line}\n"


@pytest.mark.parametrize(
    ("variables", "options"),
    [
        pytest.param({"AWS_REGION": "eu-west-1"}, (), id="as the AWS CLI"),
        pytest.param({"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-1"}, (), id="as boto3"),
        pytest.param({}, ("--region", "eu-west-1"), id="option"),
    ],
)
def test_region_is_found(account: Account, variables: dict[str, str], options: tuple[str, ...]) -> None:
    """The Region is what the AWS CLI would take."""
    result = ecrkit("images", "list", "web", *options, environment={**account.environment, **variables})

    # The repository is in another Region than this.
    assert result.stderr.startswith("error: GetLifecyclePolicy: The repository with name 'web' does not exist")


def test_throttles_are_outlived(account: Account) -> None:
    """A command that is throttled now and then does its work nevertheless."""
    throttled = aws_error("ThrottlingException", message="Rate exceeded")
    with proxy_to(account.url, Fault("ecr:DescribeImages", throttled, times=2)) as proxy:
        result = ecrkit("repos", "list", environment=account.at(proxy.url))

    assert result.returncode == 0
    assert f"{REGISTRY}/web" in result.stdout
    assert proxy.actions.count("ecr:DescribeImages") == 3


def test_drop_is_outlived(account: Account) -> None:
    """A connection that breaks once is made again."""
    with proxy_to(account.url, Fault("ecr:DescribeRepositories", drop, times=1)) as proxy:
        result = ecrkit("repos", "list", environment=account.at(proxy.url))

    assert result.returncode == 0
    assert proxy.actions.count("ecr:DescribeRepositories") == 2


def test_failure_half_way_leaves_no_valid_json(account: Account) -> None:
    """A list that breaks off cannot be taken for a whole one."""
    denied = aws_error("AccessDeniedException")
    with proxy_to(account.url, Fault("ecr:GetLifecyclePolicy", denied)) as proxy:
        result = ecrkit("repos", "list", "--output", "json", environment=account.at(proxy.url))

    assert result.returncode == 3
    assert not result.stdout.endswith("}\n")


def test_interrupt_does_not_wait_for_answers(account: Account) -> None:
    """Ctrl-C while AWS takes its time: one line, exit code 3, at once."""
    with Hold() as hold, proxy_to(account.url, Fault("ecr:DescribeImages", hold)) as proxy:
        command = [ECRKIT, "repos", "list"]
        with start(command, environment=account.at(proxy.url), stderr=subprocess.PIPE) as process:
            assert hold.reached.wait(timeout=30)
            process.send_signal(signal.SIGINT)
            # The answer is held back until after this: a command that waited for it would not end.
            _, said = process.communicate(timeout=30)

    assert process.returncode == 3
    assert said.splitlines()[-1] == "error: interrupted"
