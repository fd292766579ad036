"""
CDK constructs. Importing this module's names starts Node, as importing aws_cdk does.

They are imported when they are used: an app of a catalog without a registry needs neither construct.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["LifecyclePolicyValidation", "Registry", "Repository"]

_HOMES = {
    "LifecyclePolicyValidation": "ecrkit.cdk.validation",
    "Registry": "ecrkit.cdk.registry",
    "Repository": "ecrkit.cdk.repository",
}

if TYPE_CHECKING:
    from ecrkit.cdk.registry import Registry
    from ecrkit.cdk.repository import Repository
    from ecrkit.cdk.validation import LifecyclePolicyValidation
else:
    # A type checker that saw this function would take every name for granted.
    def __getattr__(name: str) -> object:
        """Import the module that *name* lives in."""
        if name not in _HOMES:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        from importlib import import_module  # noqa: PLC0415 - only for a name that is used

        value = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return value
