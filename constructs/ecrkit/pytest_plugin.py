"""
The tests of policies under pytest: every case of a ``v1.test.yaml`` is a test.

pytest finds this plugin where ecrkit is installed, and collects such files where it is told to look. Nothing else of
ecrkit is imported before one is found.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ecrkit.lifecycle.values import LifecyclePolicy
    from ecrkit.policies.testing.cases import PolicyTest

__all__ = ["PolicyTestItem", "PolicyTestModule", "pytest_collect_file"]

_FILE = re.compile(r"v[1-9][0-9]*\.test\.yaml")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PolicyTestModule | None:
    """Collect a file of tests next to its policy, or to a published one that vanished."""
    policy = file_path.with_name(file_path.name.removesuffix(".test.yaml") + ".json")
    if not _FILE.fullmatch(file_path.name) or not (policy.exists() or _is_published(policy)):
        return None
    module: PolicyTestModule = PolicyTestModule.from_parent(parent, path=file_path)
    return module


class PolicyTestModule(pytest.File):
    """The tests of one version of a policy."""

    def collect(self) -> Iterator[PolicyTestItem]:
        """Give a test for every case."""
        from ecrkit.documents.terminal import terminal_text  # noqa: PLC0415 - see above
        from ecrkit.errors import EcrkitError  # noqa: PLC0415 - see above
        from ecrkit.policies.store import UnpublishedPolicyWarning  # noqa: PLC0415 - see above
        from ecrkit.policies.testing.running import read_policy_tests  # noqa: PLC0415 - see above

        try:
            read = read_policy_tests(self.path)
        except EcrkitError as error:
            raise self.CollectError(str(error)) from None
        if read.unpublished:
            self.warn(UnpublishedPolicyWarning(str(read.unpublished)))
        for test in read.tests:
            # pytest prints it as it is.
            yield PolicyTestItem.from_parent(self, name=terminal_text(test.name), policy=read.policy, test=test)


class PolicyTestItem(pytest.Item):
    """
    One case.

    Args:
        policy: that is tested.
        test: what has to become of which images.
    """

    def __init__(self, *, policy: LifecyclePolicy, test: PolicyTest, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type] # what pytest gives its items is its own business
        self._policy = policy
        self._test = test

    def runtest(self) -> None:
        """Run it."""
        from ecrkit.policies.testing.running import run_policy_test  # noqa: PLC0415 - see above

        failures = run_policy_test(self._policy, self._test)
        if failures:
            lines = [f"{found.location.line if found.location else '-'}: {found.message}" for found in failures]
            pytest.fail("\n".join(f"{self.path.name}:{line}" for line in lines), pytrace=False)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Say where it stands."""
        origin = self._test.origin
        return self.path, origin.line - 1 if origin else None, self.name


def _is_published(policy: Path) -> bool:
    """Whether the lock of its store names a policy that has no file, or cannot be read: collecting it says so."""
    from ecrkit.errors import EcrkitError  # noqa: PLC0415 - see above
    from ecrkit.policies.lock import compare_file  # noqa: PLC0415 - see above

    try:
        return compare_file(policy, None) is not None
    except EcrkitError:
        return True
