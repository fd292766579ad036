"""
The chart of a report: images over time, by fate and rule.

Up to :data:`MAX_POINTS` images are a point each, in a lane for each rule. More are counted by day, week or month, and
stacked: no browser draws 100,000 points in a moment, and nobody reads them.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Any

from ecrkit.images.sizes import readable_size
from ecrkit.lifecycle.values import ActionType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from ecrkit.images.inventory.values import ImageTable
    from ecrkit.lifecycle.evaluation.verdicts import Group
    from ecrkit.preview.preview import Preview

__all__ = ["FATES", "MAX_POINTS", "chart"]

MAX_POINTS = 2_000
_MAX_BARS = 150

FATES = {None: "stay", ActionType.EXPIRE: "expire", ActionType.TRANSITION: "archive"}
# Shades that people with every kind of sight tell apart, and a shape each beside them.
# From dark to light, as red, green and blue.
_SHADES = {
    None: ((27, 127, 92), (157, 219, 195)),
    ActionType.EXPIRE: ((168, 29, 22), (245, 178, 174)),
    ActionType.TRANSITION: ((156, 92, 0), (243, 212, 156)),
}
_SYMBOLS = {None: "circle", ActionType.EXPIRE: "x", ActionType.TRANSITION: "square"}

_STEPS: Sequence[int] = (1, 7, 14, 30, 90, 365)
"""Days that a bar may stand for."""


def chart(preview: Preview) -> dict[str, Any]:
    """
    Make the figure.

    Returns:
        ``data`` and ``layout`` as plotly takes them. Every trace has a ``meta`` with its fate and its rule, by which
        the page filters.
    """
    groups = _by_rule_and_fate(preview)
    is_detailed = len(preview.inventory.images) <= MAX_POINTS
    traces = _points(preview, groups) if is_detailed else _bars(preview, groups)
    return {"data": traces, "layout": _layout(preview, is_detailed=is_detailed)}


def _by_rule_and_fate(preview: Preview) -> dict[tuple[int | None, ActionType | None], list[Group]]:
    groups: defaultdict[tuple[int | None, ActionType | None], list[Group]] = defaultdict(list)
    for group in preview.evaluation.groups:
        groups[group.rule.rule_priority if group.rule else None, group.action].append(group)
    return dict(sorted(groups.items(), key=lambda item: (item[0][0] is None, item[0][0] or 0, item[0][1] or "")))


def _points(preview: Preview, groups: dict[tuple[int | None, ActionType | None], list[Group]]) -> list[dict[str, Any]]:
    lanes = _lanes(preview)
    images = preview.inventory.images
    traces = []
    for (rule, action), parts in groups.items():
        verdicts = [verdict for part in parts for _, verdict in part.verdicts(images)]
        trace = _trace(lanes, rule, action, len(verdicts))
        trace |= {
            "type": "scatter",
            "mode": "markers",
            "x": [verdict.image.pushed_at.isoformat() for verdict in verdicts],
            # Spread within the lane by digest, so that images of one hour do not hide each other.
            "y": [lanes.index(rule) + (sum(verdict.image.digest.encode()) % 61 - 30) / 100 for verdict in verdicts],
            # plotly takes a few tags of HTML in these texts.
            "text": [
                f"{escape(', '.join(verdict.image.tags) or 'untagged')}<br>{escape(verdict.image.digest[:19])}"
                f"<br>{escape(verdict.reason)}"
                for verdict in verdicts
            ],
            "hovertemplate": "%{x}<br>%{text}<extra></extra>",
        }
        trace["marker"] |= {"symbol": _SYMBOLS[action], "size": 9, "opacity": 0.8}
        traces.append(trace)
    return traces


def _bars(preview: Preview, groups: dict[tuple[int | None, ActionType | None], list[Group]]) -> list[dict[str, Any]]:
    images, lanes = preview.inventory.images, _lanes(preview)
    days = _days_per_bar(images)
    first = min(images.pushed_at).date()
    traces = []
    for (rule, action), parts in groups.items():
        counts: defaultdict[date, int] = defaultdict(int)
        sizes: defaultdict[date, int] = defaultdict(int)
        for place in (place for part in parts for place in part.places):
            start = _start_of_bar(images.pushed_at[place], first, days)
            counts[start] += 1
            sizes[start] += images.sizes[place] or 0
        trace = _trace(lanes, rule, action, sum(counts.values()))
        starts = sorted(counts)
        trace |= {
            "type": "bar",
            "x": [start.isoformat() for start in starts],
            "y": [counts[start] for start in starts],
            "customdata": [readable_size(sizes[start]) for start in starts],
            "width": days * 86_400_000 * 0.92,
            "offset": 0,
            "hovertemplate": f"{days} days from %{{x}}<br>{trace['name']}<br>%{{y:,}} images, %{{customdata}}"
            "<extra></extra>",
        }
        traces.append(trace)
    return traces


def _trace(lanes: Sequence[int | None], rule: int | None, action: ActionType | None, number: int) -> dict[str, Any]:
    name = "no rule" if rule is None else f"rule {rule}"
    # Each rule has a shade of its own, however many there are.
    share = lanes.index(rule) / max(len(lanes) - 1, 1)
    shade = [round(dark + share * (light - dark)) for dark, light in zip(*_SHADES[action], strict=True)]
    return {
        "name": f"{name}: {FATES[action]} ({number:,})",
        "meta": {"fate": FATES[action], "rule": "-" if rule is None else str(rule)},
        "marker": {"color": "#" + bytes(shade).hex()},
    }


def _layout(preview: Preview, *, is_detailed: bool) -> dict[str, Any]:
    lanes = _lanes(preview)
    names = ["no rule" if lane is None else f"rule {lane}" for lane in lanes]
    y_axis: dict[str, Any] = {"title": {"text": "images"}, "fixedrange": True}
    if is_detailed:
        y_axis = {
            "tickvals": list(range(len(lanes))),
            "ticktext": names,
            "range": [len(lanes) - 0.5, -0.5],
            "fixedrange": True,
            "zeroline": False,
        }
    return {
        "barmode": "stack",
        "height": 460,
        "margin": {"t": 16, "r": 16, "b": 48, "l": 64},
        "xaxis": {"type": "date", "title": {"text": "pushed"}},
        "yaxis": y_axis,
        "legend": {"orientation": "h", "y": -0.18},
        "hovermode": "closest",
        "modebar": {"bgcolor": "rgba(255,255,255,0.8)", "color": "#57606a", "activecolor": "#1f2328"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "shapes": [
            {
                "type": "line",
                "x0": preview.now.isoformat(),
                "x1": preview.now.isoformat(),
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"dash": "dot", "width": 1, "color": "#666666"},
            }
        ],
    }


def _lanes(preview: Preview) -> list[int | None]:
    lanes: list[int | None] = [rule.rule_priority for rule in preview.policy.rules]
    return [*lanes, None] if preview.unclaimed else lanes


def _days_per_bar(images: ImageTable) -> int:
    days = (max(images.pushed_at) - min(images.pushed_at)).days + 1
    return next((step for step in _STEPS if days / step <= _MAX_BARS), _STEPS[-1])


def _start_of_bar(pushed_at: datetime, first: date, days: int) -> date:
    return first + timedelta(days=(pushed_at.date() - first).days // days * days)
