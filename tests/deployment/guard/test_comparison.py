"""What the guard says when repositories, settings and stacks leave their places."""

from __future__ import annotations

from typing import Any

import pytest
from builders.assemblies import destroyed, repository, setting, stack

from ecrkit.deployment.guard import GuardFinding, compare

ALLOW_BY_HAND = "put it back; or allow it, and delete the repository by hand when nothing pulls from it"
RETAIN_FIRST = "put it back; to remove it, deploy it with DeletionPolicy Retain ('removal: retain') first"
REFACTOR = "keep it where it is, or move it with 'cdk refactor --unstable=refactor', which moves what exists"


def summary(findings: tuple[GuardFinding, ...]) -> list[tuple[str, str]]:
    """Give code and name of each."""
    return [(found.code, found.name) for found in findings]


@pytest.mark.parametrize(
    ("before", "code", "message", "remedy"),
    [
        pytest.param(
            repository(),
            "GRD111",
            "'web' leaves the stack: its current DeletionPolicy is RetainExceptOnCreate, so CloudFormation would keep "
            "it with its images, but no stack manages it any more",
            ALLOW_BY_HAND,
            id="kept",
        ),
        pytest.param(
            destroyed(repository()),
            "GRD112",
            "'web' leaves the stack: its current DeletionPolicy is Delete, so CloudFormation would delete it if it is "
            "empty, and fail to while it has images",
            RETAIN_FIRST,
            id="deleted",
        ),
        pytest.param(
            {"Type": "AWS::ECR::Repository"},
            "GRD112",
            "the repository leaves the stack: its current DeletionPolicy is Delete, so CloudFormation would delete it "
            "if it is empty, and fail to while it has images",
            RETAIN_FIRST,
            id="without name and policy",
        ),
        pytest.param(
            destroyed(repository(EmptyOnDelete=True)),
            "GRD113",
            "'web' leaves the stack: its current DeletionPolicy is Delete and EmptyOnDelete is on, so CloudFormation "
            "would delete it with every image in it",
            RETAIN_FIRST,
            id="deleted with its images",
        ),
        pytest.param(
            {**repository(), "DeletionPolicy": {"Fn::If": ["IsProd", "Retain", "Delete"]}},
            "GRD112",
            "'web' leaves the stack: its current DeletionPolicy is "
            '{"Fn::If": ["IsProd", "Retain", "Delete"]}, so CloudFormation would delete it if it is empty, and fail to '
            "while it has images",
            RETAIN_FIRST,
            id="perhaps deleted",
        ),
        pytest.param(
            setting("ReplicationConfiguration"),
            "GRD151",
            "the replication configuration leaves the stack: CloudFormation would delete it, because its current "
            "DeletionPolicy is Delete, and in the whole account and Region pushed images are no longer replicated",
            "put it back; to remove it, deploy it with DeletionPolicy Retain first",
            id="setting deleted",
        ),
        pytest.param(
            setting("PullTimeUpdateExclusion", PrincipalArn="arn:aws:iam::123456789012:role/scanner"),
            "GRD151",
            "the pull-time update exclusion 'arn:aws:iam::123456789012:role/scanner' leaves the stack: CloudFormation "
            "would delete it, because its current DeletionPolicy is Delete, and in the whole account and Region pulls "
            "by its principal count as use of an image again",
            "put it back; to remove it, allow that with --allow It",
            id="entry of a list deleted",
        ),
        pytest.param(
            {**setting("PullThroughCacheRule", EcrRepositoryPrefix="hub"), "DeletionPolicy": "Retain"},
            "GRD152",
            "the pull-through cache rule 'hub' leaves the stack: CloudFormation would keep it in force, because its "
            "current DeletionPolicy is Retain, but no stack manages it any more",
            "put it back; or allow it, and delete the setting by hand",
            id="setting kept",
        ),
    ],
)
def test_departure_is_found(before: dict[str, Any], code: str, message: str, remedy: str) -> None:
    """What leaves its stack is told with what CloudFormation would do by the policy that is deployed."""
    (found,) = compare([stack({"It": before})], [stack({})])

    assert (found.place, found.code, found.message, found.remedy) == ("Shop/It", code, message, remedy)


def test_other_type_in_its_place_is_a_departure() -> None:
    """A resource of another type with the same logical id is another resource."""
    found = compare([stack({"It": repository()})], [stack({"It": setting()})])

    assert summary(found) == [("GRD111", "web")]


def test_new_logical_id_is_found() -> None:
    """A repository with another logical id would be created twice."""
    (found,) = compare([stack({"Web": repository()})], [stack({"Site": repository()})])

    assert (found.place, found.repository, found.code) == ("Shop/Web", "web", "GRD121")
    assert found.message == (
        "'web' moves to the logical ID Site: CloudFormation would create it there before it leaves Web, which fails "
        "while a repository of that name exists"
    )
    assert found.remedy == (
        "keep the ID and the scope of its construct; or rename it with 'cdk refactor --unstable=refactor', which moves "
        "what exists"
    )


