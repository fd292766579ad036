"""
Lifecycle policies for tests: as documents, as text, as values.

A rule is written as its priority and the parts that matter: ``rule(2, **tagged("v*"), **pushed(14), action=ARCHIVE)``.
What is left out comes from a rule that keeps the last ten of all images.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from ecrkit.errors import errors_in
from ecrkit.lifecycle import check_policy, parse_policy

if TYPE_CHECKING:
    from ecrkit.lifecycle import LifecyclePolicy

__all__ = [
    "ABSENT",
    "ARCHIVE",
    "EXPIRE",
    "Document",
    "archived",
    "document",
    "edited",
    "errors",
    "policy",
    "policy_text",
    "pulled",
    "pushed",
    "rule",
    "tagged",
    "untagged",
]

Document: TypeAlias = dict[str, Any]

ABSENT: Any = object()
"""As a value: leave the key out."""

EXPIRE: Document = {"type": "expire"}
ARCHIVE: Document = {"type": "transition", "targetStorageClass": "archive"}


def tagged(*patterns: str) -> Document:
    return {"tagStatus": "tagged", "tagPatternList": list(patterns)}


def untagged() -> Document:
    return {"tagStatus": "untagged"}


def pushed(days: int) -> Document:
    return {"countType": "sinceImagePushed", "countUnit": "days", "countNumber": days}


def pulled(days: int) -> Document:
    return {"countType": "sinceImagePulled", "countUnit": "days", "countNumber": days}


def archived(days: int) -> Document:
    return {
        "storageClass": "archive",
        "countType": "sinceImageTransitioned",
        "countUnit": "days",
        "countNumber": days,
    }


def rule(
    priority: object = 1, /, *, description: object = ABSENT, action: object = EXPIRE, **selection: object
) -> Document:
    """Make a rule; *selection* overrides the keys of one that keeps the last ten of all images."""
    keep_ten: Document = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10}
    return _without_absent(
        {
            "rulePriority": priority,
            "description": description,
            "selection": _without_absent(keep_ten | selection),
            "action": action,
        }
    )


def document(*rules: object) -> Document:
    return {"rules": list(rules)}


def policy_text(*rules: object) -> str:
    """Write *rules* as people do, two columns a level."""
    return json.dumps(document(*rules), indent=2)


def policy(*rules: object, file: str = "policy.json") -> LifecyclePolicy:
    return parse_policy(policy_text(*rules), file=file)


def errors(text: str, *, file: str = "policy.json") -> list[str]:
    """Check *text* and give the errors as a person reads them."""
    return [str(finding) for finding in errors_in(check_policy(text, file=file).findings)]


def edited(text: str, *edits: tuple[str, str]) -> str:
    """Replace, for each edit, the one place where its first half stands by its second."""
    for old, new in edits:
        if text.count(old) != 1:
            msg = f"{old!r} stands {text.count(old)} times in the text"
            raise ValueError(msg)
        text = text.replace(old, new)
    return text


def _without_absent(members: Document) -> Document:
    return {key: value for key, value in members.items() if value is not ABSENT}
