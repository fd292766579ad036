"""``ecrkit policy``: lifecycle policies as files, without AWS and without Node."""

from __future__ import annotations

from ecrkit.cli.lazy import LazyGroup

__all__ = ["policy"]

policy = LazyGroup(
    "policy",
    help="Check, test, preview and publish lifecycle policies.",
    commands={
        "check": "ecrkit.cli.policy_check:check",
        "lock": "ecrkit.cli.policy_lock:lock",
        "diff": "ecrkit.cli.policy_diff:diff",
        "preview": "ecrkit.cli.policy_preview:preview_command",
        "rules": "ecrkit.cli.policy_rules:rules",
        "test": "ecrkit.cli.policy_test:test_command",
    },
)
