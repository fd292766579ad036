"""What is said of a template in place of a check that cannot be made."""

from __future__ import annotations

from ecrkit.errors import Check, Severity

__all__ = ["ACCESS_NOT_CHECKED", "NOT_CHECKED", "TEMPLATE_RULEBOOK"]

NOT_CHECKED = Check(
    code="TPL301",
    severity=Severity.NOTE,
    title="policy text is known only at deploy",
    message="not checked{where}: {what} is known only when the stack is deployed",
    remedy="check the text that it becomes with 'ecrkit policy check'",
    source="CloudFormation template reference, intrinsic functions (read 2026-11)",
)

ACCESS_NOT_CHECKED = Check(
    code="TPL302",
    severity=Severity.NOTE,
    title="access policy is known only at deploy",
    message="not checked{where}: {what} is known only when the stack is deployed",
    remedy="check the deployed policy with 'ecrkit audit'",
    source="CloudFormation template reference, intrinsic functions (read 2026-11)",
)

TEMPLATE_RULEBOOK: tuple[Check, ...] = (NOT_CHECKED, ACCESS_NOT_CHECKED)
"""Every check, by code."""
