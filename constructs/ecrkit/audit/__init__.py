"""
What is there, held against what the catalog declares: pure functions of both, without AWS.

:func:`audit` gives what drifted, what is missing or unknown, and what should not be so, whoever declared it.
"""

from ecrkit.audit.auditing import audit
from ecrkit.audit.comparing import drift
from ecrkit.audit.rulebook import AUDIT_RULEBOOK
from ecrkit.audit.values import ActualRepository

__all__ = ["AUDIT_RULEBOOK", "ActualRepository", "audit", "drift"]
