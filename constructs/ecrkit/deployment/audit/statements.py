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

from ecrkit.registry.statements import canonical, items_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = [
    "has_variables",
    "is_written_by_lambda",
    "policy_difference",
    "same_statements",
    "statement_name",
    "statements_in",
]

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
        return "none is deployed"
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
    parts = canonical(statement)
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


def statement_name(statement: Mapping[str, object], number: int) -> str:
    """Call a statement by its Sid, or else by its number, counted from 1."""
    return _name(statement) if "Sid" in statement else f"statement {number}"


def has_variables(text: str) -> bool:
    """Whether a policy is of the version that knows variables."""
    return (_document(text) or {}).get("Version") == "2012-10-17"


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
            yield f"{_name(statement)} has a different {' and a different '.join(keys)}"
    for statement in rest:
        yield f"{_name(statement)} is missing"


def _name(statement: Mapping[str, object]) -> str:
    return f"statement '{statement['Sid']}'" if "Sid" in statement else "a statement without a Sid"


def _means_more(document: Mapping[str, object]) -> bool:
    """Whether it would mean something else in version 2012-10-17, which knows variables."""
    return document.get("Version") != "2012-10-17" and "${" in json.dumps(document.get("Statement"))


def _key(statement: Mapping[str, object]) -> str:
    return json.dumps(canonical(statement), sort_keys=True)


# Thousands of repositories have the same few policies.
@lru_cache(maxsize=256)
def _document(text: str) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
