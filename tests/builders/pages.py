"""Pages of the documentation: the commands that they show, and a shell that runs them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["ROOT", "Step", "blocks", "pages", "pattern", "run", "steps"]

ROOT = Path(__file__).parents[2]
_TIMEOUT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Step:
    """
    A command of a page, and what is shown below it.

    Attributes:
        section: the heading of the second level above it, empty before the first.
        command: as typed, with its here-document.
        shown: the output on the page; ``…`` stands for any lines, or for any text in a line.
    """

    section: str
    command: str
    shown: str


def pages() -> dict[str, Path]:
    """Find every page that people read, by its path below the repository."""
    paths = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    written = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],  # noqa: S607 - every machine has its own
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return {name: path for path in paths if (name := path.relative_to(ROOT).as_posix()) in written}


def blocks(page: Path, language: str) -> list[str]:
    """Give the fenced blocks of a language, without their fences."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def steps(page: Path) -> Iterator[Step]:
    """Read the console blocks of a page, in order."""
    for section in re.split(r"^## ", f"## \n{page.read_text(encoding='utf-8')}", flags=re.MULTILINE)[1:]:
        title = section.partition("\n")[0]
        for block in re.findall(r"```console\n(.*?)```", section, re.DOTALL):
            for entry in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, shown = _without_output(entry)
                yield Step(title, command, shown)


def run(command: str, *, cwd: Path, environment: Mapping[str, str]) -> str:
    """Run a command as a shell does; give what it prints, both streams, without colours; it must exit with 0."""
    path = os.pathsep.join([str(Path(sys.executable).parent), str(ROOT / "node_modules" / ".bin"), os.environ["PATH"]])
    # A page shows what a pipe gets, whatever the width of the terminal of the tests.
    inherited = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    result = subprocess.run(
        ["bash", "-c", command],  # noqa: S607 - every machine has its own
        cwd=cwd,
        env={**inherited, "PATH": path, "NO_COLOR": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=_TIMEOUT_SECONDS,
    )
    assert result.returncode == 0, f"$ {command}\n{result.stdout}"
    return result.stdout


def pattern(shown: str) -> str:
    """Make a regular expression of what a page shows: a line of `…` is any lines, one within a line any text."""
    lines = ("(.*\n)?" if line == "…" else f"{_in_line(line)}\n" for line in shown.splitlines())
    return "".join(lines)


def _without_output(entry: str) -> tuple[str, str]:
    """Split a command, with the lines that a backslash or a here-document adds to it, from its output."""
    first, _, rest = entry.partition("\n")
    while first.endswith("\\"):
        line, _, rest = rest.partition("\n")
        first = f"{first}\n{line.removeprefix('> ')}"
    if "<<'END'" not in first:
        return first, rest
    document, _, shown = rest.partition("\nEND\n")
    return f"{first}\n{document}\nEND", shown


def _in_line(line: str) -> str:
    # How wide a column is depends on what else is in it.
    pieces = (r"\ +".join(map(re.escape, piece.split())) for piece in line.split("…"))
    return " *" + r"[^\n]*".join(pieces)
