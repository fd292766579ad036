from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from builders.commands import start

from ecrkit.aws.sandbox import Sandbox, Target, bootstrap, commands, find_cdk, run_command, running_sandbox
from ecrkit.cdk.node import bundled_node
from ecrkit.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mypy_boto3_ecr import ECRClient

pytestmark = pytest.mark.server

ECRKIT = str(Path(sys.executable).with_name("ecrkit"))
HOME = Target(account="123456789012", region="us-east-1")
ELSEWHERE = Target(account="123456789012", region="eu-west-1")
OTHER = Target(account="210987654321", region="us-east-1")
SOON = 10

APP = """
import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr

app = cdk.App(analytics_reporting=False)
for account, region in [{targets}]:
    stack = cdk.Stack(app, f"Registry-{{account}}-{{region}}",
                      env=cdk.Environment(account=account, region=region))
    ecr.Repository(stack, "App", repository_name=f"app-of-{{account}}-{{region}}")
app.synth()
"""

CATALOG = """
environments:
  dev: {account: "210987654321", region: us-east-1}
  staging: {account: "123456789012", region: eu-west-1}
repositories:
  app: {}
"""

COUNT_INTERRUPTS = """
import signal, sys, time
seen = []
signal.signal(signal.SIGINT, lambda *_: seen.append(1))
print("ready", flush=True)
deadline = time.monotonic() + 10
while not seen and time.monotonic() < deadline:
    time.sleep(0.05)
time.sleep(0.3)
sys.exit(40 + len(seen))
"""

ON_A_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture(scope="module")
def bootstrapped() -> Iterator[Sandbox]:
    with running_sandbox(HOME, environ=os.environ) as sandbox:
        cdk = find_cdk(Path(__file__).parent, search_path=os.environ["PATH"])
        bootstrap(sandbox, [HOME, ELSEWHERE, OTHER, HOME], cdk=cdk, node=bundled_node())
        yield sandbox


@pytest.fixture
def running() -> Iterator[Sandbox]:
    with running_sandbox(HOME, environ=os.environ) as sandbox:
        yield sandbox


def session(sandbox: Sandbox, target: Target) -> boto3.Session:
    settings = sandbox.settings(target)
    return boto3.Session(
        aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
        region_name=target.region,
    )


def ecr(sandbox: Sandbox, target: Target) -> ECRClient:
    return session(sandbox, target).client("ecr", endpoint_url=sandbox.endpoint_url)


