"""What is no file, and what is too large, at every command that reads a file."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.commands import ECRKIT, run_here, shell
from builders.inventories import NOW, image, write_images
from builders.stores import make_store, policy_text, publish

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.posix

CATALOG = """\
environments: {dev: {account: "123456789012", region: us-east-1}}
repositories: {web: {lifecycle: web@1}}
"""
AT = f"--now {NOW.isoformat()}"

READERS = {
    "policy check": "policy check {}",
    "policy preview": f"policy preview ./{{}} --images images.json {AT}",
    "policy diff, old": "policy diff ./{} web@1",
    "policy diff, new": "policy diff web@1 ./{}",
    "images": f"policy preview web@1 --images {{}} {AT}",
    "manifests": f"policy preview web@1 --images images.json --manifests {{}} {AT}",
    "in use": f"policy preview web@1 --images images.json --in-use {{}} {AT}",
    "images of a diff": f"policy diff web@1 web@1 --images {{}} {AT}",
    "policy test": "policy test {}",
    "catalog check": "catalog check {}",
    "catalog template": "catalog template {}",
    "catalog diff, old": "catalog diff {} repositories.yaml --images images.json",
    "catalog diff, new": "catalog diff repositories.yaml {} --images images.json",
    "review": "review --base policies --catalog {}",
    "audit": "audit --catalog {}",
    "adopt": "adopt --all --yes --catalog {}",
    "allow list": "scan gate web:v1 --fail-on high --allow {}",
}
"""Every command that reads a file, by what the file is."""


def _bind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))


NO_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "named pipe": (os.mkfifo, "a named pipe"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "a device"),
    "socket": (_bind, "a socket"),
}
"""How to make what is no file, and what is said of it."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that is in order; it is the working directory, and AWS is out of reach."""
    publish(make_store(tmp_path, {"web/v1.json": policy_text()}))
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    write_images(tmp_path / "images.json", [image("a", tags=["v1"], age_days=1)])
    monkeypatch.chdir(tmp_path)
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "123456789012")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    return tmp_path


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("reader", [pytest.param(command, id=name) for name, command in READERS.items()])
@pytest.mark.parametrize(("make", "says"), [pytest.param(*kind, id=name) for name, kind in NO_FILES.items()])
def test_what_is_no_file_is_refused_without_waiting(
    make: Callable[[Path], object],
    says: str,
    reader: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line says what it is, with exit code 2."""
    make(Path("given"))

    code = run_here(reader.format("given"), monkeypatch)

    assert f"given: cannot be read: {says}; pass a file, or - for standard input" in capsys.readouterr().err
    assert code == 2


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("name", ["policies/lifecycle.lock.json", "policies/lifecycle/silenced.yaml"])
def test_a_store_with_a_named_pipe_is_not_waited_for(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a store it is a finding, as every file that cannot be read."""
    Path(name).unlink(missing_ok=True)
    os.mkfifo(name)

    assert run_here("policy check", monkeypatch) == 1
    assert f"{name}:1:1: error: cannot be read: a named pipe" in capsys.readouterr().out


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("$0 policy check - < $1", id="-"),
        pytest.param("$0 policy check /dev/stdin < $1", id="/dev/stdin"),
        pytest.param("cat $1 | $0 policy check /dev/stdin", id="pipe"),
        pytest.param("cat $1 | $0 policy check /dev/fd/0", id="/dev/fd"),
        pytest.param("bash -c '$0 policy check <(cat $1)' $0 $1", id="process substitution"),
        pytest.param("(sleep 1; cat $1) | $0 policy check /dev/stdin", id="slow"),
    ],
)
def test_open_streams_are_read(script: str, tmp_path: Path) -> None:
    """Whoever opened a stream wants it to be read, and writes to it."""
    path = tmp_path / "policy.json"
    path.write_text(policy_text(tag_status="untagged"))

    result = shell(script, ECRKIT, path)

    assert result.stderr == "1 policy checked: nothing wrong\n"
    assert result.returncode == 0


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("reader", "size"),
    [
        *((READERS[name], 1024 * 1024) for name in ("policy check", "policy preview", "policy diff, new")),
        *((READERS[name], 32 * 1024 * 1024) for name in ("catalog check", "catalog diff, old", "audit")),
    ],
)
def test_a_file_that_is_too_large_is_refused(
    reader: str, size: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No more of it is read than it may have."""
    with Path("given").open("wb") as file:
        file.truncate(size + 1)

    assert run_here(reader.format("given"), monkeypatch) == 2
    assert f"given: cannot be read: larger than {size:,} bytes; pass a smaller file" in capsys.readouterr().err


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]\n" for number in range(1, 20)
)
RULE = '{"rulePriority": 1, "selection": {"tagStatus": "tagged"}, "action": {"type": "expire"}}'


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("command", "text", "says"),
    [
        pytest.param("policy check", "[" * 1_000_000, "is nested more than 100 levels deep [ECR101]", id="JSON"),
        pytest.param("policy check", '{"a":' * 200_000, "is nested more than 100 levels deep [ECR101]", id="objects"),
        pytest.param("policy check", f'{{"rules": [{",".join([RULE] * 4000)}]}}', "[ECR103]", id="rules"),
        pytest.param("policy check", f'{{"{"x" * 400_000}": 1}}', f"'{'x' * 60}…'", id="key"),
        pytest.param("catalog check", "[" * 1_000_000, "is nested more than 100 levels deep [CAT101]", id="YAML"),
        pytest.param("catalog check", "- " * 200_000, "is nested more than 100 levels deep [CAT101]", id="lists"),
        pytest.param("catalog check", BOMB, "has aliases that add more than 100,000 values", id="aliases"),
        pytest.param(
            "catalog check",
            f"repositories:\n  web:\n    statements: {{a: &a [{'x, ' * 1000}], b: [{'*a, ' * 101}]}}\n",
            "has aliases that add more than 100,000 values",
            id="statements",
        ),
    ],
)
def test_a_large_text_ends_with_a_finding(
    command: str, text: str, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """However deep, long or large it would become, it ends with a finding, and no message is as long as a key."""
    Path("given").write_text(text)

    assert run_here(f"{command} given", monkeypatch) == 1
    output = capsys.readouterr().out
    assert says in output
    assert max(map(len, output.splitlines())) < 2000


@pytest.mark.usefixtures("project")
def test_aliases_are_as_good_as_what_they_stand_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A catalog of many repositories that share their settings is within the bounds."""
    shared = "".join(f"  r{number}: *shared\n" for number in range(1000))
    settings = "{lifecycle: web@1, tags: {team: web}, silence: {ECR213: A test.}}"
    before = CATALOG.partition("repositories")[0]
    Path("given").write_text(f"{before}repositories:\n  web: &shared {settings}\n{shared}")

    run_here("catalog check given", monkeypatch)

    assert "aliases" not in capsys.readouterr().out
