"""What was adopted and what was not, for people and programs."""

from __future__ import annotations

import re
from difflib import unified_diff
from typing import TYPE_CHECKING

from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.cli.console.reports import echo_findings
from ecrkit.deployment.adoption import import_steps, resource_mappings
from ecrkit.deployment.policies import policy_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from ecrkit.catalog import Environment
    from ecrkit.deployment.adoption import Adopted, AdoptedSetting
    from ecrkit.deployment.audit import ActualRepository

__all__ = ["AdoptionReport"]

_CONTEXT = 3
_FEW = 20


class AdoptionReport:
    """
    Reports a run.

    Args:
        environment: whose repositories are adopted.
        dry_run: whether nothing is written.
        output: ``text`` or ``json``.

    Attributes:
        names: of what was adopted.
        settings: registry-wide settings that were adopted.
        refused: names of repositories that cannot be adopted, and why.
        refused_settings: the same for registry-wide settings, by their path.
        unread: which registry-wide settings could not be read, and why.
        replicates_deletions: whether the deployed replication includes deletions.
        declared: names of what was declared before.
        of_stacks: names of repositories that belong to other stacks.
    """

    def __init__(self, environment: Environment, *, dry_run: bool, output: str) -> None:
        self._environment = environment
        self._dry_run = dry_run
        self._output = output
        self._policies: list[str] = []
        self.names: list[str] = []
        self.settings: list[AdoptedSetting] = []
        self.refused_settings: dict[str, tuple[str, ...]] = {}
        self.unread: list[str] = []
        self.replicates_deletions = False
        self.refused: dict[str, tuple[str, ...]] = {}
        self.declared: list[str] = []
        self.of_stacks: list[str] = []

    def add(self, adopted: Adopted) -> None:
        """Take note of what was done, and print the warnings about it to stderr."""
        echo_findings(adopted.warnings, err=True)
        self.names += adopted.names
        self.settings += adopted.settings
        self.refused |= adopted.refused
        self.refused_settings |= adopted.refused_settings
        self._policies += [str(one) for one in adopted.policies if str(one) not in self._policies]

    def without_those_of_stacks(
        self, repositories: Iterable[ActualRepository], own: Collection[str]
    ) -> Iterator[ActualRepository]:
        """Leave out what other stacks than our *own* have, which nobody asked for by name."""
        for repository in repositories:
            if repository.stack is None or repository.stack in own:
                yield repository
            else:
                self.of_stacks.append(repository.name)

    def echo_diff(self, adopted: Adopted, *, catalog: Path, store: Path) -> None:
        """Show what is written, before it is."""
        if self._output == "text":
            for line in _diff(adopted, catalog=catalog, store=store):
                echo(line)

    def echo(self, mappings: Mapping[str, str]) -> None:
        """
        Tell the outcome.

        Args:
            mappings: path of the resource mapping of each stack that takes over a repository.
        """
        account = [one.name for one in self.settings if not one.stack]
        deletes = self.replicates_deletions and any(one.key == "replication" for one in self.settings)
        steps = (
            import_steps(self._environment, mappings, account_settings=account, replicates_deletions=deletes)
            if mappings or account
            else []
        )
        if self._output == "json":
            echo_json(self._document(mappings, steps))
            return
        for step in steps:
            echo(step)
        for line in [*self.refusals(), *self.unread]:
            echo(line, err=True)
        for names, what in ((self.declared, "already declared"), (self.of_stacks, "in another stack, skipped")):
            if len(names) <= _FEW:
                for name in names:
                    echo(f"{name}: {what}", err=True)
        echo(self._summary(), err=True)

    def refusals(self) -> list[str]:
        """Say of each repository and setting that was not adopted why, a line for each reason."""
        refused = {**self.refused, **self.refused_settings}
        return [f"{name}: not adopted: {reason}" for name, reasons in refused.items() for reason in reasons]

    def _summary(self) -> str:
        verb = "would be adopted" if self._dry_run else "adopted"
        adopted = [
            *([count_of(len(self.names), "repository")] if self.names or not self.settings else []),
            *([count_of(len(self.settings), "registry-wide setting")] if self.settings else []),
        ]
        refused = len(self.refused) + len(self.refused_settings)
        counts = [
            f"{' and '.join(adopted)} {verb} into {self._environment.name}",
            *([f"{len(self.declared):,} already declared"] if self.declared else []),
            *([f"{len(self.of_stacks):,} in other stacks skipped"] if self.of_stacks else []),
            *([f"{refused:,} not adopted"] if refused else []),
        ]
        return ", ".join(counts)

    def _document(self, mappings: Mapping[str, str], steps: list[str]) -> dict[str, object]:
        resources = resource_mappings(self._environment, self.names)
        return {
            "environment": self._environment.name,
            "dryRun": self._dry_run,
            "adopted": [
                {"repositoryName": identifier["RepositoryName"], "stackName": stack, "logicalId": logical_id}
                for stack, mapping in resources.items()
                for logical_id, identifier in mapping.items()
            ],
            "notAdopted": [{"repositoryName": name, "reasons": list(why)} for name, why in self.refused.items()],
            "adoptedSettings": [
                {
                    "key": one.key,
                    "name": one.name or None,
                    "stackName": one.stack or None,
                    "logicalId": one.logical_id or None,
                }
                for one in self.settings
            ],
            "settingsNotAdopted": [
                {"setting": shown, "reasons": list(why)} for shown, why in self.refused_settings.items()
            ],
            "notChecked": self.unread,
            "declared": self.declared,
            "ofOtherStacks": self.of_stacks,
            "policies": self._policies,
            "resourceMappings": dict(mappings),
            "steps": steps,
        }


def _diff(adopted: Adopted, *, catalog: Path, store: Path) -> Iterator[str]:
    """Show files that are new, and what is added to the catalog, as ``diff -u`` does."""
    for reference, policy in adopted.policies.items():
        path = store / reference.name / f"v{reference.version}.json"
        if not path.exists():
            lines = policy_text(policy).splitlines()
            yield from unified_diff([], lines, "/dev/null", path.as_posix(), lineterm="")
    for file, (before, after) in adopted.texts(str(catalog)).items():
        yield from _text_diff(before.splitlines(), after.splitlines(), file)


def _text_diff(old: list[str], new: list[str], file: str) -> Iterator[str]:
    # What both begin and end with is most of a long catalog, and need not be compared.
    start = max(_common(old, new) - _CONTEXT, 0)
    end = max(_common(old[start:][::-1], new[start:][::-1]) - _CONTEXT, 0)
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    for line in unified_diff(before, after, file, file, lineterm="", n=_CONTEXT):
        yield _shifted(line, start) if line.startswith("@@") else line


def _common(first: list[str], second: list[str]) -> int:
    """Count the lines that both begin with."""
    return next(
        (number for number, (one, other) in enumerate(zip(first, second, strict=False)) if one != other),
        min(len(first), len(second)),
    )


def _shifted(header: str, lines: int) -> str:
    return re.sub(r"(?<=[-+])[0-9]+", lambda match: str(int(match[0]) + lines), header)
