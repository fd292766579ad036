"""Adoption into a catalog that includes files of teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.actual import actual
from builders.adoptions import TWO, store_at

from ecrkit.catalog import read_catalog
from ecrkit.deployment.adoption import Adopter, write_adopted
from ecrkit.errors import RefusedError

if TYPE_CHECKING:
    from pathlib import Path

TEAM = "# Ours.\nrepositories:\n  web: {only: [prod]}  # the web\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "web.yaml").write_text(TEAM)
    return tmp_path


def adopter(folder: Path, environments: str, into: str | None) -> Adopter:
    text = f"include: [teams/*.yaml]\n{environments}"
    (folder / "repositories.yaml").write_text(text)
    return Adopter(text, file="repositories.yaml", policies=store_at(folder), environment="dev", into=into)


def test_new_entries_are_in_the_file_given(folder: Path) -> None:
    """The catalog stays as it is, and is valid with the new file."""
    one = adopter(folder, TWO, "./teams/web.yaml")
    adopted = one.adopt([actual("api")])

    write_adopted(adopted, catalog=folder / "repositories.yaml", store=folder / "policies" / "lifecycle")

    assert adopted.after == adopted.before
    assert (folder / "teams" / "web.yaml").read_text().startswith(TEAM)
    names = [str(entry.name) for entry in read_catalog(folder / "repositories.yaml").repositories]
    assert sorted(names) == ["api", "web"]


def test_an_entry_of_another_environment_is_edited_in_its_file(folder: Path) -> None:
    """A repository that a team declares elsewhere gets the environment there; what differs is in the catalog."""
    adopted = adopter(folder, TWO, None).adopt([actual("web", scan_on_push=False)])

    assert adopted.included == {"teams/web.yaml": (TEAM, TEAM.replace("[prod]", "[prod, dev]"))}
    assert "repositories: {web: {lifecycle: ten@1, scan_on_push: false}}" in adopted.after


def test_a_file_that_is_not_included_is_refused(folder: Path) -> None:
    """Its entries would not be deployed."""
    with pytest.raises(RefusedError) as caught:
        adopter(folder, TWO, "other.yaml")

    assert str(caught.value) == (
        "other.yaml: repositories.yaml does not include it; create it, and add it to `include`"
    )


def test_a_file_that_changed_meanwhile_is_not_overwritten(folder: Path) -> None:
    """The file of a team is as safe as the catalog."""
    adopted = adopter(folder, TWO, "teams/web.yaml").adopt([actual("api")])
    (folder / "teams" / "web.yaml").write_text("repositories:\n  ours:\n")

    with pytest.raises(RefusedError) as caught:
        write_adopted(adopted, catalog=folder / "repositories.yaml", store=folder / "policies" / "lifecycle")

    assert str(caught.value) == "teams/web.yaml: changed meanwhile; run the command again"
