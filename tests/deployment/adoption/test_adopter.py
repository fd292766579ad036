"""What the catalog says of repositories that are adopted comes to what is there, and to nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from builders.actual import ACCOUNT, actual, iam, statement
from builders.adoptions import CATALOG, KEY, ONE, TWO, added, adopt, entry, here, store_at
from builders.stores import make_store, policy_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecrkit import PolicyStore
from ecrkit.catalog import check_catalog
from ecrkit.deployment.audit import drift
from ecrkit.errors import Location, RefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.deployment.audit import ActualRepository


def test_repository_that_is_as_the_defaults_have_it_says_nothing(policies: PolicyStore) -> None:
    """What holds anyway is not written."""
    there = actual("api", lifecycle_policy_text=None)

    assert added(adopt([there], policies)) == "  api: {}\n"


def test_every_setting_is_written_as_it_is(policies: PolicyStore) -> None:
    """What differs from the defaults is said, in the order of the documentation."""
    there = actual(
        "api",
        scan_on_push=False,
        encryption="KMS_DSSE",
        encryption_key=KEY,
        mutability="MUTABLE",
        exceptions=("v*", "latest"),
        repository_policy_text=iam(statement()),
        tags={"team": "web", "on": "123"},
    )

    assert added(adopt([there], policies)) == (
        "  api:\n"
        "    lifecycle: ten@1\n"
        f"    encryption: {{type: KMS_DSSE, key: '{KEY}'}}\n"
        "    scan_on_push: false\n"
        "    mutability: MUTABLE\n"
        "    immutable_tags: [v*, latest]\n"
        "    statements:\n"
        "    - Sid: Ci\n"
        "      Effect: Allow\n"
        "      Principal: {AWS: '210987654321'}\n"
        "      Action: ['ecr:BatchGetImage']\n"
        "    tags: {team: web, 'on': '123'}\n"
    )


DEFAULTS = (
    f"{ONE}defaults:\n  lifecycle: ten@1\n  encryption: KMS\n  scan_on_push: false\n  mutability: MUTABLE\n"
    "  immutable_tags: ['v*']\n  pull: {organization: o-a1b2c3d4e5, lambda: true}\n"
    "  statements: [{Effect: Deny, Principal: '*', Action: 'ecr:PutImage', Condition: {Bool: {'aws:x': 'y'}}}]\n"
    "  tags: {team: web}\n  removal: destroy\n  empty_on_delete: true\nrepositories:\n"
)


def test_defaults_that_do_not_hold_are_undone(policies: PolicyStore) -> None:
    """Each default that is not what is there is said otherwise, and nothing that is imported may be deleted."""
    assert added(adopt([actual("api", lifecycle_policy_text=None)], policies, catalog=DEFAULTS)) == (
        "  api:\n"
        "    lifecycle: []\n"
        "    encryption: AES256\n"
        "    scan_on_push: true\n"
        "    mutability: IMMUTABLE\n"
        "    immutable_tags: []\n"
        "    pull: {}\n"
        "    statements: []\n"
        "    tags: {team: null}\n"
        "    removal: retain\n"
        "    empty_on_delete: false\n"
    )


def test_encryption_is_written_out_where_the_defaults_leave_it_out(policies: PolicyStore) -> None:
    """Imported without it, a repository would be replaced by the deploy that adds it."""
    adopted = adopt([actual("api")], policies, catalog=f"{ONE}defaults: {{encryption: omit}}\nrepositories:\n")

    assert "encryption: AES256" in added(adopted)


def test_what_our_own_statements_say_is_said_by_pull_and_push(policies: PolicyStore) -> None:
    """A policy that ecrkit wrote once comes back as what it was made from; the rest stands as it is."""
    catalog = (
        f"{ONE}repositories:\n  api:\n"
        "    pull: {accounts: ['210987654321'], organization: o-a1b2c3d4e5, units: [o-a1b2c3d4e5/*], lambda: true}\n"
        f"    push: {{principals: ['arn:aws:iam::{ACCOUNT}:role/ci']}}\n"
    )
    checked = check_catalog(catalog, file="x", policies=policies)
    assert checked.catalog
    [environment] = checked.catalog.environments
    from ecrkit.catalog.template import repository_statements  # noqa: PLC0415 - for this one

    made = repository_statements(environment.repositories[0], account=ACCOUNT, region="us-east-1")
    text = json.dumps({"Statement": [*made, statement()], "Version": "2012-10-17"})
    adopted = adopt([actual("api", repository_policy_text=text)], policies)

    assert entry(adopted, policies, "api").properties.access == environment.repositories[0].properties.access
    assert entry(adopted, policies, "api").properties.statements == (statement(),)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"Action": "ecr:*"}, id="more actions"),
        pytest.param({"Principal": {"AWS": "AROAEXAMPLEEXAMPLE"}}, id="a role that is gone"),
        pytest.param({"Principal": {"Service": "ecs.amazonaws.com"}}, id="a service"),
        pytest.param({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, id="a condition"),
    ],
)
def test_what_only_has_the_name_of_ours_stands_as_it_is(policies: PolicyStore, changed: dict[str, Any]) -> None:
    """A statement under the name of one that `pull` writes, which says something else, is kept to the letter."""
    theirs = {**statement(Sid="PullByPrincipal"), **changed}
    adopted = adopt([actual("api", repository_policy_text=iam(theirs))], policies)

    assert adopted.names == ("api",)
    assert entry(adopted, policies, "api").properties.statements == (theirs,)


def test_one_version_for_all_that_share_a_policy(tmp_path: Path) -> None:
    """A policy that the store does not have is one version, however it is laid out; the name is that of its content."""
    policies = store_at(tmp_path)
    text = policy_text(keep=7)
    shared = [
        actual("a1", lifecycle_policy_text=text),
        actual("b1", lifecycle_policy_text=json.dumps(json.loads(text))),
    ]

    adopted = adopt([*shared, actual("c1", lifecycle_policy_text=policy_text(keep=8))], policies)
    again = adopt(shared, store_at(tmp_path))

    first, second = sorted(adopted.policies)
    assert len({first.name, second.name}) == 2
    assert {entry(adopted, policies, name).lifecycle for name in ("a1", "b1")} == {tuple(again.policies)}


def test_composition_of_the_catalog_is_named_by_its_parts(tmp_path: Path) -> None:
    """A policy that the catalog composes of versions is not published once more."""
    store = make_store(
        tmp_path, {"ten/v1.json": policy_text(), "untagged/v1.json": policy_text(keep=1, tag_status="untagged")}
    )
    policies = PolicyStore(store)
    rules = [
        {**json.loads(policy_text(keep=1, tag_status="untagged"))["rules"][0], "rulePriority": 1},
        {**json.loads(policy_text())["rules"][0], "rulePriority": 2},
    ]
    catalog = f"{ONE}repositories:\n  web: {{lifecycle: [untagged@1, ten@1]}}\n"

    adopted = adopt([actual("api", lifecycle_policy_text=json.dumps({"rules": rules}))], policies, catalog=catalog)

    assert added(adopted) == "  api:\n    lifecycle: [untagged@1, ten@1]\n"
    assert adopted.policies == {}


def test_principal_that_was_deleted_is_a_warning(policies: PolicyStore) -> None:
    """A unique ID is adopted as it is, with a warning: the next deploy of the policy may fail."""
    deleted = statement(Principal={"AWS": ["AROAEXAMPLEIDENTIFIER", "210987654321"]})

    adopted = adopt([actual("api", repository_policy_text=iam(deleted))], policies)

    assert adopted.names == ("api",)
    assert [(one.location.path, one.code) for one in adopted.warnings] == [
        ("repositories.api.statements[0].Principal", "ECR425")
    ]


def test_dangerous_policy_is_a_warning(policies: PolicyStore) -> None:
    """A policy that becomes a version is checked as `ecrkit policy check` does, once however many have it."""
    by_age = policy_text().replace('"imageCountMoreThan"', '"sinceImagePushed", "countUnit": "days"')

    adopted = adopt([actual(name, lifecycle_policy_text=by_age) for name in ("api", "web")], policies)

    [reference] = adopted.policies
    file = str(policies.path(reference))
    assert [(found.location.file, found.code) for found in adopted.warnings] == [(file, "ECR205")]


def test_output_key_that_is_taken_is_another(policies: PolicyStore) -> None:
    """Two names that come to one key of an output both have one, and every run chooses the same."""
    adopted = adopt([actual("team/web"), actual("team-web"), actual("team.web"), actual("x" * 256)], policies)

    keys = {str(one.name)[:8]: one.output for one in here(adopted, policies).repositories}
    assert keys["team-web"] == "TeamWebRepositoryUri"
    assert len(set(keys.values())) == 5
    assert keys["team/web"].startswith("TeamWeb")


def test_of_several_environments_only_one_gets_it(policies: PolicyStore) -> None:
    """An entry exists where its repository does; elsewhere it would be made anew."""
    adopted = adopt([actual("api", lifecycle_policy_text=None)], policies, catalog=f"{TWO}repositories:\n  web:\n")

    assert added(adopted) == "  api:\n    only: [dev]\n"


def test_what_another_environment_has_differs_there(policies: PolicyStore) -> None:
    """A repository that is declared elsewhere is let into this one, and what is different here stands with it."""
    catalog = (
        f"{TWO}repositories:\n  web:\n    only: [dev]  # so far\n    tags: {{team: web}}\n  api: {{only: [dev]}}\n"
    )
    there = [actual("web", lifecycle_policy_text=None, scan_on_push=False), actual("api", lifecycle_policy_text=None)]

    adopted = adopt(there, policies, catalog=catalog, environment="prod")

    assert adopted.after == (
        f"{TWO.rstrip()[:-1]}, repositories: {{web: {{scan_on_push: false, tags: {{team: null}}}}}}}}\n"
        "repositories:\n  web:\n    only: [dev, prod]  # so far\n    tags: {team: web}\n  api: {only: [dev, prod]}\n"
    )
    assert entry(adopted, policies, "web", environment="prod").properties.scan_on_push is False


def test_defaults_that_hold_for_nobody_are_told(policies: PolicyStore) -> None:
    """Where no new entry could be valid, that is said of the defaults, and nothing is added."""
    elsewhere = KEY.replace("us-east-1", "eu-west-1")
    catalog = f"{ONE}defaults: {{encryption: {{type: KMS, key: '{elsewhere}'}}}}\nrepositories:\n"

    with pytest.raises(
        RefusedError, match=r"repositories.yaml: defaults: the key is in eu-west-1, but the environment"
    ):
        adopt([actual("api")], policies, catalog=catalog)


def test_only_what_pull_says_needs_no_statements(policies: PolicyStore) -> None:
    """A policy that is ours altogether is `pull` and nothing else."""
    made: dict[str, object] = {
        "Sid": "PullByPrincipal",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::210987654321:root"},
        "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    }

    adopted = adopt([actual("api", lifecycle_policy_text=None, repository_policy_text=iam(made))], policies)

    assert added(adopted) == "  api:\n    pull:\n      accounts: ['210987654321']\n"


def test_broken_version_of_the_store_is_passed_over(tmp_path: Path) -> None:
    """A version that ECR would refuse is nobody's policy."""
    policies = PolicyStore(make_store(tmp_path, {"broken/v1.json": "{}", "ten/v1.json": policy_text()}))

    assert "lifecycle: ten@1" in added(adopt([actual("api")], policies))


