"""Running the tests of a policy: see :mod:`ecrkit.policies.testing.cases` for what they are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ecrkit.documents.files import files_under, read_text
from ecrkit.errors import InvalidPolicyTestsError, UnreadableInputError, errors_in
from ecrkit.images.inventory.values import Image, ImageStatus
from ecrkit.lifecycle import read_policy
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.values import ActionType
from ecrkit.policies.references import version_at
from ecrkit.policies.store import PolicyStore
from ecrkit.policies.testing.cases import Expectation, check_policy_tests

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ecrkit.errors import Finding, Location
    from ecrkit.lifecycle.evaluation.verdicts import Verdict
    from ecrkit.lifecycle.values import LifecyclePolicy
    from ecrkit.policies.testing.cases import PolicyTest, SampleImages

__all__ = ["TEST_SUFFIX", "Failure", "PolicyTestFile", "find_policy_tests", "read_policy_tests", "run_policy_test"]

TEST_SUFFIX = ".test.yaml"

# Any instant would do: nothing in a test is a date.
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_EXPECTATIONS = {
    None: Expectation.STAY,
    ActionType.EXPIRE: Expectation.EXPIRE,
    ActionType.TRANSITION: Expectation.ARCHIVE,
}


@dataclass(frozen=True, slots=True)
class PolicyTestFile:
    """
    A policy and its tests.

    Attributes:
        path: of the tests.
        policy: that stands beside them.
        tests: in the order written, at least one.
        unpublished: a warning that the policy is not published; ``None`` where it is.
    """

    path: Path
    policy: LifecyclePolicy
    tests: tuple[PolicyTest, ...]
    unpublished: Finding | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """
    Images of a test that something else becomes of.

    Attributes:
        location: of their entry, or ``None`` where the test was made in code.
        message: what was expected and what was got, with the reason; lower case, no full stop.
    """

    location: Location | None
    message: str


def find_policy_tests(path: Path) -> tuple[Path, ...]:
    """
    Find the tests of policies.

    Args:
        path: a file of tests, a policy, or a directory.

    Returns:
        By name; empty when a directory has none.

    Raises:
        UnreadableInputError: there is no such file, or a policy without tests.
    """
    if path.is_dir():
        return files_under(path, f"v*{TEST_SUFFIX}")
    tests = path.with_suffix(TEST_SUFFIX) if path.suffix == ".json" else path
    if tests != path and not tests.is_file():
        raise UnreadableInputError(f"{path.as_posix()}: has no tests; write {tests.name} next to it")
    return (tests,)


def read_policy_tests(path: Path) -> PolicyTestFile:
    """
    Read tests, and the policy beside them.

    Args:
        path: of the tests: ``v1.test.yaml`` for ``v1.json``.

    Raises:
        InvalidPolicyError: ECR would refuse the policy.
        InvalidPolicyTestsError: the tests are not as they have to be; carries everything that is wrong.
        PublishedPolicyError: the policy is not what was published.
        InvalidLockError: the lock of its store is none.
        UnreadableInputError: either, or the lock, cannot be read.
    """
    checked = check_policy_tests(read_text(path), file=path.as_posix())
    if checked.tests is None:
        raise InvalidPolicyTestsError(errors_in(checked.findings))
    beside = path.with_name(path.name.removesuffix(TEST_SUFFIX) + ".json")
    located = version_at(beside)
    if located is None:
        return PolicyTestFile(path, read_policy(beside), checked.tests)
    store, reference = PolicyStore(located[0]), located[1]
    policy = store.read(reference)
    return PolicyTestFile(path, policy, checked.tests, next(iter(store.unpublished()), None))


def run_policy_test(policy: LifecyclePolicy, test: PolicyTest) -> tuple[Failure, ...]:
    """
    Run one test.

    Returns:
        A failure for each entry of images that something else becomes of; none when it passes.
    """
    owners = [sample for sample in test.images for _ in range(sample.count)]
    images = [_image(number, sample) for number, sample in enumerate(owners)]
    verdicts = evaluate(policy, images, _NOW).verdicts
    failures: list[Failure] = []
    start = 0
    for sample in test.images:
        failures += _failures(sample, verdicts[start : start + sample.count])
        start += sample.count
    return tuple(failures)


def _failures(sample: SampleImages, verdicts: Sequence[Verdict]) -> Iterator[Failure]:
    wrong = [verdict for verdict in verdicts if _EXPECTATIONS[verdict.action] is not sample.expect]
    if not wrong:
        return
    fates = Counter(_EXPECTATIONS[verdict.action] for verdict in verdicts)
    got = ", ".join(f"{number} {fate}" for fate, number in fates.items()) if len(verdicts) > 1 else next(iter(fates))
    expected = f"all {sample.count} to {sample.expect}" if sample.count > 1 else f"to {sample.expect}"
    yield Failure(sample.origin, f"expected {expected}, got {got}: {wrong[0].reason}")


def _image(number: int, sample: SampleImages) -> Image:
    is_archived = sample.archived_days_ago is not None
    return Image(
        digest=f"sha256:{number:064x}",
        pushed_at=_ago(sample.pushed_days_ago),
        tags=sample.tags,
        status=ImageStatus.ARCHIVED if is_archived else ImageStatus.ACTIVE,
        pulled_at=None if sample.pulled_days_ago is None else _ago(sample.pulled_days_ago),
        archived_at=None if sample.archived_days_ago is None else _ago(sample.archived_days_ago),
        activated_at=None if sample.activated_days_ago is None else _ago(sample.activated_days_ago),
    )


def _ago(days: float) -> datetime:
    return _NOW - timedelta(days=days)
