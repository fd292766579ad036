"""Several paths in one command line: each that cannot be read is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit
from builders.policies import policy_text, rule, tagged

from ecrkit.cli.arguments.paths import read_each, require_readable
from ecrkit.errors import EcrkitError, UnreadableInputError

if TYPE_CHECKING:
    from pathlib import Path

POLICY = policy_text(rule(1, **tagged("prod*")))


def missing(*names: str) -> str:
    return "".join(f"error: {name}: cannot be read: no such file or directory\n" for name in names)


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        pytest.param(("policy", "check", "a.json", "b.json"), ("a.json", "b.json"), id="policy check"),
        pytest.param(
            (
                "policy",
                "preview",
                "a.json",
                "b.json",
                "--images",
                "c",
                "--manifests",
                "d",
                "--in-use",
                "e",
                "--in-use=f",
            ),
            ("a.json", "b.json", "c", "d", "e", "f"),
            id="policy preview",
        ),
        pytest.param(
            ("policy", "diff", "a.json", "b.json", "--images", "c", "--manifests", "d"),
            ("a.json", "b.json", "c", "d"),
            id="policy diff",
        ),
        pytest.param(("catalog", "diff", "a.yaml", "b.yaml", "--images", "c"), ("a.yaml", "b.yaml", "c"), id="catalog"),
    ],
)
def test_every_unreadable_path_is_reported(tmp_path: Path, arguments: tuple[str, ...], names: tuple[str, ...]) -> None:
    """One run tells of all of them, a line each, and exits with 2."""
    result = ecrkit(*arguments, cwd=tmp_path)

    assert (result.returncode, result.stdout, result.stderr) == (2, "", missing(*names))


def test_what_can_be_read_is_checked_all_the_same(tmp_path: Path) -> None:
    """The findings of the others are printed, and the exit code says that something was not checked."""
    (tmp_path / "b.json").write_text(policy_text(rule(0, **tagged("prod*"))))

    result = ecrkit("policy", "check", "a.json", "b.json", "c.json", cwd=tmp_path)

    assert result.returncode == 2
    assert result.stdout == "b.json:4:23: error: rules[0].rulePriority: must be 1 or more, got 0 [ECR110]\n"
    assert result.stderr == f"1 policy checked: 1 error\n{missing('a.json', 'c.json')}"


def test_every_invalid_policy_is_reported(tmp_path: Path) -> None:
    """Several policies that ECR would refuse are told of together."""
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(policy_text(rule(0, **tagged("prod*"))))
    (tmp_path / "images.json").write_text('{"imageDetails": []}')

    result = ecrkit("policy", "preview", "a.json", "b.json", "--images", "images.json", cwd=tmp_path)

    assert result.returncode == 2
    assert result.stderr == "".join(
        f"error: {name}:4:23: rules[0].rulePriority: must be 1 or more, got 0 [ECR110]\n"
        for name in ("a.json", "b.json")
    )


def test_one_error_is_raised_as_it_is() -> None:
    """A caller catches the class of it."""
    with pytest.raises(UnreadableInputError, match=r"^/nowhere/a: cannot be read: no such file or directory$"):
        require_readable(["/nowhere/a", None, "-"])


def test_several_errors_are_a_group() -> None:
    """Each is in it, in the order of the arguments."""

    def refuse(argument: str) -> str:
        raise EcrkitError(argument)

    with pytest.raises(ExceptionGroup) as caught:
        read_each(["a", "b"], refuse)

    assert [str(error) for error in caught.value.exceptions] == ["a", "b"]
