from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit
from builders.policies import ARCHIVE, policy, policy_text, pulled, pushed, rule, tagged
from builders.stores import make_store, publish

from ecrkit.errors import InvalidPolicyTestsError, UnreadableInputError
from ecrkit.policies.testing.cases import Expectation, PolicyTest, SampleImages, check_policy_tests
from ecrkit.policies.testing.running import find_policy_tests, read_policy_tests, run_policy_test

if TYPE_CHECKING:
    from pathlib import Path

POLICY = policy_text(
    rule(1, **tagged("v*"), countNumber=2),
    rule(2, **pushed(14), description="Everything else goes after two weeks"),
)
GOOD = """\
the newest two stay:
  images:
    - {count: 2, tags: [v2], pushed_days_ago: 1, expect: stay}
    - {tags: [v1], pushed_days_ago: 2, expect: expire}
"""
BAD = """\
three stay:
  images:
    - {count: 3, tags: [v2], pushed_days_ago: 1, expect: stay}
old ones stay:
  images:
    - {pushed_days_ago: 14, expect: stay}
    - {pushed_days_ago: 15, expect: stay}
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return publish(make_store(tmp_path, {"web/v1.json": POLICY, "web/v1.test.yaml": GOOD}))


def failures(text: str) -> list[str]:
    checked = check_policy_tests(text, file="v1.test.yaml")
    assert checked.tests
    read = policy(rule(1, **tagged("v*"), countNumber=2), rule(2, **pushed(14), description="x" * 30))
    return [
        f"{test.name}:{failure.location.line if failure.location else 0}: {failure.message}"
        for test in checked.tests
        for failure in run_policy_test(read, test)
    ]


def test_passing() -> None:
    """A case passes when what it expects becomes of every image."""
    assert failures(GOOD) == []


def test_failing() -> None:
    """A case that fails says where, what was expected, what was got, and why."""
    assert failures(BAD) == [
        "three stay:3: expected all 3 to stay, got 2 stay, 1 expire: rule 1 keeps 2, and this is number 3",
        "old ones stay:7: expected to stay, got expire: pushed 2025-12-17, more than 14 days ago",
    ]


def test_all_times() -> None:
    """Pulls, archive and restoration are what the case says."""
    read = policy(
        rule(1, **pulled(30), action=ARCHIVE, description="Archive what nobody has pulled for a month"),
    )
    images = (
        SampleImages(pushed_days_ago=99, expect=Expectation.ARCHIVE),
        SampleImages(pushed_days_ago=99, pulled_days_ago=3, expect=Expectation.STAY),
        SampleImages(pushed_days_ago=99, archived_days_ago=40, expect=Expectation.STAY),
        SampleImages(pushed_days_ago=99, activated_days_ago=3, expect=Expectation.STAY),
    )

    assert run_policy_test(read, PolicyTest(name="times", images=images)) == ()


def test_finding(store: Path) -> None:
    """Tests are found in a directory, beside a policy, and by themselves."""
    tests = store / "web" / "v1.test.yaml"

    assert find_policy_tests(store) == find_policy_tests(store / "web" / "v1.json") == (tests,)
    assert find_policy_tests(tests) == (tests,)


def test_a_policy_without_tests(store: Path) -> None:
    """To name a policy that has no tests is a mistake."""
    (store / "web" / "v1.test.yaml").unlink()
    with pytest.raises(UnreadableInputError) as caught:
        find_policy_tests(store / "web" / "v1.json")

    assert str(caught.value) == f"{store}/web/v1.json: has no tests; write v1.test.yaml next to it"


def test_invalid_tests(store: Path) -> None:
    """Tests that are not as they have to be are not run."""
    (store / "web" / "v1.test.yaml").write_text("a: {images: [{expect: stay}]}")
    with pytest.raises(InvalidPolicyTestsError) as caught:
        read_policy_tests(store / "web" / "v1.test.yaml")

    assert "the required key 'pushed_days_ago' is missing" in str(caught.value)


class TestCommand:
    def test_passing(self, store: Path, tmp_path: Path) -> None:
        """Without a path the tests of the store here are run."""
        result = ecrkit("policy", "test", cwd=tmp_path)

        assert store.is_dir()
        assert (result.returncode, result.stdout, result.stderr) == (0, "", "1 case of 1 policy: all passed\n")

    def test_failing(self, store: Path) -> None:
        """A failure is a line with its place, and exit 1."""
        path = store / "web" / "v1.test.yaml"
        path.write_text(BAD)

        result = ecrkit("policy", "test", store)

        assert result.returncode == 1
        assert result.stdout.splitlines()[0] == (
            f"{path}:3:7: three stay: expected all 3 to stay, got 2 stay, 1 expire: rule 1 keeps 2, and this is "
            "number 3"
        )
        assert result.stderr == "2 cases of 1 policy: 2 failed\n"

    def test_json(self, store: Path) -> None:
        """JSON has every case."""
        result = ecrkit("policy", "test", store, "--output", "json")

        assert '"passed": true' in result.stdout

    def test_unreadable(self, store: Path) -> None:
        """What cannot be read is exit 2, and the others are run all the same."""
        make_store(store.parents[1], {"api/v1.json": POLICY, "api/v1.test.yaml": "x: 1\n"})

        result = ecrkit("policy", "test", store)

        assert result.returncode == 2
        assert f"error: {store}/api/v1.test.yaml:1:4: x: must be" in result.stderr
        assert result.stderr.endswith("1 case of 1 policy: 1 file not run\n")

    def test_several_unreadable(self, store: Path) -> None:
        """Every path that cannot be read is reported, and what fails besides is counted."""
        (store / "web" / "v1.test.yaml").write_text(BAD)

        result = ecrkit("policy", "test", "no1", store, "no2")

        assert result.returncode == 2
        assert result.stderr == (
            "error: no1: cannot be read: no such file or directory\n"
            "error: no2: cannot be read: no such file or directory\n"
            "2 cases of 1 policy: 2 failed, 2 files not run\n"
        )

    def test_none(self, tmp_path: Path) -> None:
        """A directory without tests is a mistake."""
        result = ecrkit("policy", "test", tmp_path)

        assert result.returncode == 2
        assert f"no tests in {tmp_path}; write a v1.test.yaml" in result.stderr
