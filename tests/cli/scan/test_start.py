"""`ecrkit scan start` against moto's server: which images are scanned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit
from builders.proxies import proxy_to
from builders.scan_commands import IMAGE, told
from builders.scans import (
    put_index,
)

if TYPE_CHECKING:
    from builders.accounts import Account

pytestmark = pytest.mark.server


def test_start_tells_the_status(account: Account) -> None:
    """A scan is started, and its status is the result."""
    result = ecrkit("scan", "start", "web:v1", environment=account.environment)

    assert result.returncode == 0
    assert IMAGE.sub("web@…", result.stdout) == "web@…: IN_PROGRESS\n"


def test_start_once_a_day(account: Account) -> None:
    """ECR's refusal of a second scan ends in one line, at once."""
    ecrkit("scan", "start", "web:v1", environment=account.environment)

    with proxy_to(account.url) as proxy:
        result = ecrkit("scan", "start", "web:v1", "--output", "json", environment=account.at(proxy.url))

    assert result.returncode == 3
    assert result.stdout == ""
    assert told(result) == (
        "error: web@…: StartImageScan: scanned in the last 24 hours already (LimitExceededException); "
        "`ecrkit scan findings` shows what was found"
    )
    assert proxy.actions.count("ecr:StartImageScan") == 1


def test_start_leaves_out_what_was_scanned_today(account: Account) -> None:
    """Of an index, the images that were not scanned today are scanned, and the others are told."""
    first, _ = put_index(account, "web", "multi")
    ecrkit("scan", "start", f"web@{first}", environment=account.environment)

    result = ecrkit("scan", "start", "web:multi", environment=account.environment)

    assert result.returncode == 3
    assert IMAGE.sub("web@…", result.stdout) == "web@… (linux/arm64): IN_PROGRESS\n"
    assert told(result).startswith("error: web@… (linux/amd64): StartImageScan: scanned in the last 24 hours already")


@pytest.mark.parametrize("command", [("start",), ("findings",), ("gate", "--fail-on", "HIGH")])
def test_image_of_another_registry_is_refused(account: Account, command: tuple[str, ...]) -> None:
    """An image of another account is not mistaken for one of the same name in this."""
    registry = "dkr.ecr.us-east-1.amazonaws.com"
    result = ecrkit("scan", *command, f"210987654321.{registry}/web:v1", environment=account.environment)

    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == (
        f"error: 210987654321.{registry}: not the registry of the credentials, 123456789012.{registry}; change "
        "--profile or --region, or omit the host\n"
    )


def test_dry_run_starts_nothing(account: Account) -> None:
    """--dry-run tells what would be scanned."""
    with proxy_to(account.url) as proxy:
        result = ecrkit("scan", "start", "web:v1", "--dry-run", environment=account.at(proxy.url))

    assert told(result) == "would be scanned: web@…"
    assert proxy.actions == ["ecr:DescribeImages"]
