"""The registry-wide settings of this project's catalog."""

from __future__ import annotations

import ecrkit.cdk

__all__ = ["RegistryStack"]


class RegistryStack(ecrkit.cdk.RegistryStack):
    """Registry-wide settings of one environment; add what your organization wants beside them."""
