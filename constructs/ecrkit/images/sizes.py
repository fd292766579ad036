"""Sizes of images: in decimal units, as AWS prices storage."""

from __future__ import annotations

__all__ = ["BYTES_PER_GB", "readable_size"]

_KILO = 1000
_UNITS = ("kB", "MB", "GB", "TB")

BYTES_PER_GB = _KILO**3
"""
Bytes of a GB. ECR prices storage per GB and month, and the same GB is used for sizes and for dollars.

Source: IEC 80000-13: a GB is 1,000^3 bytes, a GiB 1,024^3.
"""


def readable_size(size_bytes: int) -> str:
    """Write a size for people: ``312 B``, ``4.7 MB``, ``1.5 GB``; 1,000 of a unit are one of the next."""
    if size_bytes < _KILO:
        return f"{size_bytes} B"
    # What would be rounded to a thousand is one of the next unit.
    power = next((power for power in range(1, len(_UNITS)) if size_bytes < (_KILO - 0.05) * _KILO**power), len(_UNITS))
    return f"{size_bytes / _KILO**power:,.1f} {_UNITS[power - 1]}"
