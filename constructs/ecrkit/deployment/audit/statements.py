"""
Repository policies compared by what they mean.

How they are formatted, one value or a list of one, the order of what has none, and the ARN of an account's root or its
number make no difference. ECR hands a policy back in other words than it was given.

Source: IAM user guide, "IAM JSON policy elements reference" (read 2026-11).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ecrkit.registry.statements import items_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["is_written_by_lambda", "policy_difference", "public_statements", "same_statements", "statements_in"]

_ROOT = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):root")
_LAMBDA_SID = "LambdaECRImageRetrievalPolicy"
_LAMBDA_ACTIONS = frozenset(
    {
        "ecr:batchgetimage",
        "ecr:deleterepositorypolicy",
        "ecr:getdownloadurlforlayer",
        "ecr:getrepositorypolicy",
        "ecr:setrepositorypolicy",
    }
)
_WHO = re.compile(
    r"aws:(principal(account|arn|orgid|orgpaths|servicename|servicenameslist)"
    r"|source(account|arn|ip|orgid|orgpaths|owner|vpc|vpcarn|vpce)|userid|vpcsourceip)"
)
"""Keys of conditions that say who asks, or from where. Tags, names and kinds of principals are as anybody likes."""
_ALWAYS_THERE = frozenset({"aws:principalaccount", "aws:principalarn", "aws:userid"})
"""Of these, the keys that every request has."""
_ANYBODY = re.compile(r"[*?]*|o-[*?]+(/.*)?|(0\.0\.0\.0|::)/0|arn:\*.*|arn:[^:]*:[^:]*:[^:]*:\*(:.*)?")
"""Values that say nobody in particular."""


def statements_in(text: str) -> list[dict[str, Any]] | None:
    """
    Read the statements of a policy.

    Args:
        text: IAM's JSON.

    Returns:
        As they stand there; ``None`` where *text* is no policy.
    """
    document = _document(text)
    if document is None:
        return None
    statements = [item for item in items_of(document.get("Statement", [])) if isinstance(item, dict)]
    return statements if len(statements) == len(items_of(document.get("Statement", []))) else None


def policy_difference(declared: Sequence[Mapping[str, object]], text: str | None, *, account: str) -> str:
    """
    Tell how a policy differs from the declared one.

    Args:
        declared: statements of version 2012-10-17; none for no policy.
        text: what is there; ``None`` for no policy.
        account: of the repository, 12 digits.

    Returns:
        What differs, in words; empty where nothing does. A statement that Lambda added is no difference.
    """
    document = _document(text) if text is not None else {}
    actual = statements_in(text) if text is not None else []
    if document is None or actual is None:
        return "it cannot be read"
    wanted = Counter(_key(statement) for statement in declared)
    found = Counter(_key(statement) for statement in actual)
    added = [json.loads(key) for key in (found - wanted).elements()]
    added = [statement for statement in added if not is_written_by_lambda(statement, account=account)]
    missing = [json.loads(key) for key in (wanted - found).elements()]
    if any(is_written_by_lambda(statement, account=account) for statement in actual):
        # One that is declared, as adopting does, is Lambda's to change all the same.
        missing = [statement for statement in missing if not is_written_by_lambda(statement, account=account)]
    if actual and not (added or missing) and _means_more(document):
        return f"it has variables, and the version {document.get('Version', '2008-10-17')} without them"
    if missing and not actual:
        return "there is none"
    return "; ".join(_differences(added, missing))


def same_statements(first: Iterable[Mapping[str, object]], second: Iterable[Mapping[str, object]]) -> bool:
    """Whether two policies have statements of the same meaning and the same names, in any order; Lambda's too."""
    return Counter(map(_key, first)) == Counter(map(_key, second))


def is_written_by_lambda(statement: Mapping[str, object], *, account: str) -> bool:
    """
    Whether Lambda wrote a statement by itself, for the functions of the repository's own account.

    One that only has its name, and lets in anybody else, is none.

    Source: Lambda developer guide, "Create a function using a container image", Amazon ECR permissions (read 2026-11).
    """
    parts = _canonical(statement)
    functions = re.compile(rf"arn:aws[a-z-]*:lambda:[a-z0-9-]+:{account}:function:.*")
    condition = parts.get("Condition")
    sources = condition.get("StringLike", {}) if isinstance(condition, dict) and len(condition) == 1 else {}
    return (
        parts.keys() == {"Sid", "Effect", "Principal", "Action", "Condition"}
        and parts["Sid"] == _LAMBDA_SID
        and parts["Effect"] == "Allow"
        and parts["Principal"] == {"Service": ["lambda.amazonaws.com"]}
        and _LAMBDA_ACTIONS.issuperset(parts["Action"])
        and isinstance(sources, dict)
        and sources.keys() == {"aws:sourcearn"}
        and all(functions.fullmatch(source) for source in sources["aws:sourcearn"])
    )


