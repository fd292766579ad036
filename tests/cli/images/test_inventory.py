"""`ecrkit images inventory` against local AWSs: everything is there in the end, however often it was interrupted."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
from builders.accounts import REGISTRY, account_in
from builders.commands import ECRKIT, ecrkit, ecrkit_on_terminal, start
from builders.inventories import digest
from builders.policies import policy_text, pulled, rule
from builders.proxies import Fault, Hold, aws_error, delay, drop, proxy_to
from builders.scans import answers, put_index, scanning_account

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server

NAMES = ["api.json/web", "api", "api.json", "payments/api", "payments/worker", "empty", "web"]
READS = ("ecr:BatchGet", "ecr:Describe", "ecr:Get", "sts:Get")


def layered(**sizes: int) -> str:
    """Write the manifest of an image with a layer for each name; its configuration has two bytes."""
    media_type = "application/vnd.oci.image.manifest.v1+json"
    layers = [{"digest": digest(name), "size": size} for name, size in sizes.items()]
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest("c0"), "size": 2}
    return json.dumps({"schemaVersion": 2, "mediaType": media_type, "config": config, "layers": layers})


def fill(account: Account) -> Account:
    """Make repositories: one empty, one with an index of images, the others with an image each."""
    there = {found["repositoryName"] for found in account.ecr.describe_repositories()["repositories"]}
    for name in sorted(set(NAMES) - there):
        account.ecr.create_repository(repositoryName=name)
        if name != "empty":
            account.put_image(name, f"v1-of-{name.replace('/', '-')}")
    put_index(account, "web", "multi")
    return account


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """An account of moto's."""
    with scanning_account() as account:
        yield fill(account)


def taken(directory: Path) -> dict[str, str]:
    """Read an inventory: the lines of each file but the first, which tells when it was taken."""
    return {
        found.relative_to(directory).as_posix(): found.read_text().partition("\n")[2]
        for found in directory.rglob("*.json")
    }


def inventory(account: Account, directory: Path, *arguments: str, url: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**account.environment, "AWS_ENDPOINT_URL": url or account.url, "AWS_MAX_ATTEMPTS": "5"}
    return ecrkit("images", "inventory", *(arguments or ("--all",)), "-o", directory, environment=environment)


