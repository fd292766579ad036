"""
A policy's own tests: images, and the expected result for each.

They are next to the version that they test, ``v1.test.yaml`` next to ``v1.json``. A file maps names to cases; a case
is the contents of one repository::

    keeps the newest ten:
      images:
        - {count: 10, tags: [v2], pushed_days_ago: 1, expect: stay}
        - {count: 3, pushed_days_ago: 2, expect: expire}
        - {tags: [v1], pushed_days_ago: 400, archived_days_ago: 100, expect: stay}

``expect``
    ``stay``, ``expire`` or ``archive``: the expected result for these images.
``pushed_days_ago``
    Days from the push to the evaluation.
``pulled_days_ago``
    Days since the last pull; omit for images that were never pulled.
``archived_days_ago``
    Days since they were archived; omit for images that are not in the archive.
``activated_days_ago``
    Days since they were restored from the archive; omit for images that never were.
``tags``
    Tags of each image; omit for untagged images.
``count``
    Number of such images; 1 if omitted.

Days are of 24 hours and may have a fraction; an image pushed 14 days ago is not older than 14 days, one pushed 14.01
days ago is. All of one entry are pushed at the same instant, so that the boundary of a rule that keeps a number of
images belongs between two entries, not inside one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from ecrkit.documents import At, ObjectNode, Reader, ScalarNode, SyntaxProblem, type_name
from ecrkit.documents.yaml_text import parse_yaml
from ecrkit.errors import Finding, Location, excerpt, in_file_order
from ecrkit.images.references import TAG
from ecrkit.policies.testing import rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CheckedPolicyTests",
    "Expectation",
    "PolicyTest",
    "SampleImages",
    "check_policy_tests",
]

CASE_KEYS = ("images",)
TIME_KEYS = ("pushed_days_ago", "pulled_days_ago", "archived_days_ago", "activated_days_ago")
IMAGE_KEYS = ("count", "tags", *TIME_KEYS, "expect")
REQUIRED_IMAGE_KEYS = ("pushed_days_ago", "expect")


class Expectation(StrEnum):
    """The expected result for an image."""

    STAY = "stay"
    EXPIRE = "expire"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleImages:
    """
    Images with the same tags and times.

    Attributes:
        count: number of such images, 1 or more.
        tags: tags of each image; omit for untagged images.
        pushed_days_ago: days of 24 hours from the push to the evaluation.
        pulled_days_ago: days since the last pull; omit for images that were never pulled.
        archived_days_ago: days since they were archived; omit for images that are not in the archive.
        activated_days_ago: days since they were restored from the archive; omit for images that never were.
        expect: expected result for each image.
        origin: where it was read; ignored in comparisons.
    """

    count: int = 1
    tags: tuple[str, ...] = ()
    pushed_days_ago: float
    pulled_days_ago: float | None = None
    archived_days_ago: float | None = None
    activated_days_ago: float | None = None
    expect: Expectation
    origin: Location | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTest:
    """
    A case: the images of a repository, and the expected result for each.

    Attributes:
        name: what the case shows.
        images: images in the order written, at least one entry.
        origin: where it was read; ignored in comparisons.
    """

    name: str
    images: tuple[SampleImages, ...]
    origin: Location | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CheckedPolicyTests:
    """
    What a check found.

    Attributes:
        tests: the cases in the order written, or ``None`` when there are errors.
        findings: in file order.
    """

    tests: tuple[PolicyTest, ...] | None
    findings: tuple[Finding, ...]


def check_policy_tests(text: str, *, file: str) -> CheckedPolicyTests:
    """
    Check the tests of a policy, without running them.

    Args:
        text: a YAML document; anything at all may be passed.
        file: how findings name it.

    Returns:
        Every finding, and the cases when there is no error.
    """
    reader = Reader(file, rulebook.POLICY_TEST_STRUCTURE)
    tests: tuple[PolicyTest, ...] = ()
    try:
        node = parse_yaml(text)
    except SyntaxProblem as problem:
        where = Location(file, problem.position.line, problem.position.column)
        reader.report(rulebook.NOT_YAML, where, problem=problem.message)
    else:
        if node is None:
            reader.report(rulebook.NO_CASE, Location(file, 1, 1))
        else:
            tests = _TestsReader(reader).tests(reader.root(node))
    return CheckedPolicyTests(None if reader.findings else tests, in_file_order(reader.findings))


class _TestsReader:
    """Reads the parts of a file of tests, each by a method of its name."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def tests(self, at: At) -> tuple[PolicyTest, ...]:
        members = self._reader.members(at)
        if not members and isinstance(at.node, ObjectNode):
            self._reader.report(rulebook.NO_CASE, at.location)
        return tuple(self._test(name, child) for name, child in members.items())

    def _test(self, name: str, at: At) -> PolicyTest:
        if not name.strip():
            self._reader.report(rulebook.NO_NAME, at.key_location, got=_quoted(name))
        members = self._reader.fields(at, known=CASE_KEYS, required=CASE_KEYS)
        images = self._images(members["images"]) if "images" in members else ()
        return PolicyTest(name=name, images=images, origin=at.key_location)

    def _images(self, at: At) -> tuple[SampleImages, ...]:
        items = self._reader.items(at)
        if items is None:
            return ()
        if not items:
            self._reader.report(rulebook.NO_IMAGE, at.location)
        total = 0
        images = []
        for item in items:
            count, image = self._image(item)
            total += count
            if image is not None:
                images.append(image)
        if total > rulebook.MAX_IMAGES:
            self._reader.report(rulebook.TOO_MANY_IMAGES, at.location, count=total)
        return tuple(images)

    def _image(self, at: At) -> tuple[int, SampleImages | None]:
        """Read one entry: how many images it stands for as far as that can be read, and these if all of it can."""
        members = self._reader.fields(at, known=IMAGE_KEYS, required=REQUIRED_IMAGE_KEYS)
        count = self._count(members["count"]) if "count" in members else 1
        tags = self._tags(members["tags"]) if "tags" in members else ()
        days = {key: self._days(members[key]) for key in TIME_KEYS if key in members}
        expect = self._reader.word(members["expect"], Expectation) if "expect" in members else None
        self._contradictions(members, days, expect)
        pushed = days.get("pushed_days_ago")
        if pushed is None or expect is None:
            return count, None
        image = SampleImages(
            count=count,
            tags=tags,
            pushed_days_ago=pushed,
            pulled_days_ago=days.get("pulled_days_ago"),
            archived_days_ago=days.get("archived_days_ago"),
            activated_days_ago=days.get("activated_days_ago"),
            expect=expect,
            origin=at.location,
        )
        return count, image

    def _count(self, at: At) -> int:
        number = self._reader.integer(at)
        if number is not None and not 1 <= number <= rulebook.MAX_IMAGES:
            self._reader.report(rulebook.BAD_COUNT, at.location, got=_raw(at))
            return 1
        return number or 1

    def _tags(self, at: At) -> tuple[str, ...]:
        tags: list[str] = []
        for item in self._reader.items(at) or ():
            tag = self._reader.string(item)
            if tag is None:
                continue
            if tag in tags:
                self._reader.report(rulebook.DUPLICATE_TAG, item.location, got=_quoted(tag))
            elif not TAG.fullmatch(tag):
                self._reader.report(rulebook.NOT_A_TAG, item.location, got=_quoted(tag))
            tags.append(tag)
        return tuple(tags)

    def _days(self, at: At) -> float | None:
        value = at.node.value if isinstance(at.node, ScalarNode) else None
        if not isinstance(value, int | float) or isinstance(value, bool):
            self._reader.report(rulebook.WRONG_TYPE, at.location, expected="a number", got=type_name(at.node), hint="")
            return None
        # YAML has a number that is none, and that is not less than another either.
        if not 0 <= value <= rulebook.MAX_DAYS:
            self._reader.report(rulebook.BAD_DAYS, at.location, got=_raw(at))
            return None
        return value

    def _contradictions(
        self, members: Mapping[str, At], days: Mapping[str, float | None], expect: Expectation | None
    ) -> None:
        pushed, pulled = days.get("pushed_days_ago"), days.get("pulled_days_ago")
        archived = days.get("archived_days_ago")
        if "archived_days_ago" in members and "activated_days_ago" in members:
            later = max(members["archived_days_ago"].key_location, members["activated_days_ago"].key_location)
            self._reader.report(rulebook.ARCHIVED_AND_ACTIVATED, later)
        for key, number in days.items():
            if pushed is not None and number is not None and number > pushed:
                self._reader.report(
                    rulebook.BEFORE_THE_PUSH,
                    members[key].location,
                    pushed=_raw(members["pushed_days_ago"]),
                    got=_raw(members[key]),
                )
        if archived is not None and pulled is not None and pulled < archived:
            self._reader.report(
                rulebook.PULLED_FROM_THE_ARCHIVE,
                members["pulled_days_ago"].location,
                archived=_raw(members["archived_days_ago"]),
                got=_raw(members["pulled_days_ago"]),
            )
        if "archived_days_ago" in members and expect is Expectation.ARCHIVE:
            self._reader.report(rulebook.ARCHIVED_AGAIN, members["expect"].location)


def _raw(at: At) -> str:
    """Give a number as it is written: one in hexadecimal digits may be too long for Python to write in others."""
    return excerpt(at.node.raw) if isinstance(at.node, ScalarNode) else ""


def _quoted(text: str) -> str:
    return repr(excerpt(text))
