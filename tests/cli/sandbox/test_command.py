"""`ecrkit sandbox`: streams, environment, exit codes, and nothing that is left."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.commands import ECRKIT, start
from builders.sandbox_checks import SOON, answers, becomes_true, descendants, processes, project

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = pytest.mark.server

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
        """The environments are bootstrapped; COMMAND gets the first one, and each profile has its own Region."""
        (project(tmp_path) / name).write_text(CATALOG)
        script = (
            "import boto3, os; print(os.environ['AWS_ACCESS_KEY_ID'], boto3.Session().region_name);"
            "print(*(boto3.Session(profile_name=name).region_name for name in boto3.Session().available_profiles))"
        )
        caller = {"AWS_REGION": "ap-south-1", "AWS_DEFAULT_REGION": "ap-south-1"}
        run = ecrkit_sandbox(*arguments, "--", sys.executable, "-c", script, cwd=tmp_path, environ=caller)

        assert run.stderr.splitlines()[1] == (
            "bootstrapping aws://210987654321/us-east-1, aws://123456789012/eu-west-1"
        )
        assert run.stdout == "210987654321 us-east-1\nus-east-1 us-east-1 eu-west-1\n"

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
        """A COMMAND that needs no CDK runs without one; nothing is bootstrapped."""
        run = ecrkit_sandbox(sys.executable, "-c", "", cwd=tmp_path, environ={"PATH": str(tmp_path)})

        assert run.stderr.startswith(
            "the CDK CLI is not installed, so no account is bootstrapped\nstarting MiniStack\nready at "
        )
        assert run.returncode == 0

    def test_cdk_without_cdk(self, tmp_path: Path) -> None:
        """`npx cdk` needs the CDK: the exit code is 2, and nothing is started."""
        npx = tmp_path / "npx"
        npx.write_text("#!/bin/sh\n")
        npx.chmod(0o755)
        run = ecrkit_sandbox("npx", "cdk", "deploy", cwd=tmp_path, environ={"PATH": str(tmp_path)})

        assert run.stderr.startswith("error: cdk: not found in node_modules/.bin of ")
        assert run.returncode == 2

    def test_profiles(self, tmp_path: Path) -> None:
        """Each environment has a profile of its name, and one of the name that it gives; each leads to its account."""
        (tmp_path / "repositories.yaml").write_text(CATALOG.replace("eu-west-1", "eu-west-1, profile: company two"))
        ask = (
            "import boto3, sys; [print(boto3.Session(profile_name=name).client('sts').get_caller_identity()['Account'])"
        )
        script = f"{ask} for name in sys.argv[1:]]"
        run = ecrkit_sandbox("--", sys.executable, "-c", script, "dev", "staging", "company two", cwd=project(tmp_path))

        assert run.stdout.split() == ["210987654321", "123456789012", "123456789012"]
        assert (
            "AWS profiles: dev (210987654321 us-east-1), staging (123456789012 eu-west-1), "
            "company two (123456789012 eu-west-1)\n"
        ) in run.stderr

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
