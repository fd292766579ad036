from __future__ import annotations

import pytest

from ecrkit.silences import read_silences
from ecrkit.store import PolicyRef


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
