"""
Registries as code for Amazon ECR.

The names here are imported when they are used, so that ``import ecrkit`` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["LifecyclePolicy", "PolicyStore", "__version__", "evaluate"]

__version__ = "0.1.0"

_HOMES = {
    "LifecyclePolicy": "ecrkit.lifecycle",
    "PolicyStore": "ecrkit.store",
    "evaluate": "ecrkit.lifecycle.evaluation",
}

if TYPE_CHECKING:
    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.lifecycle.evaluation import evaluate
    from ecrkit.store import PolicyStore
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
