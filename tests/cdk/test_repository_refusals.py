"""What the construct refuses, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from builders.templates import stack
from constructs import Construct

from ecrkit.cdk import Repository
from ecrkit.errors import InvalidPropertyError

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = "a" * 256


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
                lambda: with_name(LONGEST),
                "output: must be a letter and then letters and digits, 255 at most, "
                f"got 'A{LONGEST[1:]}RepositoryUri'; give one as output=…",
                id="name-too-long-for-an-output-key",
            ),
            pytest.param(
                lambda: Repository(stack(), "App", output="app-uri"),
                "output: must be a letter and then letters and digits, 255 at most, got 'app-uri'",
                id="output",
            ),
            pytest.param(
                lambda: with_encryption("aes256"),
                "encryption: must be one of AES256, KMS, KMS_DSSE, omit, got 'aes256'",
                id="encryption",
            ),
            pytest.param(
                lambda: Repository(
                    stack(), "App", statements=[{"Effect": "Allow", "Principal": "*", "Action": "s3:*"}]
                ),
                "statements[0]: must be actions of ECR, as in 'ecr:BatchGetImage', got 's3:*'\n"
                "Registry/App: statements[0]: lets everybody in: it has the Principal '*' and no condition; "
                "name principals, or add a condition as on aws:PrincipalOrgID",
                id="statement",
            ),
            pytest.param(
                lambda: Repository(
                    stack(),
                    "App",
                    statements=[{"Effect": "Deny", "Principal": "*", "Acton": "ecr:*", "Action": "ecr:*"}],
                ),
                "statements[0]: unknown key 'Acton'; did you mean Action?",
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
                "mutable_tags: an entry is named twice in ['latest', 'edge', 'latest']; remove one",
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
                "empty_on_delete: needs removal_policy=RemovalPolicy.DESTROY, got RETAIN_ON_UPDATE_OR_DELETE; "
                "give both only where every image may be lost",
                id="emptied-by-default",
            ),
            pytest.param(
                lambda: with_removal(cdk.RemovalPolicy.RETAIN, empty_on_delete=True),
                "empty_on_delete: needs removal_policy=RemovalPolicy.DESTROY, got RETAIN; "
                "give both only where every image may be lost",
                id="emptied-and-retained",
            ),
        ],
    )
    def test_message(self, make: Callable[[], Repository], message: str) -> None:
        """What ECR or CloudFormation would refuse is refused, with the construct, the property and what was got."""
        with pytest.raises(InvalidPropertyError) as caught:
            make()

        assert str(caught.value) == f"Registry/App: {message}"

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
            "Registry/Team/App: encryption: must be one of AES256, KMS, KMS_DSSE, omit, got 'DSSE'",
            (
                "Registry/Team/App: mutable_tags: must be 1 to 128 letters, digits, '.', '_', '-' and '*', "
                "got 'release candidate'"
            ),
            "Registry/Team/App: mutable_tags: must have at most 2 wildcards (*), got 3 in '*-*-*'",
            (
                "Registry/Team/App: empty_on_delete: needs removal_policy=RemovalPolicy.DESTROY, "
                "got RETAIN_ON_UPDATE_OR_DELETE; give both only where every image may be lost"
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
