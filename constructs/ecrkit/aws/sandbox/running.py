"""Start MiniStack, say how to reach it, and stop it."""

from __future__ import annotations

import contextlib
import http.client
import re
import shlex
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from ecrkit.aws.sandbox.environment import prepare_environment
from ecrkit.documents.files import write_text
from ecrkit.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Sandbox", "Target", "running_sandbox", "tail"]

_START_SECONDS = 30
# Longer than the server takes to end what it watches.
_STOP_SECONDS = 15
_TAIL_LINES = 20
_SECRET = "sandbox"  # noqa: S105 - MiniStack checks none
_CONFIG = "aws-config"
_CREDENTIALS = "aws-credentials"

# Whatever of these the caller has set could lead to a real account: credentials, profiles, endpoints
# of single services, and the options of the CDK command line, each of which is also a variable.
_FOREIGN = re.compile(r"(AWS|AMAZON|CDK)_")

# All that MiniStack gets of the caller's environment, which may hold settings for another MiniStack.
_INHERITED = re.compile(r"PATH|HOME|LANG|LC_\w+|LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """
    An account and a Region; CDK calls this an environment.

    Attributes:
        account: twelve digits.
        region: like ``us-east-1``.
    """

    account: str
    region: str

    def __str__(self) -> str:
        """The way the CDK command line spells it."""
        return f"aws://{self.account}/{self.region}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """
    A running MiniStack, started by :func:`running_sandbox`.

    Attributes:
        home: default account and Region of requests.
        port: port that it listens on, on 127.0.0.1 only.
        environ: the caller's environment.
        directory: its files, removed when it ends.
        server: its process.
        profiles: AWS profiles of its shared configuration, by name.
    """

    home: Target
    port: int
    environ: Mapping[str, str]
    directory: Path
    server: subprocess.Popen[bytes]
    profiles: Mapping[str, Target] = field(default_factory=dict)

    @property
    def endpoint_url(self) -> str:
        """The endpoint of every service and of the image registry, without TLS."""
        return f"http://localhost:{self.port}"

    def settings(self, target: Target) -> dict[str, str]:
        """
        Return the environment variables that point a program to this sandbox.

        Args:
            target: the account of the program's credentials, and its Region.
        """
        proxied = self.environ.get("no_proxy") or self.environ.get("NO_PROXY")
        no_proxy = ",".join([*([proxied] if proxied else []), "localhost", "127.0.0.1"])
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": target.account,
            "AWS_SECRET_ACCESS_KEY": _SECRET,
            **self._region_settings(target),
            # No profile of the caller's is ever read; a profile of ours has the credentials of its account.
            "AWS_CONFIG_FILE": str(self.directory / _CONFIG),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.directory / _CREDENTIALS),
            "AWS_EC2_METADATA_DISABLED": "true",
            # The CDK remembers in its home which account an access key belongs to.
            "CDK_HOME": str(self.directory / "cdk"),
            # It would ask the internet for notices, report its use and look for a newer version.
            "CDK_NOTICES": "false",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "true",
            "NO_PROXY": no_proxy,
            "no_proxy": no_proxy,
        }

    def _region_settings(self, target: Target) -> dict[str, str]:
        # These variables win over the Region of a profile, so they must not be set where profiles differ in it.
        if target == self.home and {place.region for place in self.profiles.values()} - {target.region}:
            return {}
        # The CDK reads the one, boto3 the other.
        return {"AWS_REGION": target.region, "AWS_DEFAULT_REGION": target.region}

    def unwanted(self) -> tuple[str, ...]:
        """List the caller's variables that conflict with :meth:`settings`, sorted."""
        foreign = {name for name in self.environ if _FOREIGN.match(name)}
        return tuple(sorted(foreign - self.settings(self.home).keys()))

    def environment(self, target: Target) -> dict[str, str]:
        """
        Return the caller's environment, pointed to this sandbox and away from real accounts.

        Args:
            target: the account of the credentials, and its Region.
        """
        unwanted = set(self.unwanted())
        kept = {name: value for name, value in self.environ.items() if name not in unwanted}
        return kept | self.settings(target)

    def wait(self) -> NoReturn:
        """
        Wait until the server stops, which happens only on failure.

        Raises:
            SandboxError: it stopped.
        """
        self.server.wait()
        raise SandboxError(f"MiniStack: stopped unexpectedly; its output:\n{self._last_words()}")

    def wait_until_healthy(self) -> None:
        """
        Wait until the server answers; the socket is open, so the request waits in its queue.

        Raises:
            SandboxError: it stopped, or did not answer within 30 seconds.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_START_SECONDS)
        try:
            connection.request("GET", "/_ministack/health")
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise SandboxError(f"MiniStack: did not start, {error}; its output:\n{self._last_words()}") from error
        finally:
            connection.close()
        if status != HTTPStatus.OK:
            raise SandboxError(f"MiniStack: is not healthy, got status {status}")

    @contextmanager
    def watching(self, process_id: int) -> Iterator[None]:
        """
        Make the server stop a process if this one dies.

        Args:
            process_id: of a child of this process; negative for its whole group.
        """
        self._mention(process_id)
        try:
            yield
        finally:
            self._mention(process_id)

    def _mention(self, process_id: int) -> None:
        if self.server.stdin is None:
            raise ValueError("the server was started without a pipe")
        with contextlib.suppress(BrokenPipeError):
            self.server.stdin.write(b"%d\n" % process_id)

    def _last_words(self) -> str:
        return tail(_log(self.directory))


@contextmanager
def running_sandbox(
    home: Target,
    *,
    environ: Mapping[str, str],
    profiles: Mapping[str, Target] | None = None,
    report: Callable[[str], None] | None = None,
) -> Iterator[Sandbox]:
    """
    Run MiniStack during the context; install it on first use.

    Args:
        home: default account and Region of requests.
        environ: the caller's environment.
        profiles: AWS profiles to define, by name.
        report: called repeatedly with what is being installed, if anything.

    Raises:
        SandboxError: MiniStack cannot be installed, or did not start.
    """
    python = prepare_environment(environ=environ, report=report)
    with tempfile.TemporaryDirectory(prefix="ecrkit-", ignore_cleanup_errors=True) as temporary:
        directory = Path(temporary)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            server = _start(listener, python=python, home=home, directory=directory, environ=environ)
        try:
            sandbox = Sandbox(
                home=home,
                port=port,
                environ=environ,
                directory=directory,
                server=server,
                profiles=profiles or {},
            )
            _write_profiles(sandbox)
            sandbox.wait_until_healthy()
            yield sandbox
        finally:
            _stop(server)


def tail(log: Path) -> str:
    """Return the last twenty lines of a log."""
    lines = log.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()
    return "\n".join(lines[-_TAIL_LINES:])


def _start(
    listener: socket.socket, *, python: Path, home: Target, directory: Path, environ: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    inherited = {name: value for name, value in environ.items() if _INHERITED.fullmatch(name)}
    settings = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(listener.getsockname()[1]),
        "MINISTACK_ACCOUNT_ID": home.account,
        "MINISTACK_REGION": home.region,
        "LOG_LEVEL": "WARNING",
        "S3_DATA_DIR": str(directory / "s3"),
        "STATE_DIR": str(directory / "state"),
        "TMPDIR": str(directory),
        # These two would listen on ports that everybody shares.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # MiniStack removes the containers that any MiniStack left behind: let it find no Docker.
        "DOCKER_HOST": f"unix://{directory}/no-docker.sock",
    }
    server = Path(__file__).with_name("server.py")
    with _log(directory).open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - a module of ours, in the environment of MiniStack
            [python, "-I", server, str(listener.fileno()), str(directory)],
            env=inherited | settings,
            pass_fds=[listener.fileno()],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            bufsize=0,
            # Ctrl-C in the terminal is not meant for it.
            start_new_session=True,
        )


def _write_profiles(sandbox: Sandbox) -> None:
    """Write the shared configuration of a sandbox, which is empty without profiles; the default is its home."""
    config, credentials = [], []
    profiles = {"default": sandbox.home, **sandbox.profiles} if sandbox.profiles else {}
    for name, target in profiles.items():
        section = name if name == "default" else f"profile {shlex.quote(name)}"
        config.append(f"[{section}]\nregion = {target.region}\n")
        credentials.append(f"[{name}]\naws_access_key_id = {target.account}\naws_secret_access_key = {_SECRET}\n")
    write_text(sandbox.directory / _CONFIG, "\n".join(config))
    write_text(sandbox.directory / _CREDENTIALS, "\n".join(credentials))


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.stdin is not None:
        server.stdin.close()
    try:
        server.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _log(directory: Path) -> Path:
    return directory / "ministack.log"
