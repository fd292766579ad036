"""`ecrkit adopt` against a local AWS."""

from __future__ import annotations

import json
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from builders.accounts import account_in
from builders.commands import ECRKIT, ecrkit, ecrkit_on_terminal, start
from builders.proxies import Fault, Hold, aws_error, delay, drop, proxy_to
from builders.sandboxes import HOME
from builders.stores import policy_text

from ecrkit.aws.interruptions import ENDING_SIGNALS

if TYPE_CHECKING:
    import signal
    from pathlib import Path

    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server

CATALOG = f"""\
environments:
  dev: {{account: "{HOME.account}", region: {HOME.region}}}
repositories:
  declared: {{}}  # since ever
"""
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}


@pytest.fixture(scope="module")
def account(ministack: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Account:
    """An account with repositories made by hand, one of which is open to everybody."""
    account = account_in(ministack, tmp_path_factory.mktemp("home"))
    for name in ("api", "declared", "open", *(f"team/app-{number}" for number in range(8))):
        account.ecr.create_repository(repositoryName=name)
        account.ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=policy_text())
    account.ecr.set_repository_policy(
        repositoryName="open", policyText=json.dumps({"Version": "2012-10-17", "Statement": [OPEN]})
    )
    return account


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a catalog and no policies."""
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    return tmp_path


def adopt(account: Account, project: Path, *options: str, url: str | None = None) -> subprocess.CompletedProcess[str]:
    return ecrkit("adopt", *options, environment=account.at(url or account.url), cwd=project)


def files(project: Path) -> dict[str, str]:
    """Read all that is there."""
    return {str(path.relative_to(project)): path.read_text() for path in sorted(project.rglob("*")) if path.is_file()}


def test_adopted_by_name(account: Account, project: Path) -> None:
    """One repository is declared, with a diff, and the steps that import it; nothing else changes."""
    result = adopt(account, project, "api", "declared", "--yes")

    written = files(project)
    [policy] = [path for path in written if path.endswith("v1.json")]
    name = policy.split("/")[2]
    assert result.returncode == 0, result.stderr
    assert written["repositories.yaml"] == (
        f"{CATALOG}  api:\n    lifecycle: {name}@1\n    scan_on_push: false\n    mutability: MUTABLE\n"
    )
    assert list(written) == [
        "cdk-import/Repositories-dev.json",
        policy,
        "policies/lifecycle.lock.json",
        "repositories.yaml",
    ]
    assert f"+  api:\n+    lifecycle: {name}@1\n" in result.stdout
    assert "@@ -2,3 +2,7 @@" in result.stdout
    assert "npx cdk import Repositories-dev --resource-mapping cdk-import/Repositories-dev.json\n" in result.stdout
    assert result.stderr == "declared: already declared\n1 repository adopted into dev, 1 already declared\n"


def test_what_cannot_be_declared_is_told(account: Account, project: Path) -> None:
    """One that the catalog cannot say is not adopted, with the reason, and the exit code is 1; the others are."""
    result = adopt(account, project, "open", "api", "--yes", "--output", "json")

    assert result.returncode == 1
    document = json.loads(result.stdout)
    [refused] = document["notAdopted"]
    assert refused["repositoryName"] == "open"
    assert refused["reasons"][0].startswith("statements[0].Principal: lets everyone in")
    assert "failed: open: not adopted: statements[0].Principal: lets everyone in" in result.stderr
    assert (
        document["adopted"] == [{"repositoryName": "api", "stackName": "Repositories-dev", "logicalId": "apiC8550315"}]
        or document["adopted"][0]["repositoryName"] == "api"
    )
    assert "open" not in files(project)["repositories.yaml"]


def test_dry_run_writes_nothing(account: Account, project: Path) -> None:
    """Everything is shown as it would be written, and nothing is."""
    before = files(project)

    result = adopt(account, project, "--all", "--dry-run")

    assert result.returncode == 1
    assert "+  team/app-7:" in result.stdout
    assert "--- /dev/null\n+++ policies/lifecycle/adopted-" in result.stdout
    assert result.stderr.splitlines()[-1] == (
        "9 repositories would be adopted into dev, 1 already declared, 1 not adopted"
    )
    assert files(project) == before


@pytest.mark.parametrize(("answer", "is_written"), [("y", True), ("n", False)])
def test_somebody_is_asked(account: Account, project: Path, answer: str, *, is_written: bool) -> None:
    """On a terminal the diff comes first, and then the question."""
    catalog = project / "repositories.yaml"
    shown = ecrkit_on_terminal(
        "adopt", "api", "--catalog", catalog, environment=account.environment, typed=f"{answer}\n"
    )

    assert shown.index("+  api:") < shown.index("Write these changes, and adopt 1 repository? [y/N]")
    assert (catalog.read_text() != CATALOG) is is_written
    assert ("nothing written" in shown) is not is_written


@pytest.mark.parametrize(
    ("options", "line"),
    [
        pytest.param((), "Error: name repositories, or pass --all", id="nothing"),
        pytest.param(("api", "--all", "--yes"), "Error: name repositories, or pass --all", id="both"),
        pytest.param(
            ("api",),
            "Error: not a terminal, cannot ask; pass --yes to proceed, or --dry-run to see what would be written",
            id="nobody",
        ),
    ],
)
def test_wrong_usage_is_told(account: Account, project: Path, options: tuple[str, ...], line: str) -> None:
    """What is missing is said before AWS is asked."""
    result = adopt(account, project, *options)

    assert result.returncode == 2
    assert result.stderr.splitlines()[-1] == line
    assert files(project) == {"repositories.yaml": CATALOG}


def test_name_that_is_not_there_is_told(account: Account, project: Path) -> None:
    """What does not exist cannot be adopted, and nothing else is then."""
    result = adopt(account, project, "api", "nowhere", "--yes")

    assert result.returncode == 3
    assert result.stderr.startswith("error: nowhere: no such repository in us-east-1; ")
    assert files(project) == {"repositories.yaml": CATALOG}


def test_aws_is_only_read(account: Account, project: Path) -> None:
    """Of all that is asked of AWS, nothing changes anything."""
    with proxy_to(account.url) as proxy:
        adopt(account, project, "--all", "--yes", url=proxy.url)

    assert "ecr:GetRepositoryPolicy" in proxy.actions
    assert {
        action for action in proxy.actions if not action.split(":")[1].startswith(("Describe", "Get", "List"))
    } == set()


def test_interrupted_run_goes_on_where_it_stopped(
    account: Account, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What was read before AWS refused is adopted; the next run reads only the rest, and comes to the same end."""
    whole = tmp_path_factory.mktemp("whole")
    (whole / "repositories.yaml").write_text(CATALOG)
    adopt(account, whole, "--all", "--yes")

    denied = aws_error("AccessDeniedException")
    with proxy_to(account.url, Fault("ecr:GetRepositoryPolicy", denied, after=9)) as proxy:
        first = adopt(account, project, "--all", "--yes", url=proxy.url)
    between = (project / "repositories.yaml").read_text()
    checked = ecrkit("catalog", "check", cwd=project)
    with proxy_to(account.url) as proxy:
        adopt(account, project, "--all", "--yes", url=proxy.url)

    assert first.returncode == 3
    assert "GetRepositoryPolicy: access denied" in first.stderr
    assert CATALOG in between
    assert checked.returncode == 0
    # The one that is refused is asked for last, or nearly; all before it, in their order, are adopted.
    adopted_first = between.count("lifecycle: ")
    assert adopted_first > 0
    assert f"{adopted_first} repositor" in first.stderr
    assert proxy.actions.count("ecr:GetRepositoryPolicy") == 10 - adopted_first
    assert files(project) == files(whole)


