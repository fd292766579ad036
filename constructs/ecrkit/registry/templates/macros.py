"""
Macros of a template that write what nobody sees before the deploy.

Source: CloudFormation user guide, "Perform custom processing on CloudFormation templates with template macros" and
"Transforms" (read 2026-11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ecrkit.errors import Location
from ecrkit.registry.templates.rulebook import NOT_CHECKED
from ecrkit.registry.templates.unknowns import TRANSFORM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ecrkit.errors import Finding

__all__ = ["WHOLE_TEMPLATE", "macro_notes", "macros_of"]

WHOLE_TEMPLATE: Final = "Transform"
"""The key of macros that may change all of a template; others only add to the section that they stand in."""

_INCLUDE = "AWS::Include"


def macros_of(template: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """
    Find the macros that may write, or change, resources of ECR.

    Args:
        template: as parsed; any JSON.

    Returns:
        The key that each stands under, ``Transform`` or ``Fn::Transform``, and what is written there. The transforms
        of AWS make no resource of ECR, except that one which includes files.
    """
    given = template.get(WHOLE_TEMPLATE)
    listed = given if isinstance(given, list) else [given]
    own = [one for one in listed if one is not None and not _is_of_aws(one)]
    if own:
        yield WHOLE_TEMPLATE, own
    resources = template.get("Resources")
    for section in (template, resources if isinstance(resources, dict) else {}):
        if TRANSFORM in section:
            yield TRANSFORM, section[TRANSFORM]


def macro_notes(template: Mapping[str, Any]) -> Iterator[tuple[str, Finding]]:
    """
    Note the policies that macros may write, or change.

    Args:
        template: as parsed; any JSON.

    Returns:
        The key that each macro stands under, and the note.
    """
    for key, _ in macros_of(template):
        what = f"what the macro under {key} writes"
        yield key, NOT_CHECKED.at(Location(key, 1, 1), where="", what=what)


def _is_of_aws(macro: object) -> bool:
    name = macro.get("Name") if isinstance(macro, dict) else macro
    return isinstance(name, str) and name.startswith("AWS::") and name != _INCLUDE
