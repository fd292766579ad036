"""
A Sphinx directive that draws what a lifecycle policy does to images: every mark is a verdict of ecrkit's evaluator.

The body of ``lifecycle-example`` is YAML: ``rules`` as in a policy, and ``images``, each with a ``name``, its ``tags``,
``pushed_days_ago``, optionally ``archived_days_ago``, ``subject``, ``children`` and ``in_use``, and what to ``expect``:
``stay``, ``expire`` or ``archive``. The build fails if the evaluator disagrees.
"""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from ecrkit.images import Image, ImageStatus, ImageTable
from ecrkit.lifecycle import CountType, parse_policy
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.evaluation.matching import ImageIndex
from ecrkit.lifecycle.values import ActionType
from ecrkit.lifecycle.wording import in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sphinx.application import Sphinx

    from ecrkit.lifecycle import LifecyclePolicy, Rule
    from ecrkit.lifecycle.evaluation.verdicts import Verdict

__all__ = ["Example", "draw", "legend", "read_example", "setup"]

NOW = datetime(2026, 11, 1, tzinfo=UTC)
_WIDTH = 380
_LINE = 17
_CHARACTERS = {"rule": 52, "reason": 53}
"""In a line. Fonts differ, so there is room to spare."""

_FATES = {None: "stay", ActionType.EXPIRE: "expire", ActionType.TRANSITION: "archive"}
_WORDS = {
    "stay": "stays",
    "expire": "expires",
    "archive": "is archived",
    "protected": "is in use: the preview fails",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """
    A policy and the images of a repository.

    Attributes:
        title: of the drawing, unique on its page.
        policy: that is evaluated.
        images: newest first, by the name that the drawing gives them.
        expected: the fate of each, by name.
        in_use: names of the images that something runs.
    """

    title: str
    policy: LifecyclePolicy
    images: Mapping[str, Image]
    expected: Mapping[str, str]
    in_use: frozenset[str] = frozenset()


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("lifecycle-example", _LifecycleExample)
    app.add_directive("lifecycle-legend", _LifecycleLegend)
    return {"parallel_read_safe": True}


def read_example(title: str, text: str) -> Example:
    """
    Read the body of the directive.

    Raises:
        InvalidPolicyError: ECR would reject the rules.
        KeyError: an image lacks a key.
    """
    document = yaml.safe_load(text)
    entries = sorted(document["images"], key=lambda entry: entry["pushed_days_ago"])
    return Example(
        title=title,
        # ECR takes no policy of fewer than 100 characters.
        policy=parse_policy(json.dumps({"rules": document["rules"]}, indent=4), file=title),
        images={entry["name"]: _image(entry) for entry in entries},
        expected={entry["name"]: entry["expect"] for entry in entries},
        in_use=frozenset(entry["name"] for entry in entries if entry.get("in_use")),
    )


def draw(example: Example) -> str:
    """
    Draw an example as SVG.

    Raises:
        ValueError: the evaluator disagrees with what the example expects.
    """
    verdicts = evaluate(example.policy, list(example.images.values()), NOW).verdicts
    fates = {name: _FATES[verdict.action] for name, verdict in zip(example.images, verdicts, strict=True)}
    if fates != dict(example.expected):
        msg = f"{example.title}: expected {dict(example.expected)}, got {fates}"
        raise ValueError(msg)
    drawing = _Drawing()
    for rule in example.policy.rules:
        drawing.text(f"Rule {rule.rule_priority}: {in_words(rule)}.", kind="rule")
    drawing.header(example.policy.rules)
    marks = _marks(example)
    spoken = []
    for place, (name, verdict) in enumerate(zip(example.images, verdicts, strict=True)):
        reason = _named(verdict, example.images)
        fate = "protected" if name in example.in_use and verdict.action else fates[name]
        drawing.image(name, verdict.image, marks[place], fate=fate)
        drawing.text(f"{_WORDS[fates[name]]}: {reason}", kind="reason", indent=28)
        if fate == "protected":
            drawing.text(_WORDS[fate], kind="reason", indent=28)
        spoken.append(f"{name} {_WORDS[fates[name]]}: {reason}.")
    return drawing.svg(example.title, " ".join(spoken))


def legend() -> str:
    """Draw what the shapes mean."""
    drawing = _Drawing()
    for fate, words in {**_WORDS, "protected": "would expire or be archived, and is in use"}.items():
        drawing.key(fate, words)
    return drawing.svg("What the shapes mean", "Circle: stays. Cross: expires. Square: is archived. Diamond: in use.")


class _LifecycleExample(SphinxDirective):
    """``lifecycle-example``: its argument is the title."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        try:
            drawn = draw(read_example(self.arguments[0], "\n".join(self.content)))
        except (KeyError, ValueError) as error:
            raise self.error(f"lifecycle-example: {error}") from error
        return [nodes.raw("", f'<figure class="lifecycle">{drawn}</figure>', format="html")]


class _LifecycleLegend(SphinxDirective):
    """``lifecycle-legend``: what the shapes mean."""

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", f'<figure class="lifecycle">{legend()}</figure>', format="html")]


class _Drawing:
    """Lines from top to bottom, narrow enough for a phone."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._y = 4
        self._columns: list[int] = []

    def text(self, text: str, *, kind: str, indent: int = 0) -> None:
        for line in textwrap.wrap(text, _CHARACTERS[kind]):
            self._y += _LINE
            self._write(indent, line, kind=kind)

    def header(self, rules: Sequence[Rule]) -> None:
        self._y += _LINE + 8
        self._columns = [_WIDTH - 46 - 52 * (len(rules) - place) for place in range(len(rules))]
        for column, rule in zip(self._columns, rules, strict=True):
            self._write(column, f"rule {rule.rule_priority}", kind="head")
        self._write(_WIDTH - 20, "fate", kind="head")

    def image(self, name: str, image: Image, marks: Sequence[str], *, fate: str) -> None:
        self._y += 8
        self._parts.append(f'<path class="line" d="M0 {self._y}H{_WIDTH}"/>')
        self._y += _LINE + 2
        self._write(0, name, kind="name")
        self._write(28, ", ".join(image.tags) or "untagged", kind="tags")
        for column, mark in zip(self._columns, marks, strict=True):
            if mark:
                self._write(column, mark, kind="claimed" if mark.startswith("(") else "mark")
        self._shape(_WIDTH - 20, self._y - 5, fate)

    def key(self, fate: str, words: str) -> None:
        self._y += _LINE + 6
        self._shape(12, self._y - 5, fate)
        self._write(32, words, kind="label")

    def svg(self, title: str, description: str) -> str:
        name = "".join(character if character.isalnum() else "-" for character in title.lower())
        return (
            f'<svg viewBox="0 0 {_WIDTH} {self._y + 12}" role="img" aria-labelledby="{name}-title {name}-desc">'
            f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
            f"{''.join(self._parts)}</svg>"
        )

    def _write(self, x: int, text: str, *, kind: str) -> None:
        self._parts.append(f'<text class="{kind}" x="{x}" y="{self._y}">{escape(text)}</text>')

    def _shape(self, x: int, y: int, fate: str) -> None:
        shapes = {
            "stay": f'<circle class="stay" cx="{x}" cy="{y}" r="7"/>',
            "archive": f'<rect class="archive" x="{x - 7}" y="{y - 7}" width="14" height="14"/>',
            "expire": f'<path class="expire" d="M{x - 6} {y - 6}l12 12m0 -12l-12 12"/>',
            "protected": f'<path class="protected" d="M{x} {y - 9}l9 9l-9 9l-9 -9z"/>',
        }
        self._parts.append(shapes[fate])


def _marks(example: Example) -> list[list[str]]:
    """
    Give for each image what each rule knows of it: its place among those counted, or its days; empty without a match.

    Parentheses mean that a rule above has claimed the image: this rule counts it, and cannot act on it.
    """
    images = list(example.images.values())
    index = ImageIndex(ImageTable.of(images))
    claimed: set[int] = set()
    rows: list[list[str]] = [[] for _ in images]
    for rule in example.policy.rules:
        matching = index.matching(rule.selection)
        newest_first = sorted(matching, key=lambda place: images[place].came_at, reverse=True)
        for place, image in enumerate(images):
            mark = ""
            if place in matching:
                mark = _mark(rule, image, newest_first.index(place) + 1)
                mark = f"({mark})" if place in claimed else mark
            rows[place].append(mark)
        claimed |= matching
    return rows


def _mark(rule: Rule, image: Image, place: int) -> str:
    instants: Mapping[CountType, datetime | None] = {
        CountType.SINCE_IMAGE_PUSHED: image.came_at,
        CountType.SINCE_IMAGE_PULLED: image.used_at,
        CountType.SINCE_IMAGE_TRANSITIONED: image.archived_at,
    }
    since = instants.get(rule.selection.count_type)
    return f"no. {place}" if since is None else f"{(NOW - since).days} d"


def _named(verdict: Verdict, images: Mapping[str, Image]) -> str:
    """Give the reason, with the names of the drawing instead of digests."""
    reason = verdict.reason
    for name, image in images.items():
        reason = reason.replace(image.digest, name)
    return reason


def _image(entry: Mapping[str, Any]) -> Image:
    archived = entry.get("archived_days_ago")
    pulled = entry.get("pulled_days_ago")
    return Image(
        digest=_digest(entry["name"]),
        pushed_at=_ago(entry["pushed_days_ago"]),
        tags=tuple(entry.get("tags", ())),
        status=ImageStatus.ACTIVE if archived is None else ImageStatus.ARCHIVED,
        pulled_at=None if pulled is None else _ago(pulled),
        archived_at=None if archived is None else _ago(archived),
        subject=_digest(entry["subject"]) if "subject" in entry else None,
        children=tuple(map(_digest, entry.get("children", ()))),
    )


def _digest(name: str) -> str:
    return f"sha256:{name.encode().hex():0>64}"


def _ago(days: float) -> datetime:
    return NOW - timedelta(days=days)
