"""Whose pulls count: the facts that its checks go by, and scanners by name."""

from __future__ import annotations

from importlib import import_module

import pytest

from ecrkit.registry.settings import Home, RegistrySettings, check_registry, pull_times

# cfn-lint has the schemas of CloudFormation, and no types.
SCHEMAS = import_module("cfnlint.schema.manager").PROVIDER_SCHEMA_MANAGER
KIND = "AWS::ECR::PullTimeUpdateExclusion"


def test_pattern_is_that_of_cloudformation() -> None:
    """A principal looks as the schema of CloudFormation has it, and is in it everywhere that the catalog may be."""
    principal = SCHEMAS.get_resource_schema("us-east-1", KIND).schema["definitions"]["PrincipalArn"]
    own = pull_times.EXCLUDED_PRINCIPAL.pattern.replace("(?P<partition>aws(?:-[a-z]+)*)", "aws(-[a-z]+)*")

    assert principal["pattern"] == f"^{own.replace('(?:', '(')}$"
    assert principal["maxLength"] == pull_times.MAX_EXCLUDED_PRINCIPAL


@pytest.mark.parametrize(
    ("principal", "is_accepted"),
    [
        pytest.param("arn:aws:iam::123456789012:role/scanner", True, id="role"),
        pytest.param("arn:aws:iam::210987654321:role/a/b/scanner", True, id="role of another account, with a path"),
        pytest.param("arn:aws:iam::123456789012:user/scanner", True, id="user"),
        pytest.param(f"arn:aws:iam::123456789012:role/{'a' * 169}", True, id="200 characters"),
        pytest.param(f"arn:aws:iam::123456789012:role/{'a' * 170}", False, id="201 characters"),
        pytest.param("arn:aws:iam::123456789012:root", False, id="account"),
        pytest.param("arn:aws:iam::123456789012:role/*", False, id="every role"),
        pytest.param("arn:aws:sts::123456789012:assumed-role/scanner/night", False, id="session"),
        pytest.param("arn:aws:iam::123456789012:role/skänner", False, id="not ASCII"),
        pytest.param("arn:aws:iam::123456789012:role/scanner\n", False, id="line break"),
    ],
)
def test_principals(principal: str, is_accepted: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Only roles and users are accepted, by their ARN."""
    found = check_registry(RegistrySettings(pull_time_exclusions=(principal,)), Home(region="us-east-1"))

    assert [finding.code for finding in found] == ([] if is_accepted else ["CAT274"])


@pytest.mark.parametrize(
    ("name", "scanner"),
    [
        pytest.param("role/snyk-ecr-integration", "Snyk", id="Snyk"),
        pytest.param("role/CrowdStrikeRegistryAccess", "CrowdStrike", id="CrowdStrike"),
        pytest.param("user/ci/trivy", "Trivy", id="Trivy"),
        pytest.param("role/snyk/deploy", None, id="scanner only in the path"),
        pytest.param(
            "role/aws-service-role/inspector2.amazonaws.com/AWSServiceRoleForAmazonInspector2",
            None,
            id="Inspector, whose pulls never count",
        ),
        pytest.param("role/deploy", None, id="none"),
    ],
)
def test_scanners(name: str, scanner: str | None) -> None:
    """A scanner that the user guide names is recognized by the name of its role or user."""
    assert pull_times.scanner_of(f"arn:aws:iam::123456789012:{name}") == scanner
