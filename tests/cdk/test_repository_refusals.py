"""What the construct refuses, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from builders.templates import stack
from constructs import Construct

from ecrkit.cdk import Repository
from ecrkit.errors import InvalidPropertyError

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.node


def with_name(name: str) -> Repository:
    return Repository(stack(), "App", repository_name=name)


def with_encryption(encryption: str) -> Repository:
    return Repository(stack(), "App", encryption=encryption)


def with_mutable_tags(*mutable_tags: str) -> Repository:
    return Repository(stack(), "App", mutable_tags=mutable_tags)


def with_removal(removal_policy: cdk.RemovalPolicy, *, empty_on_delete: bool = False) -> Repository:
    return Repository(stack(), "App", removal_policy=removal_policy, empty_on_delete=empty_on_delete)


class TestRefusals:
    @pytest.mark.parametrize(
        ("make", "message"),
        [
            pytest.param(
                lambda: with_name("My-App"),
                "repository_name: must be parts of lower-case letters and digits, "
                "joined by '.', '_', '__', dashes or '/', got 'My-App'",
                id="name",
            ),
            pytest.param(
                lambda: with_name("a___b"),
                "repository_name: must be parts of lower-case letters and digits, "
                "joined by '.', '_', '__', dashes or '/', got 'a___b'",
                id="name-separator",
            ),
            pytest.param(
                lambda: with_name(""), "repository_name: must have 2 to 256 characters, got 0", id="empty-name"
            ),
            pytest.param(
                lambda: Repository(stack(), "App", output="app-uri"),
                "output: must be a letter and then letters and digits, 255 at most, got 'app-uri'",
                id="output",
            ),
            pytest.param(
                lambda: Repository(stack(), "App", output="a" * 252, exports=True),
                "output: must have at most 248 characters for an export, got 252",
                id="output-of-export",
            ),
            pytest.param(
                lambda: with_encryption("aes256"),
                "encryption: must be one of AES256, KMS, KMS_DSSE, omit, got 'aes256'; write 'AES256'",
                id="encryption",
            ),
            pytest.param(
                lambda: Repository(
                    stack(), "App", statements=[{"Effect": "Allow", "Principal": "*", "Action": "BatchGetImage"}]
                ),
                "statements[0]: must be actions of ECR, as in 'ecr:BatchGetImage', got 'BatchGetImage'\n"
                "Registry/App: statements[0]: lets everyone in: it has the Principal '*' and no condition; "
                "name principals, or add a condition as on aws:PrincipalOrgID",
                id="statement",
            ),
            pytest.param(
                lambda: Repository(
                    stack(),
                    "App",
                    statements=[
                        {
                            "Effect": "Allow",
                            "Principal": "*",
                            "Action": "ecr:*",
                            "Condition": {"Bool": {"aws:SecureTransport": "true"}},
                        }
                    ],
                ),
                "statements[0]: lets everyone in: it has the Principal '*', but its condition does not limit who may "
                "call; name principals, or add a condition as on aws:PrincipalOrgID",
                id="statement-with-an-open-condition",
            ),
            pytest.param(
                lambda: Repository(
                    stack(),
                    "App",
                    statements=[{"Effect": "Deny", "Principal": "*", "Acton": "ecr:*", "Action": "ecr:*"}],
                ),
                "statements[0]: unknown key 'Acton'; remove it: 'Action' is set",
                id="key-of-a-statement",
            ),
            pytest.param(
                lambda: Repository(stack(), "App", mutable_tags="latest"),
                "mutable_tags: must be a list of tags, got the string 'latest'; write ['latest']",
                id="mutable-tags-as-a-string",
            ),
            pytest.param(
                lambda: with_mutable_tags("a", "b", "c", "d", "e", "f"),
                "mutable_tags: must have at most 5 entries, got 6",
                id="too-many-mutable-tags",
            ),
            pytest.param(
                lambda: with_mutable_tags("latest", "edge", "latest"),
                "mutable_tags: an entry is listed twice in ['latest', 'edge', 'latest']; remove one",
                id="mutable-tag-twice",
            ),
            pytest.param(
                lambda: with_mutable_tags("*a*b*"),
                "mutable_tags: must have at most 2 wildcards (*), got 3 in '*a*b*'",
                id="mutable-tag-wildcards",
            ),
            pytest.param(
                lambda: with_removal(cdk.RemovalPolicy.SNAPSHOT),
                "removal_policy: must be one of RETAIN_ON_UPDATE_OR_DELETE, RETAIN, DESTROY, got SNAPSHOT",
                id="removal",
            ),
            pytest.param(
                lambda: Repository(stack(), "App", empty_on_delete=True),
                "empty_on_delete: needs removal_policy=RemovalPolicy.DESTROY, got RETAIN_ON_UPDATE_OR_DELETE; pass "
                "both only if every image may be lost",
                id="emptied-by-default",
            ),
            pytest.param(
                lambda: with_removal(cdk.RemovalPolicy.RETAIN, empty_on_delete=True),
                "empty_on_delete: needs removal_policy=RemovalPolicy.DESTROY, got RETAIN; pass both only if every "
                "image may be lost",
                id="emptied-and-retained",
            ),
        ],
    )
    def test_message(self, make: Callable[[], Repository], message: str) -> None:
        """What ECR or CloudFormation would refuse is refused, with the construct, the property and what was got."""
        with pytest.raises(InvalidPropertyError) as caught:
            make()

        assert str(caught.value) == f"Registry/App: {message}"

    @pytest.mark.parametrize(
        ("prop", "value", "expected"),
        [
            pytest.param("repository_name", 5, "a string, got 5", id="name"),
            pytest.param("lifecycle", 5, "policies, got 5", id="lifecycle"),
            pytest.param("encryption_key", 5, "a key, or the alias, ID or ARN of one, got 5", id="key"),
            pytest.param("mutable_tags", None, "a list of tags, got None", id="no-tags"),
            pytest.param("immutable_tags", [5], "a list of tags, got [5]", id="tags"),
            pytest.param(
                "push",
                "everybody",
                "Grantees, or a mapping such as {'accounts': ['123456789012']}, got 'everybody'",
                id="push",
            ),
            pytest.param("removal_policy", "retain", "a RemovalPolicy, got 'retain'", id="removal"),
            pytest.param("empty_on_delete", "no", "True or False, got 'no'", id="emptied"),
            pytest.param("exports", None, "True or False, got None", id="exports"),
            pytest.param("parameters", 1, "True or False, got 1", id="parameters"),
            pytest.param("output", 5, "a string, got 5", id="output"),
        ],
    )
    def test_type(self, prop: str, value: object, expected: str) -> None:
        """What is of another type is refused in the same words, and no error of Python's own gets out."""
        props: dict[str, Any] = {"encryption": "KMS", prop: value}
        with pytest.raises(InvalidPropertyError) as caught:
            Repository(stack(), "App", **props)

        assert str(caught.value) == f"Registry/App: {prop}: must be {expected}"

    def test_types_all_at_once(self) -> None:
        """Several are refused at once."""
        props: dict[str, Any] = {"mutable_tags": None, "exports": "yes"}
        with pytest.raises(InvalidPropertyError) as caught:
            Repository(stack(), "App", **props)

        assert len(str(caught.value).splitlines()) == 2

    def test_lifecycle_as_a_string(self) -> None:
        """The name of a policy is no policy, and the message says how to look it up."""
        with pytest.raises(InvalidPropertyError) as caught:
            Repository(stack(), "App", lifecycle="keep-last-10@1")  # type: ignore[arg-type] # the mistake

        assert str(caught.value) == (
            "Registry/App: lifecycle: must be policies, got the string 'keep-last-10@1'; "
            "look it up, as in PolicyStore.bundled()['keep-last-10@1']"
        )

    def test_lifecycle_as_strings(self) -> None:
        """In a list, too, each name of a policy is refused."""
        names = ["expire-untagged@1", "keep-last-10@1"]
        with pytest.raises(InvalidPropertyError) as caught:
            Repository(stack(), "App", lifecycle=names)  # type: ignore[arg-type] # the mistake

        assert [line.split(";")[0] for line in str(caught.value).splitlines()] == [
            "Registry/App: lifecycle: must be policies, got the string 'expire-untagged@1'",
            "Registry/App: lifecycle: must be policies, got the string 'keep-last-10@1'",
        ]

    def test_all_at_once(self) -> None:
        """Everything that is wrong is said at once, one line each, and nothing is added to the stack."""
        registry = stack()
        with pytest.raises(InvalidPropertyError) as caught:
            Repository(
                Construct(registry, "Team"),
                "App",
                repository_name="a",
                encryption="DSSE",
                mutable_tags=["release candidate", "*-*-*"],
                empty_on_delete=True,
                output="",
            )

        assert str(caught.value).splitlines() == [
            "Registry/Team/App: repository_name: must have 2 to 256 characters, got 1",
            (
                "Registry/Team/App: encryption: must be one of AES256, KMS, KMS_DSSE, omit, got 'DSSE'; did you mean "
                "'KMS_DSSE'?"
            ),
            (
                "Registry/Team/App: mutable_tags: must be 1 to 128 letters, digits, '.', '_', '-' and '*', "
                "got 'release candidate'"
            ),
            "Registry/Team/App: mutable_tags: must have at most 2 wildcards (*), got 3 in '*-*-*'",
            (
                "Registry/Team/App: empty_on_delete: needs removal_policy=RemovalPolicy.DESTROY, "
                "got RETAIN_ON_UPDATE_OR_DELETE; pass both only if every image may be lost"
            ),
            "Registry/Team/App: output: must be a letter and then letters and digits, 255 at most, got ''",
        ]
        assert [child.node.path for child in registry.node.find_all()] == ["Registry", "Registry/Team"]

    def test_add_lifecycle_rule(self) -> None:
        """A rule cannot be added behind the policy's back: it would not be checked."""
        repository = Repository(stack(), "App")
        with pytest.raises(InvalidPropertyError) as caught:
            repository.add_lifecycle_rule(max_image_count=10)

        assert str(caught.value) == (
            "Registry/App: add_lifecycle_rule would not reach the template; pass the policy as lifecycle=…"
        )
