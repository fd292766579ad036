from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from builders.catalogs import CATALOG, ONE_ENVIRONMENT, catalog, errors, repository
from builders.policies import edited
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.catalog import (
    Catalog,
    Encryption,
    Environment,
    Removal,
    RepositoryEntry,
    check_catalog,
    read_catalog,
)
from ecrkit.errors import InvalidCatalogError, Severity, UnreadableInputError, errors_in, in_file_order
from ecrkit.images.names import RepositoryName, TagFilter
from ecrkit.policies.references import PolicyRef
from ecrkit.registry.outputs import output_key
from ecrkit.registry.properties import RepositoryProperties

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.policies.store import PolicyStore


def entry(name: str, *, lifecycle: tuple[PolicyRef, ...], **properties: Any) -> RepositoryEntry:  # noqa: ANN401 - as many types as there are properties
    """Make a repository of the catalog of the tests, by what is not as the defaults have it."""
    return RepositoryEntry(
        name=RepositoryName(name),
        lifecycle=lifecycle,
        properties=RepositoryProperties(**({"tags": {"managed-by": "ecrkit"}} | properties)),
        silence={},
        exports=False,
        parameters=False,
        output=output_key(name),
    )


def test_a_whole_catalog(policies: PolicyStore) -> None:
    """Everything is there in the order written, with the defaults in their places."""
    repositories = (
        entry("my-app", lifecycle=(PolicyRef("keep-ten", 1),), exceptions=(TagFilter("latest"),)),
        entry(
            "payments/api",
            lifecycle=(PolicyRef("expire-untagged", 1), PolicyRef("keep-ten", 1)),
            encryption=Encryption.KMS,
            tags={"managed-by": "ecrkit", "team": "payments"},
        ),
        entry("ci/cache", lifecycle=(PolicyRef("keep-ten", 1),), removal=Removal.DESTROY, empty_on_delete=True),
    )

    assert catalog(CATALOG, policies) == Catalog(
        environments=(
            Environment(name="dev", account="123456789012", region="us-east-1", shards=1, repositories=repositories),
            Environment(name="prod", account="210987654321", region="eu-west-1", shards=1, repositories=repositories),
        )
    )


@pytest.mark.parametrize("name", ["a__b", "a--b", "a.b_c-d/e", '"42"', "0/1"])
def test_every_name_that_ecr_accepts_is_accepted(name: str) -> None:
    """Those too that CloudFormation's schema refuses."""
    assert repository("", name=name).name == name.strip('"')


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{ONE_ENVIRONMENT}repositories:\n", id="nothing behind the key"),
        pytest.param(f"{ONE_ENVIRONMENT}repositories: {{}}\n", id="an empty mapping"),
        pytest.param(f"{ONE_ENVIRONMENT}defaults:\nrepositories:\n", id="no defaults either"),
        pytest.param(f"{ONE_ENVIRONMENT}repositories: {{web: {{only: []}}}}\n", id="none here"),
    ],
)
def test_an_environment_without_repositories_is_refused(text: str) -> None:
    """CloudFormation takes no empty template, and says so much later."""
    assert errors(text) == [
        (
            "repositories.yaml:1:16: environments.dev: the environment 'dev' has no repository, but CloudFormation "
            "rejects empty stacks; add one; to remove the last, run `cdk destroy`, which keeps it and its images "
            "[CAT141]"
        )
    ]


def test_an_alias_is_read_where_it_is_used(policies: PolicyStore) -> None:
    """YAML's own way to say something once is fine."""
    text = edited(CATALOG, ("{team: payments}", "&team {team: payments}"), ("removal:", "tags: *team\n    removal:"))

    tags = [entry.properties.tags for entry in catalog(text, policies).repositories]
    assert [one.get("team") for one in tags] == [
        None,
        "payments",
        "payments",
    ]


def test_an_environment_may_have_a_name_of_100_characters() -> None:
    """The limit is where CloudFormation's is, with the rest of the stack's name."""
    text = edited(ONE_ENVIRONMENT, ("dev", "d" * 100)) + "repositories: {web: }\n"

    assert catalog(text).environments[0].name == "d" * 100


def test_environments_that_are_incomplete_are_not_the_same() -> None:
    """Only what is there is compared."""
    text = "environments: {a: {region: us-east-1}, b: {region: us-east-1}}\nrepositories: {web: }\n"

    assert errors(text) == [
        "repositories.yaml:1:19: environments.a: the required key 'account' is missing; add it [CAT104]",
        "repositories.yaml:1:43: environments.b: the required key 'account' is missing; add it [CAT104]",
    ]


def test_repositories_without_a_name_are_not_compared() -> None:
    """A name that ECR refuses is told, and what it would collide with is not."""
    text = f"{ONE_ENVIRONMENT}repositories:\n  A: {{output: Web}}\n  web: {{output: Web}}\n  B: {{output: Web}}\n"

    assert [found.rpartition(" [")[2] for found in errors(text)] == ["CAT120]", "CAT120]"]


