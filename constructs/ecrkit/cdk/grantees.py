"""Who may pull and push, as a mapping like that of the catalog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ecrkit.documents.nearest import near
from ecrkit.errors import InvalidNameError
from ecrkit.registry.access import GRANTEES, Grantees, check_grantee

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ReadGrantees", "read_grantees"]

_KEYS = (*GRANTEES, "organization")
_MOVE_TO_PULL = "Lambda functions only pull; move it to pull"


class ReadGrantees(NamedTuple):
    """
    Who gets access.

    Attributes:
        grantees: without those that are wrong.
        problems: what is wrong with the others.
    """

    grantees: Grantees
    problems: tuple[str, ...] = ()


def read_grantees(prop: str, given: object, *, is_public: bool = False) -> ReadGrantees:
    """
    Read who may pull or push.

    Args:
        prop: ``pull`` or ``push``.
        given: :class:`Grantees`, a mapping with the keys of the catalog, or ``None`` for nobody.
        is_public: whether the repository is public, so that everyone may pull.
    """
    if given is None:
        return ReadGrantees(Grantees())
    if isinstance(given, Grantees):
        only_pull = prop == "push" and given.lambda_functions
        return ReadGrantees(given, (f"{prop}: must not have Lambda functions, which only pull",) if only_pull else ())
    if not isinstance(given, Mapping):
        expected = "Grantees, or a mapping such as {'accounts': ['123456789012']}"
        return ReadGrantees(Grantees(), (f"{prop}: must be {expected}, got {given!r}",))
    problems = list(_unknown(prop, given, is_public=is_public))
    texts: dict[str, tuple[str, ...]] = dict.fromkeys(GRANTEES, ())
    for key in _KEYS:
        kind = "organizations" if key == "organization" else key
        for where, text in _texts(prop, key, given.get(key, ()), problems):
            try:
                check_grantee(kind, text)
            except InvalidNameError as error:
                problems.append(f"{where}: {error}")
            else:
                texts[kind] = (*texts[kind], text)
    functions = given.get("lambda", False) if prop == "pull" else False
    if not isinstance(functions, bool):
        problems.append(f"{prop}.lambda: must be True or False, got {functions!r}")
    return ReadGrantees(Grantees(**texts, lambda_functions=functions is True), tuple(problems))


def _unknown(prop: str, given: Mapping[object, object], *, is_public: bool) -> Iterator[str]:
    known = (*_KEYS, "lambda") if prop == "pull" else _KEYS
    for key in given:
        if key not in known:
            close = near(str(key), known)
            remedy = f"did you mean {close[0]}?" if close else f"use any of {', '.join(known)}"
            if key == "lambda":
                remedy = "remove it; Lambda pulls from private repositories only" if is_public else _MOVE_TO_PULL
            yield f"{prop}: unknown key {key!r}; {remedy}"


def _texts(prop: str, key: str, value: object, problems: list[str]) -> Iterator[tuple[str, str]]:
    """Give each text with its place; add a problem for each other value."""
    where = f"{prop}.{key}"
    if key == "organization":
        entries: list[tuple[str, object]] = [] if value == () else [(where, value)]
    elif isinstance(value, str) or not isinstance(value, Sequence):
        problems.append(f"{where}: must be a list, got {value!r}; write [{value!r}]")
        return
    else:
        entries = [(f"{where}[{index}]", entry) for index, entry in enumerate(value)]
    for place, entry in entries:
        if isinstance(entry, str):
            yield place, entry
        else:
            problems.append(f"{place}: must be a string, got {entry!r}")