FILTERS = st.lists(st.sampled_from(["latest", "v*", "*-dev"]), unique=True).map(tuple)


@st.composite
def there(draw: st.DrawFn) -> ActualRepository:
    filters = draw(FILTERS)
    mutability = draw(st.sampled_from(["MUTABLE", "IMMUTABLE"]))
    encryption = draw(st.sampled_from(["AES256", "KMS", "KMS_DSSE"]))
    sids = draw(st.lists(st.sampled_from(["Ci", "Cd", "PullByPrincipal", "PullByLambda"]), unique=True))
    return actual(
        "api",
        scan_on_push=draw(st.booleans()),
        encryption=encryption,
        encryption_key=None if encryption == "AES256" else draw(st.sampled_from([None, KEY])),
        mutability=mutability,
        exceptions=filters,
        repository_policy_text=iam(*(statement(Sid=sid) for sid in sids)) if sids else None,
        lifecycle_policy_text=draw(st.sampled_from([None, policy_text(), policy_text(keep=3)])),
        tags=draw(st.dictionaries(st.sampled_from(["team", "yes", "stage"]), st.sampled_from(["web", "1", " "]))),
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(repository=there(), catalog=st.sampled_from([CATALOG, DEFAULTS, f"{TWO}repositories:\n  web:\n"]))
def test_whatever_is_there_is_adopted_and_has_not_drifted(
    policies: PolicyStore, repository: ActualRepository, catalog: str
) -> None:
    """For every repository and every defaults, the entry comes to what is there: an audit finds no drift."""
    adopted = adopt([repository], policies, catalog=catalog)

    assert adopted.refused == {}
    declared = entry(adopted, policies, "api")
    assert declared.properties.tags == repository.properties.tags
    found = drift(
        declared,
        repository,
        policy=policies.compose(declared.lifecycle),
        environment=here(adopted, policies),
        location=Location("", 1, 1),
    )
    assert list(found) == []


def test_a_catalog_may_have_nothing_but_environments(policies: PolicyStore) -> None:
    """The first repositories may be adopted: the catalog gets the key for them."""
    adopted = adopt([actual("api", lifecycle_policy_text=None)], policies, catalog=ONE)

    assert adopted.after.endswith("repositories:\n  api: {}\n")
