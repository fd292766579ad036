"""What findings make of an exit code, and of a summary."""

from __future__ import annotations

import pytest

from ecrkit.cli.console.endings import end_of_findings
from ecrkit.cli.console.reports import echo_report
from ecrkit.errors import Finding, Location, Severity


def finding(severity: Severity, silenced: str = "") -> Finding:
    where = Location("repositories.yaml", 1, 1)
    return Finding(
        location=where, code="CAT155", severity=severity, message="m", remedy="", source="s", silenced=silenced
    )


@pytest.mark.parametrize(
    ("found", "plain", "strict"),
    [
        pytest.param(finding(Severity.ERROR), 1, 1, id="error"),
        pytest.param(finding(Severity.WARNING), 0, 1, id="warning"),
        pytest.param(finding(Severity.WARNING, "Fine."), 0, 0, id="silenced warning"),
        pytest.param(finding(Severity.NOTE), 0, 0, id="note"),
    ],
)
def test_what_fails_a_command(found: Finding, plain: int, strict: int) -> None:
    """Errors fail it, warnings with --strict, and notes never."""
    for is_strict, expected in ((False, plain), (True, strict)):
        with pytest.raises(SystemExit) as caught:
            end_of_findings([found], strict=is_strict, output="json")
        assert (caught.value.code or 0) == expected


def test_notes_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """A note is no warning in the summary."""
    echo_report([finding(Severity.NOTE), finding(Severity.WARNING)], checked=1, noun="catalog", output="text")

    assert capsys.readouterr().err == "1 catalog checked: 1 warning, 1 note\n"
