"""The repositories of this project's catalog."""

from __future__ import annotations

import ecrkit.cdk

__all__ = ["RepositoriesStack"]


class RepositoriesStack(ecrkit.cdk.RepositoriesStack):
    """Repositories of one environment; add what your organization wants in each of these stacks."""
