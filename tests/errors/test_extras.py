"""The command that installs an extra, by where ecrkit was installed from."""

from __future__ import annotations

import pytest

from ecrkit.errors.extras import command_for, install_command


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        pytest.param(None, "pip install 'ecrkit[live]'", id="index"),
        pytest.param("{", "pip install 'ecrkit[live]'", id="no JSON"),
        pytest.param("[]", "pip install 'ecrkit[live]'", id="no object"),
        pytest.param(
            '{"url": "file:///srv/ecrkit-1.0-py3-none-any.whl", "archive_info": {"hashes": {}}}',
            "pip install 'ecrkit[live] @ file:///srv/ecrkit-1.0-py3-none-any.whl'",
            id="wheel",
        ),
        pytest.param(
            '{"url": "file:///srv/ecrkit", "dir_info": {"editable": true}}',
            "pip install -e '/srv/ecrkit[live]'",
            id="checkout, editable",
        ),
        pytest.param('{"url": "file:///srv/ecrkit", "dir_info": {}}', "pip install '/srv/ecrkit[live]'", id="checkout"),
        pytest.param(
            '{"url": "https://example.org/ecrkit.git", "vcs_info": {"vcs": "git", "commit_id": "0123abc"}}',
            "pip install 'ecrkit[live] @ git+https://example.org/ecrkit.git@0123abc'",
            id="repository",
        ),
    ],
)
def test_command(origin: str | None, command: str) -> None:
    """The extra comes from where ecrkit came from."""
    assert command_for("live", direct_url=origin) == command


def test_command_here() -> None:
    """The command of the installed ecrkit names the extra."""
    assert "[report]'" in install_command("report")
