"""
How long `ecrkit policy check` takes, as ratios.

Run it with ``make benchmark``. Every figure is a ratio of medians; the commands of a ratio run in turn, on this
machine, one after the other.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from string import ascii_letters, digits
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

ROOT = Path(__file__).parents[1]
ECRKIT = str(Path(sys.executable).with_name("ecrkit"))
ROUNDS = 15
MAX_RULES = 50
MAX_TEXT = 30_720


def main() -> None:
    """Measure, and print a table."""
    check = [ECRKIT, "policy", "check", str(ROOT / "policies")]
    import_boto3 = [sys.executable, "-c", "import boto3"]
    seconds = in_turn({"check": check, "boto3": import_boto3})
    report("policy check policies / import boto3", seconds["check"], seconds["boto3"], target="at most 0.5")
    with tempfile.TemporaryDirectory() as directory:
        start_up = [ECRKIT, "policy", "check", write(Path(directory), "small", small())]
        for name, text in worst_documents().items():
            seconds = in_turn(
                {"worst": [ECRKIT, "policy", "check", write(Path(directory), name, text)], "start": start_up}
            )
            cost = seconds["worst"] - seconds["start"]
            report(f"{name} document / start-up", cost, seconds["start"], target="below 1")


def in_turn(commands: dict[str, list[str]]) -> dict[str, float]:
    """Run each command, round by round, and give the median of its seconds."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - commands of this file
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(measured) for name, measured in seconds.items()}


def report(name: str, seconds: float, reference: float, *, target: str) -> None:
    """Print a ratio, what it is made of and what it should be."""
    figures = f"{seconds * 1000:7.0f} ms / {reference * 1000:5.0f} ms"
    print(f"{name:<40} {seconds / reference:5.2f}   {figures}   ({target})")  # noqa: T201 - a script


def write(directory: Path, name: str, text: str) -> str:
    """Write a document, and give its path."""
    path = directory / f"{name.replace(' ', '-')}.json"
    path.write_text(text, encoding="utf-8")
    return str(path)


def small() -> str:
    """Write a policy of one rule."""
    return document([["v*"]])


def worst_documents() -> dict[str, str]:
    """Write documents as large as ECR takes, of 50 rules, that ask most of the containment of patterns."""
    characters = ascii_letters + digits
    patterns: dict[str, Callable[[int, int], str]] = {
        "four wildcards": lambda rule, entry: f"{characters[rule]}*{characters[entry % 62]}*{entry}*{rule}*",
        "leading wildcards": lambda rule, entry: f"*a*b*c*{characters[rule]}{characters[entry % 62]}{entry}",
        "alike but for one": lambda rule, entry: f"*a{entry}*b*c*" if entry else f"*{characters[rule]}zz*",
        "runs of a letter": lambda rule, entry: (
            f"*a*a*a*{'a' * (entry % 20)}{characters[rule]}{characters[entry % 62]}"
        ),
    }
    documents = {}
    for name, pattern in patterns.items():
        entries = 1
        while len(of_entries(pattern, entries + 1)) <= MAX_TEXT:
            entries += 1
        documents[name] = of_entries(pattern, entries)
    documents["deep nesting"] = '{"rules":' * 3_000 + "1" + "}" * 3_000
    return documents


def of_entries(pattern: Callable[[int, int], str], entries: int) -> str:
    """Write a document of 50 rules with so many patterns each."""
    return document([[pattern(rule, entry) for entry in range(entries)] for rule in range(MAX_RULES)])


def document(lists: list[list[str]]) -> str:
    """Write a document with a rule for each list of patterns."""
    rules = [
        {
            "rulePriority": number,
            "selection": {
                "tagStatus": "tagged",
                "tagPatternList": patterns,
                "countType": "imageCountMoreThan",
                "countNumber": 1,
            },
            "action": {"type": "expire"},
        }
        for number, patterns in enumerate(lists, start=1)
    ]
    return json.dumps({"rules": rules}, separators=(",", ":"))


if __name__ == "__main__":
    main()
