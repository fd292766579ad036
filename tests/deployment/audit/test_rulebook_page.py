"""What docs/tasks/audit.md says is true."""

from __future__ import annotations

import re
from pathlib import Path

from ecrkit.deployment.audit import AUDIT_RULEBOOK
from ecrkit.registry.posture import POSTURE_RULEBOOK

DOCS = Path(__file__).parents[3] / "docs"
AUDIT = (DOCS / "tasks" / "audit.md").read_text()


def test_every_check_is_in_the_table() -> None:
    """The ranges of codes on the page are those of the rulebook."""
    told = set()
    for first, last in re.findall(r"(AUD\d+)(?:(?: to |, )(AUD\d+))? \|$", AUDIT, re.MULTILINE):
        told |= {f"AUD{number}" for number in range(int(first[3:]), int((last or first)[3:]) + 1)}

    assert told == {check.code for check in AUDIT_RULEBOOK}
    assert f"{POSTURE_RULEBOOK[0].code} to {POSTURE_RULEBOOK[-1].code}" in AUDIT
