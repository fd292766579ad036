"""Why one image of a fleet stays or goes, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.cli.console.output import echo
from ecrkit.cli.console.styles import fate
from ecrkit.cli.console.tables import echo_labelled
from ecrkit.documents.terminal import Styled
from ecrkit.images.sizes import readable_size
from ecrkit.lifecycle.wording import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from ecrkit.cli.console.tables import Cell
    from ecrkit.preview.fleet.explaining import Explanation

__all__ = ["echo_explanations"]


def echo_explanations(found: Sequence[Explanation], *, now: datetime) -> None:
    """Print explanations, one for each account and Region that has the image."""
    for number, one in enumerate(found):
        if number:
            echo("")
        name = f"{one.place.account} {one.place.region} {one.place.repository}@{one.image.digest}"
        echo(Styled(f"{name} at {now.isoformat(timespec='seconds')}", bold=True))
        rows = list(_rows(one))
        width = max(len(str(label)) for label, _ in rows)
        for label, text in rows:
            echo_labelled(label, text, width=width)


def _rows(one: Explanation) -> Iterator[tuple[Cell, str]]:
    image, verdict = one.image, one.verdict
    action = verdict.action if verdict else None
    yield fate(action, is_protected=one.is_lost), one.reason
    if verdict and verdict.rule:
        yield f"rule {verdict.rule.rule_priority}", in_words(verdict.rule)
    for because in one.because:
        yield "protected", because
    yield "tags", ", ".join(image.tags) or "untagged"
    yield "pushed", _instant(image.pushed_at)
    yield "pulled", _instant(image.pulled_at)
    if image.is_archived:
        yield "archived", _instant(image.archived_at)
    yield "size", "unknown" if image.size_bytes is None else readable_size(image.size_bytes)


def _instant(instant: datetime | None) -> str:
    return instant.isoformat(timespec="seconds") if instant else "never"
