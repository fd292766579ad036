"""What a review finds: values that every output is written from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from ecrkit.deployment.guard import refused
from ecrkit.errors import errors_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ecrkit.deployment.guard import GuardFinding
    from ecrkit.errors import Finding
    from ecrkit.lifecycle.diff import RuleChange
    from ecrkit.policies.testing.cases import PolicyTest
    from ecrkit.policies.testing.running import Failure
    from ecrkit.preview.protection import Violation

__all__ = ["Change", "Checks", "Decision", "FailedTest", "ImageLoss", "Review"]


class Decision(StrEnum):
    """What a review comes to."""

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
        path: of the file of tests.
        test: the test.
        failures: at least one.
    """

    path: Path
    test: PolicyTest
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """
    What the checks of the head find.

    Attributes:
        findings: of the policies and the catalog, in file order.
        failed: tests of policies that failed.
        policies: how many policy files were checked.
        tests: how many tests ran.
    """

    findings: tuple[Finding, ...] = ()
    failed: tuple[FailedTest, ...] = ()
    policies: int = 0
    tests: int = 0

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that are errors."""
        return tuple(errors_in(self.findings))

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Findings that are warnings which nobody silenced."""
        errors = set(self.errors)
        return tuple(found for found in self.findings if found not in errors and not found.silenced)

    @property
    def has_failed(self) -> bool:
        """Whether there is an error or a failed test."""
        return bool(self.errors or self.failed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    One change of the templates, the same in several resources.

    Attributes:
        what: as in ``ImageTagMutability: IMMUTABLE → MUTABLE``.
        environments: in which it happens, in the order of the catalog.
        names: of the repositories, or of other resources; at least one.
    """

    what: str
    environments: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLoss:
    """
    What a changed lifecycle policy does to the images of a repository.

    Attributes:
        repository: its name.
        environments: in which the same happens.
        is_everywhere: these are all environments in which its policy changes.
        stacks: one for each environment.
        old: the policies before, as in ``keep-ten@1``; or ``no policy``, or ``new in the catalog``.
        new: the policies after, likewise; with ``edited`` if the same version has other rules.
        rules: both policies side by side.
        is_known: its images are at hand; otherwise nobody knows what it loses.
        expire: images that newly expire.
        may_expire: images that newly expire unless a manifest list refers to them.
        archive: images that are newly archived.
        spared: images that would have expired or been archived, and stay now.
        size_bytes: of the images in *expire* and *may_expire*, as far as it is known.
        archive_bytes: of the images in *archive*, likewise.
        without_size: images in *expire* and *may_expire* whose size is not known.
        examples: tags or digests of the images that are lost, newest first, a few.
        violations: protected images that the new policy would expire or archive.
        notes: what is not certain.
        is_required: its images must be known.
        is_allowed: a person acknowledged it.
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
    examples: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()
    notes: tuple[str, ...] = ()
    is_required: bool = False
    is_allowed: bool = False

    @property
    def name(self) -> str:
        """The repository, and the environments where others differ."""
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
    What a change does.

    Attributes:
        base: as the person named it.
        commit: that *base* is; empty for a folder.
        is_first: the base has no catalog: everything is new.
        checks: of the head.
        is_compared: base and head were compared; not where the head's catalog has errors.
        changes: of the templates, without lifecycle policies.
        guard: what a deploy would lose or leave to nobody, and notes.
        losses: of every repository whose lifecycle policy changes.
        has_images: a directory of images was given.
        has_assemblies: other stacks of the app were compared too.
        unused: names that were to be allowed, and that nothing has, each with the nearest that something has.
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

    @property
    def refused_findings(self) -> tuple[GuardFinding, ...]:
        """What the guard refuses, and nobody allowed."""
        return refused(self.guard)

    @property
    def refused_losses(self) -> tuple[ImageLoss, ...]:
        """Losses of images that nobody allowed; where images must be known, also those nobody knows."""
        return tuple(loss for loss in self.losses if loss.is_refusable and not loss.is_allowed)

    @property
    def unknown(self) -> tuple[ImageLoss, ...]:
        """Repositories whose policy changes, and whose images are not at hand."""
        return tuple(loss for loss in self.losses if not loss.is_known)

    @property
    def decision(self) -> Decision:
        """What it comes to."""
        if self.checks.has_failed:
            return Decision.FAILED
        return Decision.REFUSED if self.refused_findings or self.refused_losses else Decision.PASSED

    def names_to_allow(self) -> Sequence[str]:
        """List what would have to be allowed, each name once."""
        names = [loss.repository for loss in self.refused_losses] + [found.name for found in self.refused_findings]
        return list(dict.fromkeys(names))
