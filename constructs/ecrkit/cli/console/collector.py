"""Commands that read much and end soon."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["without_collector"]


@contextmanager
def without_collector() -> Iterator[None]:
    """
    Run a command without looking for cycles in its memory, as a decorator or a context.

    100,000 images are a million objects, none of them garbage, and the collector goes through them again and again: a
    fifth of a preview, a third of a diff. What has no cycle is freed as always.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
