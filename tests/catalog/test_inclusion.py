"""A catalog that includes files of teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.catalogs import ONE_ENVIRONMENT

from ecrkit import PolicyStore
from ecrkit.catalog import check_catalog, read_catalog
from ecrkit.catalog.locations import repository_places
from ecrkit.catalog.pins import Pins
from ecrkit.catalog.repinning import repin
from ecrkit.errors import InvalidCatalogError, Location
from ecrkit.policies.references import PolicyRef

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CATALOG = f"""\
include: ["teams/*.yaml"]
{ONE_ENVIRONMENT}defaults: {{silence: {{ECR211: Samples., ECR212: Samples.}}}}
"""
PAYMENTS = "repositories:\n  payments/api: {lifecycle: keep@1}\n"
SEARCH = "# Ours.\nrepositories:\n  search/api:\n    mutability: MUTABLE\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def findings(text: str) -> list[str]:
    checked = check_catalog(text, file="repositories.yaml")
    return [str(found) for found in checked.findings if not found.silenced]


def including(*patterns: str) -> str:
    return CATALOG.replace('"teams/*.yaml"', ", ".join(f"'{pattern}'" for pattern in patterns))


def test_repositories_of_all_files_are_in_the_catalog(folder: Path) -> None:
    """Those of the catalog come first, then the files of a glob by name; a file with comments only is fine."""
    write(folder, {"teams/search.yaml": SEARCH, "teams/payments.yaml": PAYMENTS, "teams/new.yaml": "# Soon.\n"})
    write(folder, {"repositories.yaml": f"{CATALOG}repositories:\n  web:\n"})

    read = read_catalog(folder / "repositories.yaml")

    assert [str(entry.name) for entry in read.repositories] == ["web", "payments/api", "search/api"]


def test_where_a_repository_is_declared_changes_nothing(folder: Path) -> None:
    """A catalog in one file has the same value as the same catalog in several."""
    write(folder, {"teams/payments.yaml": PAYMENTS, "teams/search.yaml": SEARCH})
    split = check_catalog(CATALOG, file="repositories.yaml").catalog
    together = PAYMENTS + SEARCH.replace("# Ours.\nrepositories:\n", "")
    whole = check_catalog(CATALOG.partition("\n")[2] + together, file="repositories.yaml").catalog

    assert split is not None
    assert split == whole


def test_findings_are_in_the_file_that_has_the_problem(folder: Path) -> None:
    """Each finding has the file, line and column of the team's own file, with the same pointer as in a catalog."""
    write(
        folder,
        {
            "teams/payments.yaml": "repositories:\n  payments/api: {mutabilty: MUTABLE}\n",
            "teams/search.yaml": "repositories:\n  Search: {mutable_tags: [1]}\n",
        },
    )

    assert findings(CATALOG) == [
        (
            "teams/payments.yaml:2:18: repositories[\"payments/api\"].mutabilty: unknown key 'mutabilty'; did you "
            "mean mutability? [CAT103]"
        ),
        (
            "teams/search.yaml:2:3: repositories.Search: the name must be parts of lower-case letters and digits, "
            "joined by '.', '_', '__', dashes or '/', got 'Search' [CAT120]"
        ),
        (
            'teams/search.yaml:2:27: repositories.Search.mutable_tags[0]: must be a string, got an integer; write "1"'
            " [CAT105]"
        ),
    ]


def test_a_name_in_two_files_is_an_error_that_names_both(folder: Path) -> None:
    """Whether the other file is included, too, or is the catalog; in one file it is a key that is written twice."""
    write(folder, {"teams/a.yaml": PAYMENTS, "teams/b.yaml": f"{PAYMENTS}  web: {{}}\n  web: {{}}\n"})

    assert findings(f"{CATALOG}repositories:\n  payments/api: {{}}\n") == [
        (
            "teams/a.yaml:2:3: repositories[\"payments/api\"]: 'payments/api' is also declared at repositories.yaml:5:3"
            "; remove one [CAT153]"
        ),
        (
            "teams/b.yaml:2:3: repositories[\"payments/api\"]: 'payments/api' is also declared at repositories.yaml:5:3"
            "; remove one [CAT153]"
        ),
        (
            "teams/b.yaml:4:3: repositories.web: the key 'web' is written twice, first on line 3; remove one; YAML "
            "readers silently drop the first [CAT102]"
        ),
    ]


@pytest.mark.parametrize(
    ("pattern", "finding"),
    [
        pytest.param(
            "/etc/passwd", "must be below the folder of the catalog, got '/etc/passwd' [CAT149]", id="absolute"
        ),
        pytest.param("a/../../b", "must be below the folder of the catalog, got 'a/../../b' [CAT149]", id="above"),
        pytest.param(r"teams\a", r"must be a path with '/' between folders, got 'teams\\a' [CAT149]", id="backslash"),
        pytest.param("", "must be a file or a glob, as in 'teams/*.yaml', got '' [CAT149]", id="empty"),
        pytest.param(
            "a**/b", "'**' must stand for whole folders, as in 'teams/**/*.yaml', got 'a**/b' [CAT149]", id="half"
        ),
        pytest.param("teams", "must name files, got the folder 'teams' [CAT149]", id="folder"),
        pytest.param("out.yaml", "out.yaml is a link that leads out of the folder of the catalog [CAT149]", id="link"),
        pytest.param(
            "no.yaml", "no file 'no.yaml' in the folder of the catalog; add it, or remove the line [CAT150]", id="none"
        ),
        pytest.param(
            "no/*.yaml",
            "no file matches 'no/*.yaml' in the folder of the catalog; add one, or remove the line [CAT151]",
            id="no match",
        ),
    ],
)
@pytest.mark.posix
def test_includes_that_lead_nowhere(folder: Path, pattern: str, finding: str) -> None:
    """What is no file below the folder of the catalog is a finding at its own line, and nothing follows from it."""
    (folder / "catalog" / "teams").mkdir(parents=True)
    (folder / "catalog" / "out.yaml").symlink_to(folder / "secret.yaml")
    (folder / "secret.yaml").write_text(PAYMENTS)
    text = f"{including(pattern)}repositories: {{web: {{}}}}\n"

    checked = check_catalog(text, file=str(folder / "catalog" / "repositories.yaml"))
    found = [one for one in checked.findings if not one.silenced]

    assert [
        f"{one.location.path}: {one.message}{'; ' * bool(one.remedy)}{one.remedy} [{one.code}]" for one in found
    ] == [f"include[0]: {finding}".replace("out.yaml is", f"{folder / 'catalog'}/out.yaml is")]


