"""Repositories that exist, as entries of a catalog that make them and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.catalog import check_catalog
from ecrkit.catalog.pins import Pins
from ecrkit.catalog.template import stack_name
from ecrkit.deployment.adoption.importing import of_another_stack
from ecrkit.deployment.adoption.naming import output_for, repository_in
from ecrkit.deployment.adoption.registry import RegistryAdopter
from ecrkit.deployment.adoption.settings import exact_settings, is_exact
from ecrkit.deployment.adoption.values import Adopted
from ecrkit.deployment.audit import drift
from ecrkit.deployment.policies import PolicyNames, policy_text, read_deployed_policy
from ecrkit.deployment.suspensions import suspension_in
from ecrkit.documents.yaml_edits import YamlEditors
from ecrkit.errors import InvalidNameError, Location, RefusedError, errors_in
from ecrkit.images.names import RepositoryName
from ecrkit.lifecycle import check_policy
from ecrkit.lifecycle.checks.check import check_rules
from ecrkit.registry.rulebook import ACCESS_WARNINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ecrkit.catalog import Environment, RepositoryEntry
    from ecrkit.deployment.audit import ActualRepository
    from ecrkit.errors import Finding
    from ecrkit.policies.references import PolicyRef
    from ecrkit.policies.store import PolicyStore
    from ecrkit.registry.settings.deployed import RegistrySetting

__all__ = ["Adopter"]

_PROBE = "ecrkit-adopt/probe"
_INEXACT = "the catalog cannot express the deployed state exactly"


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the catalog has to say of one repository."""

    actual: ActualRepository
    settings: dict[str, object]
    lifecycle: tuple[PolicyRef, ...]


@dataclass(slots=True)
class _Settled:
    """Texts that are valid, by file, and what had to be left out of them."""

    texts: dict[str, str]
    environment: Environment
    findings: tuple[Finding, ...]
    refused: dict[str, tuple[str, ...]] = field(default_factory=dict)


