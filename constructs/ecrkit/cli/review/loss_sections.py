"""What happens to images, as sections of a comment: the same change of policy in many repositories is one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.cli.console.output import count_of
from ecrkit.cli.review.sentences import archived_text, dollars, freed_text, repositories_in
from ecrkit.documents.markdown import Section, code, details, prose, row, table
from ecrkit.lifecycle.diff import Change
from ecrkit.lifecycle.wording import in_words
from ecrkit.preview.layers import LayerBytes
from ecrkit.preview.preview import PRICE_SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ecrkit.deployment.review import ImageLoss
    from ecrkit.lifecycle.diff import RuleChange

__all__ = ["loss_sections", "losses_table", "notes_of"]


def losses_table(losses: Sequence[ImageLoss]) -> Iterator[Section]:
    """Write a table with a row per change of policy."""
    if not losses:
        return
    rows = [
        row(f"{_icon(group)} {_policies(group[0])}", _environments(group), _count(group), *_numbers(group))
        for group in _groups(losses)
    ]
    yield Section(
        head=table(
            ("lifecycle policy", "in", "repositories", "expire", "size", "per month", "archive"), numbers=range(2, 7)
        ),
        rows=rows,
        tail="\n",
        more=row("… and {} more", *[""] * 6),
    )


def loss_sections(losses: Sequence[ImageLoss]) -> Iterator[Section]:
    """Write what each change of policy does to each repository, folded; protected images first."""
    protected = [(loss, violation) for loss in losses for violation in loss.violations]
    if protected:
        lines = [f"- {code(loss.name)}: {prose(violation.text)}" for loss, violation in protected]
        yield details(
            f"🔒 {count_of(len(lines), 'protected image')} would expire or be archived",
            Section(head="", rows=lines, more="- … and {} more"),
        )
    for group in _groups(losses):
        number = count_of(repositories_in(group), "repository")
        summary = f"{number} in {_environments(group)}: {_policies(group[0])}"
        yield details(summary, _repositories(group))


def notes_of(losses: Iterable[ImageLoss]) -> Iterator[Section]:
    """Write what is not certain, each note once, and where prices come from."""
    losses = list(losses)
    notes = dict.fromkeys(note for loss in losses for note in loss.notes)
    if any(loss.is_known for loss in losses):
        notes[f"prices: {PRICE_SOURCE}; {_what_sizes_are(losses)}"] = None
        section = Section(head="", rows=[f"- {prose(note)}" for note in notes], more="- … and {} more")
        yield details(count_of(len(notes), "note"), section)


def _what_sizes_are(losses: Iterable[ImageLoss]) -> str:
    layers = LayerBytes.sum(loss.layers for loss in losses)
    if not layers.is_known:
        return "each image counts the layers that it shares"
    unknown = f"; the layers of {count_of(layers.unknown, 'image')} are unknown" if layers.unknown else ""
    return f"sizes are the bytes really freed and the apparent size{unknown}"


def _repositories(group: Sequence[ImageLoss]) -> Section:
    rules = "".join(f"- {_rule(rule)}\n" for rule in group[0].rules if rule.change is not Change.SAME)
    if not any(loss.is_known for loss in group):
        head = f"{rules}\n" if rules else ""
        return Section(head=head, rows=[code(loss.repository) for loss in group], joiner=", ", more="and {} more")
    ordered = sorted(group, key=_weight)
    rows = [
        row(
            f"{'☑️ ' if loss.is_allowed else ''}{code(loss.repository)}",
            ", ".join(map(prose, loss.environments)),
            *_numbers([loss]),
            ", ".join(map(code, loss.examples)),
        )
        for loss in ordered
    ]
    return Section(
        head=(f"{rules}\n" if rules else "")
        + table(("repository", "in", "expire", "size", "per month", "archive", "such as"), numbers=range(2, 6)),
        rows=rows,
        more=row("… and {} more", *[""] * 6),
    )


def _groups(losses: Iterable[ImageLoss]) -> list[list[ImageLoss]]:
    """Put the same change together, what is lost first."""
    groups: dict[tuple[object, ...], list[ImageLoss]] = {}
    for loss in losses:
        groups.setdefault((loss.old, loss.new, _rules(loss)), []).append(loss)
    return sorted(groups.values(), key=lambda group: (_rank(group), -sum(loss.freed_bytes for loss in group)))


def _rules(loss: ImageLoss) -> tuple[object, ...]:
    return tuple(
        (rule.change, *(side and (side.selection, side.action) for side in (rule.old, rule.new))) for rule in loss.rules
    )


def _environments(group: Iterable[ImageLoss]) -> str:
    return ", ".join(prose(name) for name in dict.fromkeys(name for loss in group for name in loss.environments))


def _count(group: Sequence[ImageLoss]) -> str:
    unknown = repositories_in(loss for loss in group if not loss.is_known)
    total = repositories_in(group)
    return f"{total:,} ({unknown:,} not checked)" if 0 < unknown < total else f"{total:,}"


def _numbers(group: Sequence[ImageLoss]) -> tuple[str, str, str, str]:
    """Write how many images expire, their size, what that costs, and how many are archived."""
    if not any(loss.is_known for loss in group):
        return ("?", "?", "?", "?")
    expire = sum(loss.expire + loss.may_expire for loss in group)
    archive = sum(loss.archive for loss in group)
    archived = f"{archive:,} ({_unbroken(archived_text(group))})" if archive else "0"
    return f"{expire:,}", _unbroken(freed_text(group)) if expire else "", dollars(group) if expire else "", archived


def _unbroken(size: str) -> str:
    """Write a size on one line, however narrow its column is."""
    return size.replace(" ", "&nbsp;")


def _weight(loss: ImageLoss) -> tuple[object, ...]:
    """Order by what a person has to look at first."""
    return (loss.is_allowed, not loss.violations, -loss.freed_bytes - loss.archive_bytes, -loss.expire, loss.repository)


def _policies(loss: ImageLoss) -> str:
    return f"{code(loss.old)} → {code(loss.new)}"


def _rule(rule: RuleChange) -> str:
    old, new = (prose(f"{side.rule_priority}. {in_words(side)}") if side else "" for side in (rule.old, rule.new))
    if not old:
        return f"added: {new}"
    return f"changed: {old} → {new}" if new else f"removed: {old}"


def _rank(group: Sequence[ImageLoss]) -> int:
    if any(loss.is_refusable and not loss.is_allowed for loss in group):
        return 0
    if any(not loss.is_known for loss in group):
        return 1
    return 2 if any(loss.is_loss for loss in group) else 3


def _icon(group: Sequence[ImageLoss]) -> str:
    return ("🛑", "⚪", "☑️", "✅")[_rank(group)]
