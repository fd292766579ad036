"""Pin another version of a policy in a catalog: everywhere, in some repositories, or in one environment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from ecrkit.catalog.pins import Pins, Site
from ecrkit.documents.yaml_edits import YamlEditors
from ecrkit.errors import Location, pointer_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ecrkit.policies.references import PolicyRef

__all__ = ["PinChange", "Repinned", "matching", "repin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PinChange:
    """
    A version that gives way to another.

    Attributes:
        location: of what the change is made to, in the text before; with the pointer of what is changed or added.
        old: the version that applied.
        new: the version that will apply.
        instead_of: the value that applied so far, where one is added; ``None`` where it is replaced.
    """

    location: Location
    old: PolicyRef
    new: PolicyRef
    instead_of: Site | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repinned:
    """
    A catalog that pins another version.

    Attributes:
        text: the new catalog.
        included: the new text of each included file that changes, by file.
        changes: by file, in its order.
        shared_templates: prefixes of creation templates that keep another version, since all environments share them.
    """

    text: str
    included: Mapping[str, str]
    changes: tuple[PinChange, ...]
    shared_templates: tuple[str, ...] = ()


def matching(names: Iterable[str], glob: str | None) -> list[str]:
    """Keep the names that a glob matches, in which ``*`` matches ``/`` too; ``None`` keeps all."""
    return [name for name in names if glob is None or fnmatchcase(name, glob) or fnmatchcase(f"{name}/", glob)]


def repin(
    text: str, reference: PolicyRef, *, file: str, where: str | None = None, environment: str | None = None
) -> Repinned:
    """
    Replace the pins of other versions of a policy.

    A value that applies elsewhere too stays as it is: the repository, or the environment, gets one of its own. Nothing
    changes outside the selection. What an included file declares is edited there.

    Args:
        text: of a catalog.
        reference: the version to pin.
        file: how locations name the catalog.
        where: glob of repositories and prefixes of creation templates; ``None`` for all.
        environment: name of an environment of the catalog; ``None`` for all.

    Raises:
        InvalidCatalogError: *text*, or an included file, is no YAML.
        RefusedError: a text cannot be edited as it is laid out.
        UnreadableInputError: an included file cannot be read.
    """
    # Whatever selects everything selects the defaults, too.
    where = None if where == "*" else where
    pins = Pins.read(text, file=file)
    environment = None if set(pins.environments) == {environment} else environment
    selection = _Selection(pins, reference, where, environment)
    editors = YamlEditors(pins.texts)
    changes: list[PinChange] = []
    for site in selection.replaced():
        for text_, item in zip(site.texts, site.items, strict=True):
            if text_ in _others(site, reference):
                editors[site.location.file].replace(item, text_, str(reference))
        changes += _changes(site, reference, site.path)
    added: dict[str, dict[str, Any]] = {}
    for path, site in selection.added().items():
        owner = pins.files[path[1]] if path[0] == "repositories" else file
        _put(added.setdefault(owner, {}), path, _value(site, reference))
        changes += [replace(change, instead_of=site) for change in _changes(site, reference, path)]
    for owner, members in added.items():
        editors[owner].add(members)
    texts = editors.results()
    return Repinned(
        text=texts.pop(file, text),
        included=texts,
        changes=tuple(sorted(changes, key=lambda change: change.location)),
        shared_templates=selection.shared_templates(),
    )


@dataclass(frozen=True, slots=True)
class _Selection:
    """What of a catalog is to pin a version."""

    pins: Pins
    reference: PolicyRef
    where: str | None
    environment: str | None

    def replaced(self) -> Iterator[Site]:
        """Go through the values that apply to nothing outside the selection."""
        return (site for site in self._within() if _others(site, self.reference))

    def added(self) -> dict[tuple[str, ...], Site]:
        """Find where values have to be added, each with the one that applied so far."""
        replaced = {site.path for site in self._within()}
        added: dict[tuple[str, ...], Site] = {}
        for repository in matching(self.pins.repositories, self.where):
            environments = self.pins.repositories[repository]
            deciding = {name: self.pins.deciding(name, repository) for name in environments}
            wanted = {
                name: site
                for name, site in deciding.items()
                if site and self.environment in {None, name} and site.path not in replaced
                if _others(site, self.reference)
            }
            is_default = {site.path for site in deciding.values() if site} == {("defaults", "lifecycle")}
            if self.environment is None and wanted and is_default and None not in deciding.values():
                added["repositories", repository, "lifecycle"] = next(iter(wanted.values()))
                continue
            for name, site in wanted.items():
                added[self._path_of(name, repository, site)] = site
        return added

    def shared_templates(self) -> tuple[str, ...]:
        """Name the templates that one environment cannot have otherwise than the others."""
        if self.environment is None or self.pins.environments[self.environment] is not None:
            return ()
        shared = self.pins.shared_templates
        return tuple(prefix for prefix in matching(shared, self.where) if _others(shared[prefix], self.reference))

    def _within(self) -> Iterator[Site]:
        if self.environment is None:
            yield from self._matching(self.pins.shared_templates)
            yield from self._matching(self.pins.entries_of(None))
        else:
            own = self.pins.entries_of(None)
            alone = {name for name, places in self.pins.repositories.items() if places == (self.environment,)}
            yield from self._matching({name: site for name, site in own.items() if name in alone})
        for environment in [self.environment] if self.environment else [None, *self.pins.environments]:
            default = self.pins.default_of(environment)
            if default is not None and self.where is None:
                yield default
            if environment is not None:
                yield from self._matching(self.pins.entries_of(environment))
                yield from self._matching(self.pins.environments[environment] or {})

    def _matching(self, sites: Mapping[str, Site]) -> Iterator[Site]:
        return (sites[name] for name in matching(sites, self.where))

    def _path_of(self, environment: str, repository: str, site: Site) -> tuple[str, ...]:
        place = ("environments", environment)
        if self.where is None and site.path == ("defaults", "lifecycle"):
            return (*place, "defaults", "lifecycle")
        return (*place, "repositories", repository, "lifecycle")


def _others(site: Site, reference: PolicyRef) -> tuple[str, ...]:
    """Give what a value names of other versions of the same policy."""
    return tuple(str(pin) for pin in site.references if pin.name == reference.name and pin != reference)


def _value(site: Site, reference: PolicyRef) -> str | list[str]:
    others = _others(site, reference)
    texts = [str(reference) if text in others else text for text in site.texts]
    return texts if site.is_list else texts[0]


def _changes(site: Site, reference: PolicyRef, path: tuple[str, ...]) -> list[PinChange]:
    location = replace(site.location, pointer=pointer_to(*path))
    return [
        PinChange(location=location, old=pin, new=reference)
        for pin in dict.fromkeys(site.references)
        if pin.name == reference.name and pin != reference
    ]


def _put(tree: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for key in path[:-1]:
        tree = tree.setdefault(key, {})
    tree[path[-1]] = value
