"""
Lifecycle policies to draw from: the whole grammar of what ECR accepts.

Documents are drawn as JSON has them, so that no test of reading depends on reading.
"""

from __future__ import annotations

import json
from typing import Protocol, TypeAlias, TypeVar

from builders.policies import ARCHIVE, EXPIRE, Document, document
from hypothesis import strategies as st

__all__ = ["FILLED", "TEXT", "WORDS", "Draw", "documents", "is_any", "json_values", "layouts", "rich_documents"]

Rules: TypeAlias = list[Document]
Drawn = TypeVar("Drawn")


class Draw(Protocol):
    """Draws an example; what strategies get, and what tests have as ``data.draw``."""

    def __call__(self, strategy: st.SearchStrategy[Drawn], /) -> Drawn: ...


TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
FILLED = st.text(st.characters(codec="utf-8"), min_size=1, max_size=6) | st.sampled_from(["v", "prod", "-rc", "1.0"])
_PATTERNS = st.lists(FILLED, min_size=1, max_size=5).map("*".join) | st.sampled_from(["*", "****", "*-rc", "v*.*"])
_NUMBERS = st.integers(1, 1_000) | st.integers(1, 10**40)
_ACTIONS = st.sampled_from([EXPIRE, ARCHIVE]).map(dict)
WORDS = {
    "tagStatus": ("tagged", "untagged", "any"),
    "countType": ("imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned"),
    "storageClass": ("standard", "archive"),
    "type": ("expire", "transition"),
    "targetStorageClass": ("archive",),
}


def json_values() -> st.SearchStrategy[object]:
    """Anything that JSON can say."""
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
        max_leaves=8,
    )


@st.composite
def layouts(draw: Draw, drawn: object) -> str:
    """Draw a text for a document, as any writer might lay it out."""
    text = json.dumps(
        drawn,
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, 0, 2, "\t"])),
        separators=draw(st.sampled_from([None, (",", ":"), (" ,", ": ")])),
    )
    return draw(st.sampled_from(["", "\n", " \t\r\n"])) + text + draw(st.sampled_from(["", "\n"]))


# What a rule is made of.


def _pattern_lists() -> st.SearchStrategy[Document]:
    return st.lists(_PATTERNS.filter(lambda text: text.count("*") <= 4), min_size=1, max_size=3).map(
        lambda entries: {"tagStatus": "tagged", "tagPatternList": entries}
    )


def _prefix_lists() -> st.SearchStrategy[Document]:
    return st.lists(FILLED, min_size=1, max_size=3).map(
        lambda entries: {"tagStatus": "tagged", "tagPrefixList": entries}
    )


def _tagged(*, at_least: int = 0) -> st.SearchStrategy[Rules]:
    """Selections of tagged images of which no two have the same list."""
    return st.lists(
        _pattern_lists() | _prefix_lists(),
        min_size=at_least,
        max_size=4,
        unique_by=lambda selection: ("tagPatternList" in selection, frozenset(list(selection.values())[1])),
    )


@st.composite
def _numbers_of_images(draw: Draw) -> tuple[Document, Document]:
    return {"countType": "imageCountMoreThan", "countNumber": draw(_NUMBERS)}, draw(_ACTIONS)


@st.composite
def _ages_since_push(draw: Draw) -> tuple[Document, Document]:
    return {"countType": "sinceImagePushed", "countUnit": "days", "countNumber": draw(_NUMBERS)}, draw(_ACTIONS)


@st.composite
def _ages_since_pull(draw: Draw) -> tuple[Document, Document]:
    return {"countType": "sinceImagePulled", "countUnit": "days", "countNumber": draw(_NUMBERS)}, dict(ARCHIVE)


_COUNTS = (_numbers_of_images(), _ages_since_push(), _ages_since_pull())


@st.composite
def _standard_rules(draw: Draw, selections: Rules, counts: list[tuple[Document, Document]]) -> Rules:
    """Rules for images that are not archived; the storage class is written out or not."""
    rules = []
    for selection, (count, action) in zip(selections, counts, strict=True):
        storage_class = draw(st.sampled_from([{}, {"storageClass": "standard"}]))
        rules.append({"selection": selection | count | storage_class, "action": action})
    return rules


@st.composite
def _archive_rules(draw: Draw, selections: Rules) -> Rules:
    """Rules for archived images."""
    return [
        {
            "selection": {
                **selection,
                "storageClass": "archive",
                "countType": "sinceImageTransitioned",
                "countUnit": "days",
                "countNumber": 89 + draw(_NUMBERS),
            },
            "action": dict(EXPIRE),
        }
        for selection in selections
    ]


def is_any(rule: Document) -> bool:
    return bool(rule["selection"]["tagStatus"] == "any")


@st.composite
def _numbered(draw: Draw, standard: Rules, archive: Rules) -> Document:
    """Number the rules so that in each class 'any' comes last, and write them down in some order."""
    order = draw(st.permutations([*standard, *archive]))
    for rules in (standard, archive):
        places = [place for place, rule in enumerate(order) if any(rule is one for one in rules)]
        in_order = sorted((order[place] for place in places), key=is_any)
        for place, rule in zip(places, in_order, strict=True):
            order[place] = rule
    numbers = sorted(draw(st.lists(_NUMBERS, min_size=len(order), max_size=len(order), unique=True)))
    numbered: Rules = []
    for number, rule in zip(numbers, order, strict=True):
        described = draw(st.none() | TEXT)
        description = {} if described is None else {"description": described}
        parts = {"rulePriority": number, **description, **rule}
        numbered.append(dict(reversed(parts.items())) if draw(st.booleans()) else parts)
    return document(*draw(st.permutations(numbered)))


@st.composite
def documents(draw: Draw) -> Document:
    """Draw a document that ECR accepts: any mixture of rules that may stand beside each other."""

    def others() -> Rules:
        statuses = draw(st.lists(st.sampled_from(["untagged", "any"]), unique=True))
        return [{"tagStatus": status} for status in statuses]

    standard = draw(_tagged()) + others()
    archive = draw(_tagged()) + others() if draw(st.booleans()) else []
    if not standard and not archive:
        standard = [{"tagStatus": "untagged"}]
    counts = [draw(st.one_of(*_COUNTS)) for _ in standard]
    return draw(_numbered(draw(_standard_rules(standard, counts)), draw(_archive_rules(archive))))


@st.composite
def rich_documents(draw: Draw) -> Document:
    """Draw a document that ECR accepts and that has every part of the grammar at least once."""
    standard = [
        *draw(st.tuples(_pattern_lists(), _prefix_lists())),
        {"tagStatus": "untagged"},
        {"tagStatus": "any"},
    ]
    counts = draw(st.permutations([draw(count) for count in (*_COUNTS, _ages_since_push())]))
    rules = draw(_standard_rules(standard, counts))
    if all(rule["action"]["type"] == "transition" for rule in rules):
        next(rule for rule in rules if rule["selection"]["countType"] == "sinceImagePushed")["action"] = dict(EXPIRE)
    return draw(_numbered(rules, draw(_archive_rules([*draw(_tagged()), {"tagStatus": "any"}]))))
