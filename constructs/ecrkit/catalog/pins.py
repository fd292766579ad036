"""
Which versions of policies a catalog pins, and where: read from the text, so that an invalid catalog can be repaired.

Settings resolve in this order: the environment's entry for the repository, the repository, the defaults of the
environment, the defaults of the catalog. An environment's creation templates replace those of the catalog.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecrkit.catalog import rulebook
from ecrkit.catalog.inclusion import read_document
from ecrkit.documents import ListNode, Member, Node, ObjectNode, ScalarNode
from ecrkit.errors import InvalidCatalogError, Location, PolicyReferenceError, pointer_to
from ecrkit.policies.references import PolicyRef

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

__all__ = ["Pins", "Site", "Use"]

_KEY = "lifecycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """
    A ``lifecycle`` of the catalog.

    Attributes:
        path: keys that lead to it, in the file of its location.
        location: of its value.
        texts: what it names, in order; an item that is no string is left out.
        items: keys that lead to each of them.
    """

    path: tuple[str, ...]
    location: Location
    texts: tuple[str, ...]
    items: tuple[tuple[str, ...], ...]

    @property
    def is_list(self) -> bool:
        """Whether it is a list, or is to become one."""
        return self.items != (self.path,)

    @property
    def references(self) -> tuple[PolicyRef, ...]:
        """The versions that it names; a text that names none is left out."""
        return tuple(reference for reference in map(_reference, self.texts) if reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """
    A version that applies somewhere.

    Attributes:
        reference: the version.
        environment: where.
        name: of the repository, or the prefix of the creation template.
        is_template: whether it is a creation template.
        site: where the catalog says so.
    """

    reference: PolicyRef
    environment: str
    name: str
    is_template: bool
    site: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What `defaults` and `repositories` say of policies, of the catalog or of an environment."""

    defaults: Site | None = None
    repositories: Mapping[str, Site] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """
    The versions that a catalog pins.

    Attributes:
        repositories: names, each with the environments that it is in.
        environments: names, each with the prefixes of its creation templates and the policies of each.
        shared_templates: creation templates of all environments that have none of their own.
        files: the file that declares each repository.
        texts: text of the catalog and of each file that it includes, by file.
    """

    repositories: Mapping[str, tuple[str, ...]]
    environments: Mapping[str, Mapping[str, Site] | None]
    shared_templates: Mapping[str, Site]
    files: Mapping[str, str]
    texts: Mapping[str, str]
    _shared: _Place
    _places: Mapping[str, _Place]

    @classmethod
    def read(cls, text: str, *, file: str) -> Self:
        """
        Find every ``lifecycle`` of a catalog and the files that it includes, valid or not.

        Args:
            text: a YAML document.
            file: how locations name it.

        Raises:
            InvalidCatalogError: it, or an included file, is no YAML.
            UnreadableInputError: an included file cannot be read.
        """
        document = read_document(text, file=file)
        broken = [found for found in document.findings if found.code == rulebook.NOT_YAML.code]
        if broken and text.strip():
            raise InvalidCatalogError(broken)
        root = document.root
        environments = _members(_get(root, "environments"))
        repositories = _members(_get(root, "repositories"))
        return cls(
            repositories={name: _environments_of(node, tuple(environments)) for name, node in repositories.items()},
            environments={
                name: _templates(node, file, "environments", name) if _has_templates(node) else None
                for name, node in environments.items()
            },
            shared_templates=_templates(root, file),
            files={member.key: member.file or file for member in _children(_get(root, "repositories"))},
            texts=document.texts,
            _shared=_place(root, file),
            _places={name: _place(node, file, "environments", name) for name, node in environments.items()},
        )

    def deciding(self, environment: str, repository: str) -> Site | None:
        """Find the ``lifecycle`` that applies to a repository in an environment; ``None`` where it has none."""
        here = self._places[environment]
        for site in (here.repositories.get(repository), self._shared.repositories.get(repository), here.defaults):
            if site is not None:
                return site
        return self._shared.defaults

    def templates_in(self, environment: str) -> Mapping[str, Site]:
        """Give the policies of the creation templates of an environment, by prefix."""
        own = self.environments[environment]
        return self.shared_templates if own is None else own

    def default_of(self, environment: str | None) -> Site | None:
        """Give the ``lifecycle`` of the `defaults` of an environment, or of the catalog for ``None``."""
        return self._shared.defaults if environment is None else self._places[environment].defaults

    def entries_of(self, environment: str | None) -> Mapping[str, Site]:
        """Give the ``lifecycle`` of each repository that an environment has, or the catalog for ``None``."""
        return self._shared.repositories if environment is None else self._places[environment].repositories

    def sites(self) -> Iterator[Site]:
        """Go through every ``lifecycle``, those that apply to nothing too."""
        for environment in (None, *self.environments):
            default = self.default_of(environment)
            if default is not None:
                yield default
            yield from self.entries_of(environment).values()
            yield from ((self.environments[environment] or {}) if environment else self.shared_templates).values()

    def uses(self) -> Iterator[Use]:
        """Go through every environment, its repositories and its creation templates, and the versions of each."""
        for environment in self.environments:
            found = [
                (name, False, site)
                for name, environments in self.repositories.items()
                if environment in environments and (site := self.deciding(environment, name))
            ]
            found += [(prefix, True, site) for prefix, site in self.templates_in(environment).items()]
            for name, is_template, site in found:
                for reference in site.references:
                    yield Use(
                        reference=reference, environment=environment, name=name, is_template=is_template, site=site
                    )


