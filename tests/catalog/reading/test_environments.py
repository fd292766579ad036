"""What differs from one environment to the next."""

from __future__ import annotations

from textwrap import dedent

import pytest
from builders.catalogs import catalog, errors

from ecrkit.catalog import Encryption, Mutability, RepositoryEntry
from ecrkit.registry.access import Access, Grantees

TWO = """\
environments:
  dev: {account: "123456789012", region: us-east-1}
  prod:
    account: "210987654321"
    region: eu-west-1
"""


def in_prod(text: str) -> RepositoryEntry:
    """Give the only repository of a catalog as it is in the second of two environments."""
    [found] = catalog(TWO + dedent(text)).environments[1].repositories
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("repositories: {web: }", Encryption.AES256, id="nobody"),
        pytest.param("defaults: {encryption: KMS}\nrepositories: {web: }", Encryption.KMS, id="defaults"),
        pytest.param(
            "    defaults: {encryption: KMS_DSSE}\ndefaults: {encryption: KMS}\nrepositories: {web: }",
            Encryption.KMS_DSSE,
            id="defaults of the environment",
        ),
        pytest.param(
            "    defaults: {encryption: KMS_DSSE}\n"
            "defaults: {encryption: KMS}\nrepositories: {web: {encryption: omit}}",
            Encryption.OMIT,
            id="the repository",
        ),
        pytest.param(
            "    defaults: {encryption: KMS_DSSE}\n    repositories: {web: {encryption: AES256}}\n"
            "defaults: {encryption: KMS}\nrepositories: {web: {encryption: omit}}",
            Encryption.AES256,
            id="the repository in the environment",
        ),
    ],
)
def test_who_has_the_last_word(text: str, expected: Encryption) -> None:
    """The nearer says it: here for this repository, the repository, here for all, everywhere for all."""
    found = catalog(TWO + text).environments[1].repositories[0]

    assert found.properties.encryption is expected


def test_the_others_are_as_they_were() -> None:
    """What one environment says of itself changes nothing in another."""
    differences = "    defaults: {mutability: MUTABLE}\n    repositories: {web: {exports: true}}\n"
    plain = catalog(TWO + "repositories: {web: , api: }\n")
    differing = catalog(f"{TWO}{differences}repositories: {{web: , api: }}\n")

    assert differing.environments[0] == plain.environments[0]
    assert [entry.properties.mutability for entry in differing.environments[1].repositories] == [Mutability.MUTABLE] * 2
    assert [entry.exports for entry in differing.environments[1].repositories] == [True, False]


def test_tags_and_silences_are_merged() -> None:
    """Key by key, all four ways."""
    found = in_prod(
        "    defaults: {tags: {b: '2', c: '2'}, silence: {ECR212: there}}\n"
        "    repositories: {web: {tags: {d: '4'}, silence: {ECR213: here}}}\n"
        "defaults: {tags: {a: '1', b: '1'}, silence: {ECR211: everywhere, ECR212: everywhere}}\n"
        "repositories: {web: {tags: {c: '3', d: '3'}}}\n"
    )

    assert found.properties.tags == {"a": "1", "b": "2", "c": "3", "d": "4"}
    assert found.silence == {"ECR211": "everywhere", "ECR212": "there", "ECR213": "here"}


def test_a_repository_may_exist_in_some_only() -> None:
    """With `only` it is in those that are named."""
    environments = catalog(TWO + "repositories: {web: , api: {only: [prod]}}\n").environments

    assert [[entry.name for entry in environment.repositories] for environment in environments] == [
        ["web"],
        ["web", "api"],
    ]


def test_a_name_that_is_nowhere_is_told_with_those_that_are() -> None:
    """Of an environment, and of a repository that is like no other."""
    text = TWO + "    repositories: {payments: }\nrepositories: {web: {only: [dev, staging]}, api: }\n"

    assert errors(text) == [
        (
            "repositories.yaml:6:20: environments.prod.repositories.payments: unknown repository 'payments' in this "
            "environment; declare it under `repositories` first [CAT138]"
        ),
        "repositories.yaml:7:16: repositories.web: unknown environment 'staging'; the catalog has dev, prod [CAT137]",
    ]


def test_shards_are_one_unless_said() -> None:
    """An environment is one stack until its catalog says otherwise."""
    environments = catalog(TWO + "    shards: 16\nrepositories: {web: }\n").environments

    assert [environment.shards for environment in environments] == [1, 16]


def test_a_whole_access_policy() -> None:
    """One organization or several, and the functions."""
    found = in_prod(
        """\
        repositories:
          web:
            pull:
              accounts: ["333333333333"]
              principals: ["arn:aws:iam::333333333333:role/ci"]
              organization: o-a1b2c3d4e5
              organizations: [o-b1b2c3d4e5]
              units: [o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*]
              lambda: true
            push: {accounts: ["333333333333"]}
        """
    )

    assert found.properties.access == Access(
        pull=Grantees(
            accounts=("333333333333",),
            principals=("arn:aws:iam::333333333333:role/ci",),
            organizations=("o-b1b2c3d4e5", "o-a1b2c3d4e5"),
            units=("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*",),
            lambda_functions=True,
        ),
        push=Grantees(accounts=("333333333333",)),
    )


def test_a_key_is_that_of_each_environment() -> None:
    """A key's ARN has a Region, and each environment may name its own."""
    key = "arn:aws:kms:eu-west-1:210987654321:alias/web"
    text = f"    defaults: {{encryption: {{type: KMS, key: '{key}'}}}}\nrepositories: {{web: }}\n"
    environments = catalog(TWO + text).environments

    assert [environment.repositories[0].properties.encryption_key for environment in environments] == [None, key]


def test_a_number_that_is_no_shard_is_part_of_a_name() -> None:
    """Neither a number beyond the shards nor one beside a single stack is taken for a shard."""
    head = 'environments:\n  dev: {account: "123456789012", region: us-east-1, shards: 2}\n'
    text = (
        f'{head}  dev-2: {{account: "123456789012", region: eu-west-1}}\n'
        '  prod: {account: "123456789012", region: eu-west-2}\n'
        '  prod-0: {account: "123456789012", region: eu-west-3}\nrepositories: {web: }\n'
    )

    assert [environment.name for environment in catalog(text).environments] == ["dev", "dev-2", "prod", "prod-0"]
