"""What a registry signs: the facts that its checks go by, against the schemas of CloudFormation."""

from __future__ import annotations

from importlib import import_module

import pytest

from ecrkit.registry.settings import Home, RegistrySettings, SigningRule, check_registry, signing

# cfn-lint has the schemas of CloudFormation, and no types.
SCHEMAS = import_module("cfnlint.schema.manager").PROVIDER_SCHEMA_MANAGER
REGIONS = import_module("cfnlint.helpers").REGIONS
KIND = "AWS::ECR::SigningConfiguration"
RULE = SigningRule(profile="arn:aws:signer:us-east-1:123456789012:/signing-profiles/images")


def findings(*rules: SigningRule, region: str | None = "us-east-1") -> list[str]:
    found = check_registry(RegistrySettings(signing=rules), Home(account="123456789012", region=region))
    return [str(finding).strip(": ") for finding in found]


def test_regions_without_it_are_those_of_cloudformation() -> None:
    """The Regions without the type are those in which the installed cfn-lint knows no such type."""
    lacking = {region for region in REGIONS if KIND not in SCHEMAS.get_resource_types(region)}

    assert lacking == signing.REGIONS_WITHOUT_SIGNING


def test_patterns_and_limits_are_those_of_cloudformation() -> None:
    """Profiles, filters and their number are limited as in the schema; only rules are fewer, as the API has it."""
    schema = SCHEMAS.get_resource_schema("us-east-1", KIND).schema
    rule = schema["definitions"]["Rule"]["properties"]
    pattern = schema["definitions"]["Filter"]
    profile = rule["SigningProfileArn"]

    assert pattern["pattern"] == f"^{signing.SIGNING_FILTER.pattern}$"
    assert profile["pattern"].replace("\\/", "/").replace("(-[a-z]+)*", "(?:-[a-z]+)*") == (
        f"^{signing.SIGNING_PROFILE.pattern}$".replace("(?P<partition>aws(?:-[a-z]+)*)", "aws(?:-[a-z]+)*")
    )
    assert (pattern["maxLength"], profile["maxLength"], rule["RepositoryFilters"]["maxItems"]) == (
        signing.MAX_SIGNING_FILTER,
        signing.MAX_SIGNING_PROFILE,
        signing.MAX_SIGNING_FILTERS,
    )
    assert schema["properties"]["Rules"]["maxItems"] > signing.MAX_SIGNING_RULES == 10


@pytest.mark.parametrize("region", ["us-east-1", "us-gov-west-1", None])
def test_regions_with_it(region: str | None) -> None:
    """Signing is accepted where CloudFormation has the type, and where the Region is not known yet."""
    partition = "aws-us-gov" if region == "us-gov-west-1" else "aws"
    rule = SigningRule(profile=RULE.profile.replace("arn:aws:", f"arn:{partition}:"))

    assert findings(rule, region=region) == []


def test_profile_of_another_account() -> None:
    """A profile may be in another account, because AWS Signer shares them."""
    assert findings(SigningRule(profile=RULE.profile.replace("123456789012", "210987654321"))) == []


def test_region_without_it_and_no_rule() -> None:
    """A registry that signs nothing is accepted in every Region."""
    assert findings(region="eu-central-2") == []
