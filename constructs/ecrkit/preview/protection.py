"""
Images that must stay pullable, whatever a policy says: in use, recently pulled, or tagged as to be kept.

Pulling an archived image fails, so that a policy must neither expire nor archive them.

A policy knows only tags and ages. What runs is known to a cluster, and is listed from there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ecrkit.errors import Check, InvalidImagesError, InvalidNameError, Location, checks_in, excerpt
from ecrkit.images.references import DIGEST, ImageReference
from ecrkit.lifecycle.checks.patterns import TagPattern
from ecrkit.lifecycle.evaluation.matching import expression
from ecrkit.lifecycle.values import ActionType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime, timedelta

    from ecrkit.images.inventory.values import Image, Inventory
    from ecrkit.lifecycle.evaluation.evaluation import Evaluation
    from ecrkit.lifecycle.evaluation.verdicts import Verdict

__all__ = [
    "IN_USE_RULEBOOK",
    "NOT_A_REFERENCE",
    "NO_REFERENCE",
    "Protections",
    "UsedImage",
    "Violation",
    "read_used_images",
]

NOT_A_REFERENCE = Check(
    code="USE101",
    title="image reference is invalid",
    message="must be an image reference or a digest, got {got}",
    remedy="write one a line, as in '123456789012.dkr.ecr.us-east-1.amazonaws.com/my-app:v1' or 'sha256:0123…'",
    source="OCI distribution specification 1.1, references",
)

NO_REFERENCE = Check(
    code="USE102",
    title="list of images in use is empty",
    message="names no image, so it protects nothing",
    remedy="list the images that run; if nothing runs, write a line that begins with '#'",
    source="decided by ecrkit: a command that failed also leaves an empty list",
)

IN_USE_RULEBOOK: tuple[Check, ...] = checks_in(globals(), prefix="USE")
"""Every check, by code."""

_SCHEME = re.compile(r"\A[a-z+-]+://")
"""``docker-pullable://``, as kubectl has it."""

_COMMENT = re.compile(r"(?<!\S)#.*")
_WORD = re.compile(r"""[^\s"'\[\],]+""")
"""No reference has quotes, brackets or commas, which a list in JSON has."""

