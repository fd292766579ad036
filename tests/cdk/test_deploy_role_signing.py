"""What the push role needs so that ECR signs what it pushes."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import aws_signer as signer
from builders.templates import ACCOUNT, stack, template_of

from ecrkit.cdk import DeployRole, GitHubWorkflow
from ecrkit.errors import InvalidPropertyError

pytestmark = pytest.mark.node

MAIN = GitHubWorkflow(repository="acme/web", branch="main")
PROFILE = f"arn:aws:signer:us-east-1:{ACCOUNT}:/signing-profiles/images"


def signing_in(construct: DeployRole) -> list[Any]:
    """Give what the only policy in the stack lets sign with."""
    resources = template_of(construct)["Resources"].values()
    [policy] = [found["Properties"] for found in resources if found["Type"] == "AWS::IAM::Policy"]
    return [
        found["Resource"]
        for found in policy["PolicyDocument"]["Statement"]
        if found["Action"] == "signer:SignPayload" and found["Effect"] == "Allow"
    ]


def test_profiles() -> None:
    """The push role may sign with the profiles named, which may be constructs, and with no others."""
    scope = stack()
    made = signer.SigningProfile(scope, "Images", platform=signer.Platform.NOTATION_OCI_SHA384_ECDSA)
    construct = DeployRole(scope, "Pipeline", push=[MAIN], repositories=["web"], signing_profiles=[PROFILE, made])

    assert signing_in(construct) == [[PROFILE, scope.resolve(made.signing_profile_arn)]]


def test_no_profile() -> None:
    """Without profiles it may sign with none."""
    assert signing_in(DeployRole(stack(), "Pipeline", push=[MAIN], repositories=["web"])) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            {"plan": [MAIN], "signing_profiles": [PROFILE]},
            "signing_profiles: needs push; pass push, or remove it",
            id="without-push",
        ),
        pytest.param(
            {"push": [MAIN], "repositories": ["web"], "signing_profiles": PROFILE},
            f"signing_profiles: must be a list of ARNs, got '{PROFILE}'; write ['{PROFILE}']",
            id="one-text",
        ),
        pytest.param(
            {"push": [MAIN], "repositories": ["web"], "signing_profiles": ["*"]},
            "signing_profiles[0]: must be the ARN of a signing profile of AWS Signer, got '*'",
            id="every-profile",
        ),
    ],
)
def test_refusals(arguments: dict[str, Any], message: str) -> None:
    """A profile that nobody pushes with, or that is none, is refused."""
    with pytest.raises(InvalidPropertyError) as caught:
        DeployRole(stack(), "Pipeline", **arguments)

    assert str(caught.value) == f"Registry/Pipeline: {message}"
