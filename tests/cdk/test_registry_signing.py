"""The construct's signing rules and pull-time exclusions."""

from __future__ import annotations

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_signer as signer
from aws_cdk.assertions import Annotations, Match
from builders.templates import ACCOUNT, OTHER_ACCOUNT, properties_in, resource_in, stack, template_of

from ecrkit import PolicyStore
from ecrkit.cdk import Registry
from ecrkit.errors import InvalidPropertyError
from ecrkit.registry import AppliedFor, CreationTemplate, SigningRule
from ecrkit.registry.access import Access, Grantees

pytestmark = pytest.mark.node

PROFILE = f"arn:aws:signer:us-east-1:{ACCOUNT}:/signing-profiles/images"
SNYK = f"arn:aws:iam::{ACCOUNT}:role/snyk"
SCANNER = f"arn:aws:iam::{ACCOUNT}:role/security/scanner"


class TestSigning:
    def test_properties(self) -> None:
        """Every rule has its profile and its patterns, in order; a rule without patterns has no filters."""
        rules = [SigningRule(profile=PROFILE, repositories=("prod/*", "base")), SigningRule(profile=PROFILE)]
        resource = resource_in(Registry(stack(), "Registry", signing=rules))

        assert resource["Properties"] == {
            "Rules": [
                {
                    "RepositoryFilters": [
                        {"Filter": "prod/*", "FilterType": "WILDCARD_MATCH"},
                        {"Filter": "base", "FilterType": "WILDCARD_MATCH"},
                    ],
                    "SigningProfileArn": PROFILE,
                },
                {"SigningProfileArn": PROFILE},
            ]
        }
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")

    def test_profile_that_is_not_there_yet(self) -> None:
        """A signing profile of the same app can sign, though its ARN is known only when it is deployed."""
        scope = stack()
        profile = signer.SigningProfile(scope, "Images", platform=signer.Platform.NOTATION_OCI_SHA384_ECDSA)
        Registry(scope, "Registry", signing=[SigningRule(profile=profile.signing_profile_arn)])
        resources = template_of(scope)["Resources"]
        [rule] = next(
            found["Properties"]["Rules"]
            for found in resources.values()
            if found["Type"] == "AWS::ECR::SigningConfiguration"
        )

        assert rule["SigningProfileArn"] == {
            "Fn::GetAtt": [scope.get_logical_id(profile.node.default_child), "Arn"]  # type: ignore[arg-type] # the L1
        }

    def test_region_without_it(self) -> None:
        """A stack in a Region in which CloudFormation cannot deploy it is refused at the synth."""
        with pytest.raises(InvalidPropertyError) as caught:
            Registry(stack(region="eu-central-2"), "Registry", signing=[SigningRule(profile=PROFILE)])

        assert str(caught.value) == (
            "Registry/Registry: signing: must not be declared in eu-central-2, where CloudFormation has no "
            "AWS::ECR::SigningConfiguration; remove it there: an environment can have its own `registry:`"
        )


class TestExclusions:
    def test_properties(self) -> None:
        """An exclusion has its principal, and leaves the registry when it leaves the list."""
        registry = Registry(stack(), "Registry", pull_time_exclusions=[SCANNER])
        resource = resource_in(registry)

        assert properties_in(registry) == {"PrincipalArn": SCANNER}
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Delete", "Delete")

    def test_roles_and_users(self) -> None:
        """Roles and users of the app can be excluded, and those imported by name or ARN."""
        scope = stack()
        role, user = iam.Role(scope, "Scanner", assumed_by=iam.AccountRootPrincipal()), iam.User(scope, "Checker")
        named, given = (
            iam.Role.from_role_name(scope, "ByName", "by-name"),
            iam.Role.from_role_arn(scope, "ByArn", SCANNER),
        )
        registry = Registry(scope, "Registry", pull_time_exclusions=[role, user, named, given])

        assert [scope.resolve(found.principal_arn) for found in registry.pull_time_exclusions] == [
            scope.resolve(role.role_arn),
            scope.resolve(user.user_arn),
            {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":iam::{ACCOUNT}:role/by-name"]]},
            SCANNER,
        ]

    def test_order(self) -> None:
        """Another principal, known or not, and another order change nothing for those that are there."""
        before, after = stack(), stack()
        roles = [iam.Role(scope, "Scanner", assumed_by=iam.AccountRootPrincipal()) for scope in (before, after)]
        Registry(before, "Registry", pull_time_exclusions=[SCANNER, roles[0].role_arn])
        other = iam.User(after, "Checker")
        Registry(after, "Registry", pull_time_exclusions=[other, roles[1], f"arn:aws:iam::{ACCOUNT}:user/x", SCANNER])

        assert template_of(before)["Resources"].items() <= template_of(after)["Resources"].items()

    def test_refusals(self) -> None:
        """Everything that ECR would refuse is one error, with the construct and the property."""
        with pytest.raises(InvalidPropertyError) as caught:
            Registry(
                stack(), "Registry", pull_time_exclusions=[OTHER_ACCOUNT, SCANNER.replace("aws:", "aws-cn:"), SCANNER]
            )

        where = "Registry/Registry: pull_time_exclusions"
        assert str(caught.value) == (
            f"{where}[0]: must be the ARN of a role or user, of at most 200 characters, got '{OTHER_ACCOUNT}'; write "
            "arn:aws:iam::123456789012:role/scanner\n"
            f"{where}[1]: the ARN is in the partition aws-cn, but the registry's us-east-1 is in aws; name one in that "
            "partition; an environment can have its own `registry:`"
        )

    @pytest.mark.parametrize(
        ("excluded", "count"), [pytest.param([], 1, id="not-excluded"), pytest.param([SNYK], 0, id="excluded")]
    )
    def test_scanner_of_a_template(self, excluded: list[str], count: int) -> None:
        """A template whose policy counts pulls is warned of a scanner that may pull and is not excluded."""
        template = CreationTemplate(
            applied_for=(AppliedFor.CREATE_ON_PUSH,),
            lifecycle=(PolicyStore.bundled()["archive-unpulled-90-expire-365@1"],),
            access=Access(pull=Grantees(principals=(SNYK,))),
        )
        registry = Registry(stack(), "Registry", creation_templates={"ROOT": template}, pull_time_exclusions=excluded)

        text = Match.string_like_regexp("CAT275")
        assert len(Annotations.from_stack(cdk.Stack.of(registry)).find_warning("*", text)) == count

    def test_account_settings(self) -> None:
        """The construct has no account settings: CloudFormation could not deploy them."""
        with pytest.raises(InvalidPropertyError, match="unknown argument 'account_settings'"):
            Registry(stack(), "Registry", account_settings={})  # type: ignore[arg-type] # refused


def test_nothing() -> None:
    """A registry without both has neither resource."""
    registry = Registry(stack(), "Registry")

    assert (registry.signing, registry.pull_time_exclusions) == (None, ())
    assert "Resources" not in template_of(cdk.Stack.of(registry))