def status(sandbox: Sandbox, path: str) -> int:
    """Ask without a signature."""
    with contextlib.closing(http.client.HTTPConnection("localhost", sandbox.port)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


def repository_names(sandbox: Sandbox, target: Target) -> list[str]:
    answer = ecr(sandbox, target).describe_repositories()
    return sorted(repository["repositoryName"] for repository in answer["repositories"])


def project(directory: Path, *, cdk: str = "exit 0") -> Path:
    """Make a project whose CDK is a shell script, for tests that are not about bootstrapping."""
    path = directory / "node_modules" / ".bin" / "cdk"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\n{cdk}\n")
    path.chmod(0o755)
    return directory


def ecrkit_sandbox(
    *arguments: str, cwd: Path, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ECRKIT, "sandbox", *arguments],
        cwd=cwd,
        env=os.environ | (environ or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextlib.contextmanager
def ecrkit_sandbox_in_background(
    *arguments: str, cwd: Path, environ: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    with start(
        [ECRKIT, "sandbox", *arguments],
        cwd=cwd,
        environment=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def processes() -> dict[int, int]:
    """Every process that lives, with its parent."""
    listing = subprocess.run(["/bin/ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
    rows = (line.split() for line in listing.stdout.splitlines())
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


def descendants(process_id: int) -> set[int]:
    parents = processes()
    found: set[int] = set()
    generation = {process_id}
    while generation:
        generation = {pid for pid, parent in parents.items() if parent in generation}
        found |= generation
    return found


def becomes_true(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SOON
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def answers(port: int) -> bool:
    with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def listening(process_id: int) -> set[tuple[str, int]]:
    """The TCP sockets that a process listens on, from Linux's own tables."""
    sockets = set()
    for descriptor in Path(f"/proc/{process_id}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            sockets.add(str(descriptor.readlink()))
    found = set()
    for table in ("tcp", "tcp6"):
        for row in Path(f"/proc/{process_id}/net/{table}").read_text().splitlines()[1:]:
            fields = row.split()
            local, state, inode = fields[1], fields[3], fields[9]
            if state == "0A" and f"socket:[{inode}]" in sockets:
                address, port = local.split(":")
                readable = ".".join(str(byte) for byte in reversed(bytes.fromhex(address)))
                found.add((readable, int(port, 16)))
    return found


class TestSandbox:
    @pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads the tables of Linux")
    def test_listens_on_loopback_only(self, bootstrapped: Sandbox) -> None:
        """One port is open, on 127.0.0.1, and none beside it."""
        assert status(bootstrapped, "/_ministack/ready") == 200
        assert listening(bootstrapped.server.pid) == {("127.0.0.1", bootstrapped.port)}

    def test_two_do_not_meet(self, running: Sandbox) -> None:
        """A second sandbox has its own port, its own files and its own repositories."""
        with running_sandbox(HOME, environ=os.environ) as second:
            ecr(running, HOME).create_repository(repositoryName="first")
            ecr(second, HOME).create_repository(repositoryName="second")

            assert running.port != second.port
            assert running.directory != second.directory
            assert repository_names(running, HOME) == ["first"]
            assert repository_names(second, HOME) == ["second"]

    def test_leaves_nothing(self) -> None:
        """Process, port and files are gone when the context is left."""
        with running_sandbox(HOME, environ=os.environ) as sandbox:
            before = descendants(os.getpid())

        assert sandbox.server.pid in before
        assert sandbox.server.pid not in descendants(os.getpid())
        assert not answers(sandbox.port)
        assert not sandbox.directory.exists()

    def test_another_ministack(self) -> None:
        """Settings that the caller has for a MiniStack of theirs do not count."""
        theirs = {"GATEWAY_PORT": "4566", "SERVICES": "sqs", "MINISTACK_ACCOUNT_ID": "000000000000"}
        with running_sandbox(HOME, environ=os.environ | theirs) as sandbox:
            created = ecr(sandbox, HOME).create_repository(repositoryName="app")

            assert created["repository"]["registryId"] == HOME.account
            assert sandbox.port != 4566

    @pytest.mark.parametrize(
        ("target", "expected"), [pytest.param(HOME, 200, id="home"), pytest.param(OTHER, 404, id="other")]
    )
    def test_unsigned_requests_go_home(self, running: Sandbox, target: Target, expected: int) -> None:
        """What is not signed, a pull for one, finds the repositories of home."""
        ecr(running, target).create_repository(repositoryName="app")

        assert status(running, "/v2/app/tags/list") == expected

    def test_not_installed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without MiniStack, the message names the extra that brings it."""
        monkeypatch.setitem(sys.modules, "ministack", None)
        with pytest.raises(SandboxError) as caught, running_sandbox(HOME, environ=os.environ):
            pass

        assert str(caught.value) == "MiniStack: is not installed; install ecrkit[sandbox]"

    def test_does_not_start(self, tmp_path: Path) -> None:
        """A MiniStack that fails to start is reported with the end of what it said."""
        (tmp_path / "ministack").mkdir()
        (tmp_path / "ministack" / "__init__.py").write_text("raise RuntimeError('out of order')")
        environ = os.environ | {"PYTHONPATH": str(tmp_path)}
        with pytest.raises(SandboxError) as caught, running_sandbox(HOME, environ=environ):
            pass

        first, *_, last = str(caught.value).splitlines()
        assert re.fullmatch(r"MiniStack: did not start, .+; it said:", first)
        assert last == "RuntimeError: out of order"


class TestBootstrap:
    @pytest.mark.parametrize("target", [HOME, ELSEWHERE, OTHER], ids=str)
    def test_every_target(self, bootstrapped: Sandbox, target: Target) -> None:
        """One run bootstraps several regions and several accounts."""
        client = session(bootstrapped, target).client("cloudformation", endpoint_url=bootstrapped.endpoint_url)
        stacks = client.describe_stacks(StackName="CDKToolkit")

        assert [stack["StackStatus"] for stack in stacks["Stacks"]] == ["CREATE_COMPLETE"]

    def test_deploys_to_every_target(self, bootstrapped: Sandbox, tmp_path: Path) -> None:
        """With the credentials of one account, an app deploys to all that are bootstrapped."""
        targets = [HOME, ELSEWHERE, OTHER]
        pairs = ", ".join(repr((target.account, target.region)) for target in targets)
        (tmp_path / "app.py").write_text(APP.format(targets=pairs))
        cdk = find_cdk(Path(__file__).parent, search_path=os.environ["PATH"])
        app = f"{shlex.quote(sys.executable)} app.py"
        environment = bootstrapped.environment(HOME)
        deployed = subprocess.run(
            [cdk, "deploy", "--all", "--require-approval", "never", "--app", app],
            cwd=tmp_path,
            env=environment | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )

        assert deployed.returncode == 0, deployed.stderr
        for target in targets:
            name = f"app-of-{target.account}-{target.region}"
            assert name in repository_names(bootstrapped, target)

    def test_failure(self, running: Sandbox, tmp_path: Path) -> None:
        """A bootstrap that fails is reported with what the CDK said."""
        project(tmp_path, cdk="echo no such luck; exit 3")
        cdk = find_cdk(tmp_path, search_path="")
        with pytest.raises(SandboxError) as caught:
            bootstrap(running, [HOME], cdk=cdk, node=bundled_node())

        assert str(caught.value) == "cdk bootstrap: exit code 3; it said:\nno such luck"

    def test_no_app_is_run(self, running: Sandbox, tmp_path: Path) -> None:
        """The CDK runs where no cdk.json is, for it would run the app in it."""
        project(tmp_path, cdk="pwd; exit 1")
        with pytest.raises(SandboxError) as caught:
            bootstrap(running, [HOME], cdk=find_cdk(tmp_path, search_path=""), node=bundled_node())

        assert str(caught.value).splitlines()[-1] == str(running.directory.resolve())


class TestFindCdk:
    def test_of_the_project(self, tmp_path: Path) -> None:
        """The CDK of a project is found from every folder in it, before that on PATH."""
        project(tmp_path)
        inner = tmp_path / "a" / "b"
        installed = project(tmp_path / "elsewhere") / "node_modules" / ".bin"

        found = find_cdk(inner, search_path=str(installed))

        assert found == tmp_path / "node_modules" / ".bin" / "cdk"

    def test_on_path(self, tmp_path: Path) -> None:
        """Without one in the project, the CDK on PATH is taken."""
        installed = project(tmp_path / "elsewhere") / "node_modules" / ".bin"

        assert find_cdk(tmp_path, search_path=str(installed)) == installed / "cdk"

    def test_none(self, tmp_path: Path) -> None:
        """Without any, the message says where it was looked for and how to get one."""
        with pytest.raises(SandboxError) as caught:
            find_cdk(tmp_path, search_path=str(tmp_path))

        assert str(caught.value) == (
            f"cdk: not found in node_modules/.bin of {tmp_path} and above, nor on PATH; run npm install aws-cdk@2"
        )


class TestRunCommand:
    def test_stubborn(self, running: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        """A command that ignores SIGTERM is killed after a while."""
        monkeypatch.setattr(commands, "_GRACE_SECONDS", 0.2)
        ready = running.directory / "ready"
        script = f"trap '' TERM; touch {shlex.quote(str(ready))}; exec sleep 60"

        def terminate() -> None:
            becomes_true(ready.exists)
            os.kill(os.getpid(), signal.SIGTERM)

        thread = threading.Thread(target=terminate)
        thread.start()
        code = run_command(running, HOME, ["sh", "-c", script])
        thread.join()

        assert code == 128 + signal.SIGKILL

    def test_cannot_be_run(self, running: Sandbox, tmp_path: Path) -> None:
        """A program that the system refuses to run is an error that names it."""
        program = tmp_path / "program"
        program.write_bytes(b"\x00")
        program.chmod(0o755)
        with pytest.raises(SandboxError) as caught:
            run_command(running, HOME, [str(program)])

        assert str(caught.value) == f"{program}: cannot be run: Exec format error"


class TestCommandLine:
    @pytest.mark.parametrize(
        ("script", "code"),
        [
            pytest.param("exit 0", 0, id="success"),
            pytest.param("exit 7", 7, id="failure"),
            pytest.param("kill -KILL $$", 137, id="killed"),
        ],
    )
    def test_exit_code(self, tmp_path: Path, script: str, code: int) -> None:
        """The exit code of COMMAND is passed on, 128+N when signal N ended it."""
        run = ecrkit_sandbox("--", "sh", "-c", script, cwd=project(tmp_path))

        assert run.returncode == code

    def test_streams(self, tmp_path: Path) -> None:
        """Standard output belongs to COMMAND, progress goes to standard error."""
        run = ecrkit_sandbox("echo", "--catalog", cwd=project(tmp_path))

        assert run.stdout == "--catalog\n"
        assert re.fullmatch(
            r"starting MiniStack\n"
            r"bootstrapping aws://123456789012/us-east-1\n"
            r"ready at http://localhost:\d+\n",
            run.stderr,
        )

    def test_environment(self, tmp_path: Path) -> None:
        """COMMAND finds the sandbox in its environment, and nothing that leads to a real account."""
        dump = "import json, os; print(json.dumps(dict(os.environ)))"
        caller = {
            "AWS_PROFILE": "production",
            "AWS_SESSION_TOKEN": "real",
            "AWS_ENDPOINT_URL_ECR": "https://example.com",
            "CDK_PROFILE": "production",
            "CDK_DEFAULT_ACCOUNT": "999999999999",
            "UNRELATED": "kept",
            "NO_PROXY": "example.com",
        }
        run = ecrkit_sandbox("--", sys.executable, "-c", dump, cwd=project(tmp_path), environ=caller)
        seen: dict[str, str] = json.loads(run.stdout)

        assert seen["UNRELATED"] == "kept"
        assert seen["NO_PROXY"] == "example.com,localhost,127.0.0.1"
        leading = {name: value for name, value in seen.items() if re.match("AWS|CDK", name)}
        home = str(Path(leading["CDK_HOME"]).parent)
        assert re.fullmatch(r"http://localhost:\d+", leading.pop("AWS_ENDPOINT_URL"))
        assert leading == {
            "AWS_ACCESS_KEY_ID": "123456789012",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": f"{home}/aws-config",
            "AWS_SHARED_CREDENTIALS_FILE": f"{home}/aws-credentials",
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_HOME": f"{home}/cdk",
            "CDK_NOTICES": "false",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "true",
        }

    @pytest.mark.parametrize(
        ("name", "arguments"),
        [
            pytest.param("repositories.yaml", [], id="found"),
            pytest.param("other.yaml", ["--catalog", "other.yaml"], id="named"),
        ],
    )
    def test_catalog(self, tmp_path: Path, name: str, arguments: list[str]) -> None:
        """The environments of the catalog are bootstrapped; COMMAND gets credentials of the first."""
        (project(tmp_path) / name).write_text(CATALOG)
        script = "echo $AWS_ACCESS_KEY_ID $AWS_REGION"
        run = ecrkit_sandbox(*arguments, "--", "sh", "-c", script, cwd=tmp_path)

        assert run.stderr.splitlines()[1] == (
            "bootstrapping aws://210987654321/us-east-1, aws://123456789012/eu-west-1"
        )
        assert run.stdout == "210987654321 us-east-1\n"

    def test_bad_catalog(self, tmp_path: Path) -> None:
        """A catalog that is not valid is an error; nothing is started."""
        (project(tmp_path) / "repositories.yaml").write_text("repositories: 1")
        run = ecrkit_sandbox("true", cwd=tmp_path)

        assert "repositories.yaml:1:" in run.stderr
        assert "starting" not in run.stderr
        assert run.returncode == 2

    def test_really_bootstraps(self) -> None:
        """With the real CDK, COMMAND finds a bootstrapped account."""
        script = (
            "import boto3; stacks = boto3.client('cloudformation').describe_stacks();"
            "print([stack['StackName'] for stack in stacks['Stacks']])"
        )
        run = ecrkit_sandbox("--", sys.executable, "-c", script, cwd=Path(__file__).parent)

        assert run.stdout == "['CDKToolkit']\n"

    def test_command_not_found(self, tmp_path: Path) -> None:
        """A COMMAND that is not there is reported before anything is started, with exit code 127."""
        run = ecrkit_sandbox("no-such-command", cwd=project(tmp_path))

        assert run.stderr == "error: no-such-command: command not found\n"
        assert run.returncode == 127

    def test_without_cdk(self, tmp_path: Path) -> None:
        """Without a CDK the exit code is 2, and nothing is started."""
        run = ecrkit_sandbox(sys.executable, "-c", "", cwd=tmp_path, environ={"PATH": str(tmp_path)})

        assert run.stderr.startswith("error: cdk: not found in node_modules/.bin of ")
        assert run.returncode == 2

    def test_without_command(self, tmp_path: Path) -> None:
        """The lines on standard output set up a shell; Ctrl-C ends the sandbox, as intended."""
        shell = shutil.which("sh")
        caller = {"AWS_PROFILE": "production"}
        lines: list[str] = []
        with ecrkit_sandbox_in_background(cwd=project(tmp_path), environ=caller) as ecrkit:
            while not lines or not lines[-1].startswith("export no_proxy="):
                lines.append(first_line(ecrkit))
            ecrkit.send_signal(signal.SIGINT)
            code = ecrkit.wait(SOON)
        script = "\n".join([*lines, "echo $AWS_ACCESS_KEY_ID ${AWS_PROFILE-none}"])
        evaluated = subprocess.run([str(shell), "-c", script], env=caller, capture_output=True, text=True, check=True)

        assert evaluated.stdout == "123456789012 none\n"
        assert code == 0


class TestEnd:
    @pytest.mark.parametrize(
        ("number", "code"),
        [
            pytest.param(signal.SIGINT, 130, id="SIGINT"),
            pytest.param(signal.SIGTERM, 143, id="SIGTERM"),
            pytest.param(signal.SIGHUP, 129, id="SIGHUP"),
            pytest.param(signal.SIGKILL, -9, id="SIGKILL"),
        ],
    )
    def test_nothing_is_left(self, tmp_path: Path, number: int, code: int) -> None:
        """However ecrkit ends: server, COMMAND, its children, port and files are gone soon."""
        script = "echo ${AWS_ENDPOINT_URL##*:} $CDK_HOME; sleep 60; exit 1"
        arguments = ["--", "sh", "-c", script]
        with ecrkit_sandbox_in_background(*arguments, cwd=project(tmp_path)) as ecrkit:
            port, home = first_line(ecrkit).split()
            before = descendants(ecrkit.pid)
            ecrkit.send_signal(number)
            ended_with = ecrkit.wait(SOON)

        assert len(before) >= 3, "the server, the shell and its child"
        assert ended_with == code
        assert becomes_true(lambda: not before & processes().keys())
        assert becomes_true(lambda: not Path(home).parent.exists())
        assert not answers(int(port))

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    def test_while_bootstrapping(self, tmp_path: Path, number: int) -> None:
        """Ended while the CDK runs, ecrkit leaves neither it nor the server behind."""
        started = tmp_path / "started"
        project(tmp_path, cdk=f"touch {shlex.quote(str(started))}; sleep 60; exit 1")
        with ecrkit_sandbox_in_background("true", cwd=tmp_path) as ecrkit:
            assert becomes_true(started.exists)
            before = descendants(ecrkit.pid)
            ecrkit.send_signal(number)
            ecrkit.wait(SOON)

        assert len(before) >= 3, "the server, the shell and its child"
        assert becomes_true(lambda: not before & processes().keys())

    def test_interrupt_on_a_terminal(self, tmp_path: Path) -> None:
        """Ctrl-C reaches COMMAND once; ecrkit waits for it and passes its exit code on."""
        ours, theirs = os.openpty()
        command = [ECRKIT, "sandbox", sys.executable, "-c", COUNT_INTERRUPTS]
        with start(
            [sys.executable, "-c", ON_A_TERMINAL, *command],
            cwd=project(tmp_path),
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as ecrkit:
            assert first_line(ecrkit) == "ready"
            os.write(ours, b"\x03")
            code = ecrkit.wait(SOON)
        os.close(theirs)
        os.close(ours)

        assert code == 41
