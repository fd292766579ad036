"""Lifecycle policies: reading, checking and rendering, without AWS."""

from ecrkit.lifecycle.checks.check import (
    MAX_POLICY_BYTES,
    CheckedPolicy,
    check_policy,
    parse_policy,
    read_policy,
    read_policy_text,
)
from ecrkit.lifecycle.checks.completeness import COMPLETENESS_CODES, check_completeness
from ecrkit.lifecycle.checks.rulebook import RULEBOOK
from ecrkit.lifecycle.composition import check_composition, compose
from ecrkit.lifecycle.rendering import render
from ecrkit.lifecycle.values import (
    Action,
    ActionType,
    CountType,
    LifecyclePolicy,
    Rule,
    Selection,
    StorageClass,
    TagStatus,
)

__all__ = [
    "COMPLETENESS_CODES",
    "MAX_POLICY_BYTES",
    "RULEBOOK",
    "Action",
    "ActionType",
    "CheckedPolicy",
    "CountType",
    "LifecyclePolicy",
    "Rule",
    "Selection",
    "StorageClass",
    "TagStatus",
    "check_completeness",
    "check_composition",
    "check_policy",
    "compose",
    "parse_policy",
    "read_policy",
    "read_policy_text",
    "render",
]
