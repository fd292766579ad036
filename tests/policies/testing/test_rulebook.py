"""What is wrong with a file of tests, by the code of the check."""

from __future__ import annotations

from textwrap import dedent

import pytest
from builders.policy_tests import errors, with_image

from ecrkit.policies.testing.cases import check_policy_tests
from ecrkit.policies.testing.rulebook import POLICY_TEST_RULEBOOK


class TestFindings:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            pytest.param(
                "<<: {}",
                "v1.test.yaml:1:1: not YAML tests: the text has a merge key; repeat the keys [TST101]",
                id="TST101",
            ),
            pytest.param(
                with_image("{pushed_days_ago: 1, expect: stay, expect: expire}"),
                "v1.test.yaml:3:42: case.images[0].expect: the key 'expect' is written twice, first on line 3; "
                "remove one; YAML readers silently drop the first [TST102]",
                id="TST102",
            ),
            pytest.param(
                with_image("{pushed: 1, pushed_days_ago: 1, expect: stay}"),
                "v1.test.yaml:3:8: case.images[0].pushed: unknown key 'pushed'; remove it:"
                " 'pushed_days_ago' is set [TST103]",
                id="TST103 image",
            ),
            pytest.param(
                "case: {image: [], images: [{pushed_days_ago: 1, expect: stay}]}",
                "v1.test.yaml:1:8: case.image: unknown key 'image'; remove it: 'images' is set [TST103]",
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
            pytest.param("[]", "v1.test.yaml:1:1: must be a mapping, got a list [TST105]", id="TST105 file"),
            pytest.param(
                "case: [1]", "v1.test.yaml:1:7: case: must be a mapping, got a list [TST105]", id="TST105 case"
            ),
            pytest.param(
                "case: {images: {}}",
                "v1.test.yaml:1:16: case.images: must be a list, got a mapping [TST105]",
                id="TST105 images",
            ),
            pytest.param(
                with_image("stay"),
                "v1.test.yaml:3:7: case.images[0]: must be a mapping, got a string [TST105]",
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
                'v1.test.yaml:3:14: case.images[0].tags: must be a list, got a string; write ["v1"] [TST105]',
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
                "v1.test.yaml:3:36: case.images[0].expect: must be 'stay' or 'expire' or 'archive', got null [TST105]",
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
                "v1.test.yaml:1:1:  : the name of a case must not be empty, got ' ' [TST111]",
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
                "v1.test.yaml:3:21: case.images[0].tags[2]: 'a' is listed twice; remove one [TST117]",
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


class TestRulebook:
    def test_codes_are_unique_and_in_order(self) -> None:
        """A code stands for one check for ever, and tables list them in order."""
        codes = [check.code for check in POLICY_TEST_RULEBOOK]

        assert codes == sorted(set(codes))
        assert all(code.startswith("TST1") for code in codes)
