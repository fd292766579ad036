"""Without the packages of an extra, the message names the extra and how to install it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ecrkit.errors.extras import install_command

RUN = """\
import sys
sys.modules[{module!r}] = None
sys.argv = ["ecrkit", *{words!r}]
from ecrkit.cli import main
main()
"""
BOTO3 = f"error: boto3 is not installed; {install_command('live')}\n"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("repos list", id="repos list"),
        pytest.param("images list web", id="images list"),
        pytest.param("images in-use", id="images in-use"),
        pytest.param("scan findings web:v1", id="scan findings"),
        pytest.param("policy preview keep-last-10@1 --repository web", id="policy preview"),
    ],
)
def test_commands_without_boto3(words: str) -> None:
    """A command that calls AWS ends in one line, with exit code 3."""
    code = RUN.format(module="boto3", words=words.split())

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)

    assert (result.returncode, result.stdout, result.stderr) == (3, "", BOTO3)
