"""What docs/tasks/audit.md says is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from builders.actual import actual, found

from ecrkit.deployment.audit import AUDIT_RULEBOOK
from ecrkit.registry.posture import POSTURE_RULEBOOK

if TYPE_CHECKING:
    from ecrkit import PolicyStore

DOCS = Path(__file__).parents[3] / "docs"
AUDIT = (DOCS / "tasks" / "audit.md").read_text()


def test_shown_findings_are_the_real_ones(policies: PolicyStore) -> None:
    """The lines of the page are what an audit says of such repositories, but for where they stand."""
    [drifted, _] = found("", [actual("payments/api", mutability="MUTABLE")], policies, name="payments/api")
    [unscanned] = found("scan_on_push: false", [actual("batch", scan_on_push=False)], policies, name="batch")

    assert f"error: {drifted.text} [AUD113]\n" in AUDIT
    assert f"warning: {unscanned.text} [AUD123]\n" in AUDIT


def test_every_check_is_in_the_table() -> None:
    """The ranges of codes on the page are those of the rulebook."""
    told = set()
    for first, last in re.findall(r"(AUD\d+)(?:(?: to |, )(AUD\d+))? \|$", AUDIT, re.MULTILINE):
        told |= {f"AUD{number}" for number in range(int(first[3:]), int((last or first)[3:]) + 1)}

    assert told == {check.code for check in AUDIT_RULEBOOK}
    assert f"{POSTURE_RULEBOOK[0].code} to {POSTURE_RULEBOOK[-1].code}" in AUDIT
