"""A command that lists what runs: an image or more, or an error."""

from __future__ import annotations

import shlex
import sys

import pytest

from ecrkit.aws.listings import images_listed_by
from ecrkit.errors import InvalidImagesError, ToolError

pytestmark = pytest.mark.posix

DIGEST = f"sha256:{'a' * 64}"


def python(script: str) -> str:
    return shlex.join([sys.executable, "-c", script])


def listed(script: str) -> tuple[str, ...]:
    return images_listed_by(python(script), at_most_seconds=30)


def test_lines(capfd: pytest.CaptureFixture[str]) -> None:
    """Images come one per line or several; comments are left out, and messages go to standard error."""
    found = listed(f"import sys; print('# a', 'web:v1 web@{DIGEST}', sep='\\n'); print('warned', file=sys.stderr)")

    assert found == ("web:v1", f"web@{DIGEST}")
    assert capfd.readouterr().err == "warned\n"


def test_no_shell() -> None:
    """No shell reads the command: a variable and a semicolon are what they are."""
    assert images_listed_by("echo web:v1", at_most_seconds=30) == ("web:v1",)
    with pytest.raises(InvalidImagesError):
        images_listed_by("echo '$HOME;' web:v1", at_most_seconds=30)


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        pytest.param("", "the command is empty; name a program that prints images", id="empty"),
        pytest.param("echo 'a", "echo 'a: cannot be read: no closing quotation; quote it as for a shell", id="quotes"),
        pytest.param("/nowhere/x y", "/nowhere/x: cannot be run: no such file or directory", id="missing"),
        pytest.param("true", "true: printed no image, so what runs is unknown; print at least one", id="nothing"),
        pytest.param(
            "echo '# none'", "echo: printed no image, so what runs is unknown; print at least one", id="comment"
        ),
        pytest.param("sh -c 'echo web; exit 4'", "sh: exited with code 4, so what runs is unknown", id="failed"),
        pytest.param(
            f"echo {DIGEST}", f"echo:1: must name a repository, got {DIGEST}; print HOST/NAME@DIGEST", id="digest"
        ),
    ],
)
def test_no_list(command: str, problem: str) -> None:
    """A command that fails, or prints no image, gives no list: nobody knows what runs."""
    with pytest.raises(ToolError) as caught:
        images_listed_by(command, at_most_seconds=30)

    assert str(caught.value) == problem


def test_takes_too_long() -> None:
    """A command that takes too long is ended, with what it has started."""
    with pytest.raises(ToolError) as caught:
        images_listed_by("sh -c 'sleep 60 & sleep 60'", at_most_seconds=0.2)

    assert str(caught.value) == "sh: took more than 0.2 s; raise --timeout"
