"""What a review finds: values that every output is written from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from ecrkit.deployment.guard import refused
from ecrkit.errors import errors_in
from ecrkit.preview.layers import NOTHING_FREED, LayerBytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ecrkit.deployment.guard import Allowance, GuardFinding
    from ecrkit.errors import Finding
    from ecrkit.lifecycle.diff import RuleChange
    from ecrkit.policies.testing.cases import PolicyTest
    from ecrkit.policies.testing.running import Failure
    from ecrkit.preview.protection import Violation

__all__ = ["Change", "Checks", "Decision", "FailedTest", "ImageLoss", "Review"]


class Decision(StrEnum):
    """The result of a review."""

    PASSED = "passed"
    REFUSED = "refused"
    """Something would be lost that nobody allowed."""

    FAILED = "failed"
    """The checks found errors, or a test of a policy failed."""


@dataclass(frozen=True, slots=True)
class FailedTest:
    """
    A test of a policy that failed.

    Attributes:
        path: path of the test file.
        test: the test.
        failures: its failures, at least one.
    """

    path: Path
    test: PolicyTest
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """
    The results of the checks of the head.

    Attributes:
        findings: findings of the policies and the catalog, in file order.
        failed: tests of policies that failed.
        policies: number of checked policy files.
        tests: number of tests that ran.
    """

    findings: tuple[Finding, ...] = ()
    failed: tuple[FailedTest, ...] = ()
    policies: int = 0
    tests: int = 0

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Errors of the policies and the catalog."""
        return tuple(errors_in(self.findings))

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Warnings that are not silenced."""
        errors = set(self.errors)
        return tuple(found for found in self.findings if found not in errors and not found.silenced)

    @property
    def has_failed(self) -> bool:
        """Whether an error was found or a test failed."""
        return bool(self.errors or self.failed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    A change of the templates, the same in several resources.

    Attributes:
        what: the change, as in ``ImageTagMutability: IMMUTABLE → MUTABLE``.
        environments: environments of the change, in the order of the catalog.
        names: names of the repositories or other resources, at least one.
    """

    what: str
    environments: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLoss:
    """
    The effect of a changed lifecycle policy on the images of a repository.

    Attributes:
        repository: name of the repository.
        environments: environments with the same effect.
        is_everywhere: whether these are all environments in which its policy changes.
        stacks: its stacks, one for each environment.
        old: the policies before, as in ``keep-ten@1``; or ``no policy``, or ``new in the catalog``.
        new: the policies after, likewise; with ``edited`` if the same version has other rules.
        rules: both policies side by side.
        is_known: whether its images were given; otherwise the losses are unknown.
        expire: number of images that newly expire.
        may_expire: number of images that newly expire unless a manifest list refers to them.
        archive: number of images that are newly archived.
        spared: number of images that stay, but would have expired or been archived before.
        size_bytes: known size of the images in *expire* and *may_expire*.
        archive_bytes: known size of the images in *archive*.
        without_size: number of images in *expire* and *may_expire* of unknown size.
        layers: bytes that are really freed or moved to the archive.
        examples: tags or digests of a few lost images, newest first.
        violations: protected images that the new policy would expire or archive.
        notes: uncertainties.
        is_required: whether its images must be known.
        is_allowed: whether it was allowed.
    """

    repository: str
    environments: tuple[str, ...]
    is_everywhere: bool = True
    stacks: tuple[str, ...] = ()
    old: str
    new: str
    rules: tuple[RuleChange, ...] = ()
    is_known: bool = True
    expire: int = 0
    may_expire: int = 0
    archive: int = 0
    spared: int = 0
    size_bytes: int = 0
    archive_bytes: int = 0
    without_size: int = 0
    layers: LayerBytes = NOTHING_FREED
    examples: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()
    notes: tuple[str, ...] = ()
    is_required: bool = False
    is_allowed: bool = False

    @property
    def freed_bytes(self) -> int:
        """Bytes that are really freed if its layers are known, else the size of the images that expire."""
        return self.layers.freed if self.layers.is_known else self.size_bytes

    @property
    def name(self) -> str:
        """The repository, and its environments if others differ."""
        return self.repository if self.is_everywhere else f"{self.repository} in {', '.join(self.environments)}"

    @property
    def is_loss(self) -> bool:
        """Whether an image is, or may be, newly expired or archived, or a protected one would be."""
        return bool(self.expire or self.may_expire or self.archive or self.violations)

    @property
    def is_refusable(self) -> bool:
        """Whether it fails the review unless a person acknowledges it."""
        return self.is_loss or (self.is_required and not self.is_known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """
    The effects of a change.

    Attributes:
        base: as the user named it.
        commit: commit of *base*; empty for a folder.
        is_first: whether the base has no catalog, so everything is new.
        checks: results of the checks of the head.
        is_compared: whether base and head were compared; not if the head's catalog has errors.
        changes: changes of the templates, without lifecycle policies.
        guard: findings of the guard, including notes.
        losses: losses of every repository whose lifecycle policy changes.
        has_images: whether a directory of images was given.
        has_assemblies: whether other stacks of the app were compared too.
        unused: allowed names that match nothing, each with the nearest match.
        expired: allowances that no longer apply.
    """

    base: str
    commit: str = ""
    is_first: bool = False
    checks: Checks = field(default_factory=Checks)
    is_compared: bool = True
    changes: tuple[Change, ...] = ()
    guard: tuple[GuardFinding, ...] = ()
    losses: tuple[ImageLoss, ...] = ()
    has_images: bool = False
    has_assemblies: bool = False
    unused: tuple[tuple[str, str], ...] = ()
    expired: tuple[Allowance, ...] = ()

    @property
    def refused_findings(self) -> tuple[GuardFinding, ...]:
        """Errors of the guard that are not allowed."""
        return refused(self.guard)

    @property
    def refused_losses(self) -> tuple[ImageLoss, ...]:
        """Losses of images that are not allowed; where images are required, unknown losses too."""
        return tuple(loss for loss in self.losses if loss.is_refusable and not loss.is_allowed)

    @property
    def unknown(self) -> tuple[ImageLoss, ...]:
        """Repositories with a changed policy whose images were not given."""
        return tuple(loss for loss in self.losses if not loss.is_known)

    @property
    def decision(self) -> Decision:
        """The result of the review."""
        if self.checks.has_failed:
            return Decision.FAILED
        return Decision.REFUSED if self.refused_findings or self.refused_losses else Decision.PASSED

    def names_to_allow(self) -> Sequence[str]:
        """List the names to allow, each once."""
        names = [loss.repository for loss in self.refused_losses] + [found.name for found in self.refused_findings]
        return list(dict.fromkeys(names))
