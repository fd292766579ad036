"""What a store silences, read, and known again where its rules turn up."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from builders.policies import policy_text, rule, tagged
from builders.stores import make_store

from ecrkit.lifecycle import check_policy
from ecrkit.policies.checks import check_store
from ecrkit.policies.references import PolicyRef
from ecrkit.policies.silences import Silences, read_silences
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from pathlib import Path

BOTH = rule(1, **tagged("a*", "b*"))
ALONE = policy_text(BOTH)
COMPOSED = policy_text(rule(1, **tagged("c*")), rule(2, **tagged("a*", "b*")), rule(3))
ANOTHER = policy_text(rule(1, **tagged("a*", "d*")))


def silences(root: Path, silenced: str) -> Silences:
    """Read a store with one policy and what it silences."""
    store = make_store(root, {"web/v1.json": ALONE})
    (store / "silenced.yaml").write_text(silenced)
    return Silences(PolicyStore(store))


def told(silenced: Silences, text: str) -> list[str]:
    """Give the codes of what is not silenced of a policy."""
    return [found.code for found in check_policy(text, file="-").findings if not silenced.cover(found, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(ALONE, [], id="alone"),
        pytest.param(COMPOSED, [], id="composed"),
        pytest.param(ANOTHER, ["ECR203"], id="another rule"),
        pytest.param(ALONE.replace('"countNumber": 10', '"countNumber": 0'), ["ECR112", "ECR203"], id="changed rule"),
    ],
)
def test_a_silenced_warning_is_known_by_its_rule(tmp_path: Path, text: str, expected: list[str]) -> None:
    """Whatever number the rule has, and not for another rule."""
    assert sorted(told(silences(tmp_path, "web@1: {ECR203: The release job sets both.}\n"), text)) == expected


@pytest.mark.parametrize(
    "silenced",
    [
        pytest.param("web@2: {ECR203: why}\n", id="version"),
        pytest.param("web@1: {ECR204: why}\n", id="code"),
        pytest.param("web: [\n", id="no yaml"),
    ],
)
def test_what_is_not_silenced_is_told(tmp_path: Path, silenced: str) -> None:
    """Another version, another code or a file that is none silences nothing; a check of the store tells why."""
    assert told(silences(tmp_path, silenced), ALONE) == ["ECR203"]


def test_a_store_without_silences_has_none(tmp_path: Path) -> None:
    """Most stores have no such file."""
    store = make_store(tmp_path, {"web/v1.json": ALONE})

    assert told(Silences(PolicyStore(store)), ALONE) == ["ECR203"]


def problems(text: str) -> list[str]:
    _, findings = read_silences(text, file="silenced.yaml")
    return list(map(str, findings))


@pytest.mark.parametrize("text", ["", "# Nothing yet.\n", "web@1: {}\n"])
def test_nothing_is_silenced(text: str) -> None:
    """A file that silences nothing says nothing."""
    assert problems(text) == []


def test_reasons_are_by_version_and_code() -> None:
    """A warning is silenced for one version, with a reason."""
    silences, findings = read_silences("web@1:\n  ECR205: Nothing of it runs.\n", file="silenced.yaml")

    assert silences == {PolicyRef("web", 1): {"ECR205": "Nothing of it runs."}}
    assert findings == ()


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        pytest.param("web@1: [\n", "STO120", "silenced.yaml:2:1", id="not YAML"),
        pytest.param("- web@1\n", "STO120", "silenced.yaml:1:1", id="a list"),
        pytest.param("web: {ECR205: Yes.}\n", "STO120", "silenced.yaml:1:1", id="no version"),
        pytest.param("web@1: {}\nweb@1: {}\n", "STO120", "silenced.yaml:2:1", id="twice"),
        pytest.param("web@1: {ECR101: Yes.}\n", "STO121", "silenced.yaml:1:9", id="an error"),
        pytest.param("web@1: {ECR205: ' '}\n", "STO122", "silenced.yaml:1:17", id="no reason"),
        pytest.param("web@1: {ECR205: 5}\n", "STO120", "silenced.yaml:1:17", id="a number"),
    ],
)
def test_problem_is_told_where(text: str, code: str, place: str) -> None:
    """What silences nothing is an error with its place."""
    [problem] = problems(text)

    assert problem.startswith(f"{place}: ")
    assert problem.endswith(f"[{code}]")


EXPIRING = "web@1: {ECR203: {reason: The release job is new., until: 2026-12-04, owner: web}}\n"


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        pytest.param(date(2026, 11, 19), [("warning", "ECR203", True)], id="long before"),
        pytest.param(date(2026, 12, 4), [("note", "STO124", False), ("warning", "ECR203", True)], id="last day"),
        pytest.param(date(2026, 12, 5), [("warning", "ECR203", False)], id="afterwards"),
        pytest.param(None, [("warning", "ECR203", True)], id="without a day"),
    ],
)
def test_a_silence_of_a_store_ends(tmp_path: Path, today: date | None, expected: list[tuple[str, str, bool]]) -> None:
    """A check of the store on a day has the warning again when its silence has ended, and announces it before."""
    store = make_store(tmp_path, {"web/v1.json": ALONE})
    (store / "silenced.yaml").write_text(EXPIRING)

    findings = [found for found in check_store(store, today=today).findings if found.code != "STO112"]

    assert [(str(one.severity), one.code, bool(one.silenced)) for one in findings] == expected


def test_what_was_silenced_and_by_whom(tmp_path: Path) -> None:
    """The output shows the day and the owner, before and after."""
    store = make_store(tmp_path, {"web/v1.json": ALONE})
    (store / "silenced.yaml").write_text(EXPIRING)

    [before] = [found for found in check_store(store).findings if found.code == "ECR203"]
    [after] = [found for found in check_store(store, today=date(2027, 1, 1)).findings if found.code == "ECR203"]
    assert before.silenced == "The release job is new. (until 2026-12-04, owner: web)"
    assert after.message == f"{before.message} (the silence expired on 2026-12-04, owner: web)"
