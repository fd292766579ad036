"""The place of a dataset, a folder or S3, and the record of an unfinished run."""

from __future__ import annotations

import json
import re
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from ecrkit.aws.fleet.folders import Folder
from ecrkit.aws.fleet.objects import SCHEME, Bucket, Place
from ecrkit.documents.files import decode
from ecrkit.errors import RefusedError, UnreadableInputError
from ecrkit.preview.fleet.dataset import IMAGES, RECORD, REPOSITORIES, DatasetRecord, parse_record, record_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ecrkit.aws.client import Aws
    from ecrkit.preview.fleet.dataset import Failure

__all__ = ["DatasetStore", "Job", "Registry", "opened_store", "registry_of"]

_JOB = ".inventory"
_PREVIOUS = ".previous"
_FILE = re.compile(
    rf"(?:{IMAGES}|{REPOSITORIES})/account=(?P<account>[0-9]{{12}})/region=(?P<region>[a-z0-9-]+)/[^/]+\.parquet"
)


@dataclass(frozen=True, slots=True, order=True)
class Registry:
    """
    An account and a Region.

    Attributes:
        region: as in ``us-east-1``.
        account: twelve digits.
    """

    region: str
    account: str

    def __str__(self) -> str:
        """For people."""
        return f"{self.account} in {self.region}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """
    A run that is not finished.

    Attributes:
        begun_at: ISO 8601.
        accounts: asked for, sorted.
        regions: asked for, sorted.
        done: registries whose files are complete.
    """

    begun_at: str
    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    done: frozenset[Registry] = frozenset()

    @property
    def registries(self) -> tuple[Registry, ...]:
        """Everything asked for; neighbors are in different accounts, which have their own limits."""
        return tuple(Registry(region, account) for region in self.regions for account in self.accounts)


class DatasetStore:
    """
    The dataset that a run writes; threads may share it.

    Args:
        files: of the dataset.
        staging: folder of this machine where files are written first; that of the dataset itself if it is here.
    """

    def __init__(self, files: Folder | Bucket, staging: Path) -> None:
        self.staging = staging
        self._files = files
        self._lock = Lock()
        self._done: frozenset[Registry] = frozenset()

    def __str__(self) -> str:
        """Where it is."""
        return str(self._files)

    def begin(self, asked: Job, *, restart: bool, retry: bool) -> Job:
        """
        Begin a run, or continue one that was interrupted.

        Args:
            asked: what is to be read.
            restart: ignore what an earlier run has read.
            retry: read only what could not be read by the last run.

        Returns:
            The run, with what it has done already.

        Raises:
            AwsError: AWS refused, or could not be reached.
            RefusedError: the place has something else, a dataset of other accounts, or nothing to retry.
            UnreadableInputError: the record of a dataset cannot be read.
        """
        record = None if restart else self._record()
        interrupted = None if restart else self._interrupted()
        job = asked
        if interrupted:
            job = replace(asked, begun_at=interrupted.begun_at, done=interrupted.done & {*asked.registries})
        elif retry:
            job = self._retried(asked, record)
        elif record:
            self._refuse_other(asked, record)
        elif not restart and self._files.sizes():
            raise RefusedError(f"{self}: contains something other than a fleet dataset; name another place")
        self._done = job.done
        self._write(job, complete=False)
        return job

    def previous(self, registry: Registry) -> tuple[Path, ...]:
        """
        Give the image files that an earlier run wrote for a registry.

        Raises:
            AwsError: AWS refused, or could not be reached.
            UnwritableOutputError: a copy of a file in S3 cannot be written.
        """
        folder, _ = _folders(registry)
        names = [name for name in self._files.sizes(folder) if registry_of(name)]
        if isinstance(self._files, Bucket):
            return tuple(
                self.staging / _PREVIOUS / name for name in self._files.download(names, self.staging / _PREVIOUS)
            )
        return tuple(self.staging / name for name in names)

    def publish(self, job: Job, registry: Registry) -> None:
        """
        Take over the files of a registry from the staging folder, and remember that it is done.

        Raises:
            AwsError: AWS refused, or could not be reached.
            UnwritableOutputError: a file cannot be written.
        """
        if isinstance(self._files, Bucket):
            staged = Folder(self.staging)
            for folder in _folders(registry):
                names = staged.sizes(folder)
                for name in names:
                    self._files.upload(name, self.staging / name)
                self._files.delete(self._files.sizes(folder).keys() - names.keys())
                # Their folders stay: other threads are about to write into them.
                for name in names:
                    (self.staging / name).unlink(missing_ok=True)
        with self._lock:
            self._done |= {registry}
            self._files.write(_JOB, _job_text(replace(job, done=self._done)).encode())

    def finish(self, job: Job, failures: Iterable[Failure]) -> tuple[Registry, ...]:
        """
        End a run: remove what is not of it, and write the record of the dataset.

        Args:
            job: that ends.
            failures: what could not be read.

        Returns:
            Registries that are no longer listed, whose files were removed.

        Raises:
            AwsError: AWS refused, or could not be reached.
            UnwritableOutputError: a file cannot be written or removed.
        """
        names = (name for table in (IMAGES, REPOSITORIES) for name in self._files.sizes(f"{table}/"))
        of_registries = {name: registry for name in names if (registry := registry_of(name))}
        stale = [name for name, registry in of_registries.items() if registry not in self._done]
        self._files.delete(stale)
        several = tuple(failures)
        self._write(job, complete=not several, failures=several)
        # Last: while this file exists, the run counts as unfinished.
        self._files.delete([_JOB])
        return tuple(sorted({of_registries[name] for name in stale} - {*job.registries}))

    def _write(self, job: Job, *, complete: bool, failures: tuple[Failure, ...] = ()) -> None:
        record = DatasetRecord(
            begun_at=job.begun_at, complete=complete, accounts=job.accounts, regions=job.regions, failures=failures
        )
        if not complete:
            self._files.write(_JOB, _job_text(job).encode())
        self._files.write(RECORD, record_text(record).encode())

    def _record(self) -> DatasetRecord | None:
        content = self._files.read(RECORD)
        file = f"{str(self).rstrip('/')}/{RECORD}"
        return None if content is None else parse_record(decode(content, file=file), file=file)

    def _interrupted(self) -> Job | None:
        content = self._files.read(_JOB)
        if content is None:
            return None
        try:
            document = json.loads(content)
            return Job(
                begun_at=str(document["begun_at"]),
                accounts=tuple(document["accounts"]),
                regions=tuple(document["regions"]),
                done=frozenset(Registry(**one) for one in document["done"]),
            )
        except (ValueError, TypeError, KeyError):
            raise UnreadableInputError(
                f"{str(self).rstrip('/')}/{_JOB}: not the record of an interrupted run; pass --restart to start again"
            ) from None

    def _retried(self, asked: Job, record: DatasetRecord | None) -> Job:
        if record is None or not record.failures:
            raise RefusedError(f"{self}: nothing to retry; run the command without --retry")
        failed = {(failure.registry, failure.region) for failure in record.failures}
        done = {one for one in asked.registries if not failed & {(one.account, one.region), (one.account, "")}}
        known = {Registry(region, account) for region in record.regions for account in record.accounts}
        return replace(asked, begun_at=record.begun_at, done=frozenset(done & known))

    def _refuse_other(self, asked: Job, record: DatasetRecord) -> None:
        if {*asked.accounts}.isdisjoint(record.accounts):
            accounts = ", ".join(record.accounts[:3]) or "imported files"
            raise RefusedError(
                f"{self}: contains a dataset of {accounts}; name another place, or pass --restart to replace it"
            )


@contextmanager
def opened_store(destination: str, aws: Aws) -> Iterator[DatasetStore]:
    """
    Open the place of a dataset, as a context.

    Args:
        destination: path of a folder, or an URI of S3.
        aws: with credentials for the bucket.

    Raises:
        AwsError: the configuration of boto3 does not allow it.
        UnreadableInputError: the URI is not one of S3.
    """
    if not destination.startswith(SCHEME):
        path = Path(destination)
        yield DatasetStore(Folder(path), path)
        return
    bucket = Bucket(aws, Place.parse(destination))
    with tempfile.TemporaryDirectory(prefix="ecrkit-fleet-", ignore_cleanup_errors=True) as folder:
        yield DatasetStore(bucket, Path(folder))


def registry_of(name: str) -> Registry | None:
    """Say whose file of a dataset this is; ``None`` for what is no part of a table."""
    found = _FILE.fullmatch(name)
    return Registry(found["region"], found["account"]) if found else None


def _folders(registry: Registry) -> tuple[str, ...]:
    return tuple(f"{table}/account={registry.account}/region={registry.region}/" for table in (IMAGES, REPOSITORIES))


def _job_text(job: Job) -> str:
    return json.dumps({**asdict(job), "done": [asdict(one) for one in sorted(job.done)]})
