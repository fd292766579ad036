"""`ecrkit policy rules`, and the page of the documentation that it writes."""

from __future__ import annotations

import json
from pathlib import Path

from builders.commands import ecrkit

from ecrkit.deployment.audit import AUDIT_RULEBOOK
from ecrkit.lifecycle import RULEBOOK
from ecrkit.policies.checks import STORE_RULEBOOK

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"


def test_page_is_what_the_command_writes() -> None:
    """docs/rules.md is the output of `ecrkit policy rules --output markdown`, to the letter."""
    result = ecrkit("policy", "rules", "--output", "markdown")

    assert result.stdout == PAGE.read_text()


def test_table_lists_every_check() -> None:
    """The table has a line for each check: code, severity and what it holds."""
    result = ecrkit("policy", "rules")

    lines = result.stdout.splitlines()[1:]
    assert [line.split(maxsplit=2) for line in lines] == [
        [check.code, check.severity.value, check.title] for check in (*RULEBOOK, *STORE_RULEBOOK, *AUDIT_RULEBOOK)
    ]


def test_json_lists_every_check() -> None:
    """JSON has all that a row of the rulebook has."""
    result = ecrkit("policy", "rules", "--output", "json")

    checks = json.loads(result.stdout)["checks"]
    assert checks[0] == {
        "code": "ECR101",
        "severity": "error",
        "title": "the text is JSON",
        "message": "not JSON: the text {problem}",
        "remedy": "",
        "source": "ECR API model 2015-09-21, LifecyclePolicyText",
        "example": "",
    }


def test_codes_are_unique() -> None:
    """No code is given to two checks."""
    codes = [check.code for check in (*RULEBOOK, *STORE_RULEBOOK, *AUDIT_RULEBOOK)]

    assert len(codes) == len(set(codes))


def test_every_warning_shows_how_it_bites() -> None:
    """A warning without an example is an opinion."""
    warnings = [check for check in (*RULEBOOK, *STORE_RULEBOOK, *AUDIT_RULEBOOK) if check.severity == "warning"]

    assert [check.code for check in warnings if not check.example] == []
