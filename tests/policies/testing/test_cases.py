from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit
from builders.stores import make_store, policy_text, publish
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.errors import Location
from ecrkit.policies.checks import check_store
from ecrkit.policies.lock import lock_path
from ecrkit.policies.store import PolicyStore
from ecrkit.policies.testing.cases import Expectation, PolicyTest, SampleImages, check_policy_tests
from ecrkit.policies.testing.rulebook import MAX_DAYS, MAX_IMAGES, POLICY_TEST_RULEBOOK

if TYPE_CHECKING:
    from ecrkit.policies.references import PolicyRef

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "policies" / "lifecycle"


def read(text: str) -> tuple[PolicyTest, ...]:
    """Read *text*, which has to be valid."""
    checked = check_policy_tests(dedent(text), file="v1.test.yaml")
    assert checked.findings == ()
    assert checked.tests is not None
    return checked.tests


def errors(text: str) -> list[str]:
    """Give what is wrong with *text*, as a person reads it."""
    checked = check_policy_tests(dedent(text), file="v1.test.yaml")
    assert checked.tests is None
    return [str(found) for found in checked.findings]


def with_image(image: str) -> str:
    """Write a case of one image; it begins at 3:7."""
    return f"case:\n  images:\n    - {image}\n"


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


class TestFindings:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            pytest.param(
                "<<: {}",
                "v1.test.yaml:1:1: not YAML as tests need it: the text has a merge key; repeat the keys [TST101]",
                id="TST101",
            ),
            pytest.param(
                with_image("{pushed_days_ago: 1, expect: stay, expect: expire}"),
                "v1.test.yaml:3:42: case.images[0].expect: the key 'expect' is written twice, first on line 3; remove"
                " one; readers of YAML drop the first in silence [TST102]",
                id="TST102",
            ),
            pytest.param(
                with_image("{pushed: 1, pushed_days_ago: 1, expect: stay}"),
                "v1.test.yaml:3:8: case.images[0].pushed: unknown key 'pushed'; known here: count, tags,"
                " pushed_days_ago, pulled_days_ago, archived_days_ago, activated_days_ago, expect [TST103]",
                id="TST103 image",
            ),
            pytest.param(
                "case: {image: [], images: [{pushed_days_ago: 1, expect: stay}]}",
                "v1.test.yaml:1:8: case.image: unknown key 'image'; did you mean images? [TST103]",
                id="TST103 case",
            ),
            pytest.param(
                "case: {}",
                "v1.test.yaml:1:7: case: the required key 'images' is missing; add it [TST104]",
                id="TST104 images",
            ),
            pytest.param(
                with_image("{expect: stay}"),
                "v1.test.yaml:3:7: case.images[0]: the required key 'pushed_days_ago' is missing; add it [TST104]",
                id="TST104 push",
            ),
            pytest.param(
                with_image("{pushed_days_ago: 1}"),
                "v1.test.yaml:3:7: case.images[0]: the required key 'expect' is missing; add it [TST104]",
                id="TST104 expectation",
            ),
            pytest.param("[]", "v1.test.yaml:1:1: must be an object, got a list [TST105]", id="TST105 file"),
            pytest.param(
                "case: [1]", "v1.test.yaml:1:7: case: must be an object, got a list [TST105]", id="TST105 case"
            ),
            pytest.param(
                "case: {images: {}}",
                "v1.test.yaml:1:16: case.images: must be a list, got an object [TST105]",
                id="TST105 images",
            ),
            pytest.param(
                with_image("stay"),
                "v1.test.yaml:3:7: case.images[0]: must be an object, got a string [TST105]",
                id="TST105 image",
            ),
            pytest.param(
                with_image("{count: 1.0, pushed_days_ago: 1, expect: stay}"),
                "v1.test.yaml:3:15: case.images[0].count: must be an integer, got a number with a fraction or exponent"
                " [TST105]",
                id="TST105 count",
            ),
            pytest.param(
                with_image("{tags: v1, pushed_days_ago: 1, expect: stay}"),
                "v1.test.yaml:3:14: case.images[0].tags: must be a list, got a string [TST105]",
                id="TST105 tags",
            ),
            pytest.param(
                with_image("{tags: [1.10], pushed_days_ago: 1, expect: stay}"),
                "v1.test.yaml:3:15: case.images[0].tags[0]: must be a string, got a number with a fraction or exponent;"
                ' write "1.10" [TST105]',
                id="TST105 tag",
            ),
            pytest.param(
                with_image("{pushed_days_ago: a week, expect: stay}"),
                "v1.test.yaml:3:25: case.images[0].pushed_days_ago: must be a number, got a string [TST105]",
                id="TST105 days",
            ),
            pytest.param(
                with_image("{pushed_days_ago: true, expect: stay}"),
                "v1.test.yaml:3:25: case.images[0].pushed_days_ago: must be a number, got a boolean [TST105]",
                id="TST105 true is no number",
            ),
            pytest.param(
                with_image("{pushed_days_ago: [1], expect: stay}"),
                "v1.test.yaml:3:25: case.images[0].pushed_days_ago: must be a number, got a list [TST105]",
                id="TST105 a list is no number",
            ),
            pytest.param(
                with_image("{pushed_days_ago: 1, expect: }"),
                "v1.test.yaml:3:36: case.images[0].expect: must be a string, got null [TST105]",
                id="TST105 expectation",
            ),
            pytest.param(
                with_image("{pushed_days_ago: 1, expect: deleted}"),
                "v1.test.yaml:3:36: case.images[0].expect: must be 'stay' or 'expire' or 'archive', got 'deleted'"
                " [TST106]",
                id="TST106",
            ),
            pytest.param(
                "",
                "v1.test.yaml:1:1: must have at least 1 case, got none; add one with images, or remove the file"
                " [TST110]",
                id="TST110 nothing",
            ),
            pytest.param(
                "{}",
                "v1.test.yaml:1:1: must have at least 1 case, got none; add one with images, or remove the file"
                " [TST110]",
                id="TST110 empty",
            ),
            pytest.param(
                "' ': {images: [{pushed_days_ago: 1, expect: stay}]}",
                "v1.test.yaml:1:1:  : the name of a case must say something, got ' ' [TST111]",
                id="TST111",
            ),
            pytest.param(
                "case: {images: []}",
                "v1.test.yaml:1:16: case.images: must have at least 1 image, got none; add one, or remove the case"
                " [TST112]",
                id="TST112",
            ),
            pytest.param(
                "case:\n  images:\n"
                "    - {count: 100000, pushed_days_ago: 1, expect: stay}\n"
                "    - {pushed_days_ago: 2, expect: expire}\n",
                "v1.test.yaml:3:5: case.images: must have at most 100,000 images, got 100,001 [TST113]",
                id="TST113",
            ),
            pytest.param(
                with_image("{count: 0, pushed_days_ago: 1, expect: stay}"),
                "v1.test.yaml:3:15: case.images[0].count: must be 1 to 100,000, got 0 [TST114]",
                id="TST114 too few",
            ),
            pytest.param(
                with_image("{count: 100_001, pushed_days_ago: 1, expect: stay}"),
                "v1.test.yaml:3:15: case.images[0].count: must be 1 to 100,000, got 100_001 [TST114]",
                id="TST114 too many",
            ),
            pytest.param(
                with_image("{pushed_days_ago: -0.5, expect: stay}"),
                "v1.test.yaml:3:25: case.images[0].pushed_days_ago: must be 0 to 36,500 days, got -0.5 [TST115]",
                id="TST115 in the future",
            ),
            pytest.param(
                with_image("{pushed_days_ago: .inf, expect: stay}"),
                "v1.test.yaml:3:25: case.images[0].pushed_days_ago: must be 0 to 36,500 days, got .inf [TST115]",
                id="TST115 for ever",
            ),
            pytest.param(
                with_image("{pushed_days_ago: .nan, expect: stay}"),
                "v1.test.yaml:3:25: case.images[0].pushed_days_ago: must be 0 to 36,500 days, got .nan [TST115]",
                id="TST115 not a number",
            ),
            pytest.param(
                with_image(f"{{pushed_days_ago: 0x{'f' * 5000}, expect: stay}}"),
                f"v1.test.yaml:3:25: case.images[0].pushed_days_ago: must be 0 to 36,500 days, got 0x{'f' * 58}…"
                " [TST115]",
                id="TST115 more digits than Python writes",
            ),
            pytest.param(
                with_image("{tags: [v1, -rc], pushed_days_ago: 1, expect: stay}"),
                "v1.test.yaml:3:19: case.images[0].tags[1]: not a tag: '-rc'; a tag is a letter, digit or '_', then up"
                " to 127 of these, '.' and '-' [TST116]",
                id="TST116 its beginning",
            ),
            pytest.param(
                with_image(f"{{tags: [{'x' * 129}], pushed_days_ago: 1, expect: stay}}"),
                f"v1.test.yaml:3:15: case.images[0].tags[0]: not a tag: '{'x' * 60}…'; a tag is a letter, digit or '_',"
                " then up to 127 of these, '.' and '-' [TST116]",
                id="TST116 its length",
            ),
            pytest.param(
                with_image("{tags: [a, b, a], pushed_days_ago: 1, expect: stay}"),
                "v1.test.yaml:3:21: case.images[0].tags[2]: 'a' is named twice; remove one [TST117]",
                id="TST117",
            ),
            pytest.param(
                with_image("{activated_days_ago: 1, archived_days_ago: 2, pushed_days_ago: 3, expect: stay}"),
                "v1.test.yaml:3:31: case.images[0].archived_days_ago: takes archived_days_ago or activated_days_ago,"
                " got both; write activated_days_ago alone for an image that was restored [TST120]",
                id="TST120",
            ),
            pytest.param(
                with_image("{pushed_days_ago: 3, pulled_days_ago: 3.01, expect: stay}"),
                "v1.test.yaml:3:45: case.images[0].pulled_days_ago: must be at most pushed_days_ago, 3, got 3.01"
                " [TST121]",
                id="TST121 pulled",
            ),
            pytest.param(
                with_image("{pushed_days_ago: 3, archived_days_ago: 4, expect: stay}"),
                "v1.test.yaml:3:47: case.images[0].archived_days_ago: must be at most pushed_days_ago, 3, got 4"
                " [TST121]",
                id="TST121 archived",
            ),
            pytest.param(
                with_image("{pushed_days_ago: 3, activated_days_ago: 4, expect: stay}"),
                "v1.test.yaml:3:48: case.images[0].activated_days_ago: must be at most pushed_days_ago, 3, got 4"
                " [TST121]",
                id="TST121 restored",
            ),
            pytest.param(
                with_image("{pushed_days_ago: 9, pulled_days_ago: 1, archived_days_ago: 2, expect: stay}"),
                "v1.test.yaml:3:45: case.images[0].pulled_days_ago: must be at least archived_days_ago, 2, got 1; an"
                " archived image cannot be pulled [TST122]",
                id="TST122",
            ),
            pytest.param(
                with_image("{pushed_days_ago: 9, archived_days_ago: 2, expect: archive}"),
                "v1.test.yaml:3:58: case.images[0].expect: must be 'stay' or 'expire' for an archived image, got"
                " 'archive' [TST123]",
                id="TST123",
            ),
        ],
    )
    def test_every_check_speaks(self, text: str, expected: str) -> None:
        """Each check finds its problem, at its place, and nothing else does."""
        assert errors(text) == [expected]

    def test_everything_wrong_is_told_in_one_go(self) -> None:
        """One run finds every problem, in file order: no value that is wrong silences another."""
        text = """\
            one:
              image: []
            " ":
              images:
                - {count: 60000, tags: [v1, v1], pushed_days_ago: 2, pulled_days_ago: 3, expect: gone}
                - {count: 60000, pushed_days_ago: never, archived_days_ago: 1, activated_days_ago: 1, expect: archive}
                - 7
            """

        found = check_policy_tests(dedent(text), file="v1.test.yaml").findings

        assert [(finding.location.line, finding.location.column, finding.code) for finding in found] == [
            (2, 3, "TST104"),
            (2, 3, "TST103"),
            (3, 1, "TST111"),
            (5, 5, "TST113"),
            (5, 33, "TST117"),
            (5, 75, "TST121"),
            (5, 86, "TST106"),
            (6, 39, "TST105"),
            (6, 68, "TST120"),
            (6, 99, "TST123"),
            (7, 7, "TST105"),
        ]


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


