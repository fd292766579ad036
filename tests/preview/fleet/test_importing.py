"""Inventories in JSON become a dataset, with all that they say."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from builders.datasets import ACCOUNT, REGION, place
from builders.inventories import NOW, detail, digest, image, write_images

from ecrkit.documents.files import write_lines
from ecrkit.errors import EcrkitError, InvalidInventoryError, RefusedError, UnreadableInputError
from ecrkit.images import ImageStatus
from ecrkit.images.inventory.writing import Heading, inventory_lines
from ecrkit.preview.fleet.database import connect
from ecrkit.preview.fleet.dataset import IMAGE_COLUMNS, micros_of, read_record
from ecrkit.preview.fleet.fleet import Fleet
from ecrkit.preview.fleet.importing import import_inventories
from ecrkit.preview.fleet.writing import PartitionWriter

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.images import Image
    from ecrkit.preview.fleet.importing import Imported

BEGUN = NOW.isoformat()
FULL = image(
    "a",
    tags=["v1", "latest"],
    pulled_days_ago=2,
    archived_days_ago=3,
    activated_days_ago=1,
    subject="b",
    media_type="application/vnd.oci.image.index.v1+json",
    status=ImageStatus.ACTIVATING,
)._replace(pushed_at=NOW - timedelta(days=9, microseconds=1))


def imported(folder: Path, *, region: str | None = REGION) -> Imported:
    """Import what is in ``images`` into ``dataset``."""
    return import_inventories(str(folder / "images"), folder / "dataset", region=region, begun_at=BEGUN)


def save(folder: Path, name: str, *images: Image) -> None:
    """Save images as ``describe-images`` prints them."""
    path = folder / "images" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_images(path, images, repository=name)


def save_headed(folder: Path, name: str, *images: Image, region: str) -> None:
    """Save images as ``ecrkit images inventory`` does."""
    path = folder / "images" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    heading = Heading(registry=ACCOUNT, repository=name, region=region, begun_at=BEGUN)
    write_lines(path, inventory_lines(heading, [detail(found, repository=name) for found in images]))


def test_columns(tmp_path: Path) -> None:
    """Every property of an image has its column; times are exact."""
    save(tmp_path, "web", FULL)

    imported(tmp_path)

    columns = ", ".join(IMAGE_COLUMNS)
    with connect() as database:
        path = tmp_path / "dataset/images/*/*/*.parquet"
        rows = database.execute(f"SELECT account::VARCHAR, region, {columns} FROM '{path}'").fetchall()  # noqa: S608 - ours
    archived, activated, pulled = (micros_of(NOW - timedelta(days=days)) for days in (3, 1, 2))
    assert rows == [
        (
            *(
                ACCOUNT,
                REGION,
                "web",
                FULL.digest,
                micros_of(FULL.pushed_at),
                ["v1", "latest"],
                1_000_000,
                "ACTIVATING",
            ),
            *(pulled, archived, activated, FULL.subject, FULL.media_type, []),
        )
    ]


def test_regions(tmp_path: Path) -> None:
    """A file that names its Region keeps it; others are of the Region given."""
    save_headed(tmp_path, "api", image(), region="us-east-1")
    save(tmp_path, "team/web", image(), image())

    found = imported(tmp_path)

    assert (found.partitions, found.repositories, found.images) == (((ACCOUNT, REGION), (ACCOUNT, "us-east-1")), 2, 3)
    with Fleet(tmp_path / "dataset") as fleet:
        assert fleet.places == (place("team/web"), place("api", region="us-east-1"))


def test_unknown_region(tmp_path: Path) -> None:
    """A Region that nobody names is an error before anything is written."""
    save_headed(tmp_path, "api", image(), region="us-east-1")
    save(tmp_path, "web", image())

    with pytest.raises(UnreadableInputError) as raised:
        imported(tmp_path, region=None)

    assert str(raised.value) == f"{(tmp_path / 'images/web.json').as_posix()}: does not name its Region; pass --region"
    assert not (tmp_path / "dataset").exists()


def test_named_regions_only(tmp_path: Path) -> None:
    """Files that all name their Region need none, even one without images."""
    save_headed(tmp_path, "empty", region="us-east-1")

    found = imported(tmp_path, region=None)

    assert (found.partitions, found.repositories, found.images) == (((ACCOUNT, "us-east-1"),), 1, 0)
    with Fleet(tmp_path / "dataset") as fleet:
        assert fleet.places == (place("empty", region="us-east-1"),)


def test_import_again(tmp_path: Path) -> None:
    """An import replaces the accounts and Regions of its files, and leaves the others."""
    save_headed(tmp_path, "api", image(), region="us-east-1")
    save(tmp_path, "web", image())
    imported(tmp_path)
    (tmp_path / "images/api.json").unlink()
    (tmp_path / "images/web.json").rename(tmp_path / "images/web2.json")
    save(tmp_path, "web2", image(), image())

    imported(tmp_path)

    with Fleet(tmp_path / "dataset") as fleet:
        assert fleet.places == (place("web2"), place("api", region="us-east-1"))
    assert read_record(tmp_path / "dataset").complete


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("[", "not JSON", id="no JSON"),
        pytest.param('{"imageDetails": [{}]}', "the required key 'imageDigest' is missing", id="no images"),
        pytest.param("{}", "not a list of images", id="another document"),
    ],
)
def test_failed_import(text: str, reason: str, tmp_path: Path) -> None:
    """An import that fails leaves a dataset as it was, and no new one."""
    save(tmp_path, "web", image())
    (tmp_path / "images/zzz.json").write_text(text, encoding="utf-8")
    with pytest.raises(EcrkitError, match=reason):
        imported(tmp_path)
    is_there = (tmp_path / "dataset").exists()
    (tmp_path / "images/zzz.json").unlink()
    imported(tmp_path)
    save(tmp_path, "api", image())
    (tmp_path / "images/zzz.json").write_text(text, encoding="utf-8")
    with pytest.raises(EcrkitError, match=reason):
        imported(tmp_path)

    assert not is_there
    assert read_record(tmp_path / "dataset").complete
    with Fleet(tmp_path / "dataset") as fleet:
        assert fleet.places == (place("web"),)
    assert not (tmp_path / "dataset/.drafts").exists()


def test_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import that ends while it replaces files leaves the dataset incomplete; the next one completes it."""
    save(tmp_path, "web", image())
    imported(tmp_path)
    save_headed(tmp_path, "api", image(), region="us-east-1")
    finish = PartitionWriter.finish

    def interrupted(writer: PartitionWriter) -> None:
        finish(writer)
        raise KeyboardInterrupt

    monkeypatch.setattr(PartitionWriter, "finish", interrupted)
    with pytest.raises(KeyboardInterrupt):
        imported(tmp_path)
    broken = read_record(tmp_path / "dataset")
    monkeypatch.undo()
    imported(tmp_path)

    assert (broken.complete, [one.error for one in broken.failures]) == (False, ["an import was interrupted"])
    assert read_record(tmp_path / "dataset").complete


