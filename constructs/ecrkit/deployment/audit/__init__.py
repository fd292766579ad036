"""
What is there, held against what the catalog declares: pure functions of both, without AWS.

:func:`audit` gives what drifted, what is missing or unknown, and what should not be so, whoever declared it.
"""

from ecrkit.deployment.actual import ActualRepository
from ecrkit.deployment.audit.auditor import audit
from ecrkit.deployment.audit.drift import drift
from ecrkit.deployment.audit.rulebook import AUDIT_RULEBOOK

__all__ = ["AUDIT_RULEBOOK", "ActualRepository", "audit", "drift"]
