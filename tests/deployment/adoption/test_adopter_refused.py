"""Repositories and catalogs that cannot be adopted, and the reason that each gets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from builders.actual import actual, iam, statement
from builders.adoptions import CATALOG, added, adopt

from ecrkit.deployment.adoption import Adopter
from ecrkit.deployment.suspensions import Suspension
from ecrkit.errors import RefusedError

if TYPE_CHECKING:
    from ecrkit import PolicyStore
    from ecrkit.deployment.audit import ActualRepository

REFUSED: dict[str, tuple[ActualRepository, str]] = {
    "public": (
        actual("api", repository_policy_text=iam(statement(Principal="*"))),
        (
            "statements[0].Principal: lets everyone in: it has the Principal '*' and no condition; name principals,"
            " or add a condition as on aws:PrincipalOrgID"
        ),
    ),
    "public, over TLS": (
        actual(
            "api",
            repository_policy_text=iam(
                statement(Principal="*", Condition={"Bool": {"aws:SecureTransport": "true"}}),
            ),
        ),
        (
            "statements[0].Principal: lets everyone in: it has the Principal '*', but its condition does not limit "
            "who may call; name principals, or add a condition as on aws:PrincipalOrgID"
        ),
    ),
    "suspended": (
        actual(
            "api",
            lifecycle_policy_text=Suspension(
                reason="incident",
                by="user/alice",
                since=datetime(2026, 11, 1, tzinfo=UTC),
                until=None,
                original="0" * 16,
            ).text,
        ),
        "its lifecycle policy is suspended; run `ecrkit policy resume api` first",
    ),
    "variables of an old version": (
        actual(
            "api",
            repository_policy_text=iam(
                statement(Condition={"StringEquals": {"aws:username": "${aws:username}"}}), version="2008-10-17"
            ),
        ),
        (
            "the catalog cannot express the deployed state exactly: the repository policy differs from the declared "
            "one: it has variables, and the version 2008-10-17 without them"
        ),
    ),
    "no policy at all": (
        actual("api", repository_policy_text="nothing"),
        (
            "the catalog cannot express the deployed state exactly: the repository policy differs from the declared "
            "one: it cannot be read"
        ),
    ),
    "a tag without a value, which CloudFormation does not take": (
        actual("api", tags={"team": ""}),
        "tags.team: a tag's value must have 1 to 255 characters, got 0",
    ),
    "a Sid twice": (
        actual("api", repository_policy_text=iam(statement(), statement(Effect="Deny"))),
        "statements[1]: another statement has the Sid 'Ci'; write another",
    ),
    "another stack": (
        actual("api", stack="Shop"),
        (
            "belongs to the stack Shop, so no other stack can import it; deploy it there with DeletionPolicy "
            "Retain, remove it there and deploy again, then adopt it"
        ),
    ),
    "our stack": (
        actual("api", stack="Repositories-dev"),
        "belongs to the stack Repositories-dev, but the catalog no longer declares it; put its entry back",
    ),
    "a lifecycle policy that is none": (
        actual("api", lifecycle_policy_text="{}"),
        "its lifecycle policy: the required key 'rules' is missing; add it",
    ),
    "an encryption that nobody knows": (
        actual("api", encryption="ROT13"),
        "encryption: must be 'AES256' or 'KMS' or 'KMS_DSSE' or 'omit', got 'ROT13'",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_said_exactly_is_not_half_adopted(policies: PolicyStore, case: str) -> None:
    """Such a repository is told, with the reason; another beside it is adopted all the same."""
    there, reason = REFUSED[case]

    adopted = adopt([there, actual("plain", lifecycle_policy_text=None)], policies)

    assert adopted.refused["api"][-1:] == (reason,)
    assert added(adopted) == "  plain: {}\n"


def test_name_that_nobody_could_declare_is_told(policies: PolicyStore) -> None:
    """A name that the catalog refuses is refused before anything else."""
    adopted = adopt([actual("a___b")], policies)

    assert adopted.refused["a___b"][0].startswith("its name must be parts of lower-case letters and digits")
    assert adopted.after == adopted.before


def test_more_than_a_stack_holds_is_refused_whole(policies: PolicyStore) -> None:
    """What the stacks of the environment cannot hold is told before anything is read, with the number that could."""
    adopter = Adopter(CATALOG, file="repositories.yaml", policies=policies, environment="dev")

    with pytest.raises(RefusedError) as caught:
        adopter.check_room(f"app-{number}" for number in range(300))

    assert "must have at most 200 outputs, got 301; write 'shards: 4', before the first deploy" in str(caught.value)


def test_invalid_catalog_is_refused(policies: PolicyStore) -> None:
    """Nothing is added to what is wrong already."""
    with pytest.raises(RefusedError, match=r"repositories.yaml: is not valid; run `ecrkit catalog check`"):
        Adopter("{}", file="repositories.yaml", policies=policies, environment="dev")
