from __future__ import annotations

from pathlib import Path

import pytest
from builders.catalogs import catalog
from builders.inventories import NOW, image
from builders.policies import policy_text, rule, tagged
from builders.stores import make_store

from ecrkit import PolicyStore
from ecrkit.catalog.changes import ChangedRepository, diff_images, policy_changes
from ecrkit.images import ImageTable, Inventory
from ecrkit.preview.protection import Protections

LONG = "A description that makes a short policy long enough for the service"
ENVIRONMENTS = """environments:
  dev: {account: "123456789012", region: us-east-1}
  prod:
    account: "210987654321"
    region: us-east-1
"""
ROOT = Path("inventories")


@pytest.fixture
def policies(tmp_path: Path) -> PolicyStore:
    counts = {1: 10, 2: 1}
    texts = {
        f"keep/v{version}.json": policy_text(rule(1, **tagged("v*"), countNumber=number, description=LONG))
        for version, number in counts.items()
    }
    return PolicyStore(make_store(tmp_path, texts))


def inventory(file: str, *, registry: str = "", region: str = "", repository: str = "my-app") -> Inventory:
    images = [image(tags=["v1"], age_days=2), image(tags=["v2"])]
    table = ImageTable.of(images)
    return Inventory(file=str(ROOT / file), registry=registry, region=region, repository=repository, images=table)


def changed(policies: PolicyStore, old: str, new: str, *inventories: Inventory) -> tuple[ChangedRepository, ...]:
    before, after = (catalog(ENVIRONMENTS + text, policies) for text in (old, new))
    changes = policy_changes(before, after, old_policies=policies, new_policies=policies)
    return diff_images(changes, inventories, root=ROOT, now=NOW, protections=Protections(must_keep=("v1",)))


def summary(found: tuple[ChangedRepository, ...]) -> list[tuple[str, bool, int]]:
    return [(each.name, each.has_images, each.diff.newly_expired) for each in found]


OLD = "repositories: {my-app: {lifecycle: keep@1}}"
NEW = "repositories: {my-app: {lifecycle: keep@2}}"
ONLY_PROD = f"    repositories: {{my-app: {{lifecycle: keep@2}}}}\n{OLD}"


def test_one_environment_changes(policies: PolicyStore) -> None:
    """A change in the last of several environments is seen, and only images of its account are looked at."""
    files = [inventory("a.json", registry="123456789012"), inventory("b.json", registry="210987654321")]

    assert summary(changed(policies, OLD, ONLY_PROD, *files)) == [("my-app", True, 1)]
    assert summary(changed(policies, OLD, ONLY_PROD, files[0])) == [("my-app", False, 0)]
    assert changed(policies, OLD, ONLY_PROD, files[1])[0].environments == ("prod",)


def test_the_same_everywhere(policies: PolicyStore) -> None:
    """Images that do not say their account are those of all environments, and told once."""
    found = changed(policies, OLD, NEW, inventory("my-app.json"))

    assert summary(found) == [("my-app", True, 1)]
    assert found[0].environments == ("dev", "prod")


def test_an_environment_without_images(policies: PolicyStore) -> None:
    """Images of one account say nothing about another."""
    found = changed(policies, OLD, NEW, inventory("my-app.json", registry="123456789012"))

    assert summary(found) == [("my-app in dev", True, 1), ("my-app in prod", False, 0)]


def test_another_region(policies: PolicyStore) -> None:
    """Images of one Region say nothing about another Region of the same account."""
    environments = ENVIRONMENTS.replace("210987654321", "123456789012").replace(
        "    region: us-east-1", "    region: eu-west-1"
    )
    before, after = (catalog(environments + text, policies) for text in (OLD, NEW))
    changes = policy_changes(before, after, old_policies=policies, new_policies=policies)
    images = inventory("my-app.json", registry="123456789012", region="eu-west-1")
    found = diff_images(changes, [images], root=ROOT, now=NOW, protections=Protections())

    assert summary(found) == [("my-app in dev", False, 0), ("my-app in prod", True, 1)]


@pytest.mark.parametrize("repository", ["my-app", "prod/my-app"])
def test_folder_of_an_environment(policies: PolicyStore, repository: str) -> None:
    """A folder with the name of an environment holds its images, also where a file does not name its repository."""
    found = changed(policies, OLD, NEW, inventory("prod/my-app.json", repository=repository))

    assert summary(found) == [("my-app in dev", False, 0), ("my-app in prod", True, 1)]


def test_folder_in_the_name_of_a_repository(policies: PolicyStore) -> None:
    """A repository may begin with the name of an environment."""
    old, new = (text.replace("my-app", "prod/my-app") for text in (OLD, NEW))
    found = changed(policies, old, new, inventory("prod/my-app.json", repository="prod/my-app"))

    assert summary(found) == [("prod/my-app", True, 1)]


def test_added_repository(policies: PolicyStore) -> None:
    """A repository that the old catalog does not have may exist: its images count where they are at hand."""
    old = "repositories: {other: {lifecycle: keep@1}}"
    new = "repositories: {other: {lifecycle: keep@1}, my-app: {lifecycle: keep@2}}"

    assert summary(changed(policies, old, new, inventory("my-app.json"))) == [("my-app", True, 1)]
    assert summary(changed(policies, old, new)) == []


def test_moved_environment(policies: PolicyStore) -> None:
    """An environment of another account has other repositories, of which nothing is known."""
    before = catalog(ENVIRONMENTS + OLD, policies)
    after = catalog(ENVIRONMENTS.replace("123456789012", "111111111111") + OLD, policies)
    changes = policy_changes(before, after, old_policies=policies, new_policies=policies)

    assert [(change.environment.name, change.is_added) for change in changes] == [("dev", True)]


def test_protected_images_of_each_environment(policies: PolicyStore) -> None:
    """An image that must stay pullable is told where the new policy would expire it, and nowhere else."""
    files = [inventory("a.json", registry="123456789012"), inventory("b.json", registry="210987654321")]
    [everywhere] = changed(policies, OLD, NEW, *files[:1])[:1]
    [prod] = changed(policies, OLD, ONLY_PROD, *files)

    assert [found.because for found in everywhere.violations] == [("matches 'v1'",)]
    assert [found.because for found in prod.violations] == [("matches 'v1'",)]


def test_replicas_may_go_too(policies: PolicyStore) -> None:
    """Where the catalog replicates a repository of which an image newly expires, the notes name the destination."""
    rules = "    registry: {replication: [{to: [{region: eu-west-1}], repositories: [my-]}]}\n"

    (found,) = changed(policies, rules + OLD, rules + NEW, inventory("my-app.json"))
    (unchanged,) = changed(policies, rules + NEW, rules + OLD, inventory("my-app.json"))

    (note,) = (note for note in found.diff.notes if "replicated" in note)
    assert note == (
        "images are replicated to eu-west-1: where deletions are replicated, too, an image that expires here is "
        "deleted there; the catalog does not know that, `ecrkit audit` reports it"
    )
    assert [note for note in unchanged.diff.notes if "replicated" in note] == []
