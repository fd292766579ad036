"""Registry-wide settings that are deployed, compared with the catalog and with the deployed template."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ecrkit.catalog.template import registry_stack_name
from ecrkit.deployment.audit import rulebook
from ecrkit.deployment.audit.registry_drift import SettingComparison
from ecrkit.errors import pointer_to
from ecrkit.registry.settings.deployed import ACCOUNT_SETTINGS, declared_keys, declared_settings, listed_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ecrkit.catalog import Environment
    from ecrkit.deployment.actual import ActualRegistry
    from ecrkit.errors import Check, Finding, Location
    from ecrkit.policies.store import PolicyStore
    from ecrkit.registry.settings.deployed import RegistrySetting

__all__ = ["SETTING_NOUNS", "audit_registry"]

_CHECKS: Mapping[str, Check] = {
    "scanning": rulebook.REGISTRY_SCANNING,
    "replication": rulebook.REPLICATION,
    "policy": rulebook.REGISTRY_POLICY,
    "pull_through_cache": rulebook.CACHE,
    "creation_templates": rulebook.CREATION_TEMPLATE,
    "signing": rulebook.SIGNING,
}
"""By key; the other keys have nothing that can differ, or a separate check."""

SETTING_NOUNS: Mapping[str, str] = {
    "scanning": "scanning",
    "replication": "replication",
    "policy": "the registry policy",
    "pull_through_cache": "the pull-through cache",
    "creation_templates": "the creation template",
    "signing": "signing",
    "pull_time_exclusions": "the pull-time exclusion",
    "account_settings": "the account setting",
}
_REMOVAL = {
    "pull_through_cache": "aws ecr delete-pull-through-cache-rule --ecr-repository-prefix {name}",
    "creation_templates": "aws ecr delete-repository-creation-template --prefix {name}",
    "pull_time_exclusions": "aws ecr deregister-pull-time-update-exclusion --principal-arn {name}",
}


def audit_registry(
    environment: Environment,
    actual: ActualRegistry,
    *,
    policies: PolicyStore,
    policy_name: Callable[[str], str | None],
    places: Mapping[tuple[str, ...], Location],
) -> Iterator[Finding]:
    """
    Report registry-wide settings that differ, are missing or are not declared.

    Args:
        environment: environment of the catalog.
        actual: the deployed settings of its registry.
        policies: the store.
        policy_name: finds the name of a lifecycle policy by its text; ``None`` if the store lacks it.
        places: where each setting is declared, by its steps below ``registry``; without steps, `registry` itself or
            where it would be.

    Returns:
        Findings. Drift is a difference from the deployed template; without one, or where only a deploy knows a value,
        from the catalog. All settings of keys that the catalog omits are one note.
    """
    yield from _Audit(environment, actual, policies, policy_name, places).run()


class _Audit:
    """One run over the settings of one registry."""

    def __init__(
        self,
        environment: Environment,
        actual: ActualRegistry,
        policies: PolicyStore,
        policy_name: Callable[[str], str | None],
        places: Mapping[tuple[str, ...], Location],
    ) -> None:
        self._environment = environment
        self._places = places
        self._comparison = SettingComparison(account=environment.account, policy_name=policy_name)
        self._keys = declared_keys(environment.registry)
        self._unread = actual.unread_keys
        place = {"account": environment.account, "region": environment.region}
        self._declared = {
            one.identity: one for one in declared_settings(environment.registry, policies=policies, **place)
        }
        self._actual = {one.identity: one for one in actual.settings}
        self._is_template_known = actual.template is not None
        self._template = {one.identity: one for one in actual.template or ()}
        self._place = f"{environment.account} {environment.region}"

    def run(self) -> Iterator[Finding]:
        for identity, setting in self._declared.items():
            if identity not in self._unread and (setting.key, "") not in self._unread:
                yield from self._of_declared(setting)
        undeclared = []
        for identity, setting in self._actual.items():
            if identity in self._declared or setting.is_default:
                continue
            if identity in self._template:
                stack = registry_stack_name(self._environment.name)
                change = f"the catalog no longer has {_named(setting)}, but the stack {stack} still has it"
                yield rulebook.PENDING.at(self._location(setting), change=change)
            elif setting.key in self._keys:
                command = _REMOVAL[setting.key].format(name=setting.name)
                yield rulebook.UNDECLARED_SETTING.at(self._location(setting), place=self._place, command=command)
            else:
                undeclared.append(setting)
        if undeclared:
            what = listed_keys(undeclared)
            yield rulebook.UNDECLARED_SETTINGS.at(self._location(), place=self._place, what=what)

    def _of_declared(self, setting: RegistrySetting) -> Iterator[Finding]:
        actual = self._actual.get(setting.identity)
        if setting.key == ACCOUNT_SETTINGS:
            if actual and actual.value != setting.value:
                values = {"name": setting.name, "actual": actual.value, "declared": setting.value}
                yield rulebook.ACCOUNT_SETTING.at(self._location(setting), **values)
            return
        template = self._template.get(setting.identity)
        if actual is None:
            if template is None and self._is_template_known:
                yield rulebook.PENDING.at(self._location(setting), change=f"the catalog added {_named(setting)}")
            else:
                yield rulebook.MISSING_SETTING.at(self._location(setting), place=self._place)
            return
        difference = self._comparison.difference(setting, actual)
        if template is None:
            yield from self._drift(setting, difference, rulebook.BACK)
            return
        pending = self._comparison.difference(setting, template)
        if not pending:
            yield from self._drift(setting, difference, rulebook.BACK)
            return
        yield rulebook.PENDING.at(self._location(setting), change=f"the catalog changed {_named(setting)}")
        # What ECR has as the catalog says is no drift, though the template is older.
        if difference:
            yield from self._drift(setting, self._comparison.difference(template, actual), rulebook.OVERWRITTEN)

    def _drift(self, setting: RegistrySetting, difference: str, remedy: str) -> Iterator[Finding]:
        if difference:
            yield _CHECKS[setting.key].at(self._location(setting), difference=difference, remedy=remedy)

    def _location(self, setting: RegistrySetting | None = None) -> Location:
        path = setting.path if setting else ()
        where = next(self._places[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self._places)
        return replace(where, pointer=pointer_to("environments", self._environment.name, "registry", *path))


def _named(setting: RegistrySetting) -> str:
    noun = SETTING_NOUNS[setting.key]
    return f"{noun} {setting.name}" if setting.name else noun
