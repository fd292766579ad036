"""
Registries as code for Amazon ECR.

The names here are imported when they are used, so that ``import ecrkit`` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.public_names import imported_when_used

__all__ = ["LifecyclePolicy", "PolicyStore", "__version__", "evaluate"]

__version__ = "0.1.0"

_HOMES = {
    "LifecyclePolicy": "ecrkit.lifecycle",
    "PolicyStore": "ecrkit.policies.store",
    "evaluate": "ecrkit.lifecycle.evaluation.evaluation",
}

if TYPE_CHECKING:
    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.lifecycle.evaluation.evaluation import evaluate
    from ecrkit.policies.store import PolicyStore
else:
    # A type checker that saw this function would take every name for granted.
    __getattr__ = imported_when_used(__name__, globals(), _HOMES)
