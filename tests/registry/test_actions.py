"""The actions of ECR, as they are stored, are those of the installed service model."""

from __future__ import annotations

import botocore.session
import pytest

from ecrkit.registry.actions import ECR, ECR_PUBLIC, OPERATIONS_WITHOUT_ACTION, WITHOUT_OPERATION, Service


def operations(service: str) -> set[str]:
    """Give the operations of a service in the installed SDK."""
    return set(botocore.session.get_session().get_service_model(service).operation_names)


def test_every_operation_has_an_action() -> None:
    """The 64 actions are the operations of the SDK and those that ECR itself asks for."""
    assert operations("ecr") - OPERATIONS_WITHOUT_ACTION | WITHOUT_OPERATION == set(ECR.actions)
    assert len(ECR.actions) == len(operations("ecr")) + 3 - 1 == 64


def test_every_operation_of_the_public_registry_has_an_action() -> None:
    """The 23 actions of ECR Public are the operations of the SDK."""
    assert operations("ecr-public") == set(ECR_PUBLIC.actions)
    assert len(ECR_PUBLIC.actions) == 23


def test_resource_types() -> None:
    """35 actions have a repository as resource, and 29 act on the registry; no name is in both lists."""
    assert (len(ECR.on_repository), len(ECR.on_registry)) == (35, 29)
    assert set(ECR.on_repository).isdisjoint(ECR.on_registry)
    assert "GetAuthorizationToken" in ECR.on_registry


@pytest.mark.parametrize(
    ("service", "pattern", "matched"),
    [
        pytest.param(ECR, "ecr:BatchGetImage", {"BatchGetImage"}, id="name"),
        pytest.param(ECR, "ECR:batchgetimage", {"BatchGetImage"}, id="case"),
        pytest.param(ECR, "ecr:BatchGet*mage", {"BatchGetImage"}, id="star"),
        pytest.param(ECR, "ecr:Put?mage", {"PutImage"}, id="question mark"),
        pytest.param(ECR, "ecr:Pull*", set(), id="nothing"),
        pytest.param(ECR, "ecr:[B]atchGetImage", set(), id="no other wildcard"),
        pytest.param(ECR, "s3:*", set(), id="another service"),
        pytest.param(ECR, "ecr-public:PutImage", set(), id="the public registry"),
        pytest.param(ECR, "*", set(ECR.actions), id="everything"),
        pytest.param(ECR, "ecr*:*", set(ECR.actions), id="a wildcard in the service"),
        pytest.param(ECR_PUBLIC, "ecr*:PutIm*", {"PutImage"}, id="public"),
        pytest.param(ECR, f"ecr:{'*a' * 500}", set(), id="hundreds of wildcards"),
    ],
)
def test_matched_by(service: Service, pattern: str, matched: set[str]) -> None:
    """An element of Action stands for the actions that it matches, in any case."""
    assert service.matched_by(pattern) == matched


def test_nearest() -> None:
    """A name that is no action gets the one that is meant."""
    assert ECR.nearest("BatchGetImages") == "BatchGetImage"
    assert ECR.nearest("getauthorisationtoken") == "GetAuthorizationToken"
    assert ECR.nearest("Frobnicate") is None
