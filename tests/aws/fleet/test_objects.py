"""Folders in S3, and the files in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.accounts import account_in

from ecrkit.aws.client import connect
from ecrkit.aws.fleet.folders import Folder
from ecrkit.aws.fleet.objects import Bucket, Place
from ecrkit.errors import AwsError, UnreadableInputError

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.aws.sandbox import Sandbox


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("s3://my-fleet", "s3://my-fleet/"),
        ("s3://my-fleet/", "s3://my-fleet/"),
        ("s3://my-fleet/daily/all", "s3://my-fleet/daily/all/"),
        ("s3://my-fleet/daily/", "s3://my-fleet/daily/"),
    ],
)
def test_place(text: str, written: str) -> None:
    """A folder is written with a slash at its end, with or without one given."""
    assert str(Place.parse(text)) == written


@pytest.mark.parametrize(
    "text", ["s3://", "s3://My_Fleet/x", "s3://my-fleet//x", "s3://my-fleet/a b", "s3://my-fleet/ä"]
)
def test_no_place(text: str) -> None:
    """What is no folder in S3 is refused."""
    with pytest.raises(UnreadableInputError) as refused:
        Place.parse(text)

    assert str(refused.value) == (
        f"{text}: not a folder in S3; write s3://BUCKET/PREFIX, with letters, digits and !.*'()=_-/ in PREFIX"
    )


def exercise(files: Folder | Bucket, source: Path) -> list[object]:
    """Write, list, read and delete files; gives what can be seen of it."""
    files.upload("images/a=1/one.parquet", source)
    files.write("images/a=2/two.parquet", b"22")
    files.write("dataset.json", b"{}")
    seen: list[object] = [files.sizes(), files.sizes("images/"), files.read("dataset.json"), files.read("nothing")]
    files.delete(["images/a=1/one.parquet", "images/a=3/none.parquet"])
    files.write("dataset.json", b"[]")
    return [*seen, files.sizes(), files.read("dataset.json")]


@pytest.mark.server
def test_folder_and_bucket(ministack: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of this machine and one in S3 do the same."""
    account = account_in(ministack, tmp_path / "home")
    for name, value in account.environment.items():
        monkeypatch.setenv(name, value)
    aws = connect()
    aws.client("s3", s3={"addressing_style": "path"}).create_bucket(Bucket="my-fleet")
    source = tmp_path / "source"
    source.write_bytes(b"1" * 3_000_000)
    bucket = Bucket(aws, Place.parse("s3://my-fleet/daily"))

    of_bucket = exercise(bucket, source)

    assert of_bucket == exercise(Folder(tmp_path / "folder"), source)
    assert of_bucket[0] == {"dataset.json": 2, "images/a=1/one.parquet": 3_000_000, "images/a=2/two.parquet": 2}
    assert not (tmp_path / "folder" / "images" / "a=1").exists()
    assert list(bucket.download(["images/a=2/two.parquet"], tmp_path / "copy")) == ["images/a=2/two.parquet"]
    assert (tmp_path / "copy" / "images" / "a=2" / "two.parquet").read_bytes() == b"22"
    with pytest.raises(AwsError) as refused:
        Bucket(aws, Place.parse("s3://their-fleet")).sizes()
    assert refused.value.code == "NoSuchBucket"