@pytest.fixture(scope="module")
def whole(account: Account, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What an inventory is when nothing goes wrong."""
    directory = tmp_path_factory.mktemp("whole")
    result = inventory(account, directory)

    assert result.returncode == 0
    assert result.stdout == f"{directory}: 7 repositories, 9 images fetched\n"
    assert result.stderr == ""
    return taken(directory)


def test_there_is_a_file_for_each_repository(whole: dict[str, str]) -> None:
    """Each repository is where its name says, and no name is in the way of another."""
    assert sorted(whole) == [
        "api.json",
        "api.json%/web.json",
        "api.json.json",
        "empty.json",
        "payments/api.json",
        "payments/worker.json",
        "web.json",
    ]


@pytest.mark.server
@pytest.mark.parametrize("kind", ["moto", "MiniStack"])
def test_preview_reads_it(account: Account, ministack: Sandbox, tmp_path: Path, kind: str) -> None:
    """A preview of the directory has every repository, and knows what manifest lists refer to without being told."""
    (tmp_path / "policy.json").write_text(policy_text(rule(1, countNumber=1)))
    directory = tmp_path / "images"
    if kind == "moto":
        assert inventory(account, directory).returncode == 0
    else:
        assert inventory(fill(account_in(ministack, tmp_path)), directory).returncode == 0

    result = ecrkit("policy", "preview", tmp_path / "policy.json", "--images", directory, "--output", "json", "--all")

    assert result.returncode == 0, result.stderr
    previews = {found["repositoryName"]: found for found in json.loads(result.stdout)["previews"]}
    assert sorted(previews) == sorted(NAMES)
    assert (directory / "web.json").read_text().count('"childManifestDigests"') == 1
    assert not any("are unknown: ECR keeps them" in line for line in previews["web"]["insights"])


def test_json(account: Account, tmp_path: Path) -> None:
    """JSON says which file is whose; a repository is named by its name or its URI, and counts once."""
    result = inventory(account, tmp_path, f"{REGISTRY}/web", "empty", "web", "--output", "json")

    assert json.loads(result.stdout) == {
        "directory": str(tmp_path),
        "registryId": "123456789012",
        "region": "us-east-1",
        "removed": [],
        "repositories": [
            {"repositoryName": "empty", "file": f"{tmp_path}/empty.json", "imageCount": 0},
            {"repositoryName": "web", "file": f"{tmp_path}/web.json", "imageCount": 4},
        ],
    }


def test_faults_change_nothing(account: Account, whole: dict[str, str], tmp_path: Path) -> None:
    """Throttles, drops and delays now and then: the files are the same to the byte."""
    throttled = aws_error("ThrottlingException", message="Rate exceeded")
    faults = [
        Fault("ecr:DescribeRepositories", drop, times=1),
        Fault("ecr:DescribeImages", throttled, times=2, after=1),
        Fault("ecr:DescribeImages", drop, times=1),
        Fault("ecr:DescribeImages", delay(0.3), times=2),
        Fault("ecr:BatchGetImage", throttled, times=1),
        Fault("ecr:GetLifecyclePolicy", drop, times=1),
    ]
    with proxy_to(account.url, *faults) as proxy:
        result = inventory(account, tmp_path / "images", url=proxy.url)

    assert result.returncode == 0, result.stderr
    assert [fault.times for fault in proxy.faults] == [0] * len(faults)
    assert taken(tmp_path / "images") == whole


@pytest.mark.parametrize(
    ("code", "said"),
    [
        pytest.param("ExpiredTokenException", "the credentials have expired", id="expired"),
        pytest.param("RepositoryNotFoundException", "run `ecrkit repos list` to list the repositories", id="vanished"),
    ],
)
def test_interrupted_job_goes_on(account: Account, whole: dict[str, str], tmp_path: Path, code: str, said: str) -> None:
    """What stops a job half-way is one line and exit 3; the same command fetches what is left, and nothing else."""
    # Late, so that what was asked for before has been answered.
    late, error = delay(1.5), aws_error(code)
    fault = Fault("ecr:DescribeImages", lambda handler: late(handler) and error(handler), after=3)
    with proxy_to(account.url, fault) as proxy:
        stopped = inventory(account, tmp_path, url=proxy.url)
        there = len(taken(tmp_path))
        proxy.faults.clear()
        proxy.actions.clear()
        result = inventory(account, tmp_path, url=proxy.url)

    assert stopped.returncode == 3
    assert stopped.stdout == ""
    (line,) = stopped.stderr.splitlines()
    assert said in line
    assert line.endswith("; run the same command again to continue")
    assert there == 3
    assert result.returncode == 0
    assert result.stderr.startswith("continued: 3 of 7 repositories were saved since 20")
    assert proxy.actions.count("ecr:DescribeImages") == 4
    assert taken(tmp_path) == whole


def test_interrupt(account: Account, whole: dict[str, str], tmp_path: Path) -> None:
    """Ctrl-C while AWS takes its time ends at once; what is there is whole, and is not fetched again."""
    with Hold() as hold, proxy_to(account.url, Fault("ecr:DescribeImages", hold, after=2)) as proxy:
        command = [ECRKIT, "images", "inventory", "--all", "-o", str(tmp_path)]
        with start(command, environment=account.at(proxy.url), stderr=subprocess.PIPE) as process:
            assert hold.reached.wait(timeout=30)
            while len(taken(tmp_path)) < 2:
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            # The answer is held back until after this: a command that waited for it would not end.
            _, said = process.communicate(timeout=30)
        half = ecrkit("policy", "preview", "keep-last-10@1", "--images", tmp_path)
        proxy.faults.clear()
        proxy.actions.clear()
        result = inventory(account, tmp_path, url=proxy.url)

    assert (process.returncode, said.splitlines()[-1]) == (3, "error: interrupted")
    assert half.returncode == 2
    assert half.stderr == f"error: {tmp_path}: the inventory is not finished; run `ecrkit images inventory` again\n"
    assert result.returncode == 0
    assert proxy.actions.count("ecr:DescribeImages") == 5
    assert taken(tmp_path) == whole
    assert not (tmp_path / ".inventory").exists()


def test_only_reads(account: Account, tmp_path: Path) -> None:
    """No call writes, and the manifest list, which never changes, is read once."""
    with proxy_to(account.url) as proxy:
        first = inventory(account, tmp_path, url=proxy.url)
        assert proxy.actions.count("ecr:BatchGetImage") == 1
        before = taken(tmp_path)
        second = inventory(account, tmp_path, url=proxy.url)

    assert (first.returncode, second.returncode) == (0, 0)
    assert proxy.actions.count("ecr:BatchGetImage") == 1
    assert taken(tmp_path) == before
    assert [action for action in proxy.actions if not action.startswith(READS)] == []


def test_what_is_gone_is_told(account: Account, tmp_path: Path) -> None:
    """A repository that is deleted between two inventories has no file in the second."""
    account.ecr.create_repository(repositoryName="short-lived")
    inventory(account, tmp_path)
    account.ecr.delete_repository(repositoryName="short-lived")

    result = inventory(account, tmp_path)

    assert result.stderr == "short-lived: no longer exists, its file is removed\n"
    assert not (tmp_path / "short-lived.json").exists()


def test_reading_is_no_pull_where_pulls_count(account: Account, tmp_path: Path) -> None:
    """Where the lifecycle policy counts pulls, manifest lists are read only when asked for, and that is told."""
    text = policy_text(rule(1, **pulled(90), action={"type": "transition", "targetStorageClass": "archive"}))
    answer: dict[str, Any] = {"lifecyclePolicyText": text}
    with proxy_to(account.url, Fault("ecr:GetLifecyclePolicy", answers(answer))) as proxy:
        result = inventory(account, tmp_path, "web", url=proxy.url)
        assert "ecr:BatchGetImage" not in proxy.actions
        inventory(account, tmp_path, "web", "--children", url=proxy.url)

    assert result.returncode == 0
    assert result.stderr == (
        "web: not known which images 1 manifest list refers to: ECR counts reading them as a pull; pass "
        "--children to read them anyway\n"
    )
    assert "ecr:BatchGetImage" in proxy.actions


def test_layers(account: Account, tmp_path: Path) -> None:
    """With --layers each image has its layers; a second run, and one without the option, read no manifest again."""
    account.ecr.create_repository(repositoryName="layered")
    account.put_image("layered", "v1", text=layered(a=10, b=20))
    account.put_image("layered", "v2", text=layered(a=10, c=40))

    with proxy_to(account.url) as proxy:
        result = inventory(account, tmp_path, "layered", "--layers", url=proxy.url)
        again = inventory(account, tmp_path, "layered", "--layers", url=proxy.url)
        without = inventory(account, tmp_path, "layered", url=proxy.url)

    assert (result.returncode, result.stderr) == (0, "")
    assert (again.returncode, without.returncode) == (0, 0)
    assert proxy.actions.count("ecr:BatchGetImage") == 1
    found = [one["layers"] for one in json.loads((tmp_path / "layered.json").read_text())["imageDetails"]]
    assert sorted(sum(layer["size"] for layer in layers) for layers in found) == [32, 52]
    account.ecr.delete_repository(repositoryName="layered", force=True)


def test_layers_are_no_pull_where_pulls_count(account: Account, tmp_path: Path) -> None:
    """Where the lifecycle policy counts pulls, --layers is refused: images are saved without, and it exits with 1."""
    text = policy_text(rule(1, **pulled(90), action={"type": "transition", "targetStorageClass": "archive"}))
    with proxy_to(account.url, Fault("ecr:GetLifecyclePolicy", answers({"lifecyclePolicyText": text}))) as proxy:
        result = inventory(account, tmp_path, "api", "--layers", url=proxy.url)
        assert "ecr:BatchGetImage" not in proxy.actions
        despite = inventory(account, tmp_path, "api", "--layers", "--despite-pulls", url=proxy.url)

    assert result.returncode == 1
    assert result.stdout == f"{tmp_path}: 1 repository, 1 image fetched\n"
    assert result.stderr == (
        "failed: api: layers not read, because the lifecycle policy counts pulls; pass --despite-pulls to read them\n"
    )
    assert despite.returncode == 0
    assert despite.stderr == ("api: layers of 1 image not known: a manifest does not contain the sizes of its layers\n")
    assert "ecr:BatchGetImage" in proxy.actions


def test_refused_layers_are_told_after_an_interruption(account: Account, tmp_path: Path) -> None:
    """A job that goes on tells which layers the part before it did not read, or reads them with --despite-pulls."""
    text = policy_text(rule(1, **pulled(90), action={"type": "transition", "targetStorageClass": "archive"}))
    counting = Fault("ecr:GetLifecyclePolicy", answers({"lifecyclePolicyText": text}))
    late, error = delay(1.5), aws_error("ExpiredTokenException")
    broken = Fault("ecr:DescribeImages", lambda it: b'"web"' not in it.body or (late(it) and error(it)))
    command = ("api", "payments/api", "web", "--layers")
    with proxy_to(account.url, counting, broken) as proxy:
        interrupted = inventory(account, tmp_path, *command, url=proxy.url)
    with proxy_to(account.url, counting) as proxy:
        copy = tmp_path.with_name("copy")
        shutil.copytree(tmp_path, copy)
        continued = inventory(account, tmp_path, *command, url=proxy.url)
        despite = inventory(account, copy, *command, "--despite-pulls", url=proxy.url)

    assert interrupted.returncode == 3
    assert (continued.returncode, despite.returncode) == (1, 0), despite.stderr
    assert continued.stderr.splitlines()[0].startswith("continued: 2 of 3 repositories were saved since ")
    assert continued.stderr.splitlines()[-1] == (
        "failed: api, payments/api, web: layers not read, because the lifecycle policy counts pulls; pass "
        "--despite-pulls to read them"
    )
    assert despite.stdout == f"{copy}: 3 repositories, 6 images fetched\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--layers", "--no-children"), "--layers reads every manifest; omit --no-children"),
        (("--despite-pulls",), "--despite-pulls needs --layers"),
    ],
)
def test_options_that_exclude_each_other(
    account: Account, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    """Options that contradict each other are refused before anything is read."""
    result = inventory(account, tmp_path, "web", *options)

    assert (result.returncode, result.stderr.splitlines()[-1]) == (2, f"Error: {message}")


def test_a_bar(account: Account, tmp_path: Path) -> None:
    """On a terminal a bar shows how many repositories are done."""
    shown = ecrkit_on_terminal("images", "inventory", "--all", "-o", tmp_path, environment=account.environment)

    assert "fetching images" in shown
    assert "7/7" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param((), 2, "name repositories, or pass --all", id="nothing asked"),
        pytest.param(("web", "--all"), 2, "name repositories, or pass --all", id="both"),
        pytest.param(("Web",), 2, "'Web'", id="no name"),
        pytest.param(("nowhere",), 3, "nowhere: no such repository in us-east-1; run `ecrkit", id="not there"),
        pytest.param(("web:v1",), 2, "web:v1: name a repository, without ':v1'", id="image"),
        pytest.param((f"210{REGISTRY[3:]}/web",), 1, ": not the registry of the credentials, ", id="another registry"),
    ],
)
def test_bad_input(account: Account, tmp_path: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    """What cannot be asked for is told, and leaves nothing behind."""
    result = ecrkit("images", "inventory", *arguments, "-o", tmp_path / "new", environment=account.environment)

    assert (result.returncode, result.stdout) == (code, "")
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_somebody_elses_directory_is_left_alone(account: Account, tmp_path: Path) -> None:
    """A directory that holds other JSON is refused, and nothing in it changes."""
    (tmp_path / "web.json").write_text("{}")
    result = inventory(account, tmp_path, "web")

    assert result.returncode == 1
    assert result.stderr == (
        f"error: {tmp_path}: contains web.json, which no inventory wrote; name another directory\n"
    )
    assert (tmp_path / "web.json").read_text() == "{}"


def test_empty_account(tmp_path: Path) -> None:
    """An account without repositories is an inventory without files."""
    with scanning_account() as empty:
        empty.ecr.delete_repository(repositoryName="web", force=True)
        result = inventory(empty, tmp_path)

    assert (result.returncode, result.stdout) == (0, f"{tmp_path}: 0 repositories, 0 images fetched\n")
