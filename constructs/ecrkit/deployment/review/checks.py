"""The checks of the head: its catalog, its policy store, and the tests of its policies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ecrkit.catalog import check_catalog, read_catalog_text
from ecrkit.deployment.review.values import Checks, FailedTest
from ecrkit.errors import (
    InvalidDocumentError,
    InvalidLockError,
    PolicyReferenceError,
    PublishedPolicyError,
    errors_in,
    in_file_order,
)
from ecrkit.policies.checks import check_store
from ecrkit.policies.lock import Lock
from ecrkit.policies.testing.running import find_policy_tests, read_policy_tests, run_policy_test

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from ecrkit.catalog import Catalog
    from ecrkit.policies.store import PolicyStore

__all__ = ["check_head", "with_broken_promises"]


def check_head(path: Path, policies: PolicyStore, *, today: date | None = None) -> tuple[Checks, Catalog | None]:
    """
    Check a catalog, all policies of its store, and run their tests.

    Args:
        path: of the catalog.
        policies: its policy store; one that does not exist has nothing to check.
        today: day on which expired silences no longer apply; ``None`` if they do.

    Returns:
        What is wrong, each finding once; and the catalog when it has no error.

    Raises:
        UnreadableInputError: a file cannot be read.
    """
    checked = check_catalog(read_catalog_text(path), file=str(path), policies=policies, today=today)
    if not policies.is_there:
        return Checks(findings=checked.findings), checked.catalog
    store = check_store(policies.root, with_tests=True, today=today)
    found = dict.fromkeys((*checked.findings, *store.findings))
    failed: list[FailedTest] = []
    tests = 0
    for file in find_policy_tests(policies.root):
        try:
            read = read_policy_tests(file)
        except InvalidDocumentError as error:
            # The checks above found the same, as a rule; what they did not find must not get lost.
            found.update(dict.fromkeys(errors_in(error.findings)))
            continue
        except PublishedPolicyError as error:
            found.setdefault(error.finding)
            continue
        except PolicyReferenceError:
            if not errors_in(found):
                raise
            continue
        for test in read.tests:
            tests += 1
            failures = run_policy_test(read.policy, test)
            if failures:
                failed.append(FailedTest(file, test, failures))
    checks = Checks(findings=in_file_order(found), failed=tuple(failed), policies=store.checked, tests=tests)
    return checks, checked.catalog


def with_broken_promises(checks: Checks, policies: PolicyStore, *, before: Lock) -> Checks:
    """
    Add the published versions of the base that the head changes, or takes out of its lock.

    The checks of the head alone cannot find them: whoever edits a version may publish it again.

    Args:
        checks: of the head.
        policies: its policy store.
        before: the lock of the base.
    """
    try:
        broken = Lock.of(policies.root).broken_promises(before)
    except InvalidLockError:
        # The checks of the head found that.
        return checks
    worse = {(found.location, found.code) for found in broken}
    others = [found for found in checks.findings if (found.location, found.code) not in worse]
    return replace(checks, findings=in_file_order([*others, *broken]))
