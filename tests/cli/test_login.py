"""`ecrkit login`: the tools are real, and nobody sees the password."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.accounts import account_in
from builders.commands import ECRKIT, ecrkit, start
from builders.proxies import Fault, delay, drop, proxy_to

if TYPE_CHECKING:
    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server

PASSWORD = "ministack-auth-token"  # noqa: S105 - every MiniStack has the same
SECRETS = (PASSWORD.encode(), base64.b64encode(f"AWS:{PASSWORD}".encode()))


@pytest.fixture(scope="module")
def account(ministack: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Account:
    """An empty account, and a home directory for the tools."""
    return account_in(ministack, tmp_path_factory.mktemp("home"))


@pytest.mark.parametrize("tool", [pytest.param(tool, marks=pytest.mark.needs(tool)) for tool in ("skopeo", "podman")])
def test_tool_is_logged_in(account: Account, tool: str) -> None:
    """The tool knows the registry afterwards, and says so itself."""
    registry = account.url.removeprefix("http://")

    result = ecrkit("login", "--tool", tool, environment=account.environment)
    who = subprocess.run(
        [tool, "login", "--get-login", registry],
        env={**os.environ, **account.environment},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"{tool} is logged in to {registry} until 20")
    assert who.stdout == "AWS\n"


@pytest.mark.needs("skopeo")
def test_json_names_registry_and_expiry(account: Account) -> None:
    """JSON tells tool, registry and expiry, and nothing secret."""
    result = ecrkit("login", "--tool", "skopeo", "--output", "json", environment=account.environment)

    document = json.loads(result.stdout)
    assert sorted(document) == ["expiresAt", "registry", "tool"]


@pytest.mark.needs("skopeo")
def test_password_is_nowhere_to_be_seen(account: Account, tmp_path: Path) -> None:
    """While `login` runs, no process has the password on its command line or in its environment; nor is it printed."""
    seen = set[str]()
    registry = Path(account.environment["REGISTRY_AUTH_FILE"]).with_name("seen.json")
    # The registry takes its time to greet, so that there is time to look.
    with (
        proxy_to(account.url, Fault("GET /v2/", delay(0.5))) as proxy,
        start(
            [ECRKIT, "login", "--tool", "skopeo"],
            environment={**account.at(proxy.url), "REGISTRY_AUTH_FILE": str(registry)},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        printed = list[str]()
        reader = threading.Thread(target=lambda: printed.extend(process.stdout or []))
        reader.start()
        looked_while_tool_ran = 0
        while process.poll() is None:
            for path in Path("/proc").glob("[0-9]*"):
                command = _content(path / "cmdline")
                looked_while_tool_ran += command.startswith(b"/usr/bin/skopeo\0login")
                if any(secret in command + _content(path / "environ") for secret in SECRETS):
                    seen.add(path.name)
            time.sleep(0.01)
        reader.join()

    assert process.returncode == 0
    assert looked_while_tool_ran
    assert seen == set()
    assert not any(secret.decode() in line for secret in SECRETS for line in printed)
    assert SECRETS[1] in registry.read_bytes(), "that is where it belongs"


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.mark.needs("skopeo")
def test_dry_run_asks_for_no_password(account: Account) -> None:
    """--dry-run names the tool, and makes no call."""
    with proxy_to(account.url) as proxy:
        result = ecrkit("login", "--tool", "skopeo", "--dry-run", environment=account.at(proxy.url))

    assert result.returncode == 0
    assert result.stderr.startswith("would be logged in: ")
    assert proxy.actions == []


def test_missing_tool_is_told(account: Account, tmp_path: Path) -> None:
    """Where there is no tool, its absence is said, and how to name others is not guessed."""
    result = ecrkit("login", environment={**account.environment, "PATH": str(tmp_path)})

    assert result.returncode == 3
    assert result.stderr == "error: docker or podman or skopeo: not found on PATH; install one\n"


@pytest.mark.needs("skopeo")
def test_registry_that_refuses_is_told(account: Account) -> None:
    """What the tool says last is the error, in one line, without its log format and without the password."""
    with proxy_to(account.url, Fault("GET /v2/", drop)) as proxy:
        result = ecrkit("login", "--tool", "skopeo", environment=account.at(proxy.url))

    assert result.returncode == 3
    last = result.stderr.splitlines()[-1]
    assert last.startswith("error: skopeo login: authenticating creds for ")
    assert last.endswith(": EOF")
    assert PASSWORD not in result.stderr + result.stdout