@pytest.mark.parametrize("region", ["us-east-1", "us-gov-west-1", "us-iso-east-1", "eusc-de-east-1", "ap-southeast-12"])
def test_every_form_of_a_region_is_accepted(region: str) -> None:
    """AWS adds Regions and partitions faster than lists of them are kept."""
    text = f'environments: {{dev: {{account: "123456789012", region: {region}}}}}\nrepositories: {{web: }}\n'

    assert [environment.region for environment in catalog(text).environments] == [region]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "1:1: not a YAML catalog: the text is empty [CAT101]", id="empty"),
        pytest.param("# soon\n", "1:1: not a YAML catalog: the text is empty [CAT101]", id="a comment"),
        pytest.param("my-app", "1:1: must be a mapping, got a string [CAT105]", id="a word"),
        pytest.param("- my-app", "1:1: must be a mapping, got a list [CAT105]", id="a list"),
        pytest.param(
            "---\na: b\n---\nc: d\n",
            "3:1: not a YAML catalog: the text has several documents; keep one, and remove '---' before"
            " the others [CAT101]",
            id="several documents",
        ),
        pytest.param(
            "environments: " + "[" * 200 + "]" * 200,
            "1:114: not a YAML catalog: the text is nested more than 100 levels deep [CAT101]",
            id="too deep",
        ),
        pytest.param(
            "repositories:\n  my-app: {<<: {}}",
            "2:12: not a YAML catalog: the text has a merge key; repeat the keys [CAT101]",
            id="merge key",
        ),
        pytest.param(
            "repositories: &all {a: *all}",
            "1:15: not a YAML catalog: the text has an alias inside its own anchor [CAT101]",
            id="alias inside its anchor",
        ),
    ],
)
def test_what_is_no_catalog_at_all(text: str, expected: str) -> None:
    """One finding says what the text is instead."""
    assert errors(text) == [f"repositories.yaml:{expected}"]


def test_a_key_that_is_no_string_hides_nothing() -> None:
    """What YAML reads as a number or a truth value is one finding among others."""
    text = """\
environments: {dev: {account: "123456789012", region: us-east-1}}
repositories:
  42: {}
  on: {lifecycel: a@1}
"""

    assert [error.removeprefix("repositories.yaml:") for error in errors(text)] == [
        '3:3: repositories[42]: must be a key that is a string, got 42; write "42", in quotes [CAT105]',
        '4:3: repositories.on: must be a key that is a string, got on; write "on", in quotes [CAT105]',
        "4:8: repositories.on.lifecycel: unknown key 'lifecycel'; did you mean lifecycle? [CAT103]",
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("123456789012", 'an integer 123456789012; write "123456789012", in quotes', id="no quotes"),
        pytest.param("012345670123", 'an integer 012345670123; write "012345670123", in quotes', id="octal"),
        pytest.param("123456_789012", "an integer 123456_789012", id="underscore"),
        pytest.param('"12345678901"', "'12345678901'", id="11 digits"),
        pytest.param('"1234567890123"', "'1234567890123'", id="13 digits"),
        pytest.param("1e11", "'1e11'", id="what looks like a number"),
        pytest.param("", "null", id="nothing"),
        pytest.param("~", "null", id="null"),
        pytest.param("[]", "a list", id="list"),
        pytest.param("true", "a boolean true", id="boolean"),
    ],
)
def test_an_account_is_a_string_of_12_digits(written: str, expected: str) -> None:
    """YAML reads digits as a number, some of them as an octal one; the remedy is in the finding."""
    text = f"environments: {{dev: {{account: {written}, region: us-east-1}}}}\nrepositories: {{web: }}\n"

    assert errors(text) == [
        f"repositories.yaml:1:31: environments.dev.account: must be a string of 12 digits, got {expected} [CAT112]"
    ]


def test_an_account_with_a_leading_zero_may_look_like_text() -> None:
    """With an eight or a nine in it YAML reads no octal number, and the account is the one that was written."""
    text = "environments: {dev: {account: 012345678901, region: us-east-1}}\nrepositories: {web: }\n"

    assert catalog(text).environments[0].account == "012345678901"


@pytest.mark.parametrize("name", ["-dev", "dev-", "dev eu", "dév", pytest.param("d" * 101, id="101 characters")])
def test_an_environment_is_part_of_the_name_of_a_stack(name: str) -> None:
    """A name that CloudFormation would refuse there is refused here."""
    text = f'environments:\n  {name}: {{account: "123456789012", region: us-east-1}}\nrepositories: {{web: }}\n'
    (found,) = errors(text)

    assert found.endswith(
        f": the name must be letters and digits, joined by dashes, 100 characters at most, got {name!r} [CAT111]"
    )


@pytest.mark.parametrize(
    ("environments", "expected"),
    [
        pytest.param(
            "",
            ["1:14: environments: must have at least 1 environment, got none; add one with an account and a region"],
            id="nothing",
        ),
        pytest.param("[]", ["1:15: environments: must be a mapping, got a list"], id="list"),
        pytest.param("{dev: }", ["1:21: environments.dev: must be a mapping, got null"], id="nothing in it"),
        pytest.param(
            "{dev: {region: 1}}",
            [
                "1:21: environments.dev: the required key 'account' is missing; add it",
                '1:30: environments.dev.region: must be a string, got an integer; write "1"',
            ],
            id="half of it",
        ),
    ],
)
def test_an_environment_has_an_account_and_a_region(environments: str, expected: list[str]) -> None:
    """What is missing or of another type is told, each by itself."""
    found = errors(f"environments: {environments}\nrepositories: {{web: }}\n")

    assert [line.rpartition(" [")[0] for line in found] == [f"repositories.yaml:{line}" for line in expected]


