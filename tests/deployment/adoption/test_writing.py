"""What is adopted is written whole, in an order in which nothing names what is not there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.actual import ACCOUNT, actual
from builders.stores import make_store, policy_text

from ecrkit import PolicyStore
from ecrkit.catalog import check_catalog
from ecrkit.deployment.adoption import (
    Adopter,
    import_steps,
    published_in,
    resource_mappings,
    write_adopted,
    write_mapping,
)
from ecrkit.documents.files import write_text
from ecrkit.errors import RefusedError, UnreadableInputError, UnwritableOutputError
from ecrkit.policies.checks import check_store
from ecrkit.policies.lock import lock_path

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.deployment.adoption import Adopted

CATALOG = f'environments: {{dev: {{account: "{ACCOUNT}", region: us-east-1, shards: 2}}}}\nrepositories:\n  web: {{}}\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A directory with a catalog, and no policy yet."""
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    return tmp_path


def store(project: Path) -> Path:
    return project / "policies" / "lifecycle"


def adopted(project: Path, *names: str) -> Adopted:
    catalog = project / "repositories.yaml"
    policies = PolicyStore(store(project))
    adopter = Adopter(catalog.read_text(), file=str(catalog), policies=policies, environment="dev")
    return adopter.adopt([actual(name, lifecycle_policy_text=policy_text(keep=7)) for name in names])


def write(project: Path, what: Adopted) -> None:
    write_adopted(what, catalog=project / "repositories.yaml", store=store(project))


def is_valid(project: Path) -> bool:
    catalog = (project / "repositories.yaml").read_text()
    return check_catalog(catalog, file="x", policies=PolicyStore(store(project))).catalog is not None


def test_store_lock_and_catalog_are_written(project: Path) -> None:
    """Afterwards the catalog is valid, the policy published, and nothing else is there."""
    what = adopted(project, "api")

    write(project, what)

    [reference] = what.policies
    checked = check_store(store(project))
    assert checked.findings == ()
    assert list(checked.published) == [reference]
    assert json.loads((store(project) / reference.name / "v1.json").read_text()) == json.loads(policy_text(keep=7))
    assert is_valid(project)
    assert sorted(path.name for path in project.rglob("*") if path.name.startswith(".")) == []


def test_versions_that_are_published_stay_so(project: Path) -> None:
    """The lock keeps what it has, and no more than what was adopted is published with it."""
    make_store(project, {"ten/v1.json": policy_text(), "five/v1.json": policy_text(keep=5)})
    published = published_in(store(project))

    write(project, adopted(project, "api"))

    assert published == {}
    assert [reference.name[:8] for reference in published_in(store(project))] == ["adopted-"]


