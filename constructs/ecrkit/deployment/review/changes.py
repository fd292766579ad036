"""What a change of a catalog changes in its templates: the same change of many resources is one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from ecrkit.deployment.guard.settings import SETTINGS
from ecrkit.deployment.review.values import Change
from ecrkit.errors import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ecrkit.catalog import Catalog, Environment, Template

__all__ = ["account_setting_changes", "template_changes"]

_NOUNS = {
    "AWS::ECR::Repository": "repository",
    "AWS::ECR::PublicRepository": "public repository",
    "AWS::IAM::Role": "role",
    **{kind: setting.noun.removeprefix("the ") for kind, setting in SETTINGS.items()},
}
_DESCRIBED = ("AWS::Events::Rule", "AWS::IAM::Role")
"""What has a made-up name, and a description that says more."""

_NAMES = ("RepositoryName", "Name", "EcrRepositoryPrefix", "Prefix", "PrincipalArn")
"""Properties that name a resource of a catalog's templates."""

_LONGEST = 80
_COMMA = ", "
_ELSEWHERE = {
    "Metadata": "has no effect in CloudFormation",
    "Properties.LifecyclePolicy.LifecyclePolicyText": "is compared as rules",
}
"""What is left out, and why."""


class _Found(NamedTuple):
    """A change of one resource."""

    what: tuple[str, ...]
    name: str
    environment: str


def template_changes(old: Mapping[str, Template], new: Mapping[str, Template]) -> tuple[Change, ...]:
    """
    Find what differs in the templates of a catalog, but for the lifecycle policies of repositories.

    Args:
        old: templates before, by stack.
        new: templates after, likewise.

    Returns:
        In the order of the new templates, then of the old ones: what happens alike, in the same environments, is one
        change.
    """
    stacks = dict.fromkeys((*new, *old))
    return _alike(found for stack in stacks for found in _stack_changes(old.get(stack), new.get(stack)))


def account_setting_changes(old: Catalog, new: Catalog) -> tuple[Change, ...]:
    """
    Find the account settings that differ, which no template has.

    Args:
        old: the catalog before.
        new: the catalog after. An environment is the same where it has the same name.
    """
    before = {environment.name: _account_settings(environment) for environment in old.environments}
    found = []
    for environment in new.environments:
        was, now = before.get(environment.name, {}), _account_settings(environment)
        for name in dict.fromkeys((*now, *was)):
            if was.get(name) != now.get(name):
                what = ("account setting, not deployed", was.get(name, ""), now.get(name, ""))
                found.append(_Found(what, name.lower(), environment.name))
    return _alike(found)


def _account_settings(environment: Environment) -> Mapping[str, str]:
    settings = environment.registry.account_settings if environment.registry else None
    return settings.by_name() if settings else {}


def _alike(all_found: Iterable[_Found]) -> tuple[Change, ...]:
    """Make one change of all that happens alike."""
    texts: dict[tuple[str, ...], str] = {}
    places: dict[tuple[str, ...], dict[str, dict[str, None]]] = {}
    for found in all_found:
        texts.setdefault(found.what, _in_words(found.what))
        places.setdefault(found.what, {}).setdefault(found.name, {})[found.environment] = None
    changes = []
    for what, names in places.items():
        groups: dict[tuple[str, ...], list[str]] = {}
        for name, environments in names.items():
            groups.setdefault(tuple(environments), []).append(name)
        changes += [
            Change(what=texts[what], environments=environments, names=tuple(sorted(group)))
            for environments, group in groups.items()
        ]
    return tuple(changes)


def _stack_changes(old: Template | None, new: Template | None) -> Iterator[_Found]:
    template = new or old
    if template is None:
        return
    before, after = (_section(each, "Resources") for each in (old, new))
    for logical_id in dict.fromkeys((*after, *before)):
        was, now = before.get(logical_id), after.get(logical_id)
        resource = next(filter(None, (now, was)))
        for what in _resource_changes(was, now):
            yield _Found(what, _name(logical_id, resource), template.environment)
    came = after.keys() - before.keys()
    left = before.keys() - after.keys()
    outputs, outputs_now = (_section(each, "Outputs") for each in (old, new))
    for key in dict.fromkeys((*outputs_now, *outputs)):
        output, output_now = outputs.get(key), outputs_now.get(key)
        target = _target(next(filter(None, (output_now, output))))
        if output == output_now or target in came or target in left:
            continue
        verb = "added" if output is None else "removed" if output_now is None else "changed"
        yield _Found((f"stack output {verb}",), key, template.environment)


