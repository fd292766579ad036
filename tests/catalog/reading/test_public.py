"""`public_repositories` of a catalog: what it comes to, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.catalogs import ONE_ENVIRONMENT, catalog, errors
from builders.policies import edited
from builders.public import PUBLIC, REFUSED, RefusedPublic

from ecrkit.catalog import Environment, Removal, check_catalog
from ecrkit.catalog.public_keys import PUBLIC_ENTRY_KEYS, PUBLIC_INSTEAD
from ecrkit.errors import Severity
from ecrkit.registry.access import Grantees
from ecrkit.registry.public import PUBLIC_RULEBOOK, PublicProperties

if TYPE_CHECKING:
    from ecrkit.errors import Finding


def environments(text: str) -> dict[str, Environment]:
    return {environment.name: environment for environment in catalog(text).environments}


def one(settings: str) -> str:
    """Write a catalog of one public repository, and no private one."""
    return f"{ONE_ENVIRONMENT}public_repositories:\n  cli: {settings}\n"


def warnings(text: str) -> list[Finding]:
    found = check_catalog(text, file="repositories.yaml").findings
    return [finding for finding in found if finding.severity is Severity.WARNING]


def test_every_key() -> None:
    """An entry has what the catalog says, and the tags of the defaults."""
    [entry] = environments(PUBLIC)["dev"].public_repositories

    assert (entry.name, entry.output) == ("tools/cli", "CliUri")
    assert entry.properties == PublicProperties(
        description="The command line of our platform.",
        about="# CLI",
        usage="`docker run` it.",
        architectures=("x86-64", "ARM 64"),
        operating_systems=("Linux",),
        push=Grantees(accounts=("333333333333",), organizations=("o-a1b2c3d4e5",)),
        statements=(
            {
                "Sid": "Look",
                "Effect": "Allow",
                "Principal": {"AWS": "333333333333"},
                "Action": "ecr-public:DescribeImages",
            },
        ),
        tags={"managed-by": "ecrkit", "team": "tools"},
        removal=Removal.DESTROY,
    )


def test_environments() -> None:
    """A public repository is in every environment in us-east-1, or in those that `only` names."""
    found = environments(PUBLIC)

    assert {name: [entry.name for entry in place.public_repositories] for name, place in found.items()} == {
        "dev": ["tools/cli"],
        "prod": ["tools/cli", "base"],
        "dr": [],
    }
    assert {name: place.public_alias for name, place in found.items()} == {"dev": "a1b2c3d4", "prod": "", "dr": ""}


def test_tags_of_the_environment() -> None:
    """Tags are merged: the repository over the environment over the catalog, and null leaves one out."""
    text = (
        'environments: {dev: {account: "123456789012", region: us-east-1, defaults: {tags: {stage: dev, a: b}}}}\n'
        "defaults: {tags: {stage: any, owner: us}}\n"
        "public_repositories: {cli: {tags: {owner: them, a: null}}}\n"
    )
    [entry] = environments(text)["dev"].public_repositories

    assert entry.properties.tags == {"stage": "dev", "owner": "them"}


def test_defaults() -> None:
    """Nothing behind the name is enough, also without any private repository."""
    [environment] = catalog(one("")).environments
    [entry] = environment.public_repositories

    assert environment.repositories == ()
    assert entry.properties == PublicProperties()
    assert entry.output == "CliPublicRepositoryUri"


@pytest.mark.parametrize("refused", [pytest.param(case, id=f"{case.code} {case.id}") for case in REFUSED])
def test_says_what_is_wrong_where_and_what_to_do(refused: RefusedPublic) -> None:
    """Each thing that could not be deployed is an error, and the only one, at its own place."""
    assert errors(refused.text) == [f"repositories.yaml:{refused.finding}"]
    assert refused.finding.endswith(f"[{refused.code}]")


def test_every_check_has_a_case() -> None:
    """No error of the rulebook is without a case."""
    made = {check.code for check in PUBLIC_RULEBOOK if check.severity is Severity.ERROR}

    assert made == {case.code for case in REFUSED}


@pytest.mark.parametrize(
    ("edits", "findings"),
    [
        pytest.param(
            (("only: [prod]", "only: [dr]"),),
            [
                (
                    "22:16: public_repositories.base.only: must be in us-east-1, the only Region of ECR Public, got"
                    " 'dr' in eu-west-1; remove 'dr' from 'only' [CAT281]"
                )
            ],
            id="only elsewhere",
        ),
        pytest.param(
            (("only: [prod]", "only: []"),),
            [
                (
                    "22:16: public_repositories.base.only: is in no environment: ECR Public is in us-east-1 only; name"
                    " one in 'only': dev, prod [CAT282]"
                )
            ],
            id="only nowhere",
        ),
        pytest.param(
            (("only: [prod]", "only: [test]"),),
            ["22:3: public_repositories.base: unknown environment 'test'; the catalog has dev, prod, dr [CAT137]"],
            id="unknown environment",
        ),
        pytest.param(
            (("region: eu-west-1", "region: eu-west-1, public_alias: acme"),),
            [
                (
                    "4:66: environments.dr.public_alias: must be in us-east-1, the only Region of ECR Public, got 'dr'"
                    " in eu-west-1; remove 'public_alias' [CAT281]"
                )
            ],
            id="alias elsewhere",
        ),
        pytest.param(
            (("  base:", "  ba__se:"),),
            [
                (
                    "22:3: public_repositories.ba__se: the name must be parts of lower-case letters and digits, joined"
                    " by one '.', '_', '-' or '/', got 'ba__se' [CAT120]"
                )
            ],
            id="name",
        ),
        pytest.param(
            (("  base:", f"  {'a' * 206}:"),),
            [f"22:3: public_repositories.{'a' * 206}: the name must have 2 to 205 characters, got 206 [CAT120]"],
            id="long name",
        ),
        pytest.param(
            (("Sid: Look", "Sid: PushByPrincipal"),),
            [
                (
                    '18:9: public_repositories["tools/cli"].statements[0]: another statement has the Sid'
                    " 'PushByPrincipal', which ecrkit writes; write another [CAT145]"
                )
            ],
            id="Sid of ours",
        ),
        pytest.param(
            (("output: CliUri", "output: cli-uri"),),
            [
                (
                    '21:13: public_repositories["tools/cli"].output: must be a letter and then letters and digits, 255'
                    " at most, got 'cli-uri' [CAT127]"
                )
            ],
            id="output",
        ),
        pytest.param(
            (("base: {only: [prod]}", "base: {output: CliUri}"),),
            [
                (
                    "22:3: public_repositories.base: 'base' and 'tools/cli' both have the output key 'CliUri'; set"
                    " another for one of them with 'output: …' [CAT128]"
                )
            ],
            id="output of another",
        ),
    ],
)
def test_refused(edits: tuple[tuple[str, str], ...], findings: list[str]) -> None:
    """What the checks of private repositories find, too, and what is different in an environment."""
    assert errors(edited(PUBLIC, *edits)) == [f"repositories.yaml:{finding}" for finding in findings]


@pytest.mark.parametrize("key", PUBLIC_INSTEAD)
def test_key_of_private_repositories(key: str) -> None:
    """A key that ECR Public has no place for says what to do instead."""
    assert key not in PUBLIC_ENTRY_KEYS
    assert errors(one(f"{{{key}: x}}")) == [
        f"repositories.yaml:3:9: public_repositories.cli.{key}: unknown key '{key}'; {PUBLIC_INSTEAD[key]} [CAT103]"
    ]


def test_open_to_everyone() -> None:
    """A statement that lets every account push is an error, unless a reason acknowledges it."""
    statement = "{Effect: Allow, Principal: '*', Action: 'ecr-public:PutImage'}"

    assert [found.rpartition("[")[2] for found in errors(one(f"{{statements: [{statement}]}}"))] == ["CAT144]"]
    assert errors(one(f"{{statements: [{statement}], open_to_everyone: A test.}}")) == []


def test_policy_is_too_long() -> None:
    """The policy that `push` makes is measured."""
    accounts = ", ".join(f'"{number}"' for number in range(10**11, 10**11 + 300))

    assert [found.rpartition("[")[2] for found in errors(one(f"{{push: {{accounts: [{accounts}]}}}}"))] == ["CAT136]"]


def test_stack_is_too_large() -> None:
    """All public repositories of an environment are in one stack, whose limits are checked."""
    many = "".join(f"  cli-{number}:\n" for number in range(201))
    text = f"{ONE_ENVIRONMENT}public_repositories:\n{many}"

    assert errors(text) == [
        (
            "repositories.yaml:1:16: environments.dev: the stack 'PublicRepositories-dev' must have at most 200"
            " outputs, got 201; move some of its public repositories to another account [CAT140]"
        )
    ]


@pytest.mark.parametrize(
    ("settings", "advice"),
    [
        pytest.param("architectures: [arm64]", "got 'arm64'; write 'ARM 64'", id="spelling"),
        pytest.param("architectures: [amd64]", "got 'amd64'; write 'x86-64'", id="name of container tools"),
        pytest.param("architectures: [linux/arm/v7]", "got 'linux/arm/v7'; write 'ARM'", id="platform"),
        pytest.param("operating_systems: [linux]", "got 'linux'; write 'Linux'", id="case"),
        pytest.param(
            "architectures: [riscv]",
            "got 'riscv'; remove it, or silence CAT285: the gallery cannot filter by it",
            id="another",
        ),
    ],
)
def test_not_in_the_gallery(settings: str, advice: str) -> None:
    """A label that the gallery does not show is a warning, which the repository may silence."""
    [found] = warnings(one(f"{{{settings}}}"))
    [silenced] = warnings(one(f"{{{settings}, silence: {{CAT285: We read it with the API.}}}}"))

    assert found.code == "CAT285"
    assert found.text.endswith(advice)
    assert not found.silenced
    assert silenced.silenced == "We read it with the API."


def test_action_of_private_repositories() -> None:
    """An action of private repositories has no effect: a warning, which the repository may silence."""
    text = edited(PUBLIC, ("ecr-public:DescribeImages", "ecr:BatchGetImage"))

    assert [str(found) for found in warnings(text) if "public_repositories" in str(found)] == [
        (
            "repositories.yaml:18:78: public_repositories[\"tools/cli\"].statements[0].Action: 'ecr:BatchGetImage' is"
            " not an action of ECR Public, so it has no effect here; move it to a policy of that service, or of the"
            " caller [ECR422]"
        )
    ]


def test_environment_has_neither() -> None:
    """An environment elsewhere without private repositories has nothing to deploy."""
    text = edited(PUBLIC, ("  tools/cli: {lifecycle:", "  tools/cli: {only: [dev], lifecycle:"))

    assert errors(text) == [
        (
            "repositories.yaml:4:3: environments.dr: the environment 'dr' has no repository, but CloudFormation rejects"
            " empty stacks; add one; to remove the last, run `cdk destroy`, which keeps it and its images [CAT141]"
        )
    ]
