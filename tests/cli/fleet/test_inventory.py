"""`ecrkit fleet inventory` against a local AWS: two accounts, to a folder and to S3."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from builders.commands import run_here
from builders.fleet_accounts import BUCKET, OTHER, Fleet, fleet_in
from builders.sandboxes import HOME

from ecrkit.aws.fleet import inventory as reading
from ecrkit.aws.inventory import current_images
from ecrkit.aws.repositories import deployed_repositories
from ecrkit.errors import AwsError

if TYPE_CHECKING:
    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server

PLACES = f"--accounts {HOME.account},{OTHER} --role inventory --regions us-east-1,eu-west-1"


@pytest.fixture
def fleet(ministack: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """Two accounts with repositories, of which the first is that of the credentials."""
    found = fleet_in(ministack, tmp_path / "home")
    found.enter(monkeypatch)
    monkeypatch.chdir(tmp_path)
    return found


def rows(query: str) -> list[tuple[Any, ...]]:
    """Query the dataset in the folder ``dataset``."""
    with duckdb.connect() as database:
        return database.execute(query).fetchall()


IMAGES = "SELECT account, region, repository, count(*) FROM '{}/images/*/*/*.parquet' GROUP BY ALL ORDER BY ALL"
READ = [
    (int(HOME.account), "us-east-1", "web", 2),
    (int(OTHER), "eu-west-1", "api", 1),
    (int(OTHER), "us-east-1", "web", 3),
]


def test_every_registry_is_read(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The dataset has the images, deployed policies and tags of every account and Region."""
    assert fleet is not None
    code = run_here(f"fleet inventory -o dataset {PLACES}", monkeypatch)

    assert (code, capsys.readouterr().out) == (0, "dataset: 4 registries, 4 repositories and 6 images read\n")
    assert rows(IMAGES.format("dataset")) == READ
    repositories = rows(
        "SELECT repository, policy IS NULL, tags FROM 'dataset/repositories/*/*/*.parquet' ORDER BY ALL"
    )
    assert repositories == [
        ("api", True, {"team": "shop"}),
        ("empty", True, {"team": "shop"}),
        ("web", False, {"team": "shop"}),
        ("web", True, {"team": "pay"}),
    ]


