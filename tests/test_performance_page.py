"""Every figure on the page of performance has a command that measures it again."""

from __future__ import annotations

import re

from builders.pages import ROOT, blocks

PAGE = ROOT / "docs" / "reference" / "performance.md"
SCRIPTS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "benchmarks").glob("*.py"))


def test_every_benchmark_is_on_the_page() -> None:
    """The page shows the command of each benchmark, once."""
    assert sorted(blocks(PAGE, "sh")) == sorted(f"python {script}\n" for script in SCRIPTS)


def test_every_section_has_a_command() -> None:
    """Each section of figures begins with its command."""
    sections = re.split(r"^## .+\n", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]

    assert all(section.startswith("\n```sh\npython benchmarks/") for section in sections)


def test_make_runs_every_benchmark() -> None:
    """`make benchmark` runs them all."""
    recipe = re.findall(r"^benchmark:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(re.findall(r"benchmarks/\w+\.py", recipe[0])) == SCRIPTS