class TestRulebook:
    def test_codes_are_unique_and_in_order(self) -> None:
        """A code stands for one check for ever, and tables list them in order."""
        codes = [check.code for check in POLICY_TEST_RULEBOOK]

        assert codes == sorted(set(codes))
        assert all(code.startswith("TST1") for code in codes)


class TestStore:
    def test_tests_of_every_version_are_checked(self, tmp_path: Path) -> None:
        """A store reports what is wrong with each file of tests, also of one whose version is not there."""
        store = make_store(
            tmp_path,
            {
                "web/v1.json": policy_text(),
                "web/v1.test.yaml": with_image("{pushed_days_ago: -1, expect: stay}"),
                "web/v2.test.yaml": "{}",
            },
        )

        findings = check_store(store, with_tests=True).findings
        found = [(found.location.file, found.code) for found in findings if found.code.startswith("TST")]

        assert found == [(f"{store}/web/v1.test.yaml", "TST115"), (f"{store}/web/v2.test.yaml", "TST110")]

    def test_broken_tests_stop_publishing(self, tmp_path: Path) -> None:
        """A version is not published with tests that cannot be read."""
        store = make_store(tmp_path, {"web/v1.json": policy_text(), "web/v1.test.yaml": "web: {}"})

        result = ecrkit("policy", "lock", store)

        assert result.returncode == 1
        assert result.stdout == (
            f"{store}/web/v1.test.yaml:1:6: error: web: the required key 'images' is missing; add it [TST104]\n"
        )
        assert not lock_path(store).exists()

    def test_checking_policies_needs_no_yaml(self, tmp_path: Path) -> None:
        """A store is checked without loading a YAML reader, unless its tests are asked for."""
        store = make_store(tmp_path, {"web/v1.json": policy_text(), "web/v1.test.yaml": "web: {}"})
        code = (
            "import sys; from pathlib import Path; from ecrkit.policies.checks import check_store\n"
            "print(check_store(Path(sys.argv[1])).checked, 'yaml' in sys.modules)\n"
        )

        result = subprocess.run([sys.executable, "-c", code, store], capture_output=True, check=True, text=True)

        assert result.stdout == "1 False\n"


