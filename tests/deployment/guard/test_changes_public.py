"""What the guard says of public repositories."""

from __future__ import annotations

from typing import Any

import pytest
from builders.assemblies import destroyed, repository, stack
from builders.catalogs import catalog
from builders.policies import edited
from builders.public import PUBLIC

from ecrkit import PolicyStore
from ecrkit.catalog import templates
from ecrkit.deployment.guard import Stack, compare, stack_of
from ecrkit.deployment.review.changes import template_changes

POLICIES = PolicyStore.bundled()


def public(name: str | None = "cli", **properties: object) -> dict[str, Any]:
    """Declare a public repository as ecrkit does."""
    named = {} if name is None else {"RepositoryName": name}
    return {
        "Type": "AWS::ECR::PublicRepository",
        "Properties": {**named, **properties},
        "DeletionPolicy": "RetainExceptOnCreate",
        "UpdateReplacePolicy": "Retain",
    }


def stacks_of(text: str) -> list[Stack]:
    """Give the stacks of a catalog with public repositories."""
    return [
        stack_of(template.body, name=name, nested=lambda *_: "", account=template.environment, region="us-east-1")
        for name, template in templates(catalog(text, POLICIES), POLICIES).items()
    ]


@pytest.mark.parametrize(
    ("before", "now", "code", "message"),
    [
        pytest.param(
            public(),
            public("tool"),
            "GRD101",
            "the public repository 'cli' is renamed to 'tool': CloudFormation would create another repository, empty, "
            "and keep the old one with its images, but no stack manages it any more",
            id="renamed",
        ),
        pytest.param(
            public(None),
            {**public(None), "UpdateReplacePolicy": "Delete"},
            "GRD132",
            "the UpdateReplacePolicy of the public repository is weakened from Retain to Delete: when it is replaced, "
            "CloudFormation would delete it if it is empty, and fail to while it has images",
            id="weakened, without a name",
        ),
        pytest.param(
            public(RepositoryPolicyText={"Statement": []}),
            public(),
            "GRD172",
            "the policy that grants access to the public repository 'cli' is removed",
            id="policy",
        ),
    ],
)
def test_in_place(before: dict[str, Any], now: dict[str, Any], code: str, message: str) -> None:
    """The message names a public repository, which a private one of the same name may be next to."""
    [found] = compare([stack({"It": before})], [stack({"It": now})])

    assert (found.code, found.message) == (code, message)


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        pytest.param(public(), "GRD111", id="kept"),
        pytest.param(destroyed(public()), "GRD112", id="deleted"),
    ],
)
def test_removed(resource: dict[str, Any], code: str) -> None:
    """A public repository that leaves its stack is found, also where a private one of its name stays."""
    beside = {"Private": repository("cli")}
    [found] = compare([stack({"It": resource, **beside})], [stack(beside)])

    assert (found.code, found.logical_id, found.repository) == (code, "It", "cli")


def test_stack_is_gone() -> None:
    """A catalog without public repositories any more leaves their stack behind."""
    found = compare(stacks_of(PUBLIC), stacks_of(PUBLIC[: PUBLIC.index("public_repositories:")]))

    assert [(one.code, one.stack, one.message.partition(":")[0]) for one in found] == [
        (
            "GRD141",
            "PublicRepositories-dev",
            "the stack leaves the app with 1 public repository ('tools/cli')",
        ),
        (
            "GRD141",
            "PublicRepositories-prod",
            "the stack leaves the app with 2 public repositories ('base', 'tools/cli')",
        ),
    ]


def test_private_becomes_public() -> None:
    """A repository that becomes public leaves as a private one: its images do not move."""
    now = edited(PUBLIC, ("  tools/cli: {lifecycle", "  other: {lifecycle"))
    found = compare(stacks_of(PUBLIC), stacks_of(now))

    assert {(one.code, one.repository) for one in found} == {("GRD111", "tools/cli")}


def test_review_shows_what_changes() -> None:
    """The review shows what changes in public repositories, and calls them so."""
    now = edited(
        PUBLIC,
        ("The command line of our platform.", "Our command line."),
        ("architectures: [x86-64, ARM 64]", "architectures: [x86-64]"),
        ("  base: {only: [prod]}", "  next:"),
    )
    before, after = (templates(catalog(text, POLICIES), POLICIES) for text in (PUBLIC, now))

    assert [(change.what, change.environments, change.names) for change in template_changes(before, after)] == [
        (
            "RepositoryCatalogData.RepositoryDescription: The command line of our platform. → Our command line.",
            ("dev", "prod"),
            ("tools/cli",),
        ),
        ("RepositoryCatalogData.Architectures: x86-64, ARM 64 → x86-64", ("dev", "prod"), ("tools/cli",)),
        ("new public repository", ("dev", "prod"), ("next",)),
        ("public repository removed", ("prod",), ("base",)),
    ]
