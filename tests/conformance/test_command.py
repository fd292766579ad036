"""The command of the kit: what it asks, prints, writes and removes, whatever ends it."""

from __future__ import annotations

import json
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.commands import start
from builders.conformance import ACCOUNT, Stub, stub
from builders.sandbox_checks import becomes_true
from click.testing import CliRunner
from conformance.__main__ import main
from conformance.running import run

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from click.testing import Result

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]
LEFT = "ecrkit-conformance-0123abcd"
ENHANCED = {
    "scanType": "ENHANCED",
    "rules": [{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}],
}
ELSEWHERE = [{"destinations": [{"region": "eu-west-1", "registryId": ACCOUNT}]}]


@pytest.fixture(scope="module", name="ecr")
def shared_stub() -> Iterator[Stub]:
    """One stub; each test empties it."""
    with stub() as running:
        yield running


def conformance(folder: Path, *arguments: str, answer: str = "") -> Result:
    """Run the command here, with its files in *folder*."""
    files = ["--report", str(folder / "report.json"), "--cases", str(folder / "cases")]
    return CliRunner().invoke(main, [*files, *arguments], input=answer)


def report_in(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return found


def test_agreement(tmp_path: Path, ecr: Stub) -> None:
    """Where ECR agrees, the command exits with 0, and writes the report and no case."""
    ecr.account()

    result = conformance(tmp_path, "--part", "deployment", "--yes")

    assert result.exit_code == 0
    assert f"{ACCOUNT} in us-east-1: 0 tiny images for some minutes: less than 1 cent" in result.stderr
    assert result.stdout == f"33 compared, 0 differ; see {tmp_path / 'report.json'}\n"
    assert report_in(tmp_path)["parts"] == {"deployment": {"agreed": 33, "disagreed": 0, "not_settled": 0}}
    assert not (tmp_path / "cases").exists()


def test_disagreement(tmp_path: Path, ecr: Stub) -> None:
    """Where ECR differs, the command names the cases that it wrote, and exits with 1."""
    ecr.account("accepts-no-principal")

    result = conformance(tmp_path, "--part", "access", "--yes")

    case = tmp_path / "cases" / "access-no-principal.json"
    assert result.exit_code == 1
    assert "access: no Principal: ECR differs\n" in result.stderr
    assert f"case: {case}\n" in result.stdout
    assert json.loads(case.read_text(encoding="utf-8"))["ecr"] == "accepted"


def test_no(tmp_path: Path, ecr: Stub) -> None:
    """Without a yes nothing is created, and no report is written."""
    ecr.account()

    result = conformance(tmp_path, answer="n\n")

    assert (result.exit_code, ecr.state.repositories) == (1, {})
    assert "CreateRepository" not in ecr.state.operations
    assert not (tmp_path / "report.json").exists()


def test_cost_of_scans(tmp_path: Path, ecr: Stub) -> None:
    """If Amazon Inspector scans every push, the estimate before the run includes its price."""
    ecr.account(configuration={"scanning": ENHANCED})

    result = conformance(tmp_path, "--part", "questions", answer="n\n")

    assert "16 tiny images for some minutes, 16 scans by Amazon Inspector: about 1.76 USD" in result.stderr


def test_replication(tmp_path: Path, ecr: Stub) -> None:
    """A registry that copies every repository elsewhere is refused: nobody would remove the copies."""
    ecr.account(configuration={"replication": ELSEWHERE})

    result = conformance(tmp_path, "--yes")

    assert result.exit_code == 1
    assert result.stderr == (
        f"error: us-east-1: a replication rule copies every repository to {ACCOUNT} in eu-west-1, where no run would "
        "delete it; choose a Region without such a rule\n"
    )


def test_clean(tmp_path: Path, ecr: Stub) -> None:
    """``--clean`` removes what interrupted runs left, and nothing else."""
    account = ecr.account()
    for name in (f"{LEFT}/tags", f"{LEFT}/tie", "web", "ecrkit-conformance/web"):
        account.ecr.create_repository(repositoryName=name)
    account.cloudformation.create_stack(StackName=LEFT, TemplateBody='{"Resources": {}}')

    result = conformance(tmp_path, "--clean", "--yes")

    assert (result.exit_code, result.stdout) == (0, "removed 3 of 3\n")
    assert (sorted(ecr.state.repositories), ecr.state.stacks) == (["ecrkit-conformance/web", "web"], {})
    assert conformance(tmp_path, "--clean").stdout == "nothing to remove\n"


@contextmanager
def under_way(ecr: Stub, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the command in a process of its own, up to its first repositories."""
    files = ["--report", str(folder / "report.json"), "--cases", str(folder / "cases")]
    command = [sys.executable, "-m", "conformance", "--part", "preview", "--yes", *files]
    with start(command, cwd=ROOT, environment={"PYTHONPATH": "tests"}) as process:
        assert becomes_true(lambda: len(ecr.state.repositories) > 1)
        yield process


@pytest.mark.posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interruption(number: signal.Signals, tmp_path: Path, ecr: Stub) -> None:
    """Ctrl-C, and a pipeline that ends the job, end a run after everything is removed."""
    ecr.account()
    with under_way(ecr, tmp_path) as process:
        process.send_signal(number)

    assert process.returncode == 3
    assert ecr.state.repositories == {}
    found = report_in(tmp_path)
    assert (found["error"], found["complete"], found["leftovers"]) == ("interrupted", False, [])


def test_refusal(tmp_path: Path, ecr: Stub) -> None:
    """A part that AWS refuses ends the run with 3, after everything is removed."""
    ecr.account()
    ecr.state.refused = "SetRepositoryPolicy"

    result = conformance(tmp_path, "--part", "access", "--yes")

    assert result.exit_code == 3
    assert "ended early: SetRepositoryPolicy: access denied: not authorized to perform" in result.stdout
    assert ecr.state.repositories == {}


def test_permissions_of_the_page(ecr: Stub) -> None:
    """The policy of the page allows what a run asks for: its calls, its pushes, and the calls of CloudFormation."""
    run(ecr.account(), seed=1, random_repositories=0)
    page = (ROOT / "docs" / "reference" / "conformance.md").read_text(encoding="utf-8")
    policy = json.loads(page.partition("```json\n")[2].partition("```")[0])
    actions = [one["Action"] for one in policy["Statement"]]
    allowed = {action for one in actions for action in ([one] if isinstance(one, str) else one)}
    pushes = {
        "BatchCheckLayerAvailability",
        "InitiateLayerUpload",
        "UploadLayerPart",
        "CompleteLayerUpload",
        "PutImage",
    }
    settings = {"TagResource", "PutImageScanningConfiguration", "PutImageTagMutability"}
    start = {"DescribeRegistry", "GetRegistryScanningConfiguration"}
    asked = {*ecr.state.operations} - {"GetCallerIdentity"} | pushes | settings | start

    assert {action.partition(":")[2] for action in allowed if not action.startswith("kms:")} == asked