def test_network_changes_nothing_in_the_result(
    account: Account, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Throttled, dropped and delayed now and then, it writes the same."""
    whole = tmp_path_factory.mktemp("whole")
    (whole / "repositories.yaml").write_text(CATALOG)
    adopt(account, whole, "--all", "--yes")
    faults = (
        Fault("ecr:GetRepositoryPolicy", aws_error("ThrottlingException", message="Rate exceeded"), times=2),
        Fault("ecr:GetLifecyclePolicy", drop, times=1),
        Fault("ecr:ListTagsForResource", delay(0.3), times=2),
    )

    with proxy_to(account.url, *faults) as proxy:
        result = adopt(account, project, "--all", "--yes", url=proxy.url)

    assert result.returncode == 1
    assert files(project) == files(whole)


@pytest.mark.parametrize("interrupt", ENDING_SIGNALS)
def test_interrupt_leaves_a_valid_catalog(account: Account, project: Path, interrupt: signal.Signals) -> None:
    """Ctrl-C, or a pipeline that is cancelled, while AWS takes its time: it ends soon, and what it wrote is valid."""
    with (
        Hold() as hold,
        proxy_to(account.url, Fault("ecr:GetRepositoryPolicy", hold, after=2)) as proxy,
        start(
            [ECRKIT, "adopt", "--all", "--yes"],
            cwd=project,
            environment=account.at(proxy.url),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as process,
    ):
        while proxy.actions.count("ecr:GetRepositoryPolicy") < 4 or "ecr:GetLifecyclePolicy" not in proxy.actions:
            time.sleep(0.02)
        time.sleep(1)
        process.send_signal(interrupt)
        # The answer is held back until after this: a command that waited for it would not end.
        _, said = process.communicate(timeout=30)

    assert process.returncode == 3
    assert said.splitlines()[-1] == "error: interrupted"
    assert "adopted before this error\n" in said
    assert ecrkit("catalog", "check", cwd=project).returncode == 0
