"""What a review finds, over folders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.assemblies import repository, stack
from builders.inventories import NOW, image
from builders.reviews import ENVIRONMENTS, write_folder, write_inventories
from builders.stores import policy_text

from ecrkit.deployment.review import Decision, Evidence, opened_base
from ecrkit.deployment.review import review as review_change
from ecrkit.images.inventory.sources import inventories_in
from ecrkit.preview.protection import Protections, UsedImage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ecrkit.deployment.review import Review

KEEP_THREE = {"lifecycle": "keep@1"}
KEEP_ONE = {"lifecycle": "keep@2"}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "head").mkdir()
    monkeypatch.chdir(tmp_path / "head")


def review(  # noqa: PLR0913 - what a test may vary
    old: Mapping[str, object] | None,
    new: Mapping[str, object],
    *,
    images: Sequence[str] | None = None,
    allowed: Sequence[str] = (),
    evidence: Evidence | None = None,
    files: Mapping[str, str] | None = None,
) -> Review:
    """Review a change from *old* to *new* repositories; *images* are repositories of which images are at hand."""
    write_folder(Path(), new, files=files)
    base = Path("../base")
    base.mkdir(exist_ok=True)
    if old is not None:
        write_folder(base, old)
    evidence = evidence or Evidence()
    if images is not None:
        directory = write_inventories(Path("../images"), images)
        directory.mkdir(exist_ok=True)
        evidence = replace(evidence, images=directory, inventories=lambda: inventories_in(str(directory)))
    catalog, policies = Path("repositories.yaml"), Path("policies/lifecycle")
    with opened_base(str(base), catalog=catalog, policies=policies) as opened:
        return review_change(opened, catalog=catalog, policies=policies, now=NOW, allowed=allowed, evidence=evidence)


def test_account_setting() -> None:
    """A change of account settings is shown, although no template has them."""
    own = {"account_settings": {"blob_mounting": "ENABLED"}}
    environments = {"dev": {**ENVIRONMENTS["dev"], "registry": own}}
    write_folder(Path("../base"), {"web": KEEP_THREE})
    write_folder(Path(), {"web": KEEP_THREE}, environments=environments)
    catalog, policies = Path("repositories.yaml"), Path("policies/lifecycle")
    with opened_base("../base", catalog=catalog, policies=policies) as opened:
        found = review_change(opened, catalog=catalog, policies=policies, now=NOW)

    assert [(change.what, change.names) for change in found.changes] == [
        ("account setting, not deployed: nothing → ENABLED", ("blob_mounting",))
    ]


def test_no_change() -> None:
    """Where nothing changes, nothing is lost, with or without images."""
    found = review({"web": KEEP_THREE}, {"web": KEEP_THREE})

    assert (found.decision, found.changes, found.guard, found.losses) == (Decision.PASSED, (), (), ())


def test_first_deploy() -> None:
    """A base without a catalog makes everything new, and nothing is lost."""
    found = review(None, {"web": KEEP_ONE}, images=["web"])

    assert (found.decision, found.is_first, found.losses, found.changes) == (Decision.PASSED, True, (), ())


def test_newly_expired_images() -> None:
    """Images that the new policy expires are counted, with their bytes; the newest are named."""
    [loss] = review({"web": KEEP_THREE}, {"web": KEEP_ONE}, images=["web"]).losses

    assert (loss.old, loss.new, loss.environments, loss.stacks) == ("keep@1", "keep@2", ("dev",), ("Repositories-dev",))
    assert (loss.expire, loss.archive, loss.size_bytes, loss.examples) == (2, 0, 5_000_000_000, ("v2", "v1"))


def test_newly_archived_images() -> None:
    """Images that the new policy archives are a loss, too: they cannot be pulled."""
    old = [image(tags=["v1"], age_days=40, pulled_days_ago=35, size_bytes=7)]
    write_inventories(Path("../images"), ["web"], old)
    evidence = Evidence(images=Path("../images"), inventories=lambda: inventories_in("../images"))

    found = review({"web": KEEP_THREE}, {"web": {"lifecycle": "idle@1"}}, evidence=evidence)

    assert found.decision is Decision.REFUSED
    assert [(loss.expire, loss.archive, loss.archive_bytes) for loss in found.losses] == [(0, 1, 7)]


@pytest.mark.parametrize(
    ("old", "new", "labels"),
    [
        pytest.param({"lifecycle": []}, KEEP_ONE, ("no policy", "keep@2"), id="first-policy"),
        pytest.param(KEEP_ONE, {"lifecycle": []}, ("keep@2", "no policy"), id="last-policy"),
    ],
)
def test_names_of_policies(old: object, new: object, labels: tuple[str, str]) -> None:
    """A change of policy is named by what the catalogs pin."""
    [loss] = review({"web": old}, {"web": new}).losses

    assert (loss.old, loss.new) == labels


def test_edited_version() -> None:
    """A version whose file changed is named so: its pin is the same."""
    [loss] = review({"web": KEEP_ONE}, {"web": KEEP_ONE}, files={"keep/v2.json": policy_text(keep=2)}).losses

    assert (loss.old, loss.new) == ("keep@2", "keep@2, edited")


def test_new_repository_with_images() -> None:
    """A repository that is new in the catalog is looked at if its images are at hand."""
    found = review({"api": {}}, {"api": {}, "web": KEEP_ONE, "job": KEEP_ONE}, images=["web"])

    assert [(loss.repository, loss.old, loss.expire) for loss in found.losses] == [("web", "new in the catalog", 2)]


def test_spared_images() -> None:
    """A policy that keeps more loses nothing."""
    found = review({"web": KEEP_ONE}, {"web": KEEP_THREE}, images=["web"])

    assert found.decision is Decision.PASSED
    assert [(loss.expire, loss.spared) for loss in found.losses] == [(0, 2)]


def test_without_images() -> None:
    """Without images a changed policy is not checked, and nothing is refused."""
    found = review({"web": KEEP_THREE}, {"web": KEEP_ONE})

    assert found.decision is Decision.PASSED
    assert [loss.repository for loss in found.unknown] == ["web"]


def test_repository_without_images() -> None:
    """A repository that has no file of images is not checked; the others are."""
    both = {"api": KEEP_THREE, "web": KEEP_THREE}
    found = review(both, {"api": KEEP_ONE, "web": KEEP_ONE}, images=["web"])

    assert [loss.repository for loss in found.unknown] == ["api"]
    assert [loss.repository for loss in found.refused_losses] == ["web"]


def test_protected_image() -> None:
    """An image in use that the new policy would expire is a loss, named with its reason."""
    used = UsedImage(text="web:v1", origin="in-use.txt:1", repository="web", tag="v1")
    evidence = Evidence(protections=Protections(used=(used,)))

    [loss] = review({"web": KEEP_THREE}, {"web": KEEP_ONE}, images=["web"], evidence=evidence).losses

    assert [violation.because for violation in loss.violations] == [("in use (in-use.txt:1)",)]


def test_removed_repository() -> None:
    """A repository that leaves the catalog is refused as the guard refuses it."""
    found = review({"api": KEEP_THREE, "web": KEEP_THREE}, {"api": KEEP_THREE})

    assert found.decision is Decision.REFUSED
    assert [(each.name, each.code) for each in found.refused_findings] == [("web", "GRD111")]
    assert [change.what for change in found.changes] == ["repository removed"]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("team/web", id="name"),
        pytest.param("team/*", id="glob"),
        pytest.param("*/w?b", id="glob-of-a-part"),
        pytest.param("Repositories-dev/team/web", id="of-a-stack"),
        pytest.param("Repositories-*", id="glob-of-stacks"),
    ],
)
@pytest.mark.parametrize(
    "new",
    [pytest.param({"api": {}, "team/web": KEEP_ONE}, id="images"), pytest.param({"api": {}}, id="removed")],
)
def test_allowed(name: str, new: Mapping[str, object]) -> None:
    """A loss that is named is allowed, whatever is lost; a name can be a glob."""
    old = {"api": {}, "team/web": KEEP_THREE}
    found = review(old, new, images=["team/web"], allowed=[name])

    assert (found.decision, found.unused, found.names_to_allow()) == (Decision.PASSED, (), [])
    assert [each.is_allowed for each in found.guard] + [each.is_allowed for each in found.losses] == [True]


def test_each_loss_is_to_be_allowed() -> None:
    """What is allowed of one repository says nothing about another."""
    old = {"api": KEEP_THREE, "web": KEEP_THREE}
    new = {"api": KEEP_ONE, "web": KEEP_ONE}
    found = review(old, new, images=["api", "web"], allowed=["api"])

    assert (found.decision, found.names_to_allow()) == (Decision.REFUSED, ["web"])


def test_unused_name() -> None:
    """A name that nothing has is given back, with the nearest that something has."""
    found = review({"web": KEEP_THREE}, {"web": KEEP_ONE}, images=["web"], allowed=["webb", "other/*"])

    assert found.unused == (("webb", "web"), ("other/*", ""))
    assert found.decision is Decision.REFUSED


def test_error_is_never_allowed() -> None:
    """An error in the catalog fails the review, whatever is allowed; nothing is compared."""
    found = review({"web": KEEP_THREE}, {"web": {"lifecycle": "keep@9"}}, allowed=["*"])

    assert (found.decision, found.is_compared) == (Decision.FAILED, False)
    assert len(found.checks.errors) == 1


def test_error_of_an_unused_policy() -> None:
    """So does one in a policy that no repository uses; the rest is compared."""
    found = review(
        {"web": KEEP_THREE}, {"web": KEEP_THREE}, files={"broken/v1.json": policy_text(keep=0)}, allowed=["*"]
    )

    assert (found.decision, found.is_compared) == (Decision.FAILED, True)


def test_failed_test_of_a_policy() -> None:
    """A failed test fails the review; it is found with its file."""
    tests = "expires one:\n  images: [{pushed_days_ago: 0, expect: expire}]\n"
    found = review({"web": KEEP_THREE}, {"web": KEEP_THREE}, files={"keep/v1.test.yaml": tests}, allowed=["*"])

    assert (found.decision, found.checks.tests) == (Decision.FAILED, 1)
    assert [failed.path.name for failed in found.checks.failed] == ["v1.test.yaml"]


def test_broken_test_of_a_policy() -> None:
    """A file of tests that is none is an error of the checks, told once."""
    found = review({"web": {}}, {"web": {}}, files={"keep/v1.test.yaml": "[]"})

    assert found.decision is Decision.FAILED
    assert len(found.checks.errors) == 1


def test_other_stacks() -> None:
    """Other stacks of the app are compared; one that the catalog makes counts as the catalog has it."""
    before = [stack({"Db": repository("db")}), stack({}, name="Repositories-dev")]
    after = [stack({}), stack({}, name="Repositories-dev")]
    found = review({"web": {}}, {"web": {}}, evidence=Evidence(assemblies=(before, after)))

    assert [(each.stack, each.name) for each in found.refused_findings] == [("Shop", "db")]


def test_move_between_stacks() -> None:
    """A repository that moves from another stack into the catalog is found as a move."""
    evidence = Evidence(assemblies=([stack({"Db": repository("db")})], [stack({})]))
    found = review({"web": {}}, {"web": {}, "db": {}}, evidence=evidence)

    assert [each.code for each in found.refused_findings] == ["GRD122"]
