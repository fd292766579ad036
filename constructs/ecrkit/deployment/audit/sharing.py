"""Layers that several repositories store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.deployment.audit.rulebook import SHARED_LAYERS
from ecrkit.errors import first_names
from ecrkit.errors.excerpts import count_of
from ecrkit.images.sizes import readable_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.errors import Finding, Location
    from ecrkit.preview.layers import SharedLayers

__all__ = ["repeated_layers"]

_MOST = 3
"""Groups of repositories that a finding names; JSON has all."""


def repeated_layers(shared: Sequence[SharedLayers], *, location: Location) -> Iterator[Finding]:
    """
    Report that repositories store the same layers.

    Blob mounting may have shared them when they were pushed; ECR does not report that.

    Args:
        shared: what :func:`ecrkit.preview.layers.shared_layers` found in the registry.
        location: where the catalog declares the environment.
    """
    if shared:
        count = sum(each.layer_count for each in shared)
        where = [f"{readable_size(each.repeated_bytes)} in {first_names(each.repositories)}" for each in shared[:_MOST]]
        others = sum(each.repeated_bytes for each in shared[_MOST:])
        yield SHARED_LAYERS.at(
            location,
            layers=f"{count_of(count, 'layer')} {'is' if count == 1 else 'are'}",
            size=readable_size(sum(each.repeated_bytes for each in shared)),
            where="; ".join([*where, *([f"{readable_size(others)} in others"] if others else [])]),
        )
