"""The report of a run, and the cases that its disagreements become."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.values import Json, Result

__all__ = ["REPLAYED", "Report", "case_of", "write_cases"]

REPLAYED = ("lifecycle", "access", "preview", "questions")
"""Parts whose verdicts ecrkit gives offline."""

_ANONYMOUS = "111122223333"


@dataclass(kw_only=True)
class Report:
    """
    What a run found.

    Attributes:
        version: of ecrkit.
        region: of the run.
        seed: of the cases at random.
        estimate: of the cost, for people.
        began: as ISO 8601.
        ended: as ISO 8601; empty while it runs.
        is_complete: whether every part came to its end.
        error: what ended the run early, if anything did.
        leftovers: repositories and stacks that could not be removed.
        results: of every comparison.
    """

    version: str
    region: str
    seed: int
    estimate: str = ""
    began: str = ""
    ended: str = ""
    is_complete: bool = False
    error: str = ""
    leftovers: list[str] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)

    @property
    def disagreements(self) -> list[Result]:
        """Comparisons in which ECR says something else."""
        return [result for result in self.results if not result.agrees]

    def document(self, account: str) -> dict[str, Json]:
        """
        Write it as JSON.

        Args:
            account: that must not be in it.
        """
        parts = dict.fromkeys(result.part for result in self.results)
        counts = Counter((result.part, _outcome(result)) for result in self.results)
        document = {
            "ecrkit": self.version,
            "region": self.region,
            "seed": self.seed,
            "cost": self.estimate,
            "began": self.began,
            "ended": self.ended,
            "complete": self.is_complete,
            "error": self.error,
            "leftovers": self.leftovers,
            "parts": {
                part: {outcome: counts[part, outcome] for outcome in ("agreed", "disagreed", "not_settled")}
                for part in parts
            },
            "questions": [
                {"question": result.name, "answer": _outcome(result), "note": result.note}
                for result in self.results
                if result.part == "questions"
            ],
            "disagreements": [_written(result) for result in self.disagreements],
        }
        return json.loads(_without(account, json.dumps(document)))  # type: ignore[no-any-return] # what json gives


def case_of(result: Result, account: str) -> tuple[str, str]:
    """Give the file name and the text of a case."""
    slug = re.sub(r"[^a-z0-9]+", "-", f"{result.part}-{result.name}".lower()).strip("-")[:80]
    return f"{slug}.json", _without(account, json.dumps(_written(result), indent=2, ensure_ascii=False)) + "\n"


def write_cases(report: Report, folder: Path, account: str) -> list[Path]:
    """Write a file for every disagreement that a test can replay; an older one of the same name is replaced."""
    written = []
    for result in report.disagreements:
        if result.part not in REPLAYED:
            continue
        name, text = case_of(result, account)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _outcome(result: Result) -> str:
    if result.theirs is None:
        return "not_settled"
    return "agreed" if result.agrees else "disagreed"


def _written(result: Result) -> dict[str, Json]:
    return {
        "part": result.part,
        "name": result.name,
        "given": result.given,
        "ecrkit": result.ours,
        "ecr": result.theirs,
        "note": result.note,
    }


def _without(account: str, text: str) -> str:
    return text.replace(account, _ANONYMOUS) if account else text
