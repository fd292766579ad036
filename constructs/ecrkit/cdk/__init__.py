"""
CDK constructs. Importing this module's names starts Node, as importing aws_cdk does.

They are imported when they are used: an app of a catalog without a registry needs neither construct.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit import imported_when_used

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
    __getattr__ = imported_when_used(__name__, globals(), _HOMES)
