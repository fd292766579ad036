"""
HTML and SVG from data: every text is escaped here, or set as text by the script of the page.

What decides a look is a class: the page allows no style but its own.
"""

from __future__ import annotations

import json
from html import escape
from typing import Any

from ecrkit.errors import printable
from ecrkit.lifecycle.values import ActionType

__all__ = ["FATES", "KINDS", "PATTERNS", "element", "escaped", "icon", "in_script", "number", "shape", "visible"]

FATES = {None: "stay", ActionType.EXPIRE: "expire", ActionType.TRANSITION: "archive"}
"""Name of each fate."""

KINDS = ("stay", "archive", "expire", "protected")
"""
What a mark can be, from the bottom of a stack to its top.

``protected`` is an image that something protects, and that would expire or be archived.
"""

PATTERNS = (
    '<svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false"><defs>'
    '<pattern id="of-expire" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="ground expire" width="6" height="6"/><rect class="ink expire" width="2" height="6"/></pattern>'
    '<pattern id="of-archive" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect class="ground archive" width="6" height="6"/><rect class="ink archive" width="6" height="2"/></pattern>'
    '<pattern id="of-protected" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect class="ground protected" width="6" height="6"/>'
    '<path class="ink protected" d="M3 0 6 3 3 6 0 3Z"/></pattern>'
    "</defs></svg>"
)
"""Fills of bars: what differs by fate without color, too."""

_CROSS = [(-1.1, -0.7), (-0.7, -1.1), (0, -0.4), (0.7, -1.1), (1.1, -0.7), (0.4, 0)]


def escaped(text: str) -> str:
    """Escape a line as HTML; what is no visible character could turn the text around it."""
    return escape(printable(text))


def visible(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Escape what is no visible character in every text of a document."""
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() and "#" not in value else printable(value)
    if isinstance(value, dict):
        return {key: visible(item) for key, item in value.items()}
    return [visible(item) for item in value] if isinstance(value, list) else value


def in_script(document: object) -> str:
    """Write JSON that may be in a script element: nothing in it can end that, or begin another."""
    text = json.dumps(document, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def element(name: str, content: str = "", /, **attributes: object) -> str:
    """
    Write an element.

    Args:
        name: of the element.
        content: markup within it; none for one that is empty.
        attributes: texts or numbers; ``class_`` is ``class``, other ``_`` are ``-``; ``None`` is left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value if isinstance(value, str) else number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{content}</{name}>"


def number(value: object) -> str:
    """Write a coordinate: to a tenth, which is less than a pixel."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def shape(kind: str, x: float, y: float, radius: float) -> str:
    """Draw the mark of *kind*: circle stays, square is archived, cross expires, diamond is protected."""
    if kind == "stay":
        arc = f"a{number(radius)} {number(radius)} 0 1 0"
        return f"M{number(x - radius)} {number(y)}{arc} {number(2 * radius)} 0{arc} {number(-2 * radius)} 0Z"
    if kind == "expire":
        points = [*_CROSS, *((-across, -down) for across, down in _CROSS)]
    elif kind == "archive":
        points = [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)]
    else:
        points = [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)]
    corners = (f"{number(x + across * radius)} {number(y + down * radius)}" for across, down in points)
    return f"M{' '.join(corners)}Z"


def icon(kind: str) -> str:
    """Draw the mark of *kind* within a line of text; the text says what it means."""
    mark = element("path", class_=f"mark {kind}", d=shape(kind, 8.0, 8.0, 5.0))
    return element("svg", mark, class_="icon", viewBox="0 0 16 16", aria_hidden="true", focusable="false")
