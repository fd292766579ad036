"""The tests of a policy: what a file may say, and the files of the policies that ship."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.policy_tests import read, with_image
from builders.stores import make_store, policy_text, publish
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.errors import Location
from ecrkit.lifecycle.values import ActionType, CountType
from ecrkit.policies.checks import check_store
from ecrkit.policies.store import PolicyStore
from ecrkit.policies.testing.cases import Expectation, PolicyTest, SampleImages, check_policy_tests
from ecrkit.policies.testing.rulebook import MAX_DAYS, MAX_IMAGES

if TYPE_CHECKING:
    from ecrkit.lifecycle.values import Rule
    from ecrkit.policies.references import PolicyRef

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "policies" / "lifecycle"
ACTED = {ActionType.EXPIRE: Expectation.EXPIRE, ActionType.TRANSITION: Expectation.ARCHIVE}
COUNTED_FROM = {
    CountType.SINCE_IMAGE_PUSHED: "pushed_days_ago",
    CountType.SINCE_IMAGE_PULLED: "pulled_days_ago",
    CountType.SINCE_IMAGE_TRANSITIONED: "archived_days_ago",
}


def is_of_one_tag(rule: Rule) -> bool:
    """Whether *rule* keeps the image with one tag: a tag is on one image at most, so that the rule never acts."""
    patterns = rule.selection.tag_pattern_list
    return rule.selection.count_number == 1 and len(patterns) == 1 and "*" not in patterns[0]


def image(  # noqa: PLR0913 - one for each value
    *,
    count: int = 1,
    tags: tuple[str, ...] = (),
    pushed: float = 0,
    pulled: float | None = None,
    archived: float | None = None,
    activated: float | None = None,
    expect: Expectation = Expectation.STAY,
) -> SampleImages:
    return SampleImages(
        count=count,
        tags=tags,
        pushed_days_ago=pushed,
        pulled_days_ago=pulled,
        archived_days_ago=archived,
        activated_days_ago=activated,
        expect=expect,
    )


class TestReading:
    def test_cases_are_read_in_order(self) -> None:
        """A file is a mapping of cases, and each is a list of images, all in the order written."""
        tests = read(
            """\
            keeps the newest:
              images:
                - {count: 10, tags: [v2, latest], pushed_days_ago: 1, expect: stay}
                - {pushed_days_ago: 30.5, expect: expire}
            the archive:
              images:
                - {pushed_days_ago: 400, pulled_days_ago: 200, expect: archive}
            """
        )

        assert tests == (
            PolicyTest(
                name="keeps the newest",
                images=(
                    image(count=10, tags=("v2", "latest"), pushed=1),
                    image(pushed=30.5, expect=Expectation.EXPIRE),
                ),
            ),
            PolicyTest(name="the archive", images=(image(pushed=400, pulled=200, expect=Expectation.ARCHIVE),)),
        )

    def test_every_value_knows_its_place(self) -> None:
        """Who runs a test can point to the case and to the images of which it did not come true."""
        [test] = read("\n" + with_image("{pushed_days_ago: 1, expect: stay}"))

        assert test.origin == Location("v1.test.yaml", 2, 1, "/case")
        assert test.images[0].origin == Location("v1.test.yaml", 4, 7, "/case/images/0")

    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            pytest.param("{pushed_days_ago: 0, expect: stay}", image(), id="pushed right now"),
            pytest.param("{pushed_days_ago: 1, tags: [], expect: stay}", image(pushed=1), id="no tags, said"),
            pytest.param(
                "{pushed_days_ago: 5, pulled_days_ago: 5, expect: stay}",
                image(pushed=5, pulled=5),
                id="pulled when it was pushed",
            ),
            pytest.param(
                "{pushed_days_ago: 5, pulled_days_ago: 3, archived_days_ago: 3, expect: expire}",
                image(pushed=5, pulled=3, archived=3, expect=Expectation.EXPIRE),
                id="archived when it was pulled",
            ),
            pytest.param(
                "{pushed_days_ago: 5, pulled_days_ago: 4, activated_days_ago: 0.5, expect: archive}",
                image(pushed=5, pulled=4, activated=0.5, expect=Expectation.ARCHIVE),
                id="restored, and archived again",
            ),
            pytest.param(
                f"{{count: {MAX_IMAGES}, pushed_days_ago: {MAX_DAYS}, expect: stay}}",
                image(count=MAX_IMAGES, pushed=MAX_DAYS),
                id="the largest numbers",
            ),
            pytest.param(
                f"{{tags: [_, '1', {'x' * 128}], pushed_days_ago: 1, expect: stay}}",
                image(tags=("_", "1", "x" * 128), pushed=1),
                id="tags at the limits",
            ),
        ],
    )
    def test_what_an_image_may_say(self, written: str, expected: SampleImages) -> None:
        """The limits are where they say, and what is left out has its default."""
        [test] = read(with_image(written))

        assert test.images == (expected,)

    def test_a_case_may_repeat_another_by_an_alias(self) -> None:
        """YAML's own way to say something once is fine."""
        one, other = read("a: &a {images: [{pushed_days_ago: 1, expect: stay}]}\nb: *a\n")

        assert one.images == other.images