def test_new_stack_is_found() -> None:
    """A repository in another stack would be created twice, or deleted first."""
    before = [stack({"It": destroyed(repository(EmptyOnDelete=True))}), stack({}, name="Other")]
    now = [stack({}), stack({"It": repository()}, name="Other")]

    (found,) = compare(before, now)

    assert (found.place, found.code, found.remedy) == ("Shop/It", "GRD122", REFACTOR)
    assert found.message == (
        "'web' moves to the stack Other: CloudFormation would fail to create it there while it exists, and, where "
        "this stack comes first, delete it with every image in it"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("Repositories-dev", "Repositories-dev-3", id="from one"),
        pytest.param("Repositories-dev-3", "Repositories-dev", id="to one"),
        pytest.param("Repositories-dev-3", "Repositories-dev-12", id="from some to others"),
    ],
)
def test_new_number_of_shards_is_found(old: str, new: str) -> None:
    """A repository in another shard of its environment tells that the number of shards changed."""
    (found,) = compare([stack({"It": repository()}, name=old)], [stack({"It": repository()}, name=new)])

    assert (found.place, found.code) == (f"{old}/It", "GRD123")
    assert found.message == (
        f"'web' moves to the stack {new}, because the number of shards changes: CloudFormation would fail to create "
        "it there while it exists, and, where this stack comes first, keep it with its images, but no stack manages "
        "it any more"
    )
    assert found.remedy == "put back the number of 'shards': once deployed, it is fixed"


def test_renamed_environment_is_a_new_stack() -> None:
    """Stacks of different environments are no shards of one."""
    before = stack({"It": repository()}, name="Repositories-dev")
    now = stack({"It": repository()}, name="Repositories-test")

    assert summary(compare([before], [now])) == [("GRD122", "web")]


def test_moved_setting_is_found() -> None:
    """A setting that a registry has once is the same wherever it stands."""
    (found,) = compare([stack({"Old": setting()})], [stack({"New": setting()}, name="Registry-dev")])

    assert (found.place, found.code, found.remedy) == ("Shop/Old", "GRD154", REFACTOR)
    assert found.message == (
        "the registry policy moves to Registry-dev/New: CloudFormation would create it there while it exists, and "
        "here delete it, and other accounts lose the access that it grants"
    )


def test_repository_of_another_region_is_another() -> None:
    """The same name in another Region is no move."""
    before = [stack({"It": repository()}, region="eu-west-1")]
    now = [stack({}, region="eu-west-1"), stack({"It": repository()}, name="Other")]

    assert summary(compare(before, now)) == [("GRD111", "web")]


def test_name_that_was_elsewhere_before_is_no_move() -> None:
    """Stacks whose account is decided at deploy may have a repository each of the same name."""
    dev, prod = (
        stack({"It": repository()}, account="", name="Dev"),
        stack({"It": repository()}, account="", name="Prod"),
    )

    found = compare([dev, prod], [stack({}, account="", name="Dev"), prod])

    assert summary(found) == [("GRD111", "web")]


def test_name_that_is_worked_out_is_no_name() -> None:
    """A name that CloudFormation works out is compared where it stands, and found nowhere else."""
    declared = repository(RepositoryName={"Ref": "Name"})

    found = compare([stack({"It": declared}), stack({}, name="B")], [stack({}), stack({"It": declared}, name="B")])

    assert summary(found) == [("GRD111", "It")]
    assert compare([stack({"It": declared})], [stack({"It": declared})]) == ()


def test_vanished_stack_is_found() -> None:
    """A stack that leaves the app is one finding, with what it has and what would become of that."""
    before = stack(
        {
            "A": repository("a"),
            "B": repository("b"),
            "C": destroyed(repository("c", EmptyOnDelete=True)),
            "D": destroyed(repository(None)),
            "Policy": setting(),
        }
    )

    (found,) = compare([before], [])

    assert (found.stack, found.logical_id, found.repository, found.name) == ("Shop", "", "", "Shop")
    assert found.code == "GRD141"
    assert found.message == (
        "the stack leaves the app with 4 repositories ('a', 'b', 'c' and 1 more) and 1 setting (the registry "
        "policy): 'cdk deploy' would leave it deployed, but unmanaged; deleting it would delete 1 for everyone, "
        "delete 1 if empty, delete 1 with every image, keep 2"
    )
    assert found.remedy == "put it back; or allow it, and remove its resources one by one"


def test_vanished_stack_counts_what_is_nowhere_else() -> None:
    """What moved is told as moved; a stack that had nothing else is no finding of its own."""
    before = stack({"A": repository("a"), "B": repository("b")}, name="Repositories-dev")
    half = stack({"A": repository("a")}, name="Repositories-dev-1")
    rest = stack({"B": repository("b")}, name="Repositories-dev-2")

    assert summary(compare([before], [half])) == [("GRD141", "Repositories-dev"), ("GRD123", "a")]
    assert summary(compare([before], [half, rest])) == [("GRD123", "a"), ("GRD123", "b")]


def test_stack_in_another_account_is_another() -> None:
    """A stack of the same name in another account does not take the place of this one."""
    found = compare([stack({"It": repository()})], [stack({"It": repository()}, account="210987654321")])

    assert summary(found) == [("GRD141", "Shop")]


def test_account_that_is_decided_at_deploy_may_be_any() -> None:
    """A stack whose account nobody knows is compared by its name; one that is known is preferred."""
    old = stack({"It": repository()})
    unknown, known = stack({}, account="", region=""), stack({"It": repository()})

    assert summary(compare([old], [unknown])) == [("GRD111", "web")]
    assert compare([old], [unknown, known]) == compare([old], [known, unknown]) == ()


def test_stack_without_anything_of_ecr_may_go() -> None:
    """The guard is for registries: other stacks come and go."""
    assert compare([stack({"Bucket": {"Type": "AWS::S3::Bucket"}})], []) == ()
