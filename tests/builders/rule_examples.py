"""The examples of the rules, written out."""

from __future__ import annotations

import re

__all__ = ["whole"]

_COUNTED = re.compile(r"^(?P<line>.*\n)[ ]*… and so on, up to (?P<last>\d+)\n?", re.MULTILINE)
_FILLED = re.compile(r"… \((?P<length>[\d,]+) characters\)")


def whole(example: str) -> str:
    """Write out what an example cuts short: a line that is counted up, and a text of a certain length."""
    text = _COUNTED.sub(lambda match: _counted(match["line"], int(match["last"])), example)
    return _FILLED.sub(lambda match: "x" * int(match["length"].replace(",", "")), text)


def _counted(line: str, last: int) -> str:
    lines = [re.sub(r"(?<!\d)1(?!\d)", str(number), line) for number in range(1, last + 1)]
    # JSON takes no comma behind the last.
    return "".join([*lines[:-1], lines[-1].replace("},\n", "}\n")])
