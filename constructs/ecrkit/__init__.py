"""
Registries as code for Amazon ECR.

Which images a lifecycle policy would expire, without calling AWS:

>>> from datetime import UTC, datetime
>>> import ecrkit
>>> policy = ecrkit.read_policy("keep-two.json")
>>> images = ecrkit.read_images("images.json")  # printed by `aws ecr describe-images`
>>> for verdict in ecrkit.evaluate(policy, images, now=datetime(2026, 12, 1, tzinfo=UTC)).verdicts:
...     print(*verdict.image.tags, verdict.action or "stay", "-", verdict.reason)
v1 expire - rule 1 keeps 2, and this is number 3
v2 stay - rule 1 keeps 2, and this is number 2
v3 stay - rule 1 keeps 2, and this is number 1

Images can be made in code, and policies come from a store, too; :meth:`PolicyStore.bundled` is the one in the package:

>>> images = [ecrkit.Image(f"sha256:{day:064x}", datetime(2026, 11, day, tzinfo=UTC)) for day in range(1, 16)]
>>> policy = ecrkit.PolicyStore.bundled()["expire-untagged@1"]
>>> evaluation = ecrkit.evaluate(policy, images, now=datetime(2026, 11, 20, tzinfo=UTC))
>>> [verdict.image.pushed_at.day for verdict in evaluation.verdicts if verdict.action]
[1, 2, 3, 4, 5]

What is wrong with a file is one exception, with a line for each finding:

>>> from ecrkit.errors import InvalidPolicyError
>>> try:
...     ecrkit.read_policy("keep-none.json")
... except InvalidPolicyError as error:
...     print(error)
keep-none.json:8:24: rules[0].selection.countNumber: must be 1 or more, got 0 [ECR112]

Names are imported when they are used, so that ``import ecrkit`` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["Image", "LifecyclePolicy", "PolicyStore", "__version__", "evaluate", "read_images", "read_policy"]

__version__ = "0.1.0"

_HOMES = {
    "Image": "ecrkit.images",
    "LifecyclePolicy": "ecrkit.lifecycle",
    "PolicyStore": "ecrkit.policies.store",
    "evaluate": "ecrkit.lifecycle.evaluation.evaluation",
    "read_images": "ecrkit.images.inventory.sources",
    "read_policy": "ecrkit.lifecycle",
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


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ecrkit.images import Image
    from ecrkit.images.inventory.sources import read_images
    from ecrkit.lifecycle import LifecyclePolicy, read_policy
    from ecrkit.lifecycle.evaluation.evaluation import evaluate
    from ecrkit.policies.store import PolicyStore
else:
    # A type checker that saw this function would take every name for granted.
    __getattr__ = imported_when_used(__name__, globals(), _HOMES)
