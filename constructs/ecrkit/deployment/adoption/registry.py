"""Declare deployed registry-wide settings in a catalog, exactly as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ecrkit.catalog import check_catalog
from ecrkit.catalog.inclusion import read_document
from ecrkit.catalog.template import registry_stack_name
from ecrkit.deployment.adoption.importing import of_another_stack
from ecrkit.deployment.adoption.registry_entries import setting_document
from ecrkit.deployment.adoption.values import AdoptedSetting
from ecrkit.deployment.audit.registry_drift import SettingComparison
from ecrkit.deployment.policies import read_deployed_policy
from ecrkit.documents import ListNode, ObjectNode
from ecrkit.documents.yaml_edits import YamlEditor
from ecrkit.errors import RefusedError, errors_in, pointer_to, steps_of
from ecrkit.lifecycle.checks.check import check_rules
from ecrkit.policies.references import PolicyRef
from ecrkit.registry.cloudformation import logical_id
from ecrkit.registry.settings.deployed import NAMES, declared_resources, declared_settings, setting_of
from ecrkit.registry.settings.fields import without_slash

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ecrkit.catalog import Environment
    from ecrkit.deployment.policies import PolicyNames
    from ecrkit.documents import Node
    from ecrkit.errors import Finding
    from ecrkit.policies.store import PolicyStore
    from ecrkit.registry.settings.deployed import RegistrySetting

__all__ = ["RegistryAdopter", "SettledSettings"]

_LISTS = frozenset({"pull_time_exclusions"})
_MAPPINGS = frozenset({"pull_through_cache", "creation_templates", "account_settings"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledSettings:
    """
    The registry-wide settings that a catalog can declare.

    Attributes:
        text: text of the catalog with them.
        adopted: those that it declares now.
        refused: the other ones, by their path, with reasons.
        policies: lifecycle policies that were created for the adopted templates.
    """

    text: str
    adopted: tuple[AdoptedSetting, ...]
    refused: Mapping[str, tuple[str, ...]]
    policies: tuple[PolicyRef, ...]


class RegistryAdopter:
    """
    Adds deployed registry-wide settings to a catalog.

    Args:
        texts: text of the catalog and of its included files, by file.
        file: the catalog.
        policies: the policy store.
        names: names lifecycle policies; it learns the new ones.
        environment: environment of the registry, as the catalog declares it.
        is_one_of_several: whether the catalog has other environments.
    """

    def __init__(  # noqa: PLR0913 - keyword-only, what an adopter has
        self,
        texts: Mapping[str, str],
        *,
        file: str,
        policies: PolicyStore,
        names: PolicyNames,
        environment: Environment,
        is_one_of_several: bool,
    ) -> None:
        self._texts = texts
        self._file = file
        self._policies = policies
        self._names = names
        self._environment = environment
        self._own = ("environments", environment.name, "registry")
        self._is_one_of_several = is_one_of_several
        self._place = {"account": environment.account, "region": environment.region}

    def adopt(self, settings: Iterable[RegistrySetting], *, owners: Mapping[tuple[str, str], str]) -> SettledSettings:
        """
        Add settings that the environment does not declare yet.

        Args:
            settings: deployed settings.
            owners: names of the stacks that have them, by key and name.

        Raises:
            RefusedError: the catalog cannot be edited.
        """
        declared = {one.identity for one in self._declared(self._environment)}
        wanted = {one.identity: one for one in settings if one.identity not in declared}
        root = read_document(self._texts[self._file], file=self._file).root
        bases: dict[tuple[str, str], tuple[str, ...]] = {}
        refused: dict[tuple[str, str], tuple[str, ...]] = {}
        for identity, setting in wanted.items():
            base = self._base(root, setting.key)
            problems = self._problems(setting, owners.get(identity)) or ((base,) if isinstance(base, str) else ())
            if problems:
                refused[identity] = problems
            elif not isinstance(base, str):
                bases[identity] = base
        text, environment = self._settle(root, wanted, bases, refused)
        inexact = self._inexact(environment, {identity: wanted[identity] for identity in bases})
        if inexact:
            refused |= inexact
            bases = {identity: base for identity, base in bases.items() if identity not in inexact}
            text, environment = self._settle(root, wanted, bases, refused)
        templates = environment.registry.creation_templates if environment.registry else {}
        return SettledSettings(
            text=text,
            adopted=tuple(self._adopted(environment, [wanted[identity] for identity in bases])),
            policies=tuple(
                reference
                for prefix, template in templates.items()
                for reference in template.lifecycle
                if ("creation_templates", without_slash(prefix)) in bases
                and isinstance(reference, PolicyRef)
                and self._names.is_adopted(reference)
            ),
            refused={wanted[identity].shown: reasons for identity, reasons in refused.items()},
        )

    def _base(self, root: Node | None, key: str) -> tuple[str, ...] | str:
        """Find the `registry` to write a key to, or the reason why there is none."""
        own, shared = _node(root, (*self._own, key)), _node(root, ("registry", key))
        if own is None and shared is not None and self._is_one_of_several:
            return f"the catalog declares '{key}' for all environments; add it there by hand"
        there = own or shared
        if there is None:
            return self._own if self._is_one_of_several else ("registry",)
        if key in _MAPPINGS or (key in _LISTS and isinstance(there, ListNode) and there.items):
            return self._own if own else ("registry",)
        return f"the catalog has an empty '{key}'; remove that first"

    def _problems(self, setting: RegistrySetting, owner: str | None) -> tuple[str, ...]:
        if owner == registry_stack_name(self._environment.name):
            return (f"belongs to the stack {owner}, but the catalog no longer declares it; put it back",)
        if owner:
            return (of_another_stack(owner),)
        text = setting.properties.get("LifecyclePolicy") if setting.key == "creation_templates" else None
        if not text:
            return ()
        checked = read_deployed_policy(text)
        findings = checked.findings if checked.policy is None else check_rules(checked.policy.rules).findings
        return tuple(f"its lifecycle policy: {found.text}" for found in errors_in(findings))

    def _settle(
        self,
        root: Node | None,
        wanted: Mapping[tuple[str, str], RegistrySetting],
        bases: dict[tuple[str, str], tuple[str, ...]],
        refused: dict[tuple[str, str], tuple[str, ...]],
    ) -> tuple[str, Environment]:
        """Write what the catalog accepts; a problem with a setting moves it from *bases* to *refused*."""
        while True:
            text = self._written(root, {identity: (base, wanted[identity]) for identity, base in bases.items()})
            edited = {**self._texts, self._file: text}
            checked = check_catalog(text, file=self._file, policies=self._policies, may_be_empty=True, edited=edited)
            if checked.catalog is not None:
                here = next(one for one in checked.catalog.environments if one.name == self._environment.name)
                return text, here
            errors = errors_in(checked.findings)
            blamed = self._blamed(errors, [wanted[identity] for identity in bases])
            if not blamed:
                raise RefusedError("\n".join(map(str, errors)))
            refused |= blamed
            for identity in blamed:
                del bases[identity]

    def _written(
        self, root: Node | None, plan: Mapping[tuple[str, str], tuple[tuple[str, ...], RegistrySetting]]
    ) -> str:
        editor = YamlEditor(self._texts[self._file], self._file)
        members: dict[str, Any] = {}
        for base, setting in plan.values():
            value = setting_document(
                setting, **self._place, adopt=lambda policy: self._names.adopt(policy, preferred=())
            )
            inner = members
            for step in base:
                inner = inner.setdefault(step, {})
            if setting.key in _MAPPINGS:
                inner.setdefault(setting.key, {})[setting.path[-1]] = value
            elif setting.key not in _LISTS:
                inner[setting.key] = value
            elif _node(root, (*base, setting.key)) is None:
                inner.setdefault(setting.key, []).append(value)
            else:
                editor.add_item([*base, setting.key], value)
        if members:
            editor.add(members)
        return editor.result()

    def _blamed(
        self, errors: Iterable[Finding], settings: Iterable[RegistrySetting]
    ) -> dict[tuple[str, str], tuple[str, ...]]:
        """Group problems by the setting that causes them."""
        settings = list(settings)
        blamed: dict[tuple[str, str], tuple[str, ...]] = {}
        for found in errors:
            steps = steps_of(found.location.pointer)
            steps = steps[2:] if steps[:1] == ["environments"] else steps
            for setting in settings:
                path = ["registry", *(setting.path if setting.key in _MAPPINGS else (setting.key,))]
                if steps[: len(path)] == path or steps[: len(path) - 1] == path[:-1] == steps:
                    rest = replace(found.location, pointer=pointer_to(*steps[len(path) :]))
                    text = replace(found, location=rest).text
                    blamed[setting.identity] = (*blamed.get(setting.identity, ()), text)
        return blamed

    def _inexact(
        self, environment: Environment, wanted: Mapping[tuple[str, str], RegistrySetting]
    ) -> dict[tuple[str, str], tuple[str, ...]]:
        """Compare what the catalog declares now with what is deployed, as an audit does."""
        declared = {one.identity: one for one in self._declared(environment)}
        comparison = SettingComparison(account=self._environment.account, policy_name=lambda _: None)
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for identity, setting in wanted.items():
            if difference := comparison.difference(declared[identity], setting):
                found[identity] = (f"the catalog cannot express the deployed state exactly: {difference}",)
        return found

    def _declared(self, environment: Environment) -> Iterable[RegistrySetting]:
        return declared_settings(environment.registry, policies=self._policies, **self._place)

    def _adopted(self, environment: Environment, settings: Iterable[RegistrySetting]) -> Iterable[AdoptedSetting]:
        resources = {
            setting_of(resource.type, resource.properties).identity: resource.id
            for resource in declared_resources(environment.registry, policies=self._policies, **self._place)
        }
        for setting in settings:
            resource = resources.get(setting.identity)
            identifier = {}
            if resource:
                name = NAMES.get(setting.key)
                # As the template has it: ECR adds a slash to prefixes.
                identifier = {name: setting.name} if name else {"RegistryId": self._environment.account}
            yield AdoptedSetting(
                key=setting.key,
                name=setting.name,
                shown=setting.shown,
                stack=registry_stack_name(environment.name) if resource else "",
                logical_id=logical_id("Registry", resource) if resource else "",
                identifier=identifier,
            )


def _node(node: Node | None, path: Iterable[str]) -> Node | None:
    for step in path:
        if not isinstance(node, ObjectNode):
            return None
        node = next((member.node for member in node.members if member.key == step), None)
    return node
