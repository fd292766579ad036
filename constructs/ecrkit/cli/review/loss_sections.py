"""What happens to images, as sections of a comment: the same change of policy in many repositories is one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.cli.console.output import count_of
from ecrkit.cli.review.sentences import dollars, repositories_in
from ecrkit.documents.markdown import Section, code, details, prose, row, table
from ecrkit.images.sizes import readable_size
from ecrkit.lifecycle.diff import Change
from ecrkit.lifecycle.wording import in_words
from ecrkit.preview.preview import PRICE_SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ecrkit.deployment.review import ImageLoss
    from ecrkit.lifecycle.diff import RuleChange

__all__ = ["loss_sections", "losses_table", "notes_of"]

_UNKNOWN = ("?", "?", "?", "?")


def losses_table(losses: Sequence[ImageLoss]) -> Iterator[Section]:
    """Write a table with a row per change of policy."""
    if not losses:
        return
    rows = []
    for group in _groups(losses):
        known = [loss for loss in group if loss.is_known]
        numbers = _numbers(known) if known else _UNKNOWN
        rows.append(
            row(
                f"{_icon(group)} {_policies(group[0])}",
                ", ".join(map(prose, group[0].environments)),
                f"{repositories_in(group):,}",
                *numbers,
            )
        )
    yield Section(
        head=table(
            ("lifecycle policy", "in", "repositories", "expire", "archive", "size", "a month"), numbers=range(2, 7)
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
        where = ", ".join(map(prose, group[0].environments))
        summary = f"{count_of(repositories_in(group), 'repository')} in {where}: {_policies(group[0])}"
        yield details(summary, _repositories(group))


def notes_of(losses: Iterable[ImageLoss]) -> Iterator[Section]:
    """Write what is not certain, each note once, and where prices come from."""
    losses = list(losses)
    notes = dict.fromkeys(note for loss in losses for note in loss.notes)
    if any(loss.is_known for loss in losses):
        notes[f"prices: {PRICE_SOURCE}; layers that images share are counted with each of them"] = None
        section = Section(head="", rows=[f"- {prose(note)}" for note in notes], more="- … and {} more")
        yield details(count_of(len(notes), "note"), section)


def _repositories(group: Sequence[ImageLoss]) -> Section:
    rules = "".join(f"- {_rule(rule)}\n" for rule in group[0].rules if rule.change is not Change.SAME)
    if not any(loss.is_known for loss in group):
        head = f"{rules}\n" if rules else ""
        return Section(head=head, rows=[code(loss.repository) for loss in group], joiner=", ", more="and {} more")
    ordered = sorted(group, key=lambda loss: (not loss.violations, -loss.size_bytes, -loss.expire, loss.repository))
    rows = [
        row(
            f"{'☑️ ' if loss.is_allowed else ''}{code(loss.repository)}",
            *(_numbers([loss]) if loss.is_known else _UNKNOWN),
            ", ".join(map(code, loss.examples)) if loss.is_known else "not checked",
        )
        for loss in ordered
    ]
    return Section(
        head=(f"{rules}\n" if rules else "")
        + table(("repository", "expire", "archive", "size", "a month", "such as"), numbers=range(1, 5)),
        rows=rows,
        more=row("… and {} more", *[""] * 5),
    )


def _groups(losses: Iterable[ImageLoss]) -> list[list[ImageLoss]]:
    """Put the same change together, what is lost first."""
    groups: dict[tuple[object, ...], list[ImageLoss]] = {}
    for loss in losses:
        groups.setdefault((loss.old, loss.new, loss.environments, _rules(loss)), []).append(loss)
    return sorted(groups.values(), key=lambda group: (_rank(group), -sum(loss.size_bytes for loss in group)))


def _rules(loss: ImageLoss) -> tuple[object, ...]:
    return tuple(
        (rule.change, *(side and (side.selection, side.action) for side in (rule.old, rule.new))) for rule in loss.rules
    )


def _numbers(losses: Sequence[ImageLoss]) -> tuple[str, str, str, str]:
    expire = sum(loss.expire + loss.may_expire for loss in losses)
    size = sum(loss.size_bytes for loss in losses)
    return f"{expire:,}", f"{sum(loss.archive for loss in losses):,}", readable_size(size), dollars(size)


def _policies(loss: ImageLoss) -> str:
    return f"{code(loss.old)} → {code(loss.new)}"


def _rule(rule: RuleChange) -> str:
    old, new = (prose(f"{side.rule_priority}. {in_words(side)}") if side else "" for side in (rule.old, rule.new))
    if not old:
        return f"added: {new}"
    return f"changed: {old} → {new}" if new else f"removed: {old}"


def _rank(group: Sequence[ImageLoss]) -> int:
    if any(loss.is_loss and not loss.is_allowed for loss in group):
        return 0
    if any(not loss.is_known for loss in group):
        return 1
    return 2 if any(loss.is_loss for loss in group) else 3


def _icon(group: Sequence[ImageLoss]) -> str:
    return ("🛑", "⚪", "☑️", "✅")[_rank(group)]