@pytest.mark.parametrize("fails", ["v1.json", "lifecycle.lock.json", "repositories.yaml"])
def test_interruption_leaves_a_valid_catalog(project: Path, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    """Whichever file is not written any more, the catalog is valid, and the next run comes to the same end."""

    def interrupted(path: Path, text: str) -> None:
        if path.name == fails:
            raise KeyboardInterrupt
        write_text(path, text)

    monkeypatch.setattr("ecrkit.deployment.adoption.writing.write_text", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(project, adopted(project, "api"))

    assert is_valid(project)
    assert (project / "repositories.yaml").read_text() == CATALOG
    monkeypatch.undo()
    write(project, adopted(project, "api"))
    assert is_valid(project)
    assert check_store(store(project)).findings == ()


def test_nothing_adopted_writes_nothing(project: Path) -> None:
    """Where nothing was adopted no file is touched, the store neither."""
    write(project, adopted(project))

    assert [path.name for path in project.iterdir()] == ["repositories.yaml"]


def test_catalog_that_changed_meanwhile_is_not_overwritten(project: Path) -> None:
    """What somebody wrote while AWS was read is not lost."""
    what = adopted(project, "api")
    (project / "repositories.yaml").write_text(f"# Mine.\n{CATALOG}")

    with pytest.raises(RefusedError, match=r"changed meanwhile; run the command again"):
        write(project, what)

    assert (project / "repositories.yaml").read_text() == f"# Mine.\n{CATALOG}"
    assert not store(project).exists()


@pytest.mark.posix
def test_link_and_permissions_stay(project: Path) -> None:
    """A catalog behind a link is written there, and is as readable as before."""
    (project / "real.yaml").write_text(CATALOG)
    (project / "real.yaml").chmod(0o640)
    (project / "repositories.yaml").unlink()
    (project / "repositories.yaml").symlink_to("real.yaml")

    write(project, adopted(project, "api"))

    assert (project / "repositories.yaml").is_symlink()
    assert (project / "real.yaml").read_text() != CATALOG
    assert (project / "real.yaml").stat().st_mode & 0o777 == 0o640


def test_store_that_is_broken_is_mended_first(project: Path) -> None:
    """Where a published version changed, nothing is published beside it."""
    make_store(project, {"ten/v1.json": policy_text()})
    lock_path(store(project)).write_text("{}")

    with pytest.raises(RefusedError) as caught:
        published_in(store(project))

    first, second = str(caught.value).splitlines()
    assert first == f"{store(project)}: fix it first, because a policy must be published there"
    assert second.endswith("[STO113]")


@pytest.mark.posix
def test_unwritable_store_is_told(project: Path) -> None:
    """A file in the way is said, and nothing names what is not there."""
    what = adopted(project, "api")
    store(project).parent.mkdir()
    store(project).parent.joinpath("lifecycle").symlink_to("nowhere/at/all")

    with pytest.raises(UnwritableOutputError, match=r"cannot be written: "):
        write(project, what)

    assert (project / "repositories.yaml").read_text() == CATALOG


def test_mapping_keeps_what_another_run_wrote(tmp_path: Path) -> None:
    """Resource mappings of several runs are one, sorted."""
    path = tmp_path / "import" / "Repositories-dev.json"
    write_mapping(path, {"webB": {"RepositoryName": "web"}})
    write_mapping(path, {"apiA": {"RepositoryName": "api"}})

    assert list(json.loads(path.read_text()).items()) == [
        ("apiA", {"RepositoryName": "api"}),
        ("webB", {"RepositoryName": "web"}),
    ]


@pytest.mark.parametrize("text", ["no JSON", "1"])
def test_other_file_in_place_of_a_mapping_is_told(tmp_path: Path, text: str) -> None:
    """What is no mapping is not overwritten."""
    path = tmp_path / "mapping.json"
    path.write_text(text)

    with pytest.raises(UnreadableInputError, match=r"not a resource mapping; move it elsewhere"):
        write_mapping(path, {})


def test_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file where the directory of the mappings should be is said."""
    (tmp_path / "import").write_text("")

    with pytest.raises(UnwritableOutputError, match=r"cannot be written: "):
        write_mapping(tmp_path / "import" / "x.json", {})


def test_every_stack_has_a_mapping_and_steps(project: Path) -> None:
    """Each shard imports its own repositories, since `cdk import` takes one stack at a time."""
    checked = check_catalog((project / "repositories.yaml").read_text(), file="x")
    assert checked.catalog
    [environment] = checked.catalog.environments

    mappings = resource_mappings(environment, ["b1", "a1", "web"])
    steps = import_steps(environment, {stack: f"{stack}.json" for stack in mappings})

    assert sorted(mappings) == ["Repositories-dev-0", "Repositories-dev-1"]
    assert sorted(one["RepositoryName"] for mapping in mappings.values() for one in mapping.values()) == [
        "a1",
        "b1",
        "web",
    ]
    assert [step for step in steps if not step.startswith("#")] == [
        "npx cdk import Repositories-dev-0 --resource-mapping Repositories-dev-0.json",
        "npx cdk deploy Repositories-dev-0",
        "npx cdk import Repositories-dev-1 --resource-mapping Repositories-dev-1.json",
        "npx cdk deploy Repositories-dev-1",
        "npx cdk deploy Repositories-dev-0 --import-existing-resources",
        "npx cdk deploy Repositories-dev-1 --import-existing-resources",
        "ecrkit audit --environment dev",
    ]
