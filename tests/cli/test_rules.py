"""`ecrkit rules`, the page of the documentation that it writes, and the texts behind both."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from builders.commands import ecrkit

from ecrkit.cli.rulebooks import CHECKS, RULEBOOKS
from ecrkit.documents.explanations import explain, explanations

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "constructs" / "ecrkit"
PAGE = ROOT / "docs" / "rules.md"


def codes_in_source() -> list[str]:
    """Find the code of every ``Check(...)`` that is written in a module."""
    calls = [
        node
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Check"
    ]
    return [ast.literal_eval(word.value) for call in calls for word in call.keywords if word.arg == "code"]


class TestTheList:
    def test_has_every_check_of_the_source_once(self) -> None:
        """The list has what the modules define: no check is missing, and none is there twice."""
        listed = [check.code for rulebook in RULEBOOKS for check in rulebook.checks]

        assert sorted(listed) == sorted(codes_in_source())
        assert len(listed) == len(set(listed))

    def test_is_in_order(self) -> None:
        """Each rulebook has the codes of one prefix, in order."""
        for rulebook in RULEBOOKS:
            codes = [check.code for check in rulebook.checks]

            assert codes == sorted(codes)
            assert {code[:3] for code in codes} == {re.findall(r"\(([A-Z]{3})\)", rulebook.heading)[0]}

    def test_explanations_are_of_these_checks(self) -> None:
        """Every check has an explanation, and every explanation a check."""
        files = (SOURCE / "documents" / "explanations").glob("*.yaml")
        explained = [code for path in files for code in explanations(path.stem)]

        assert sorted(explained) == sorted(CHECKS)


class TestTexts:
    @pytest.mark.parametrize("code", CHECKS)
    def test_title_names_the_problem(self, code: str) -> None:
        """A title is a short clause without an article and a full stop, and says what is wrong."""
        title = CHECKS[code].title

        assert re.match(r"(?!an? |the |every |no |only )[a-zA-Z']", title)
        assert not title.endswith(".")
        assert len(title) <= 65
        verbs = "is|are|has|have|does|do|can|cannot|matches|replicates|caches|exceeds|expires|archives"
        assert re.search(rf"\b(?:{verbs})\b", title)

    @pytest.mark.parametrize("code", CHECKS)
    def test_explanation_is_plain(self, code: str) -> None:
        """One sentence says what is checked, one or more why, one imperative the fix; none is long."""
        text = explain(CHECKS[code])

        for sentences in (text.checks, text.why, text.fix):
            assert sentences.endswith(".")
            assert [s for s in re.split(r"(?<=[.!?]) |: |; ", sentences) if len(s.split()) > 25] == []
        assert re.search(r"\b(?:must|should|needs?|takes?)\b", text.checks)
        assert len(re.split(r"(?<=\.) ", text.checks)) == 1
        assert len(re.split(r"(?<=\.) ", text.why)) <= 3
        assert len(re.split(r"(?<=\.) ", text.fix)) == 1

    def test_warnings_say_should(self) -> None:
        """What is only warned of, or noted, is no must."""
        said = {check.code: explain(check).checks for check in CHECKS.values()}

        wrong = [c.code for c in CHECKS.values() if (c.severity != "error") != (" should " in said[c.code])]
        assert wrong == []


class TestCommand:
    def test_table_lists_every_check(self) -> None:
        """The table has a line for each check: code, severity and title."""
        lines = ecrkit("rules").stdout.splitlines()

        assert lines[0].split() == ["CODE", "SEVERITY", "TITLE"]
        assert [line.split(maxsplit=2) for line in lines[1:]] == [
            [check.code, check.severity.value, check.title] for check in CHECKS.values()
        ]

    def test_code_is_explained(self) -> None:
        """A code in any case gives what is checked, why, an example, the fix and the source."""
        result = ecrkit("rules", "use102")

        assert result.returncode == 0
        assert result.stdout == (
            "USE102: list of images in use is empty (error)\n"
            "\n"
            "Checks: A list of images in use must name at least one image, or say in a\n"
            "        comment that nothing runs.\n"
            "\n"
            "Why:    A command that failed also leaves an empty file. The gate would protect\n"
            "        nothing and pass.\n"
            "\n"
            "Example:\n"
            "    : > in-use.txt\n"
            "\n"
            "Fix:    List what runs; if nothing does, write a line that begins with `#`.\n"
            "\n"
            "Source: decided by ecrkit: a command that failed also leaves an empty list\n"
        )

    def test_several_codes_are_explained_in_the_order_given(self) -> None:
        """Each code gets an explanation of its own."""
        result = ecrkit("rules", "CAT121", "ECR205")

        assert re.findall(r"^([A-Z]{3}\d{3}): ", result.stdout, re.MULTILINE) == ["CAT121", "ECR205"]

    @pytest.mark.parametrize(
        ("code", "advice"),
        [
            pytest.param("cat12", "did you mean CAT120?", id="cut short"),
            pytest.param("E9112", "did you mean ECR112?", id="near"),
            pytest.param("nonsense", "'ecrkit rules' lists every code", id="far"),
        ],
    )
    def test_unknown_code_is_refused(self, code: str, advice: str) -> None:
        """An unknown code is a usage error with a suggestion."""
        result = ecrkit("rules", code)

        assert result.returncode == 2
        assert result.stdout == ""
        assert f"Error: unknown code '{code}'; {advice}\n" in result.stderr

    def test_json_has_every_text(self) -> None:
        """JSON has the check and its explanation, for all or for the codes given."""
        [only] = json.loads(ecrkit("rules", "ALW110", "--output", "json").stdout)["rules"]
        every = json.loads(ecrkit("rules", "--output", "json").stdout)["rules"]

        assert only == {
            "code": "ALW110",
            "severity": "error",
            "title": "allowance has no reason",
            "checks": "The `reason` of an allowance must not be empty.",
            "why": "Without a reason, nobody can decide later whether the vulnerability is still acceptable.",
            "example": 'CVE-2026-1234:\n  reason: ""\n  expires: 2027-03-31',
            "fix": "Write why the vulnerability is acceptable.",
            "source": "ecrkit allow list reference",
        }
        assert [rule["code"] for rule in every] == list(CHECKS)
        assert only in every

    def test_markdown_is_the_whole_page(self) -> None:
        """The page of the documentation is not cut to some codes."""
        result = ecrkit("rules", "ECR101", "--output", "markdown")

        assert result.returncode == 2
        assert "'--output markdown' prints every check; pass it without CODE" in result.stderr

    def test_policy_rules_is_gone(self) -> None:
        """The list has one command."""
        assert ecrkit("policy", "rules").returncode == 2


class TestPage:
    def test_is_what_the_command_writes(self) -> None:
        """docs/rules.md is the output of `ecrkit rules --output markdown`, to the letter."""
        assert ecrkit("rules", "--output", "markdown").stdout == PAGE.read_text(encoding="utf-8")

    def test_has_every_check(self) -> None:
        """The page has a heading for each check, in the order of the list."""
        assert re.findall(r"^### (\S+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE) == list(CHECKS)