class Adopter:
    """
    Adds deployed repositories to a catalog, in batches.

    Args:
        text: text of a valid catalog.
        file: name of the catalog in messages.
        policies: the policy store; it learns the new versions.
        environment: name of the environment that the repositories are in.
        into: included file for new repositories; ``None`` for the catalog itself.

    Attributes:
        texts: text of the catalog and of its included files, with all repositories adopted so far, by file.
        stacks: names of the stacks of the environment.

    Raises:
        RefusedError: the catalog is invalid, or does not include *into*.
    """

    def __init__(
        self, text: str, *, file: str, policies: PolicyStore, environment: str, into: str | None = None
    ) -> None:
        self._file = file
        self._policies = policies
        self._environment = environment
        catalog = check_catalog(text, file=file, policies=policies, may_be_empty=True).catalog
        if catalog is None:
            raise RefusedError(f"{file}: is not valid; run `ecrkit catalog check`")
        pins = Pins.read(text, file=file)
        self.texts = dict(pins.texts)
        self._files = pins.files
        wanted = Path(into or file).resolve()
        names = [name for name in self.texts if Path(name).resolve() == wanted]
        if not names:
            raise RefusedError(f"{into}: {file} does not include it; create it, and add it to `include`")
        [self._into] = names
        self._is_one_of_several = len(catalog.environments) > 1
        self._here = here = next(one for one in catalog.environments if one.name == environment)
        self._base_of_new: RepositoryEntry | None = None
        self.stacks = {stack_name(environment, shard, shards=here.shards) for shard in range(here.shards)}
        self._elsewhere = {str(entry.name) for entry in catalog.repositories}
        self._elsewhere -= {str(entry.name) for entry in here.repositories}
        self._outputs = {str(entry.output): str(entry.name) for entry in catalog.repositories}
        self._policy_names = PolicyNames(catalog, policies)

    def check_room(self, names: Iterable[str]) -> None:
        """
        Refuse more repositories than the stacks of the environment can have, before reading any.

        Raises:
            RefusedError: the repositories need more stacks.
        """
        self._settle([name for name in names if _name_problem(name) is None], self._bare)

    def adopt(self, repositories: Iterable[ActualRepository]) -> Adopted:
        """
        Add repositories that the environment does not declare yet.

        Args:
            repositories: any number, each name once.

        Returns:
            The changes. A repository that the catalog cannot declare exactly as deployed is refused, and no part
            of it is added.

        Raises:
            RefusedError: the catalog cannot be edited.
        """
        there = {actual.name: actual for actual in sorted(repositories, key=lambda actual: actual.name)}
        refused = {name: problems for name, actual in there.items() if (problems := self._problems(actual))}
        bases, without_base = self._bases([name for name in there if name not in refused])
        refused |= without_base
        plans = {name: self._plan(actual, bases[name]) for name, actual in there.items() if name not in refused}
        settled = self._settle(list(plans), partial(self._with, plans))
        inexact = self._inexact(settled, plans)
        if inexact:
            settled = self._settle([name for name in plans if name not in inexact], partial(self._with, plans))
        refused |= settled.refused | inexact
        plans = {name: plan for name, plan in plans.items() if name not in refused}
        before, self.texts = self.texts, self.texts | settled.texts
        new = {
            reference
            for plan in plans.values()
            for reference in plan.lifecycle
            if self._policy_names.is_adopted(reference)
        }
        return Adopted(
            names=tuple(plans),
            refused=dict(sorted(refused.items())),
            warnings=(
                *(
                    found
                    for found in settled.findings
                    if found.code in ACCESS_WARNINGS
                    and (place := repository_in(found.location.pointer))
                    and place[0] in plans
                ),
                *(found for reference in sorted(new) for found in self._policy_findings(reference)),
            ),
            policies={reference: self._policies.read(reference) for reference in sorted(new)},
            before=before[self._file],
            after=self.texts[self._file],
            included={
                file: (before[file], text)
                for file, text in self.texts.items()
                if file != self._file and text != before[file]
            },
        )

    def adopt_registry(self, settings: Iterable[RegistrySetting], *, owners: Mapping[tuple[str, str], str]) -> Adopted:
        """
        Add registry-wide settings that the environment does not declare yet.

        They go into `registry` of the catalog; of the environment, if the catalog has several.

        Args:
            settings: deployed settings.
            owners: names of the stacks that have them, by key and name.

        Returns:
            The changes. A setting that the catalog cannot declare exactly as deployed is refused.

        Raises:
            RefusedError: the catalog cannot be edited.
        """
        settled = RegistryAdopter(
            self.texts,
            file=self._file,
            policies=self._policies,
            names=self._policy_names,
            environment=self._here,
            is_one_of_several=self._is_one_of_several,
        ).adopt(settings, owners=owners)
        before, self.texts = self.texts, {**self.texts, self._file: settled.text}
        new = sorted(set(settled.policies))
        return Adopted(
            names=(),
            refused={},
            warnings=tuple(found for reference in new for found in self._policy_findings(reference)),
            policies={reference: self._policies.read(reference) for reference in new},
            before=before[self._file],
            after=settled.text,
            settings=settled.adopted,
            refused_settings=settled.refused,
        )

    def _policy_findings(self, reference: PolicyRef) -> tuple[Finding, ...]:
        """Check a version that is new as `ecrkit policy check` does when it is written."""
        text = policy_text(self._policies.read(reference))
        return check_policy(text, file=str(self._policies.path(reference))).findings

    def _problems(self, actual: ActualRepository) -> tuple[str, ...]:
        """Tell why a repository cannot be declared, as far as that is known without the catalog."""
        name_problem = _name_problem(actual.name)
        if name_problem:
            return (name_problem,)
        if actual.stack is not None:
            return (self._stack_problem(actual.stack),)
        if actual.lifecycle_policy_text is None:
            return ()
        if suspension_in(actual.lifecycle_policy_text):
            return (f"its lifecycle policy is suspended; run `ecrkit policy resume {actual.name}` first",)
        checked = read_deployed_policy(actual.lifecycle_policy_text)
        # The template has it on one line, which may be shorter than what is there, and than ECR takes.
        findings = checked.findings if checked.policy is None else check_rules(checked.policy.rules).findings
        return tuple(f"its lifecycle policy: {found.text}" for found in errors_in(findings))

    def _stack_problem(self, stack: str) -> str:
        if stack in self.stacks:
            return f"belongs to the stack {stack}, but the catalog no longer declares it; put its entry back"
        return of_another_stack(stack)

    def _bases(self, names: Sequence[str]) -> tuple[dict[str, RepositoryEntry], dict[str, tuple[str, ...]]]:
        """Tell what the catalog makes of entries that say nothing of their own; of all that are new the same."""
        elsewhere = [name for name in names if name in self._elsewhere]
        probes = [_PROBE] if self._base_of_new is None and len(elsewhere) < len(names) else []
        entries: dict[str, RepositoryEntry] = {}
        refused: dict[str, tuple[str, ...]] = {}
        if elsewhere or probes:
            bare = self._settle([*probes, *elsewhere], self._bare)
            refused = bare.refused
            if _PROBE in refused:
                raise RefusedError(f"{self._file}: defaults: {'; '.join(refused[_PROBE])}")
            entries = {str(entry.name): entry for entry in bare.environment.repositories}
            self._base_of_new = self._base_of_new or entries.get(_PROBE)
            self._outputs = {key: name for key, name in self._outputs.items() if name != _PROBE}
        bases = ((name, entries.get(name) or self._base_of_new) for name in names if name not in refused)
        return {name: base for name, base in bases if base}, refused

    def _plan(self, actual: ActualRepository, base: RepositoryEntry) -> _Plan:
        policy = read_deployed_policy(actual.lifecycle_policy_text).policy if actual.lifecycle_policy_text else None
        lifecycle = self._policy_names.adopt(policy, preferred=base.lifecycle)
        settings = exact_settings(actual, base, lifecycle=lifecycle, environment=self._here)
        return _Plan(actual, settings, lifecycle)

    def _bare(self, names: Sequence[str]) -> dict[str, str]:
        """Write entries that say nothing of their own."""
        return self._edited({name: {} for name in names})

    def _with(self, plans: Mapping[str, _Plan], names: Sequence[str]) -> dict[str, str]:
        return self._edited({name: plans[name].settings for name in names})

    def _edited(self, settings: Mapping[str, dict[str, object]]) -> dict[str, str]:
        """Write entries; gives the new texts by file."""
        editors = YamlEditors(self.texts)
        for name in sorted(settings.keys() & self._elsewhere):
            editors[self._files[name]].add_item(["repositories", name, "only"], self._environment)
        new = {name: self._entry(name, own) for name, own in settings.items() if name not in self._elsewhere}
        if new:
            editors[self._into].add_members(["repositories"], new)
        differing = {name: own for name, own in settings.items() if name in self._elsewhere and own}
        if differing:
            editors[self._file].add_members(["environments", self._environment, "repositories"], differing)
        return editors.results()

    def _entry(self, name: str, settings: dict[str, object]) -> dict[str, object]:
        output = output_for(name, self._outputs)
        self._outputs[output.key] = name
        return {
            **settings,
            **({"output": output.key} if output.is_to_be_said else {}),
            # In the other environments it would be made anew.
            **({"only": [self._environment]} if self._is_one_of_several else {}),
        }

    def _settle(self, names: list[str], write: Callable[[Sequence[str]], dict[str, str]]) -> _Settled:
        """Find what the catalog takes: whatever is wrong with an entry leaves that out."""
        refused: dict[str, tuple[str, ...]] = {}
        while True:
            texts = write([name for name in names if name not in refused])
            edited = self.texts | texts
            checked = check_catalog(
                edited[self._file], file=self._file, policies=self._policies, may_be_empty=True, edited=edited
            )
            if checked.catalog is not None:
                here = next(one for one in checked.catalog.environments if one.name == self._environment)
                return _Settled(texts, here, checked.findings, refused)
            errors = errors_in(checked.findings)
            blamed = {name: problems for name, problems in _by_repository(errors).items() if name in names}
            if not blamed.keys() - refused.keys():
                raise RefusedError("\n".join(map(str, errors)))
            refused |= blamed

    def _inexact(self, settled: _Settled, plans: Mapping[str, _Plan]) -> dict[str, tuple[str, ...]]:
        """Hold what the catalog says now against what is there, as an audit does, and closer."""
        found: dict[str, tuple[str, ...]] = {}
        entries = {str(entry.name): entry for entry in settled.environment.repositories}
        for name in plans.keys() - settled.refused.keys():
            entry, actual = entries[name], plans[name].actual
            policy = self._policies.compose(entry.lifecycle)
            where = Location(self._file, 1, 1)
            differences = [
                finding.message
                for finding in drift(entry, actual, policy=policy, environment=settled.environment, location=where)
            ]
            if differences or not is_exact(entry, actual, settled.environment):
                found[name] = (": ".join([_INEXACT, *(["; ".join(differences)] if differences else [])]),)
        return found


def _name_problem(name: str) -> str | None:
    try:
        RepositoryName(name)
    except InvalidNameError as error:
        return f"its name {error}"
    return None


def _by_repository(errors: Iterable[Finding]) -> dict[str, tuple[str, ...]]:
    """Tell what is wrong by the entry that it is wrong with."""
    problems: dict[str, tuple[str, ...]] = {}
    for found in errors:
        place = repository_in(found.location.pointer)
        if place:
            name, rest = place
            problems[name] = (
                *problems.get(name, ()),
                replace(found, location=replace(found.location, pointer=rest)).text,
            )
    return problems
