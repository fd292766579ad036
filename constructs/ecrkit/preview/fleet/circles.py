"""Images of a repository that refer to each other in a circle."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from ecrkit.errors import ReferenceCycleError
from ecrkit.images.inventory.values import Image
from ecrkit.lifecycle.evaluation.dependencies import dependency_order
from ecrkit.preview.fleet.dataset import instant_of

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["require_no_circle"]


def require_no_circle(repository: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """
    Refuse what the evaluation refuses; a long row of references is no circle.

    Args:
        repository: its name.
        rows: its images: the columns of the dataset after ``repository``.

    Raises:
        ReferenceCycleError: images refer to each other in a circle.
    """
    images = [
        Image(digest=digest, pushed_at=instant_of(pushed_at), subject=subject, children=tuple(children))
        for digest, pushed_at, *_, subject, _, children in rows
    ]
    try:
        deque(dependency_order(images), maxlen=0)
    except ReferenceCycleError as error:
        raise ReferenceCycleError(f"{repository}@{error}") from None