ALMOST_TESTS = st.recursive(
    st.sampled_from(["stay", "archive", "v1", "-", "", "1e9", True, None, -1, 0, 1, 0.5, 36_501, float("nan"), 10**30]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "case",
                    "images",
                    "count",
                    "tags",
                    "pushed_days_ago",
                    "pulled_days_ago",
                    "archived_days_ago",
                    "activated_days_ago",
                    "expect",
                    "",
                ]
            ),
            inner,
            max_size=7,
        )
    ),
    max_leaves=20,
)


class TestLaws:
    @given(st.text() | ALMOST_TESTS.map(str))
    def test_any_text_gives_tests_or_findings(self, text: str) -> None:
        """Whatever is read, nothing is raised: there are tests or there is something to say about the text."""
        checked = check_policy_tests(text, file="v1.test.yaml")

        assert (checked.tests is None) == bool(checked.findings)


class TestShipped:
    @pytest.mark.parametrize("reference", [pytest.param(found, id=str(found)) for found in PolicyStore(SHIPPED)])
    def test_every_policy_has_tests(self, reference: PolicyRef) -> None:
        """Each shipped version has a file of tests, and it can be read."""
        path = PolicyStore(SHIPPED).path(reference).with_name(f"v{reference.version}.test.yaml")

        assert check_policy_tests(path.read_text(), file=path.name).findings == ()

    @pytest.mark.parametrize("reference", [pytest.param(found, id=str(found)) for found in PolicyStore(SHIPPED)])
    def test_every_rule_is_tested_at_its_boundary(self, reference: PolicyRef) -> None:
        """For every shipped rule some image stays at the number that it counts to, and one just beyond it does not."""
        path = PolicyStore(SHIPPED).path(reference).with_name(f"v{reference.version}.test.yaml")
        cases = [test.images for test in read(path.read_text())]

        for rule in PolicyStore(SHIPPED)[reference].rules:
            number, acted = rule.selection.count_number, ACTED[rule.action.type]
            if rule.selection.count_type.is_age:
                key = COUNTED_FROM[rule.selection.count_type]
                ages = [(getattr(sample, key), sample.expect) for case in cases for sample in case]
                assert (number, Expectation.STAY) in ages
                assert (number + 0.01, acted) in ages
            elif is_of_one_tag(rule):
                fates = [(sample.tags, sample.expect) for case in cases for sample in case]
                assert (rule.selection.tag_pattern_list, Expectation.STAY) in fates
            else:
                counts = [[(sample.count, sample.expect) for sample in case] for case in cases]
                assert any(case[0] == (number, Expectation.STAY) and case[1][1] is acted for case in counts if case[1:])

    def test_tests_change_no_meaning(self, tmp_path: Path) -> None:
        """A published version may get tests later: they are no part of what is locked."""
        store = publish(make_store(tmp_path, {"web/v1.json": policy_text()}))
        (store / "web" / "v1.test.yaml").write_text(with_image("{pushed_days_ago: 1, expect: stay}"))

        assert check_store(store).findings == ()