def test_globs_find_files_in_order_and_each_once(folder: Path) -> None:
    """`**` goes through folders, hidden files are left out, and the catalog does not include itself."""
    for number, name in enumerate(["teams/b.yaml", "teams/x/y/a.yaml", "a.yaml", ".hidden.yaml", "teams/.git/c.yaml"]):
        write(folder, {name: f"repositories: {{app-{number}: {{}}}}\n"})
    text = including("*.yaml", "teams/**/*.yaml", "teams/b.yaml")
    write(folder, {"repositories.yaml": text})

    read = read_catalog(folder / "repositories.yaml")

    assert [str(entry.name) for entry in read.repositories] == ["app-2", "app-0", "app-1"]


def test_an_included_file_that_cannot_be_read_hides_nothing_and_adds_nothing(folder: Path) -> None:
    """Repositories that only that file may have are not called unknown."""
    write(folder, {"teams/a.yaml": "repositories: [", "teams/b.yaml": "registry: {}\nrepositories: {bb: 1}\n"})
    text = CATALOG.replace("region: us-east-1", "region: us-east-1, repositories: {only-in-a: {}}")

    assert [one.rpartition("[")[2] for one in findings(text)] == ["CAT101]", "CAT152]", "CAT105]"]


def test_json_files_name_their_schema(folder: Path) -> None:
    """`$schema` is for editors, in a file of a team and in a catalog."""
    write(folder, {"teams/a.json": '{"$schema": "../repositories.schema.json", "repositories": {"web": {}}}'})
    text = f"$schema: catalog.schema.json\n{including('teams/a.json')}"

    assert findings(text) == []


def test_places_and_pins_are_in_their_files(folder: Path) -> None:
    """Audits point to the file of a team, and pins of the catalog are edited where they are."""
    write(folder, {"teams/payments.yaml": PAYMENTS, "teams/search.yaml": SEARCH})
    text = CATALOG.replace("{silence", "{lifecycle: keep@1, silence")

    assert repository_places(text, file="repositories.yaml")["search/api"] == Location("teams/search.yaml", 3, 3)
    found = repin(text, PolicyRef("keep", 2), file="repositories.yaml")
    assert found.text == text.replace("keep@1", "keep@2")
    assert found.included == {"teams/payments.yaml": PAYMENTS.replace("keep@1", "keep@2")}
    assert [str(change.location) for change in found.changes] == ["repositories.yaml:3:23", "teams/payments.yaml:2:29"]


def test_a_pin_of_one_repository_is_added_to_its_file(folder: Path) -> None:
    """A repository of a team that takes the default gets a pin of its own there."""
    write(folder, {"teams/payments.yaml": PAYMENTS, "teams/search.yaml": SEARCH})
    text = CATALOG.replace("{silence", "{lifecycle: keep@1, silence")

    found = repin(text, PolicyRef("keep", 2), file="repositories.yaml", where="search/*")

    assert (found.text, found.included) == (text, {"teams/search.yaml": f"{SEARCH}    lifecycle: keep@2\n"})


def test_pins_need_files_that_are_yaml(folder: Path) -> None:
    """A file that is none is an error at its own place."""
    write(folder, {"teams/a.yaml": "repositories: ["})

    with pytest.raises(InvalidCatalogError, match=r"^teams/a\.yaml:2:1: not a YAML catalog"):
        Pins.read(CATALOG, file="repositories.yaml")


def test_a_missing_policy_is_one_finding(folder: Path) -> None:
    """However many repositories pin it, and one for those that have no policy at all."""
    write(folder, {"teams/a.yaml": "repositories:\n  app: {lifecycle: no@1}\n  web: {lifecycle: no@1}\n  api:\n"})
    text = f"include: [teams/a.yaml]\n{ONE_ENVIRONMENT}repositories: {{d1: {{}}, d2: {{}}}}\n"
    (folder / "store").mkdir()
    found = check_catalog(text, file="repositories.yaml", policies=PolicyStore("store")).findings

    assert [f"{one.place}: {one.message}; {one.remedy}" for one in found] == [
        (
            "repositories.yaml:3:16: no rule for untagged images, so they stay forever (the same in 2 more "
            "repositories); add a policy for them"
        ),
        (
            "repositories.yaml:3:16: no rule for every tagged image, so their number grows forever (the same in 2 more "
            "repositories); add a policy with an 'any' rule, or with the pattern '*'"
        ),
        "teams/a.yaml:2:20: no policy 'no' in store (pinned in 2 places); the store is empty",
    ]


def test_an_included_file_alone_is_no_catalog() -> None:
    """A check of an included file says to check the catalog that includes it."""
    (found,) = check_catalog("repositories:\n  web:\n", file="teams/web.yaml").findings

    assert found.text == (
        "the required key 'environments' is missing; add it, or check the catalog that includes this file"
    )
