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
    "PolicyStore": "ecrkit.policies.store",
    "evaluate": "ecrkit.lifecycle.evaluation.evaluation",
}


def imported_when_used(package: str, namespace: dict[str, object], homes: Mapping[str, str]) -> Callable[[str], object]:
    """
    Make the ``__getattr__`` of a package.

    Args:
        package: its name.
        namespace: its globals, which remember what was imported.
        homes: the module that each public name lives in.

    Source: PEP 562.
    """

    def find(name: str) -> object:
        if name not in homes:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg)
        from importlib import import_module  # noqa: PLC0415 - only for a name that is used

        value = namespace[name] = getattr(import_module(homes[name]), name)
        return value

    return find


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.lifecycle.evaluation.evaluation import evaluate
    from ecrkit.policies.store import PolicyStore
else:
    # A type checker that saw this function would take every name for granted.
    __getattr__ = imported_when_used(__name__, globals(), _HOMES)
