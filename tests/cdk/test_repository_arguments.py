"""What people pass who come from the L2, the L1 or the catalog."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_kms as kms
from builders.stores import policy_text
from builders.templates import repository_in, stack, template_of

from ecrkit.catalog.keys import KEYS
from ecrkit.cdk import DeployRole, EnvironmentStack, Registry, RegistryStack, RepositoriesStack, Repository
from ecrkit.cdk.arguments import INSTEAD
from ecrkit.errors import InvalidPropertyError
from ecrkit.policies.references import PolicyRef
from ecrkit.registry.access import Grantees

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.node

ACCOUNTS = ("210987654321",)

KEY = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"
SAVE_IT = "save it as policies/lifecycle/NAME/v1.json, and pass PolicyStore('policies/lifecycle')['NAME@1']"


def arguments_of(construct: type) -> set[str]:
    """Give the names of the arguments behind the construct ID."""
    found = inspect.signature(construct.__init__).parameters.values()  # type: ignore[misc] # of a class
    return {each.name for each in found if each.kind is each.KEYWORD_ONLY}


def properties(**arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - as many types as arguments
    scope = stack()
    Repository(scope, "App", **arguments)
    found: dict[str, Any] = repository_in(template_of(scope))["Properties"]
    return found


def refusals_of(make: Callable[[], object]) -> list[str]:
    with pytest.raises(InvalidPropertyError) as caught:
        make()
    return str(caught.value).splitlines()


def refused(**arguments: Any) -> list[str]:  # noqa: ANN401 - as above
    lines = refusals_of(lambda: Repository(stack(), "App", **arguments))
    return [line.removeprefix("Registry/App: ") for line in lines]


@pytest.mark.parametrize("name", sorted(arguments_of(ecr.Repository)))
def test_each_argument_of_the_l2(name: str) -> None:
    """The construct has each argument of the L2, or says what to use; a newer CDK may have another."""
    if name in arguments_of(Repository):
        assert name not in INSTEAD
    else:
        assert refused(**{name: True}) == [f"unknown argument '{name}'; {INSTEAD[name]}"]


@pytest.mark.parametrize("name", sorted({"name", *(key.name for key in KEYS)}))
def test_each_key_of_the_catalog(name: str) -> None:
    """The construct has each key of the catalog, or says what to use."""
    assert (name in arguments_of(Repository)) != (name in INSTEAD)


def test_advice_names_arguments() -> None:
    """Each argument that the advice says to use is one."""
    told = {text.split()[1].strip(",") for text in INSTEAD.values() if text.startswith("use ") and "." not in text}

    assert told <= arguments_of(Repository)


def test_unknown_arguments() -> None:
    """All of them are refused at once, each with the nearest name, together with what else is wrong."""
    assert refused(scan_on_psh=True, image_scan_on_pushes=True, exports="yes") == [
        "unknown argument 'scan_on_psh'; did you mean scan_on_push?",
        "unknown argument 'image_scan_on_pushes'; use scan_on_push",
        "exports: must be True or False, got 'yes'",
    ]


@pytest.mark.parametrize(
    ("construct", "name", "known"),
    [
        pytest.param(Registry, "scaning", "scanning", id="Registry"),
        pytest.param(DeployRole, "deploys", "deploy", id="DeployRole"),
        pytest.param(EnvironmentStack, "environments", "environment", id="EnvironmentStack"),
        pytest.param(RepositoriesStack, "polices", "policies", id="RepositoriesStack"),
        pytest.param(RegistryStack, "registries", "registry", id="RegistryStack"),
    ],
)
def test_unknown_argument_of_other_constructs(construct: type, name: str, known: str) -> None:
    """They suggest the nearest name, too."""
    parameters = inspect.signature(construct.__init__).parameters.values()  # type: ignore[misc] # as above
    needed = dict.fromkeys(
        each.name for each in parameters if each.kind is each.KEYWORD_ONLY and each.default is each.empty
    )
    lines = refusals_of(lambda: construct(stack(), "It", **needed, **{name: 1}))

    assert lines == [f"Registry/It: unknown argument '{name}'; did you mean {known}?"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"encryption": ecr.RepositoryEncryption.AES_256}, {"EncryptionType": "AES256"}, id="AES_256"),
        pytest.param({"encryption": ecr.RepositoryEncryption.KMS}, {"EncryptionType": "KMS"}, id="KMS"),
        pytest.param({"encryption": ecr.RepositoryEncryption.KMS_DSSE}, {"EncryptionType": "KMS_DSSE"}, id="KMS_DSSE"),
        pytest.param(
            {"encryption_key": "alias/registry"},
            {"EncryptionType": "KMS", "KmsKey": "alias/registry"},
            id="a key alone is KMS",
        ),
        pytest.param(
            {"encryption": ecr.RepositoryEncryption.KMS_DSSE, "encryption_key": "alias/registry"},
            {"EncryptionType": "KMS_DSSE", "KmsKey": "alias/registry"},
            id="a key with two layers",
        ),
    ],
)
def test_encryption(given: dict[str, Any], expected: dict[str, str]) -> None:
    """CDK's own values are taken, and a key alone means KMS, as for the L2."""
    assert properties(**given)["EncryptionConfiguration"] == expected


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda scope: kms.Key.from_key_arn(scope, "Key", KEY), id="L2"),
        pytest.param(lambda scope: kms.CfnKey(scope, "Key", key_policy={}), id="L1"),
    ],
)
def test_key_that_is_a_construct(make: Callable[[cdk.Stack], Any]) -> None:
    """A key may be of any layer, as for the L2."""
    scope = stack()
    Repository(scope, "App", encryption_key=make(scope))
    written = repository_in(template_of(scope))["Properties"]["EncryptionConfiguration"]

    assert written in (
        {"EncryptionType": "KMS", "KmsKey": KEY},
        {"EncryptionType": "KMS", "KmsKey": {"Fn::GetAtt": ["Key", "Arn"]}},
    )


