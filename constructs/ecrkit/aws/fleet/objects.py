"""The files of a dataset in S3: whole objects, one request each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecrkit.aws.client import aws_errors
from ecrkit.aws.concurrency import in_order
from ecrkit.aws.local import is_local
from ecrkit.documents.files import make_directory, open_file, write_pieces
from ecrkit.errors import AwsError, UnreadableInputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from ecrkit.aws.client import Aws

__all__ = ["SCHEME", "Bucket", "Place"]

SCHEME = "s3://"

_URI = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[\w!.*'()=/-]*))?", re.ASCII)
_CHUNK = 1 << 20
_ATTEMPTS = 3
_DELETED_PER_CALL = 1000
_NO_SUCH_KEY = "NoSuchKey"
_BROKEN = frozenset({"ConnectionClosedError", "IncompleteReadError", "ReadTimeoutError", "ResponseStreamingError"})
"""Codes of errors after which a retry may succeed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    A folder in S3.

    Attributes:
        bucket: its name.
        prefix: of the keys; empty, or with a slash at the end.
    """

    bucket: str
    prefix: str

    @classmethod
    def parse(cls, text: str) -> Place:
        """
        Read ``s3://BUCKET/PREFIX``.

        Raises:
            UnreadableInputError: it is something else.
        """
        found = _URI.fullmatch(text)
        if not found or "//" in text.removeprefix(SCHEME):
            raise UnreadableInputError(
                f"{text}: not a folder in S3; write s3://BUCKET/PREFIX, with letters, digits and !.*'()=_-/ in PREFIX"
            )
        prefix = (found["prefix"] or "").strip("/")
        return cls(bucket=found["bucket"], prefix=f"{prefix}/" if prefix else "")

    def __str__(self) -> str:
        """Write it with a slash at the end."""
        return f"{SCHEME}{self.bucket}/{self.prefix}"

    def under(self, folder: str) -> Place:
        """Name a folder in it."""
        return Place(bucket=self.bucket, prefix=f"{self.prefix}{folder}/")


class Bucket:
    """
    The objects of a folder in S3; threads may share it. Names are relative to the folder.

    Args:
        aws: with credentials for the bucket.
        place: the folder.

    Every method raises ``AwsError`` if AWS refuses, or cannot be reached.
    """

    def __init__(self, aws: Aws, place: Place) -> None:
        self.place = place
        client = aws.client("s3")
        # A bucket's name in front of this machine's host name does not resolve.
        self._client = aws.client("s3", s3={"addressing_style": "path"}) if is_local(client) else client

    def __str__(self) -> str:
        """The URI of the folder."""
        return str(self.place)

    def sizes(self, folder: str = "") -> dict[str, int]:
        """List the objects under *folder*, a relative one, with their sizes in bytes."""
        prefix = f"{self.place.prefix}{folder}"
        start = len(self.place.prefix)
        with aws_errors():
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.place.bucket, Prefix=prefix)
            return {found["Key"][start:]: found["Size"] for page in pages for found in page.get("Contents", ())}

    def read(self, name: str) -> bytes | None:
        """Read an object; ``None`` if it does not exist."""
        try:
            return b"".join(self._pieces(name))
        except AwsError as error:
            if error.code == _NO_SUCH_KEY:
                return None
            raise

    def write(self, name: str, content: bytes) -> None:
        """Write an object."""
        with aws_errors():
            self._client.put_object(Bucket=self.place.bucket, Key=self._key(name), Body=content)

    def upload(self, name: str, path: Path) -> None:
        """
        Write an object from a file.

        Raises:
            UnreadableInputError: the file cannot be read.
        """
        with open_file(path) as file, aws_errors():
            self._client.put_object(Bucket=self.place.bucket, Key=self._key(name), Body=file)

    def delete(self, names: Collection[str]) -> None:
        """Delete objects; ignores objects that do not exist."""
        left = sorted(names)
        for start in range(0, len(left), _DELETED_PER_CALL):
            keys = [{"Key": self._key(name)} for name in left[start : start + _DELETED_PER_CALL]]
            with aws_errors():
                answer: Mapping[str, Any] = self._client.delete_objects(
                    Bucket=self.place.bucket, Delete={"Objects": keys, "Quiet": True}
                )
            for error in answer.get("Errors", ()):
                reason = f"{error.get('Code', 'unknown')}: {error.get('Message', 'no reason given')}"
                raise AwsError(f"{SCHEME}{self.place.bucket}/{error.get('Key', '')}: not deleted: {reason}")

    def download(self, names: Iterable[str], folder: Path) -> Iterator[str]:
        """
        Write objects to files of the same names, several at a time.

        Yields:
            The name of each, when its file is complete.

        Raises:
            UnwritableOutputError: a file cannot be written.
        """

        def fetch(name: str) -> str:
            path = folder / name
            make_directory(path.parent)
            # A connection may end in the middle of a long object.
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    write_pieces(path, self._pieces(name))
                    break
                except AwsError as error:
                    if error.code not in _BROKEN or attempt == _ATTEMPTS:
                        raise
            return name

        return in_order(fetch, names)

    def _pieces(self, name: str) -> Iterator[bytes]:
        with aws_errors():
            body = self._client.get_object(Bucket=self.place.bucket, Key=self._key(name))["Body"]
            with body:
                yield from body.iter_chunks(_CHUNK)

    def _key(self, name: str) -> str:
        return f"{self.place.prefix}{name}"