def test_dataset_in_s3(fleet: Fleet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The dataset goes to S3 with the same names, the JSON describes it, and the accounts come from Organizations."""
    organizations = fleet.client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = organizations.create_organizational_unit(ParentId=root, Name="Prod")["OrganizationalUnit"]["Id"]
    status = organizations.create_account(Email="one@example.com", AccountName="one")["CreateAccountStatus"]
    account = status["AccountId"]
    organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
    closed = organizations.create_account(Email="two@example.com", AccountName="two")["CreateAccountStatus"][
        "AccountId"
    ]
    organizations.move_account(AccountId=closed, SourceParentId=root, DestinationParentId=unit)
    organizations.close_account(AccountId=closed)
    fleet.add("job", ["v1"], account=account, region="us-east-1")

    code = run_here(
        f"fleet inventory -o s3://{BUCKET}/daily --organizational-units {root} --role x --output json", monkeypatch
    )
    said = capsys.readouterr()
    document = json.loads(said.out)

    assert (code, said.err) == (0, f"{closed}: skipped, its state is SUSPENDED\n")
    assert (document["dataset"], document["complete"]) == (f"s3://{BUCKET}/daily/", True)
    counts = {one["registryId"]: (one["repositoryCount"], one["imageCount"]) for one in document["registries"]}
    assert counts == {HOME.account: (1, 2), account: (1, 1)}
    of_accounts = sorted([HOME.account, account])
    assert fleet.objects() == [
        "daily/dataset.json",
        *(f"daily/images/account={one}/region=us-east-1/part-00000.parquet" for one in of_accounts),
        *(f"daily/repositories/account={one}/region=us-east-1/part-00000.parquet" for one in of_accounts),
    ]


def test_failure_makes_the_dataset_incomplete(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A registry that cannot be read is named, the command exits with 3, and --retry reads nothing but that."""
    assert fleet is not None

    def refuse(client: Any) -> Any:  # noqa: ANN401 - a client of any account
        if client.meta.region_name == "eu-west-1":
            raise AwsError("DescribeRepositories: access denied: No", code="AccessDeniedException")
        return deployed_repositories(client)

    monkeypatch.setattr(reading, "deployed_repositories", refuse)
    code = run_here(f"fleet inventory -o dataset {PLACES}", monkeypatch)
    refused = capsys.readouterr()
    record = json.loads(record_text())
    monkeypatch.setattr(reading, "deployed_repositories", deployed_repositories)
    again = run_here(f"fleet inventory -o dataset {PLACES} --retry", monkeypatch)
    retried = capsys.readouterr()

    assert (code, refused.out) == (3, "dataset: 2 registries, 2 repositories and 5 images read\n")
    assert refused.err == (
        f"{HOME.account} eu-west-1: DescribeRepositories: access denied: No\n"
        f"{OTHER} eu-west-1: DescribeRepositories: access denied: No\n"
        "error: the dataset is incomplete: 2 accounts or Regions could not be read; run the command again with "
        "--retry\n"
    )
    assert (record["complete"], [one["region"] for one in record["failures"]]) == (False, ["eu-west-1", "eu-west-1"])
    assert (again, retried.out) == (0, "dataset: 4 registries, 2 repositories and 1 image read\n")
    assert json.loads(record_text())["complete"] is True
    assert rows(IMAGES.format("dataset")) == READ


def record_text() -> str:
    """Read the record of the dataset."""
    return Path("dataset/dataset.json").read_text(encoding="utf-8")


def test_interrupted_run_continues(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C keeps every registry that is complete; the same command reads the others, and ends with all of them."""
    assert fleet is not None
    read: list[str] = []

    def interrupt(client: Any, repository: Any, **options: Any) -> Any:  # noqa: ANN401 - as the real one
        if (repository.account, repository.name) == (OTHER, "web"):
            raise KeyboardInterrupt
        return current_images(client, repository, **options)

    def count(client: Any, repository: Any, **options: Any) -> Any:  # noqa: ANN401 - as the real one
        read.append(f"{repository.account} {repository.name}")
        return current_images(client, repository, **options)

    monkeypatch.setattr(reading, "current_images", interrupt)
    # One after the other, the last of which is interrupted.
    monkeypatch.setattr(reading, "_REGISTRIES_AT_A_TIME", 1)
    code = run_here(f"fleet inventory -o dataset {PLACES}", monkeypatch)
    interrupted = capsys.readouterr()
    monkeypatch.setattr(reading, "current_images", count)
    again = run_here(f"fleet inventory -o dataset {PLACES}", monkeypatch)
    continued = capsys.readouterr()

    assert (code, interrupted.err) == (3, "\nerror: interrupted\n")
    assert (again, read) == (0, [f"{OTHER} web"])
    assert continued.err.startswith("continued: 3 of 4 registries were read since ")
    assert rows(IMAGES.format("dataset")) == READ


def test_manifest_lists_are_read_once(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second run takes what a manifest list refers to from the dataset, in a folder and in S3."""
    fleet.add_list("web", "multi", account=HOME.account, region="us-east-1")
    known: list[int] = []

    def count(client: Any, repository: Any, **options: Any) -> Any:  # noqa: ANN401 - as the real one
        known.append(len(options["known"]))
        return current_images(client, repository, **options)

    monkeypatch.setattr(reading, "current_images", count)
    for destination in ("dataset", f"s3://{BUCKET}/daily"):
        for _ in range(2):
            assert run_here(f"fleet inventory -o {destination}", monkeypatch) == 0

    assert known == [0, 1, 0, 1]
    assert rows("SELECT count(*) FROM 'dataset/images/*/*/*.parquet' WHERE len(children) = 1") == [(1,)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            f"--accounts {OTHER}",
            f"the credentials are for {HOME.account}; pass --role to read other accounts",
            id="role",
        ),
        pytest.param("--accounts web", "Invalid value for --accounts: web: must be 12 digits", id="account"),
        pytest.param(
            "--retry --restart",
            "--retry keeps what was read, and --restart reads it again; pass one of them",
            id="both",
        ),
        pytest.param(
            "--organizational-units prod",
            "prod: not the ID of an organizational unit; write it as in ou-ab12-cdefgh34, or r-ab12 for all",
            id="unit",
        ),
    ],
)
def test_usage(
    fleet: Fleet, arguments: str, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be asked for is refused before anything is read or written."""
    assert fleet is not None
    code = run_here(f"fleet inventory -o dataset {arguments}", monkeypatch)

    assert (code, capsys.readouterr().err.splitlines()[-1].lower()) == (2, f"error: {message}".lower())
