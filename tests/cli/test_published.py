"""Every path that resolves a version of a policy compares it with the lock: states of a version; by command."""

from __future__ import annotations

import gc
import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from builders.commands import run_here
from builders.inventories import NOW, image, write_images
from builders.stores import make_store, policy_text, publish

from ecrkit.cli.arguments.declared import read_declared
from ecrkit.errors import ChangedPolicyError, EcrkitError, InvalidLockError, VanishedPolicyError
from ecrkit.policies.references import PolicyRef
from ecrkit.policies.silences import Silences
from ecrkit.policies.store import PolicyStore, UnpublishedPolicyWarning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STORE = Path("policies/lifecycle")
VERSION = STORE / "web" / "v1.json"
LOCK = Path("policies/lifecycle.lock.json")
TESTS = "keeps one:\n  images: [{pushed_days_ago: 1, expect: stay}]\n"
CATALOG = """\
environments: {dev: {account: "123456789012", region: us-east-1}}
repositories:
  first: {lifecycle: [untagged@1, web@1], silence: {ECR213: A test.}}
  second: {lifecycle: [untagged@1, web@1], silence: {ECR213: A test.}}
"""


def _change() -> None:
    VERSION.write_text(policy_text(keep=3))


def _unpublish() -> None:
    lock = json.loads(LOCK.read_text())
    del lock["policies"]["web@1"]
    LOCK.write_text(json.dumps(lock))


class State(NamedTuple):
    """What happened to a version, and what every command says of it."""

    make: Callable[[], object]
    says: str
    is_error: bool


STATES = {
    "changed": State(
        _change,
        "web@1 is published, but its meaning has changed; restore it, and add the new text as v2.json",
        is_error=True,
    ),
    "vanished": State(
        VERSION.unlink,
        f"web@1 is published, but its file is missing; restore {VERSION}, and add your changes as v2.json",
        is_error=True,
    ),
    "broken lock": State(
        lambda: LOCK.write_text("<<<<<<< HEAD\n"),
        'not a valid lock: the text has "<<<<<<<" where no such word is allowed; restore it from version control',
        is_error=True,
    ),
    "unpublished": State(
        _unpublish,
        f"web@1 is not published, so it can still change; run `ecrkit policy lock` and commit {LOCK}",
        is_error=False,
    ),
    "no lock": State(
        LOCK.unlink,
        f"web@1 is not published, so it can still change; run `ecrkit policy lock` and commit {LOCK}",
        is_error=False,
    ),
}


class Door(NamedTuple):
    """A command that resolves web@1: its exit codes for an error, and for a version that is not published."""

    arguments: str
    error: int
    unpublished: int
    label: str = "warning"


