"""Bytes that are really freed, for programs: the same object of every command."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecrkit.preview.layers import LayerBytes

__all__ = ["layers_document"]


def layers_document(layers: LayerBytes) -> dict[str, object] | None:
    """Write *layers* as an object for JSON; ``None`` if the layers of no image are known."""
    if not layers.is_known:
        return None
    return {
        "reallyFreedBytes": layers.freed,
        "reallyArchivedBytes": layers.moved,
        "imagesOfUnknownLayers": layers.unknown,
        "exact": layers.is_exact,
    }
