"""
A directory with the images of many repositories, which takes long to fill and may be interrupted.

A file is there whole or not at all, and its first line tells which job wrote it. While a job is under way, so is the
folder ``.inventory`` in the directory: it says what the job is, and holds what is being written.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from ecrkit.documents.files import make_directory, read_text, unwritable, write_lines, write_text
from ecrkit.errors import RefusedError, UnreadableInputError, first_names
from ecrkit.images.inventory.sources import UNFINISHED, files_in
from ecrkit.images.inventory.writing import Heading, heading_in, inventory_lines, path_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path
    from typing import Any

__all__ = ["InventoryDirectory", "Job", "Progress"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """
    What is to be fetched.

    Attributes:
        registry: account, twelve digits.
        region: as in ``us-east-1``.
        names: of the repositories, sorted; empty for all that there are.
        begun_at: ISO 8601.
        layers: whether the layers of images are fetched, too.
    """

    registry: str
    region: str
    names: tuple[str, ...]
    begun_at: str
    layers: bool = False

    def is_that_of(self, other: Job) -> bool:
        """Whether it fetches the same, whenever it began."""
        mine, others = ((job.registry, job.region, job.names, job.layers) for job in (self, other))
        return mine == others

    def __str__(self) -> str:
        """For people: ``all repositories of 123456789012 in us-east-1``."""
        layers = ", with layers," if self.layers else ""
        return f"{first_names(self.names) or 'all repositories'} of {self.registry} in {self.region}{layers}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """
    How far a job has come.

    Attributes:
        job: that is under way; one that was interrupted, or the one asked for.
        done: repositories whose files are there.
        refused: those of *done* that are there without their layers, because the lifecycle policy counts pulls.
        is_continued: whether it was interrupted before.
    """

    job: Job
    done: frozenset[str]
    refused: frozenset[str]
    is_continued: bool


class InventoryDirectory:
    """
    The directory; threads may share it.

    Args:
        path: where; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._unfinished = path / UNFINISHED
        self._job_file = self._unfinished / "job"
        self._refused = self._unfinished / "refused"
        self._headings: dict[Path, Heading] = {}

    def begin(self, asked: Job, *, restart: bool) -> Progress:
        """
        Begin a job, or go on with it where it was interrupted.

        Args:
            asked: what is to be fetched.
            restart: forget what was interrupted.

        Raises:
            RefusedError: the directory holds something else, of another registry, or of another job that was
                interrupted.
            UnreadableInputError: something in it cannot be read.
            UnwritableOutputError: it cannot be written to.
        """
        self._headings = dict(self._read_headings(asked))
        interrupted = None if restart else self._interrupted()
        if interrupted and not interrupted.is_that_of(asked):
            raise RefusedError(
                f"{self.path.as_posix()}: an inventory of {interrupted} was interrupted there; finish it first, name "
                "another directory, or pass --restart to discard it"
            )
        job = interrupted or asked
        if not interrupted:
            self._write_job(job)
        done = frozenset(found.repository for found in self._headings.values() if found.begun_at == job.begun_at)
        refused = done & {read_text(path) for path in self._refused.glob("*")}
        return Progress(job=job, done=done, refused=refused, is_continued=interrupted is not None)

    def file_of(self, repository: str) -> Path:
        """Say where the images of a repository are, or will be."""
        return self.path / path_of(repository)

    def write(self, job: Job, repository: str, details: Iterable[Mapping[str, Any]]) -> None:
        """
        Write the images of a repository, whole or not at all.

        Args:
            job: that is under way.
            repository: its name.
            details: of its images, as boto3 gives them; what they raise passes through.

        Raises:
            UnwritableOutputError: it cannot be written; what was there before is still there.
        """
        heading = Heading(registry=job.registry, repository=repository, region=job.region, begun_at=job.begun_at)
        path = self.file_of(repository)
        make_directory(path.parent)
        # Drafts are with the job, so that those of a process that was killed go with it.
        write_lines(path, inventory_lines(heading, details), drafts=self._unfinished)

    def refuse_layers(self, repository: str) -> None:
        """
        Note that the layers of a repository are not read, for the case that the job is interrupted.

        Raises:
            UnwritableOutputError: it cannot be written.
        """
        make_directory(self._refused)
        write_text(self._refused / sha256(repository.encode()).hexdigest(), repository)

    def finish(self, job: Job, there: AbstractSet[str]) -> tuple[str, ...]:
        """
        End a job.

        Args:
            job: that is under way.
            there: names of the repositories that there are, as far as the job is about them.

        Returns:
            Repositories that are not there any more, whose files were removed: nothing goes where only some
            repositories were asked for.

        Raises:
            UnwritableOutputError: something cannot be removed.
        """
        gone = []
        try:
            for path, heading in self._headings.items():
                if not job.names and heading.repository not in there:
                    path.unlink()
                    gone.append(heading.repository)
        except OSError as error:
            raise unwritable(path, error) from None
        # Last: as long as it is there, nobody takes the inventory for whole.
        shutil.rmtree(self._unfinished, ignore_errors=True)
        return tuple(sorted(gone))

    def _read_headings(self, asked: Job) -> Iterable[tuple[Path, Heading]]:
        for path in files_in(self.path):
            heading = heading_in(path)
            if heading is None or path != self.file_of(heading.repository):
                raise RefusedError(
                    f"{self.path.as_posix()}: contains {path.relative_to(self.path).as_posix()}, which no inventory "
                    "wrote; name another directory"
                )
            if (heading.registry, heading.region) != (asked.registry, asked.region):
                raise RefusedError(
                    f"{self.path.as_posix()}: contains images of {heading.registry} in {heading.region}, but these "
                    f"are of {asked.registry} in {asked.region}; name another directory"
                )
            yield path, heading

    def _interrupted(self) -> Job | None:
        if not self._job_file.is_file():
            return None
        try:
            document = json.loads(read_text(self._job_file))
            return Job(**{**document, "names": tuple(document["names"])})
        except (ValueError, TypeError, KeyError):
            raise UnreadableInputError(
                f"{self._job_file.as_posix()}: not the record of an interrupted run; pass --restart to start again"
            ) from None

    def _write_job(self, job: Job) -> None:
        shutil.rmtree(self._unfinished, ignore_errors=True)
        make_directory(self._unfinished)
        write_text(self._job_file, json.dumps(asdict(job)))