# Without AWS the last ones end in 3; the lock is compared before AWS is asked.
DOORS = [
    Door("policy check", 1, 0),
    Door("policy check --strict", 1, 1),
    Door(f"policy preview web@1 --images images.json --now {NOW.isoformat()}", 2, 0, "note"),
    Door("policy diff untagged@1 web@1", 2, 0, "note"),
    Door("policy test", 2, 0, "note"),
    Door("catalog check", 1, 0),
    Door("catalog check --strict", 1, 1),
    Door("catalog template", 1, 0),
    Door("catalog diff repositories.yaml repositories.yaml --images images.json", 2, 0),
    Door("review --base base", 1, 0),
    Door("audit", 2, 3),
    Door("adopt --all --yes", 2, 3),
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project with a catalog that pins web@1, published; it is the working directory, and AWS is out of reach."""
    files = {
        "web/v1.json": policy_text(),
        "web/v1.test.yaml": TESTS,
        "untagged/v1.json": policy_text(tag_status="untagged"),
        "silenced.yaml": "web@1: {ECR205: A test.}\n",
    }
    publish(make_store(tmp_path, files))
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    write_images(tmp_path / "images.json", [image("a", tags=["v1"], age_days=1)])
    (tmp_path / "base").mkdir()
    monkeypatch.chdir(tmp_path)
    for key, value in {
        "AWS_ACCESS_KEY_ID": "123456789012",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_ENDPOINT_URL": "http://localhost:9",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(key, value)
    yield tmp_path
    gc.enable()  # Commands that read much turn it off for the rest of their process.


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("door", [pytest.param(door, id=door.arguments.partition(" --images")[0]) for door in DOORS])
@pytest.mark.parametrize("state", [pytest.param(state, id=name) for name, state in STATES.items()])
def test_every_command_compares_with_the_lock(
    state: State, door: Door, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A version that changed or vanished, or whose lock is none, is an error; an unpublished one is told."""
    state.make()

    code = run_here(door.arguments, monkeypatch)

    output = "".join(capsys.readouterr())
    (line,) = {line for line in output.splitlines() if state.says in line}
    assert code == (door.error if state.is_error else door.unpublished)
    assert state.is_error or f"{door.label}: " in line


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("state", [pytest.param(STATES[name], id=name) for name in ("changed", "unpublished")])
@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param(f"policy check {VERSION}", 1, id="check"),
        pytest.param(f"policy preview {VERSION} --images images.json --now {NOW.isoformat()}", 2, id="preview"),
        pytest.param(f"policy diff {STORE}/untagged/v1.json {VERSION}", 2, id="diff"),
        pytest.param(f"policy test {VERSION}", 2, id="test"),
    ],
)
def test_a_version_that_is_named_by_its_file_is_compared_too(
    arguments: str, error: int, state: State, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file in a store with a lock is a version, however it is named."""
    state.make()

    code = run_here(arguments, monkeypatch)

    assert state.says in "".join(capsys.readouterr())
    assert code == (error if state.is_error else 0)


RESOLVERS: dict[str, Callable[[], object]] = {
    "index": lambda: PolicyStore(STORE)["web@1"],
    "read": lambda: PolicyStore(STORE).read(PolicyRef("web", 1)),
    "compose": lambda: PolicyStore(STORE).compose([PolicyRef("web", 1)]),
    "silences": lambda: Silences(PolicyStore(STORE)),
    "declared": lambda: read_declared(None, None, account="123456789012", region="us-east-1"),
}


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("resolve", [pytest.param(act, id=name) for name, act in RESOLVERS.items()])
@pytest.mark.parametrize(
    ("state", "kind"),
    [
        pytest.param(STATES["changed"], ChangedPolicyError, id="changed"),
        pytest.param(STATES["vanished"], VanishedPolicyError, id="vanished"),
        pytest.param(STATES["broken lock"], InvalidLockError, id="broken lock"),
    ],
)
def test_every_resolver_refuses(state: State, kind: type[EcrkitError], resolve: Callable[[], object]) -> None:
    """In Python, too, no version is used that is not what was published."""
    state.make()

    with pytest.raises(EcrkitError) as caught:
        resolve()

    assert state.says in str(caught.value)
    assert isinstance(caught.value, kind) or type(caught.value).__name__ == "InvalidCatalogError"


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("state", [pytest.param(STATES[name], id=name) for name in ("unpublished", "no lock")])
def test_indexing_warns_of_what_is_not_published(state: State) -> None:
    """The policy is given all the same."""
    state.make()

    with pytest.warns(UnpublishedPolicyWarning) as caught:
        PolicyStore(STORE)["web@1"]

    assert [str(warning.message) for warning in caught] == [f"{VERSION}:1:1: {state.says} [STO112]"]


@pytest.mark.usefixtures("project")
def test_what_is_published_is_used_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No command says anything of a store that is as its lock."""
    with warnings.catch_warnings(action="error"):
        for resolve in RESOLVERS.values():
            resolve()
    for door in DOORS:
        run_here(door.arguments, monkeypatch)

    assert "publish" not in "".join(capsys.readouterr())