def _resource_changes(old: Mapping[str, object] | None, new: Mapping[str, object] | None) -> Iterator[tuple[str, ...]]:
    if old is None or new is None or old["Type"] != new["Type"]:
        if old is not None:
            yield (f"{_noun(old)} removed",)
        if new is not None:
            yield (f"new {_noun(new)}",)
        return
    # Most resources stay as they are. As Python values, true would be 1.
    if json.dumps(old) == json.dumps(new):
        return
    before, after = (dict(_leaves(each)) for each in (old, new))
    for path in dict.fromkeys((*after, *before)):
        was, now = before.get(path, ""), after.get(path, "")
        if was != now and not path.startswith(tuple(_ELSEWHERE)):
            yield path.removeprefix("Properties."), was, now


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Give every value that a change can be told of, by its path; tags by their keys."""
    if path.endswith(".Statement") and isinstance(value, list):
        for number, statement in enumerate(value, start=1):
            name = statement.get("Sid") if isinstance(statement, dict) else None
            yield f"{path}.{name or number}", _text(statement)
    elif path == "Properties.Tags" and isinstance(value, list):
        yield from ((f"{path}.{tag['Key']}", _text(tag["Value"])) for tag in value)
    elif isinstance(value, dict):
        for key, member in value.items():
            yield from _leaves(member, f"{path}.{key}" if path else str(key))
    else:
        yield path, _text(value)


def _text(value: object) -> str:
    """Write a value: a list by its items, text as it is, all else as JSON."""
    if isinstance(value, list):
        return _COMMA.join(_text(list(item.values()) if isinstance(item, dict) else item) for item in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _in_words(what: tuple[str, ...]) -> str:
    if len(what) == 1:
        return what[0]
    path, old, new = what
    was, now = (excerpt(each, longest=_LONGEST) for each in (old, new))
    if was == now:
        was, now = (excerpt(each, longest=_LONGEST) for each in _without_beginning(old, new))
    if was == now:
        return f"{path} changes"
    return f"{path}: {was or 'nothing'} → {now or 'nothing'}"


def _without_beginning(old: str, new: str) -> tuple[str, ...]:
    """Leave out the entries that two lists begin with alike."""
    was, now = old.split(_COMMA), new.split(_COMMA)
    alike = next((at for at, pair in enumerate(zip(was, now, strict=False)) if pair[0] != pair[1]), 0)
    return tuple(f"… {_COMMA.join(entries[alike:])}" for entries in (was, now))


def _noun(resource: Mapping[str, object]) -> str:
    kind = str(resource["Type"])
    return _NOUNS.get(kind, kind)


def _name(logical_id: str, resource: Mapping[str, object]) -> str:
    kind, properties = str(resource["Type"]), resource.get("Properties")
    given = properties if isinstance(properties, dict) else {}
    if kind in _DESCRIBED and isinstance(given.get("Description"), str):
        number = str(given.get("Name", "")).rpartition("-")[2]
        return f"{given['Description']}{f' ({number})' if number not in {'', '1'} else ''}"
    name = next((name for name in map(given.get, _NAMES) if isinstance(name, str)), "")
    # A registry has one of the settings without a name.
    return name or (_noun(resource) if kind in SETTINGS else logical_id)


def _section(template: Template | None, name: str) -> Mapping[str, Mapping[str, object]]:
    section = template.body.get(name) if template else None
    return section if isinstance(section, dict) else {}


def _target(output: Mapping[str, object]) -> str:
    """Give the logical id of the resource that an output is about; empty for none."""
    match output.get("Value"):
        case {"Fn::GetAtt": [str(target), *_]} | {"Fn::Join": [_, [*_, {"Ref": str(target)}]]}:
            return target
        case _:
            return ""
