"""The names that adopted things have in a catalog."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from ecrkit.errors import pointer_to, steps_of
from ecrkit.registry.outputs import output_key

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Output", "output_for", "repository_in"]

_READABLE = 40


class Output(NamedTuple):
    """
    The key of a repository's output.

    Attributes:
        key: letters and digits.
        is_to_be_said: whether the catalog would choose another by itself.
    """

    key: str
    is_to_be_said: bool


def output_for(name: str, taken: Mapping[str, str]) -> Output:
    """
    Choose the key of a repository's output.

    Args:
        name: of the repository.
        taken: names of repositories, by the keys that they have; this one may be among them.

    Returns:
        The key that the catalog would choose; where another repository has that, one with some digits of the name's
        digest.
    """
    readable = "".join(re.findall(r"[A-Za-z0-9]+", name.title()))[:_READABLE]
    own = f"{readable if readable[:1].isalpha() else f'R{readable}'}{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    key = str(output_key(name))
    if taken.get(key, name) == name:
        return Output(key, is_to_be_said=False)
    return Output(f"{own}RepositoryUri", is_to_be_said=True)


def repository_in(pointer: str) -> tuple[str, str] | None:
    """Tell of which repository a pointer into a catalog is, and what of it; ``None`` where it is of none."""
    steps = steps_of(pointer)
    if steps[:1] == ["environments"]:
        steps = steps[2:]
    match steps:
        case ["repositories", name, *rest]:
            return name, pointer_to(*rest)
        case _:
            return None