def test_the_parts_of_a_catalog_are_required() -> None:
    """Environments and repositories are, defaults are not."""
    assert errors("defaults: {}\n") == [
        "repositories.yaml:1:1: the required key 'environments' is missing; add it [CAT104]",
        "repositories.yaml:1:1: the required key 'repositories' is missing; add it [CAT104]",
    ]


def test_everything_wrong_is_told_in_one_go(policies: PolicyStore) -> None:
    """One run finds every problem of every part, in file order."""
    text = edited(
        CATALOG,
        ('"210987654321"', "210987654321"),
        ("  lifecycle: keep-ten@1", "  lifecycle: keep-tne@1"),
        ("my-app:", "My-App:"),
        ("KMS", "kms"),
        ("expire-untagged@1", "expire-untagged@7"),
        ("empty_on_delete: true", "empty_on_delete: 1"),
    )

    found = errors(text, policies)

    assert [line.split(":")[1] for line in found] == ["3", "5", "8", "11", "12", "16"]
    assert [line.rpartition(" [")[2].rstrip("]") for line in found] == [
        "CAT112",
        "CAT121",
        "CAT120",
        "CAT121",
        "CAT106",
        "CAT105",
    ]


def test_a_catalog_is_read_from_its_file(tmp_path: Path, policies: PolicyStore) -> None:
    """What is checked as text and what is read as a file is the same."""
    path = tmp_path / "repositories.yaml"
    path.write_text(CATALOG, encoding="utf-8")

    assert read_catalog(path, policies=policies) == catalog(CATALOG, policies)


def test_reading_an_invalid_catalog_tells_every_error_and_no_warning(tmp_path: Path, policies: PolicyStore) -> None:
    """The exception carries the errors in file order, those of the policies among them."""
    path = tmp_path / "repositories.yaml"
    path.write_text(
        edited(CATALOG, ("KMS", "kms"), ("  lifecycle: keep-ten@1", "  lifecycle: broken@1")), encoding="utf-8"
    )

    with pytest.raises(InvalidCatalogError) as caught:
        read_catalog(path, policies=policies)

    assert {found.severity for found in caught.value.findings} == {Severity.ERROR}
    assert caught.value.findings == in_file_order(caught.value.findings)
    assert [found.code for found in caught.value.findings] == ["ECR110", "CAT106"]


def test_a_missing_catalog_is_unreadable(tmp_path: Path) -> None:
    """The error names the file."""
    with pytest.raises(UnreadableInputError) as caught:
        read_catalog(tmp_path / "repositories.yaml")

    assert str(caught.value) == f"{tmp_path / 'repositories.yaml'}: cannot be read: no such file or directory"


KEYS = st.sampled_from(
    [
        *["environments", "defaults", "repositories", "lifecycle", "encryption", "mutable_tags", "tags", "removal"],
        *["pull", "push", "accounts", "key", "type", "shards", "only", "mutability", "parameters", "exports"],
        *["empty_on_delete", "silence", "output", "account", "region", "dev", "my-app", "payments/api", "A", ""],
    ]
)
LEAVES = st.sampled_from(["a@1", "KMS", "destroy", "latest", "us-east-1", "123456789012", "*", "", "x" * 300])
VALUES = st.recursive(
    LEAVES | st.none() | st.booleans() | st.integers(0, 10**12) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


@given(st.one_of(st.text(), VALUES.map(repr), st.dictionaries(KEYS, VALUES).map(repr)))
def test_anything_is_checked_and_nothing_is_raised(text: str) -> None:
    """A text is a catalog, or there is an error; findings are in file order, and each can be printed on one line."""
    checked = check_catalog(text, file="repositories.yaml")

    assert (checked.catalog is None) == bool(errors_in(checked.findings))
    assert checked.findings == in_file_order(checked.findings)
    assert all(str(found).isprintable() for found in checked.findings)


@given(
    st.lists(
        st.from_regex(r"[a-z0-9]{1,6}([-_/.][a-z0-9]{1,6}){1,3}", fullmatch=True), min_size=1, max_size=40, unique=True
    )
)
def test_every_name_has_an_output_of_its_own_or_is_refused(names: list[str]) -> None:
    """Names that ECR accepts are accepted, except where two would share an output."""
    lines = "".join(f'  "{name}":\n' for name in names)
    checked = check_catalog(f"{ONE_ENVIRONMENT}repositories:\n{lines}", file="repositories.yaml")

    assert {found.code for found in errors_in(checked.findings)} <= {"CAT128"}
    if checked.catalog:
        assert [entry.name for entry in checked.catalog.repositories] == names
        assert len({entry.output for entry in checked.catalog.repositories}) == len(names)