_ALGORITHMS = ("sha256", "sha512")
_MAX_FINDINGS = 20
"""What is no list of images at all is understood after a few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedImage:
    """
    An image that something runs.

    Attributes:
        text: as it was listed.
        origin: where it was listed: ``in-use.txt:3``.
        registry: account of a private registry of ECR, or the host of any other; empty if the reference has no host.
        repository: its name; empty for a digest alone.
        tag: ``latest`` where the reference has neither tag nor digest; empty beside a digest.
        digest: empty beside a tag.
    """

    text: str
    origin: str
    registry: str = ""
    repository: str = ""
    tag: str = ""
    digest: str = ""

    def may_be_in(self, inventory: Inventory) -> bool:
        """Whether it may be one of these images; what is not said on both sides may be anything."""
        return all(
            not mine or not theirs or mine == theirs
            for mine, theirs in ((self.registry, inventory.registry), (self.repository, inventory.repository))
        )


def read_used_images(text: str, *, file: str) -> tuple[UsedImage, ...]:
    """
    Read images in use.

    Args:
        text: references or digests, one a line or several, in quotes or not, or as a list in JSON; empty lines, and
            what follows a ``#`` at the beginning of a line or after a space, say nothing.
        file: as the person named it.

    Raises:
        InvalidImagesError: a word is something else, or there is none; carries the first such words.
    """
    used, findings, is_empty = [], [], True
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        named = _COMMENT.sub("", line)
        is_empty = is_empty and not line.lstrip().startswith("#")
        # Several in a line is how the AWS CLI prints text, and kubectl a list; in quotes is how jq prints them.
        for word in _WORD.finditer(named):
            found = _used_image(word[0], origin=f"{file}:{number}")
            if found:
                used.append(found)
            else:
                got = repr(excerpt(word[0]))
                findings.append(NOT_A_REFERENCE.at(Location(file, number, word.start() + 1), got=got))
                if len(findings) == _MAX_FINDINGS:
                    raise InvalidImagesError(findings)
    if is_empty and not used and not findings:
        findings.append(NO_REFERENCE.at(Location(file, 1, 1)))
    if findings:
        raise InvalidImagesError(findings)
    return tuple(used)


_FATES = {
    ActionType.EXPIRE: "expire it",
    ActionType.TRANSITION: "archive it: archived images cannot be pulled",
}


class Violation(NamedTuple):
    """
    A protected image that a policy would expire or archive.

    Attributes:
        verdict: of the image.
        because: why it is protected, at least one reason.
    """

    verdict: Verdict
    because: tuple[str, ...]

    @property
    def text(self) -> str:
        """The image, why it is protected, and what the policy would do to it."""
        image, rule = self.verdict.image, self.verdict.rule
        name = f"{image.digest} ({', '.join(image.tags)})" if image.tags else image.digest
        subject = f"rule {rule.rule_priority}" if rule else "the policy"
        fate = _FATES[self.verdict.action] if self.verdict.action else "leave it"
        return f"{name}: {' and '.join(self.because)}, and {subject} would {fate}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Protections:
    """
    What must stay pullable.

    Attributes:
        used: images in use.
        pulled_within: protects what was pulled within this time; ``None`` for nothing.
        must_keep: patterns of tags, as in a policy; an image with a tag that matches one is protected.
    """

    used: tuple[UsedImage, ...] = ()
    pulled_within: timedelta | None = None
    must_keep: tuple[str, ...] = ()
    _patterns: tuple[re.Pattern[str], ...] = field(init=False, repr=False)
    _by_repository: dict[str, list[UsedImage]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile the patterns once, and find images in use by their repository, for thousands of either."""
        patterns = tuple(expression(TagPattern.of_pattern(text)) for text in self.must_keep)
        by_repository: dict[str, list[UsedImage]] = {}
        for used in self.used:
            by_repository.setdefault(used.repository, []).append(used)
        object.__setattr__(self, "_patterns", patterns)
        object.__setattr__(self, "_by_repository", by_repository)

    def __bool__(self) -> bool:
        """Whether anything may be protected."""
        return bool(self.used or self.pulled_within or self.must_keep)

    def violations(self, evaluation: Evaluation, inventory: Inventory, now: datetime) -> tuple[Violation, ...]:
        """
        Find protected images that would expire or be archived.

        Args:
            evaluation: of the images of *inventory*.
            inventory: says which repository they are of.
            now: timezone-aware; when they are in use, not when they would expire.

        Returns:
            First those that would expire, then those that would be archived, each in the order of the images.
        """
        if not self or all(group.action is None for group in evaluation.groups):
            return ()
        found = self._violations(evaluation, inventory, now)
        return tuple(sorted(found, key=lambda violation: violation.verdict.action is not ActionType.EXPIRE))

    def reasons(self, inventory: Inventory, now: datetime) -> dict[str, tuple[str, ...]]:
        """
        Say which images of *inventory* are protected, and why.

        Args:
            inventory: one repository.
            now: timezone-aware.

        Returns:
            The reasons by digest, of protected images only. What a protected manifest list refers to is protected, too.
        """
        used = self._uses_in(inventory)
        by_digest, by_tag = _by(used, "digest"), _by(used, "tag")
        found: dict[str, tuple[str, ...]] = {}
        for image in inventory.images if self else ():
            because = tuple(self._because(image, by_digest, by_tag, now))
            if because:
                found[image.digest] = because
        for image in inventory.images if found else ():
            if image.digest in found:
                for child in image.children:
                    found.setdefault(child, tuple(f"a list refers to it: {one}" for one in found[image.digest]))
        return found

    def missing(self, inventories: Sequence[Inventory]) -> tuple[UsedImage, ...]:
        """List what is in use, belongs to one of these repositories, and is not there any more."""
        gone: dict[UsedImage, bool] = {}
        for inventory in inventories:
            uses = [used for used in self._uses_in(inventory) if used.repository]
            if uses:
                digests, tags = set(inventory.images.digests), set(inventory.images.all_tags)
                for used in uses:
                    is_here = used.digest in digests if used.digest else used.tag in tags
                    gone[used] = gone.get(used, True) and not is_here
        return tuple(used for used in self.used if gone.get(used))

    def idle(self, inventories: Sequence[Inventory]) -> Iterator[str]:
        """Say which protections have nothing to protect: a name misspelt protects nothing, too."""
        digests = {digest for inventory in inventories for digest in inventory.images.digests} if self.used else ()
        if self.used and not any(
            used.repository or used.digest in digests for found in inventories for used in self._uses_in(found)
        ):
            yield "no image in use belongs to these repositories"
        for text, pattern in zip(self.must_keep, self._patterns, strict=True):
            if not any(pattern.fullmatch(tag) for found in inventories for tag in found.images.all_tags):
                yield f"no image has a tag that matches '{text}'"

    def _uses_in(self, inventory: Inventory) -> list[UsedImage]:
        """Give the images in use that may be of *inventory*."""
        if not inventory.repository:
            named: Iterable[UsedImage] = self.used
        else:
            named = (*self._by_repository.get(inventory.repository, ()), *self._by_repository.get("", ()))
        return [used for used in named if used.may_be_in(inventory)]

    def _violations(self, evaluation: Evaluation, inventory: Inventory, now: datetime) -> Iterator[Violation]:
        used = self._uses_in(inventory)
        by_digest = _by(used, "digest")
        by_tag = _by(used, "tag")
        for verdict in evaluation.verdicts:
            if verdict.action:
                because = tuple(self._because(verdict.image, by_digest, by_tag, now))
                if because:
                    yield Violation(verdict, because)

    def _because(
        self, image: Image, by_digest: dict[str, UsedImage], by_tag: dict[str, UsedImage], now: datetime
    ) -> Iterator[str]:
        uses = [by_digest.get(image.digest), *map(by_tag.get, image.tags)]
        for origin in dict.fromkeys(use.origin for use in uses if use):
            yield f"in use ({origin})"
        if self.pulled_within and image.pulled_at and now - image.pulled_at <= self.pulled_within:
            yield f"pulled on {image.pulled_at.date()}"
        for text, pattern in zip(self.must_keep, self._patterns, strict=True):
            if any(map(pattern.fullmatch, image.tags)):
                yield f"matches '{text}'"


def _by(used: Iterable[UsedImage], attribute: str) -> dict[str, UsedImage]:
    """Index by an attribute; of two the first."""
    index: dict[str, UsedImage] = {}
    for found in used:
        index.setdefault(getattr(found, attribute), found)
    index.pop("", None)
    return index


def _used_image(entry: str, *, origin: str) -> UsedImage | None:
    if DIGEST.fullmatch(entry):
        return UsedImage(text=entry, origin=origin, digest=entry)
    try:
        reference = ImageReference.parse(_SCHEME.sub("", entry), default_tag="latest")
    except InvalidNameError:
        return None
    host = reference.host
    # A digest that was cut short is no tag of a repository with the name of an algorithm.
    if host is None and reference.repository in _ALGORITHMS:
        return None
    return UsedImage(
        text=entry,
        origin=origin,
        registry=(host.account or host.text) if host else "",
        repository=reference.repository,
        tag="" if reference.digest else reference.tag,
        digest=reference.digest,
    )