class TestShipped:
    @pytest.mark.parametrize("reference", [pytest.param(found, id=str(found)) for found in PolicyStore(SHIPPED)])
    def test_every_policy_has_tests(self, reference: PolicyRef) -> None:
        """Each shipped version has a file of tests, and it can be read."""
        path = PolicyStore(SHIPPED).path(reference).with_name(f"v{reference.version}.test.yaml")

        assert check_policy_tests(path.read_text(), file=path.name).findings == ()

    @pytest.mark.parametrize("reference", [pytest.param(found, id=str(found)) for found in PolicyStore(SHIPPED)])
    def test_every_rule_is_tested_at_its_boundary(self, reference: PolicyRef) -> None:
        """For every shipped rule some image stays at the number that it counts to, and one just beyond it expires."""
        path = PolicyStore(SHIPPED).path(reference).with_name(f"v{reference.version}.test.yaml")
        tests = read(path.read_text())

        for rule in PolicyStore(SHIPPED)[reference].rules:
            number = rule.selection.count_number
            cases = [[(sample, sample.expect) for sample in test.images] for test in tests]
            if rule.selection.count_type.is_age:
                ages = [(sample.pushed_days_ago, expect) for case in cases for sample, expect in case]
                assert (number, Expectation.STAY) in ages
                assert (number + 0.01, Expectation.EXPIRE) in ages
            else:
                counts = [[(sample.count, expect) for sample, expect in case] for case in cases]
                assert any(
                    case[0] == (number, Expectation.STAY) and case[1][1] is Expectation.EXPIRE
                    for case in counts
                    if len(case) > 1
                )

    def test_tests_change_no_meaning(self, tmp_path: Path) -> None:
        """A published version may get tests later: they are no part of what is locked."""
        store = publish(make_store(tmp_path, {"web/v1.json": policy_text()}))
        (store / "web" / "v1.test.yaml").write_text(with_image("{pushed_days_ago: 1, expect: stay}"))

        assert check_store(store).findings == ()
