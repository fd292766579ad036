"""``ecrkit policy``: lifecycle policies as files, without Node, and deployed ones in an emergency."""

from __future__ import annotations

from ecrkit.cli.console.lazy import LazyGroup

__all__ = ["policy"]

policy = LazyGroup(
    "policy",
    help="Check, test, preview, publish and suspend lifecycle policies.",
    examples=(
        "ecrkit policy check policies/lifecycle",
        "ecrkit policy preview keep-last-10@1 --images web.json",
    ),
    commands={
        "list": "ecrkit.cli.policy.list:list_",
        "extract": "ecrkit.cli.policy.extract:extract",
        "copy": "ecrkit.cli.policy.copy:copy",
        "check": "ecrkit.cli.policy.check:check",
        "lock": "ecrkit.cli.policy.lock:lock",
        "diff": "ecrkit.cli.policy.diff:diff",
        "usage": "ecrkit.cli.policy.usage:usage",
        "preview": "ecrkit.cli.policy.preview:preview_command",
        "test": "ecrkit.cli.policy.run_tests:test_command",
        "suspend": "ecrkit.cli.policy.suspend:suspend",
        "resume": "ecrkit.cli.policy.resume:resume",
    },
)
