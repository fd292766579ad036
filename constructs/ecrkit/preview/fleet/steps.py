"""
The clauses of the expression as statements, one after the other.

Each clause is written once. Where a later clause reads one that is a table by then, it reads the table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Query", "Step"]

_KEPT = re.compile(r"boundary|reference|numbered|edge|decided|settled_[1-9]\d*")
"""
Clauses whose rows an engine keeps for those after them: each is used more than once, or deep in others.

In one statement, Trino would compute them again for each mention, and DuckDB would keep all of them at the same time.
"""

_READ = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    A clause whose rows are kept.

    Attributes:
        name: of the table to keep them in.
        text: query for the rows, in the dialect of Trino; it reads tables of earlier steps.
        done_with: tables of earlier steps that no later one reads.
    """

    name: str
    text: str
    done_with: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """
    The expression with one of its answers, in the dialect of Trino.

    Attributes:
        clauses: texts by name, each after those that it reads.
        answer: what is asked of them.
    """

    clauses: tuple[tuple[str, str], ...]
    answer: str

    @property
    def text(self) -> str:
        """Write it as one statement."""
        return self._after(frozenset(), self.answer)

    @property
    def last(self) -> str:
        """Write the statement for the answer, after all :attr:`steps`."""
        return self._after(self._kept, self.answer)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Write what to keep before the answer, in order."""
        kept = self._kept
        texts = {name: self._after(kept, text) for name, text in self.clauses if name in kept}
        # Of those that read a table the last one stays.
        last_reader = {read: name for name, text in (*texts.items(), ("", self.last)) for read in _READ.findall(text)}
        return tuple(
            Step(name=name, text=text, done_with=tuple(read for read in texts if last_reader[read] == name))
            for name, text in texts.items()
        )

    @property
    def _kept(self) -> frozenset[str]:
        names = [name for name, _ in self.clauses]
        # The images are decided once, and their verdicts read once, where none waits for another.
        return frozenset(name for name in names if _KEPT.fullmatch(name) and (name != "decided" or "edge" in names))

    def _after(self, kept: frozenset[str], text: str) -> str:
        """Put the clauses that a text reads before it, other than those that are tables."""
        wanted = set(_READ.findall(text))
        named: list[str] = []
        for name, clause in reversed(self.clauses):
            if name in wanted - kept:
                wanted.update(_READ.findall(clause))
                named.insert(0, f"{name} AS ({clause})")
        return ("WITH\n" + ",\n".join(named) if named else "") + text