@pytest.mark.parametrize("member", list(ecr.TagMutability))
def test_mutability(member: ecr.TagMutability) -> None:
    """Each member of CDK's enum is taken; those with exclusions need the tags that are excluded."""
    prop = "immutable_tags" if member.name.startswith("MUTABLE") else "mutable_tags"
    needs = member.name.endswith("_WITH_EXCLUSION")
    tags = {prop: ["latest"]} if needs else {}

    assert properties(mutability=member, **tags)["ImageTagMutability"] == member.name
    if needs:
        plain = member.name.removesuffix("_WITH_EXCLUSION")
        assert refused(mutability=member) == [
            f"mutability: {member.name} needs {prop}, got none; pass them, or {plain}"
        ]


def test_name_of_ecr_for_exclusions() -> None:
    """ECR's name for a mutability with exclusions is refused, as in the catalog, with what to write."""
    assert refused(mutability="IMMUTABLE_WITH_EXCLUSION", mutable_tags=["latest"]) == [
        (
            "mutability: must be one of IMMUTABLE, MUTABLE, got 'IMMUTABLE_WITH_EXCLUSION'; write IMMUTABLE: "
            "mutable_tags makes it so"
        )
    ]


def test_grantees_as_a_mapping() -> None:
    """`pull` and `push` take what the catalog takes."""
    made = properties(
        pull={"accounts": ACCOUNTS, "organization": "o-a1b2c3d4e5", "units": ["o-a1b2c3d4e5/*"], "lambda": True},
        push={"principals": ["arn:aws:iam::210987654321:role/ci"], "organizations": []},
    )
    pull = Grantees(
        accounts=ACCOUNTS, organizations=("o-a1b2c3d4e5",), units=("o-a1b2c3d4e5/*",), lambda_functions=True
    )

    assert made == properties(pull=pull, push=Grantees(principals=("arn:aws:iam::210987654321:role/ci",)))


def test_wrong_mapping() -> None:
    """Everything that is wrong with it is reported at once, with its place."""
    pull = {"account": ["1"], "accounts": "123456789012", "lambda": "yes"}
    push = {"lambda": True, "organizations": ["x"], "principals": [5]}

    assert refused(pull=pull, push=push) == [
        "pull: unknown key 'account'; did you mean accounts?",
        "pull.accounts: must be a list, got '123456789012'; write ['123456789012']",
        "pull.lambda: must be True or False, got 'yes'",
        "push: unknown key 'lambda'; Lambda functions only pull; move it to pull",
        "push.principals[0]: must be a string, got 5",
        "push.organizations[0]: must be the id of an organization, as in 'o-a1b2c3d4e5', got 'x'",
    ]


def test_functions_that_push() -> None:
    """Lambda functions only pull, whatever says it."""
    assert refused(push=Grantees(lambda_functions=True)) == ["push: must not have Lambda functions, which only pull"]


@pytest.mark.parametrize(
    ("lifecycle", "expected"),
    [
        pytest.param({"rules": []}, f"got a dict; {SAVE_IT}", id="JSON"),
        pytest.param([{"rules": []}], f"got a dict; {SAVE_IT}", id="JSON in a list"),
        pytest.param(policy_text(keep=5), f"got JSON text; {SAVE_IT}", id="JSON text"),
        pytest.param(
            ecr.CfnRepository.LifecyclePolicyProperty(lifecycle_policy_text="{}"),
            f"got a LifecyclePolicyProperty; {SAVE_IT}",
            id="the L1's property",
        ),
        pytest.param(
            [ecr.LifecycleRule(max_image_count=3)],
            "got a LifecycleRule; run `ecrkit policy extract cdk.out` before you change the stack, and pass the policy "
            "that it writes",
            id="a rule of the L2",
        ),
        pytest.param(
            PolicyRef("web", 2), "got 'web@2'; look it up, as in PolicyStore.bundled()['web@2']", id="a reference"
        ),
    ],
)
def test_what_is_no_policy(lifecycle: object, expected: str) -> None:
    """The advice fits what was passed."""
    assert refused(lifecycle=lifecycle) == [f"lifecycle: must be policies, {expected}"]
