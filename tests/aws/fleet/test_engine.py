"""A fleet in a local AWS: inventory, S3, Glue, Athena and results, equal to DuckDB's and the evaluator's."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from builders.commands import run_here
from builders.datasets import random_fleet, write_dataset
from builders.fleet_accounts import BUCKET, OTHER, Fleet, fleet_in
from builders.inventories import NOW
from builders.policies import policy_text, rule, tagged, untagged
from builders.sandboxes import HOME

from ecrkit.aws.client import connect
from ecrkit.aws.fleet.engine import athena_fleet, downloaded
from ecrkit.aws.fleet.glue import apply_tables
from ecrkit.aws.fleet.objects import Bucket, Place
from ecrkit.aws.fleet.tables import DATABASE, all_tables
from ecrkit.aws.inventory import current_images
from ecrkit.aws.polling import Patience
from ecrkit.aws.repositories import deployed_repositories
from ecrkit.errors import RefusedError, UnreadableInputError
from ecrkit.lifecycle import parse_policy
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.preview.fleet import fleet as fleets
from ecrkit.preview.fleet import tables
from ecrkit.preview.protection import Protections

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from ecrkit.aws.client import Aws
    from ecrkit.aws.fleet.engine import AthenaFleet
    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server

DAILY = Place(bucket=BUCKET, prefix="daily/")
POLICY = parse_policy(
    policy_text(rule(1, countNumber=1, **untagged()), rule(2, countNumber=1, **tagged("v*"))), file="keep.json"
)


@pytest.fixture
def fleet(ministack: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """Two accounts with repositories, of which the first is that of the credentials."""
    found = fleet_in(ministack, tmp_path / "home")
    found.enter(monkeypatch)
    return found


def athena(aws: Aws, *, max_scanned: int | None = None) -> AbstractContextManager[AthenaFleet]:
    patience = Patience(
        seconds=60, clock=time.monotonic, sleep=lambda seconds: time.sleep(seconds / 20), report=lambda *_: None
    )
    return athena_fleet(
        aws, DAILY, database=DATABASE, workgroup="primary", max_scanned_bytes=max_scanned, patience=patience
    )


def test_fleet_of_two_accounts(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Athena gives the verdicts that DuckDB and the evaluator give on what is deployed, manifest lists too."""
    fleet.add_list("api", "multi", account=OTHER, region="eu-west-1")
    places = f"--accounts {HOME.account},{OTHER} --role inventory --regions us-east-1,eu-west-1"

    taken = run_here(f"fleet inventory -o {DAILY} {places}", monkeypatch)
    made = run_here(f"fleet table --inventory {DAILY}", monkeypatch)
    said = capsys.readouterr().out

    assert (taken, made) == (0, 0)
    assert said.splitlines() == [
        f"{DAILY}: 4 registries, 4 repositories and 8 images read",
        "ecrkit_fleet.images: created",
        "ecrkit_fleet.repositories: created",
        "ecrkit_fleet.preview_rules: created",
        "ecrkit_fleet.preview_repositories: created",
        "ecrkit_fleet.preview_used: created",
        "ecrkit_fleet.preview_protection: created",
        "ecrkit_fleet.preview_boundary: created",
        "ecrkit_fleet.preview_reference: created",
        "ecrkit_fleet.preview_numbered: created",
        "ecrkit_fleet.preview_edge: created",
        "ecrkit_fleet.preview_decided: created",
        "ecrkit_fleet.preview_settled: created",
    ]
    now = datetime.now(UTC) + timedelta(days=1)
    aws = connect()
    with downloaded(aws, DAILY) as folder, fleets.Fleet(folder) as local:
        local.set_policies(dict.fromkeys(local.places, POLICY), now=now)
        of_duckdb, totals = set(local.verdicts()), local.totals()
    with athena(aws) as remote:
        remote.set_policies(dict.fromkeys(remote.places, POLICY), now=now)
        of_athena = set(remote.verdicts())
        assert remote.totals() == totals
    of_evaluator = {
        (account, region, repository.name, verdict.image.digest, verdict.action and verdict.action.value)
        for account in (HOME.account, OTHER)
        for region in ("us-east-1", "eu-west-1")
        for client in (fleet.client("ecr", account=account, region=region),)
        for repository in deployed_repositories(client)
        for verdict in evaluate(
            POLICY, current_images(client, repository, children=True).inventory.images, now
        ).verdicts
    }

    assert of_athena == of_duckdb
    assert {(*one.place, one.digest, one.action) for one in of_athena} == of_evaluator
    assert sum(one.action == "expire" for one in of_athena) > 0
    assert not [key for key in fleet.objects() if key.startswith("daily/previews/")]


def test_random_fleet(fleet: Fleet, tmp_path: Path) -> None:
    """Athena gives DuckDB's verdicts and totals on repositories at random, of two accounts, with protections."""
    assert fleet is not None
    images, policies = random_fleet(1, repositories=60)
    moved = {
        place: tables.Place(OTHER if number % 2 else place.account, place.region, place.repository)
        for number, place in enumerate(images)
    }
    dataset = write_dataset(tmp_path / "dataset", {moved[place]: several for place, several in images.items()})
    given = {moved[place]: policy for place, policy in policies.items()}
    aws = connect()
    bucket = Bucket(aws, DAILY)
    for path in dataset.rglob("*.*"):
        bucket.upload(path.relative_to(dataset).as_posix(), path)
    apply_tables(aws, DATABASE, all_tables(bucket))
    protections = Protections(must_keep=("v*",), pulled_within=timedelta(days=30))

    with fleets.Fleet(dataset) as local:
        local.set_policies(given, now=NOW, protections=protections)
        of_duckdb, totals = set(local.verdicts()), local.totals()
    with athena(aws) as remote:
        remote.set_policies(given, now=NOW, protections=protections)

        assert remote.totals() == totals
        assert set(remote.verdicts()) == of_duckdb
        assert set(remote.verdicts("protected")) == {one for one in of_duckdb if one.is_protected}
        assert remote.estimated_bytes > 0


def test_tables_of_another_dataset(fleet: Fleet, tmp_path: Path) -> None:
    """Tables that are missing, or that lack an account or Region of the dataset, are refused before a query."""
    assert fleet is not None
    images, _ = random_fleet(2, repositories=2)
    aws = connect()
    bucket = Bucket(aws, DAILY)
    dataset = write_dataset(tmp_path / "dataset", images)
    for path in dataset.rglob("*.*"):
        bucket.upload(path.relative_to(dataset).as_posix(), path)
    apply_tables(aws, DATABASE, all_tables(bucket))
    for path in dataset.rglob("*.parquet"):
        name = path.relative_to(dataset).as_posix()
        bucket.upload(name.replace("region=eu-west-1", "region=eu-south-1"), path)

    with pytest.raises(UnreadableInputError) as refused, athena(aws):
        pass

    assert str(refused.value) == (
        "ecrkit_fleet: tables are missing or outdated: images, repositories; run `ecrkit fleet table "
        "--inventory s3://fleet/daily/`"
    )
    assert set(apply_tables(aws, DATABASE, all_tables(bucket)).values()) == {"updated", "unchanged"}
    with pytest.raises(RefusedError) as limited, athena(aws, max_scanned=1):
        pass
    assert "more than --max-scanned 1" in str(limited.value)
