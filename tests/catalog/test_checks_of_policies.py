from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.catalogs import CATALOG, ONE_ENVIRONMENT, errors, repository
from builders.policies import edited

from ecrkit.catalog import check_catalog
from ecrkit.errors import Severity, UnreadableInputError
from ecrkit.policies.references import PolicyRef

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.policies.store import PolicyStore


def test_an_unknown_policy_is_told_what_may_have_been_meant(policies: PolicyStore, tmp_path: Path) -> None:
    """By its name, and by the versions that there are."""
    text = edited(CATALOG, ("untagged@1, keep-ten@1", "untagged@1, keep-tne@1, keep-ten@2"))

    assert errors(text, policies) == [
        (
            'repositories.yaml:11:36: repositories["payments/api"].lifecycle[1]: no policy'
            f" 'keep-tne' in {tmp_path / 'policies' / 'lifecycle'}; did you mean keep-ten@1, keep-five@1? [CAT121]"
        ),
        (
            "repositories.yaml:11:48: repositories[\"payments/api\"].lifecycle[2]: the policy 'keep-ten' has no"
            " version 2; it has keep-ten@1 [CAT121]"
        ),
    ]


def test_without_a_store_references_are_not_looked_up() -> None:
    """Their form is checked all the same."""
    assert repository("{lifecycle: nowhere@1}").lifecycle == (PolicyRef("nowhere", 1),)


def test_an_invalid_policy_is_told_once_where_it_is_wrong(policies: PolicyStore, tmp_path: Path) -> None:
    """However many repositories name it, alone or beside others, it is the policy's file that needs mending."""
    text = edited(
        CATALOG,
        ("  lifecycle: keep-ten@1", "  lifecycle: broken@1"),
        ("untagged@1, keep-ten@1", "untagged@1, broken@1"),
    )

    assert errors(text, policies) == [
        (
            f"{tmp_path / 'policies' / 'lifecycle' / 'broken' / 'v1.json'}:4:23: rules[0].rulePriority:"
            " must be 1 or more, got 0 [ECR110]"
        )
    ]


def test_an_invalid_policy_is_told_though_no_repository_uses_it(policies: PolicyStore) -> None:
    """What the defaults name is checked before the first repository takes it."""
    text = f"{ONE_ENVIRONMENT}defaults: {{lifecycle: broken@1}}\nrepositories: {{web: {{lifecycle: []}}}}\n"

    assert [found.rpartition(" [")[2] for found in errors(text, policies)] == ["ECR110]"]


def test_policies_that_clash_are_told_once_where_they_are_named(policies: PolicyStore) -> None:
    """The finding stands in the catalog and names both files; the same composition in another place adds nothing."""
    text = edited(
        CATALOG,
        ("[expire-untagged@1, keep-ten@1]", "[keep-five@1, keep-ten@1]"),
        ("removal: destroy", "removal: destroy\n    lifecycle: [keep-five@1, keep-ten@1]"),
    )

    (found,) = errors(text, policies)

    assert found.startswith('repositories.yaml:11:16: repositories["payments/api"].lifecycle: keep-five@1, keep-ten@1')
    assert f"{policies.root}/keep-ten/v1.json:3:5: rules[0].selection.tagStatus: a second 'any' rule" in found


def test_a_policy_that_cannot_be_read_is_no_finding(policies: PolicyStore, tmp_path: Path) -> None:
    """What is unreadable is no matter of the catalog."""
    path = tmp_path / "policies" / "lifecycle" / "keep-ten" / "v1.json"
    path.write_bytes(b"\xff")

    with pytest.raises(UnreadableInputError) as caught:
        check_catalog(CATALOG, file="repositories.yaml", policies=policies)

    assert str(caught.value) == f"{path}: not UTF-8: byte 0xff on line 1; save it as UTF-8"


def test_what_a_repository_ends_up_with_is_looked_at(policies: PolicyStore) -> None:
    """A warning stands where the repository names its policies, or where the repository is."""
    text = f"{ONE_ENVIRONMENT}defaults: {{lifecycle: keep-ten@1}}\nrepositories:\n  web:\n  api: {{lifecycle: []}}\n"
    findings = check_catalog(text, file="repositories.yaml", policies=policies).findings

    assert {found.severity for found in findings} == {Severity.WARNING}
    assert [(found.location.line, found.location.column, found.code) for found in findings] == [
        (4, 3, "ECR213"),
        (5, 20, "ECR211"),
        (5, 20, "ECR212"),
    ]


@pytest.mark.parametrize(
    "lifecycle",
    [
        pytest.param("broken@1", id="invalid"),
        pytest.param("[keep-five@1, keep-ten@1]", id="clashing"),
        pytest.param("keep-ten", id="unpinned"),
        pytest.param("nowhere@1", id="unknown"),
    ],
)
def test_nothing_is_said_of_what_policies_with_errors_leave_out(lifecycle: str, policies: PolicyStore) -> None:
    """What they were meant to be is not known."""
    text = f"{ONE_ENVIRONMENT}repositories: {{web: {{lifecycle: {lifecycle}}}}}\n"
    findings = check_catalog(text, file="repositories.yaml", policies=policies).findings

    assert {found.severity for found in findings} == {Severity.ERROR}


def test_a_silenced_warning_stays_visible(policies: PolicyStore) -> None:
    """It carries the reason, the repository's own before that of the defaults."""
    text = (
        f"{ONE_ENVIRONMENT}defaults: {{silence: {{ECR211: all, ECR212: all}}}}\n"
        "repositories:\n  web: {silence: {ECR212: own}}\n"
    )
    findings = check_catalog(text, file="repositories.yaml", policies=policies).findings

    assert [(found.code, found.silenced) for found in findings] == [("ECR211", "all"), ("ECR212", "own")]