def _reference(text: str) -> PolicyRef | None:
    try:
        return PolicyRef.parse(text)
    except PolicyReferenceError:
        return None


def _place(node: Node | None, file: str, *path: str) -> _Place:
    repositories = {
        member.key: _site(member.node, member.file or file, *path, "repositories", member.key)
        for member in _children(_get(node, "repositories"))
    }
    return _Place(
        defaults=_site(_get(node, "defaults"), file, *path, "defaults"),
        repositories={name: site for name, site in repositories.items() if site},
    )


def _has_templates(environment: Node) -> bool:
    return "creation_templates" in _members(_get(environment, "registry"))


def _templates(node: Node | None, file: str, *path: str) -> dict[str, Site]:
    found = _members(_get(_get(node, "registry"), "creation_templates"))
    sites = {
        prefix: _site(entry, file, *path, "registry", "creation_templates", prefix) for prefix, entry in found.items()
    }
    return {prefix: site for prefix, site in sites.items() if site}


def _site(node: Node | None, file: str, *path: str) -> Site | None:
    value = _members(node).get(_KEY)
    if value is None:
        return None
    path = (*path, _KEY)
    items = [(value, path)]
    if isinstance(value, ListNode):
        items = [(item, (*path, str(index))) for index, item in enumerate(value.items)]
    named = [
        (item.value, place) for item, place in items if isinstance(item, ScalarNode) and isinstance(item.value, str)
    ]
    return Site(
        path=path,
        location=Location(file, *value.position, pointer_to(*path)),
        texts=tuple(text for text, _ in named),
        items=tuple(place for _, place in named),
    )


def _environments_of(repository: Node, every: tuple[str, ...]) -> tuple[str, ...]:
    only = _get(repository, "only")
    if not isinstance(only, ListNode):
        return every
    named = {item.value for item in only.items if isinstance(item, ScalarNode)}
    return tuple(name for name in every if name in named)


def _children(node: Node | None) -> tuple[Member, ...]:
    return node.members if isinstance(node, ObjectNode) else ()


def _members(node: Node | None) -> dict[str, Node]:
    return {member.key: member.node for member in _children(node)}


def _get(node: Node | None, key: str) -> Node | None:
    return _members(node).get(key)
