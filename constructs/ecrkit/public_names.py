"""Public names of a package that are imported when they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["imported_when_used"]


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
