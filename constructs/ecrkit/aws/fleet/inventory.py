"""Read the repositories and images of many accounts and Regions into a dataset."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from ecrkit.aws.concurrency import in_order
from ecrkit.aws.fleet.accounts import as_role
from ecrkit.aws.inventory import current_images
from ecrkit.aws.repositories import NOT_FOUND, deployed_repositories, lifecycle_policy_text, text_counts_pulls
from ecrkit.aws.stacks import resource_tags
from ecrkit.errors import AwsError
from ecrkit.images.inventory.writing import ReadManifest
from ecrkit.preview.fleet.dataset import Failure
from ecrkit.preview.fleet.manifests import children_in
from ecrkit.preview.fleet.writing import PartitionWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ecrkit.aws.client import Aws, ECRClient
    from ecrkit.aws.fleet.accounts import Role
    from ecrkit.aws.fleet.store import DatasetStore, Job, Registry
    from ecrkit.aws.inventory import CurrentImages
    from ecrkit.aws.repositories import DeployedRepository

__all__ = ["Outcome", "Sessions", "failures_of", "take_registries"]

_REGISTRIES_AT_A_TIME = 8
_REPOSITORIES_AT_A_TIME = 4
"""Limits of one registry. ECR limits calls per account and Region, and each client slows down when throttled."""

_CREDENTIALS_ENDED = frozenset(
    {
        "CredentialRetrievalError",
        "ExpiredToken",
        "ExpiredTokenException",
        "NoCredentialsError",
        "RequestExpired",
        "SSOTokenLoadError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
    }
)
"""Codes of errors that end a run: every other account would fail too, and the next run continues."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    A registry after an attempt to read it.

    Attributes:
        registry: account and Region.
        repositories: how many were read.
        images: how many were read.
        unread: manifest lists whose images are unknown.
        why_unread: a reason for one of them.
        error: why the registry could not be read; empty if it was.
        is_account: whether the whole account could not be read.
    """

    registry: Registry
    repositories: int = 0
    images: int = 0
    unread: int = 0
    why_unread: str = ""
    error: str = ""
    is_account: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    repository: DeployedRepository
    policy: str | None
    tags: Mapping[str, str]
    current: CurrentImages


class Sessions:
    """
    A session in each account, each made once; threads may share it.

    Args:
        aws: of the caller.
        role: to assume in other accounts; ``None`` if there are none.
    """

    def __init__(self, aws: Aws, role: Role | None) -> None:
        self._aws = aws
        self._role = role
        self.account = aws.account()
        self._partition = aws.partition() if role else ""
        self._sts = aws.client("sts")
        self._made: dict[str, Aws | AwsError] = {}
        self._lock = Lock()
        self._locks: dict[str, Lock] = {}

    def of(self, account: str) -> Aws:
        """
        Give the session of an account; that of the caller needs no role.

        Raises:
            AwsError: the role cannot be assumed.
        """
        if account == self.account or self._role is None:
            return self._aws
        with self._lock:
            lock = self._locks.setdefault(account, Lock())
        with lock:
            if account not in self._made:
                try:
                    arn = self._role.arn(account, partition=self._partition)
                    self._made[account] = as_role(self._aws, self._sts, arn)
                except AwsError as error:
                    self._made[account] = error
            made = self._made[account]
        if isinstance(made, AwsError):
            raise made
        return made

    def ecr(self, registry: Registry) -> ECRClient:
        """
        Make a client for ECR in a registry.

        Raises:
            AwsError: the configuration of boto3 does not allow it.
        """
        aws = self.of(registry.account)
        # boto3 makes one client of a session at a time.
        with self._lock:
            client: ECRClient = aws.client("ecr", region=registry.region)
        return client


def take_registries(
    sessions: Sessions, store: DatasetStore, job: Job, left: Iterable[Registry], *, children: bool | None
) -> Iterator[Outcome]:
    """
    Read registries, several at a time; each is complete in the dataset before its outcome is given, or absent.

    Args:
        sessions: of the accounts.
        store: of the dataset.
        job: that is under way.
        left: registries to read.
        children: read which images manifest lists refer to, which ECR counts as a pull; ``None`` unless the deployed
            lifecycle policy of the repository counts pulls.

    Yields:
        The outcome of each, in the order given.

    Raises:
        AwsError: the credentials of the caller have ended, or the dataset cannot be written to S3.
        UnwritableOutputError: a file cannot be written.
    """

    def take(registry: Registry) -> Outcome:
        try:
            ecr = sessions.ecr(registry)
        except AwsError as error:
            return _failed(registry, error, is_account=True)
        known = {
            digest: ReadManifest(children=found) for digest, found in children_in(store.previous(registry)).items()
        }
        with PartitionWriter(store.staging, account=registry.account, region=registry.region) as writer:
            try:
                outcome = _written(writer, registry, _repositories(ecr, known, children=children))
            except AwsError as error:
                return _failed(registry, error)
            writer.finish()
        store.publish(job, registry)
        return outcome

    return in_order(take, left, workers=_REGISTRIES_AT_A_TIME)


def failures_of(outcomes: Iterable[Outcome]) -> tuple[Failure, ...]:
    """Give what could not be read: an account as a whole once, without a Region."""
    found = {
        Failure(
            registry=one.registry.account, region="" if one.is_account else one.registry.region, error=one.error
        ): None
        for one in outcomes
        if one.error
    }
    return tuple(sorted(found, key=lambda failure: (failure.registry, failure.region)))


def _repositories(ecr: ECRClient, known: Mapping[str, ReadManifest], *, children: bool | None) -> Iterator[_Read]:
    """Read the repositories of a registry, by name; one that is deleted meanwhile is left out."""

    def read(repository: DeployedRepository) -> _Read | None:
        try:
            policy = lifecycle_policy_text(ecr, repository.name)
            may_read = not text_counts_pulls(policy, repository.name) if children is None else children
            return _Read(
                repository=repository,
                policy=policy,
                tags=resource_tags(ecr, repository.arn),
                current=current_images(ecr, repository, children=may_read, known=known),
            )
        except AwsError as error:
            if error.code == NOT_FOUND:
                return None
            raise

    yield from filter(None, in_order(read, deployed_repositories(ecr), workers=_REPOSITORIES_AT_A_TIME))


def _written(writer: PartitionWriter, registry: Registry, repositories: Iterable[_Read]) -> Outcome:
    count = images = unread = 0
    why_unread = ""
    for one in repositories:
        table = one.current.inventory.images
        writer.add(one.repository.name, table, policy=one.policy, tags=one.tags)
        count += 1
        images += len(table)
        unread += one.current.unread
        why_unread = one.current.why_unread or why_unread
    return Outcome(registry=registry, repositories=count, images=images, unread=unread, why_unread=why_unread)


def _failed(registry: Registry, error: AwsError, *, is_account: bool = False) -> Outcome:
    if error.code in _CREDENTIALS_ENDED:
        raise error
    return Outcome(registry=registry, error=str(error), is_account=is_account)
