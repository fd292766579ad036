"""What no emulator answers: a client for ECR, and its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_ecr import ECRClient


@pytest.fixture
def client() -> ECRClient:
    """A client that reaches nobody."""
    return boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1").client("ecr")


@pytest.fixture
def stub(client: ECRClient) -> Iterator[Stubber]:
    """Its answers; none is left in the end."""
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()
