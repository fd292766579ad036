"""What the stub of ECR remembers, and its clock."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

    from conformance.stub.previews import StoredImage

__all__ = ["Refusal", "State", "StoredRepository"]

_START = 1_790_000_000


class Refusal(Exception):  # noqa: N818 - what a service answers is no error of the stub
    """
    The stub refuses a request.

    Args:
        code: of the exception that ECR has for it.
        message: for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class StoredRepository:
    """A repository of the stub."""

    name: str
    settings: dict[str, Any] = field(default_factory=dict)
    tags: list[dict[str, str]] = field(default_factory=list)
    images: dict[str, StoredImage] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    lifecycle: str = ""
    access: str = ""
    preview: dict[str, Any] | None = None


class State:
    """
    Repositories, stacks and time.

    Args:
        account: of the caller.
        deviations: names of what differs from the documentation.
        configuration: of the registry: ``scanning`` and ``replication``, as ECR writes them.
    """

    def __init__(
        self, account: str, deviations: Collection[str] = (), configuration: dict[str, Any] | None = None
    ) -> None:
        self.account = account
        self.lock = threading.RLock()
        self._seconds = float(_START)
        self.begin_again(deviations, configuration)

    def begin_again(self, deviations: Collection[str] = (), configuration: dict[str, Any] | None = None) -> None:
        """Forget everything but the time, and differ in other things from now on."""
        with self.lock:
            self.deviations = frozenset(deviations)
            self.configuration = configuration or {}
            self.repositories: dict[str, StoredRepository] = {}
            self.stacks: dict[str, list[str]] = {}
            self.operations: list[str] = []
            self.refused = ""

    def has(self, deviation: str) -> bool:
        """Tell whether the stub deviates in this way."""
        return deviation in self.deviations

    def seconds(self) -> float:
        """Seconds since the epoch; they pass only where somebody sleeps."""
        return self._seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass, without waiting."""
        with self.lock:
            self._seconds += seconds

    def repository(self, name: str) -> StoredRepository:
        """
        Find a repository.

        Raises:
            Refusal: it does not exist.
        """
        if name not in self.repositories:
            raise Refusal("RepositoryNotFoundException", f"The repository with name '{name}' does not exist")
        return self.repositories[name]