def public_statements(text: str) -> Iterator[tuple[str, str]]:
    """
    Find statements that let everybody in.

    Args:
        text: IAM's JSON.

    Returns:
        Of each its name, and the element that does. One with a condition on who asks, or from where, lets in those.
    """
    for number, statement in enumerate(statements_in(text) or (), start=1):
        parts = _canonical(statement)
        if parts.get("Effect") != "Allow" or _is_limited(parts.get("Condition", {})):
            continue
        name = _name(parts) if "Sid" in parts else f"statement {number}"
        if "NotPrincipal" in parts:
            yield name, "a NotPrincipal"
        elif "*" in parts.get("Principal", {}).get("AWS", ()):
            yield name, "the Principal '*'"


def _is_limited(condition: object) -> bool:
    """Whether a condition holds for somebody in particular only."""
    operators = condition.items() if isinstance(condition, dict) else ()
    return any(
        _says_who(operator, key, values)
        for operator, keys in operators
        if isinstance(keys, dict)
        for key, values in keys.items()
    )


def _says_who(operator: str, key: str, values: list[str]) -> bool:
    """
    Whether one part of a condition does; it is met by any of *values*.

    Source: IAM user guide, "IfExists condition operators" and "Set operators for multivalued context keys": what a
    request does not have meets both, as of a principal that is in no organization (read 2026-11).
    """
    is_met_without = operator.endswith("IfExists") or operator.startswith("ForAllValues:")
    return (
        _WHO.fullmatch(key) is not None
        and "Not" not in operator
        and operator != "Null"
        and (key in _ALWAYS_THERE or not is_met_without)
        and not any(map(_ANYBODY.fullmatch, values))
    )


def _differences(added: list[dict[str, Any]], missing: list[dict[str, Any]]) -> Iterator[str]:
    """Pair statements of the same name, and tell of each pair what differs."""
    rest = list(missing)
    for statement in added:
        partner = next((other for other in rest if other.get("Sid") == statement.get("Sid")), None)
        if partner is None:
            yield f"{_name(statement)} is not declared"
        else:
            rest.remove(partner)
            keys = [key for key in {**partner, **statement} if partner.get(key) != statement.get(key)]
            yield f"{_name(statement)} has another {' and another '.join(keys)}"
    for statement in rest:
        yield f"{_name(statement)} is missing"


def _name(statement: Mapping[str, object]) -> str:
    return f"statement '{statement['Sid']}'" if "Sid" in statement else "a statement without a Sid"


def _means_more(document: Mapping[str, object]) -> bool:
    """Whether it would mean something else in version 2012-10-17, which knows variables."""
    return document.get("Version") != "2012-10-17" and "${" in json.dumps(document.get("Statement"))


def _key(statement: Mapping[str, object]) -> str:
    return json.dumps(_canonical(statement), sort_keys=True)


def _canonical(statement: Mapping[str, object]) -> dict[str, Any]:
    """Write a statement in the one way of the many that mean the same; idempotent."""
    return {key: _element(key, value) for key, value in statement.items() if value not in ({}, [])}


def _element(key: str, value: object) -> object:
    match key:
        case "Effect":
            return str(value).capitalize()
        case "Action" | "NotAction":
            return _sorted(str(action).lower() for action in items_of(value))
        case "Principal" | "NotPrincipal":
            kinds = value if isinstance(value, dict) else {"AWS": value}
            return {kind: _sorted(map(_principal, items_of(names))) for kind, names in kinds.items()}
        case "Condition" if isinstance(value, dict):
            return {operator: _condition(keys) for operator, keys in value.items()}
        case _:
            return value


def _condition(keys: object) -> object:
    if not isinstance(keys, dict):
        return keys
    return {key.lower(): _sorted(map(_text, items_of(values))) for key, values in keys.items()}


def _principal(name: object) -> str:
    match = _ROOT.fullmatch(str(name))
    return match[1] if match else str(name)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sorted(texts: Iterable[str]) -> list[str]:
    return sorted(set(texts))


# Thousands of repositories have the same few policies.
@lru_cache(maxsize=256)
def _document(text: str) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