def test_nothing_to_import(tmp_path: Path) -> None:
    """Files without images and account are no dataset: its preview would find nothing to delete."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images/web.json").write_text('{"imageDetails": []}', encoding="utf-8")

    with pytest.raises(UnreadableInputError) as raised:
        imported(tmp_path)

    assert str(raised.value) == (
        f"{(tmp_path / 'images/web.json').as_posix()}: has no images and no account, so there is nothing to import; "
        "save them with `ecrkit images inventory`"
    )
    assert not (tmp_path / "dataset").exists()


def test_repository_twice(tmp_path: Path) -> None:
    """Two files of the same repository are an error."""
    save(tmp_path, "web", image())
    write_images(tmp_path / "images/other.json", [image()], repository="web")

    with pytest.raises(InvalidInventoryError) as raised:
        imported(tmp_path)

    folder = (tmp_path / "images").as_posix()
    assert str(raised.value) == (
        f"{folder}/web.json: has the images of web in {ACCOUNT} and {REGION}, as {folder}/other.json has; "
        "remove one of them"
    )


def test_something_else(tmp_path: Path) -> None:
    """A folder with something else in it is not written to."""
    save(tmp_path, "web", image())
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset/notes.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(RefusedError) as raised:
        imported(tmp_path)

    assert str(raised.value) == (
        f"{(tmp_path / 'dataset').as_posix()}: contains something other than a fleet dataset; name another directory"
    )


@pytest.mark.parametrize("region", ["", "..", "eu-west-1/../..", "Europe"])
def test_no_region(region: str, tmp_path: Path) -> None:
    """What is no Region becomes no folder."""
    save(tmp_path, "web", image())

    with pytest.raises(UnreadableInputError, match=r"^--region: must be a Region, as in 'eu-west-1', got "):
        imported(tmp_path, region=region)


def test_no_account(tmp_path: Path) -> None:
    """What is no account becomes no folder."""
    save_headed(tmp_path, "web", region=REGION)
    path = tmp_path / "images/web.json"
    path.write_text(path.read_text(encoding="utf-8").replace(ACCOUNT, "../../12345"), encoding="utf-8")

    with pytest.raises(InvalidInventoryError, match=r"its registryId must have 12 digits, got '\.\./\.\./12345'"):
        imported(tmp_path)


def test_size_is_too_large(tmp_path: Path) -> None:
    """A size that no column holds is an error that names the image, and leaves no dataset."""
    save(tmp_path, "web", image("a", size_bytes=2**63 - 1), image("b", size_bytes=2**63))

    with pytest.raises(InvalidInventoryError) as raised:
        imported(tmp_path)

    assert str(raised.value) == (
        f"{tmp_path.as_posix()}/images/web.json: {digest('b')}: imageSizeInBytes must be at most 9223372036854775807, "
        "got 9223372036854775808; save the images again"
    )
    assert not (tmp_path / "dataset").exists()
