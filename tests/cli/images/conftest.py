from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox


@pytest.fixture
def account(ministack: Sandbox, tmp_path: Path) -> Account:
    """An account with an immutable and a mutable repository."""
    from builders.accounts import account_in  # noqa: PLC0415 - brings boto3, which the core run does without

    account = account_in(ministack, tmp_path)
    account.ecr.create_repository(repositoryName="web", imageTagMutability="IMMUTABLE")
    account.ecr.create_repository(repositoryName="cache")
    return account


@pytest.fixture
def source(tmp_path: Path) -> str:
    """An image as skopeo names it, tagged v1."""
    from builders.images import oci_layout  # noqa: PLC0415 - as above

    return oci_layout(tmp_path)
