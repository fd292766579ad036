"""Catalogs that are refused: edits of one that is not, with the finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from builders.policies import edited

__all__ = ["RefusedCatalog"]


@dataclass(frozen=True)
class RefusedCatalog:
    """
    Edits of a catalog, and what is wrong with it then.

    Attributes:
        catalog: the one that is edited, of a kind of settings.
        code: of the check.
        id: of the test.
        edits: each replaces a text that stands once.
        finding: as a person reads it, from the line on.
        beyond: why no schema for editors can say it; empty where one does.
    """

    catalog: ClassVar[str]
    code: str
    id: str
    edits: tuple[tuple[str, str], ...]
    finding: str
    beyond: str = ""

    @property
    def text(self) -> str:
        """The edited catalog."""
        return edited(self.catalog, *self.edits)
