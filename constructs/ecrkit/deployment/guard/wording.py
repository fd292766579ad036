"""What CloudFormation does with what it lets go of, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.deployment.guard.settings import SETTINGS
from ecrkit.errors import first_names
from ecrkit.registry.templates import scalar_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecrkit.deployment.guard.values import Resource

__all__ = ["called", "fate", "fate_of_all", "fate_of_replaced", "name_of", "replacement"]


def name_of(resource: Resource) -> str:
    """Give the name that the template spells out; empty where CloudFormation makes one up, or works it out."""
    key = "RepositoryName" if resource.is_repository else SETTINGS[resource.type].name
    return scalar_text(resource.properties.get(key)) or ""


def called(resource: Resource) -> str:
    """Name a resource in a message: ``'my-app'``, ``the public repository 'cli'``, ``the registry policy``."""
    name = f"'{name_of(resource)}'" if name_of(resource) else ""
    if resource.is_public:
        return f"the public repository {name}".rstrip()
    if resource.is_repository:
        return name or "the repository"
    return f"{SETTINGS[resource.type].noun} {name}".rstrip()


def fate(resource: Resource, *, kept: bool, it: str = "it") -> str:
    """Say what happens to *it* when CloudFormation lets go of it, as in *CloudFormation would …*."""
    if not resource.is_repository:
        loss = SETTINGS[resource.type].loss
        return f"keep {it} in force, but no stack manages it any more" if kept else f"delete {it}, and {loss}"
    if kept:
        return f"keep {it} with its images, but no stack manages it any more"
    if resource.is_emptied:
        return f"delete {it} with every image in it"
    return f"delete {it} if it is empty, and fail to while it has images"


def fate_of_replaced(before: Resource, now: Resource) -> str:
    """
    Say what happens to a resource that another takes the place of.

    AWS documents not which template's UpdateReplacePolicy counts, the one that is deployed or the new one, so that
    the weaker of both does here.
    """
    return fate(before, kept=before.outlives_replacement and now.outlives_replacement, it="the old one")


def replacement(before: Resource, now: Resource) -> str:
    """
    Say what happens when a create-only property changes and the name does not.

    Source: CloudFormation user guide, "Update behaviors of stack resources", and its message "cannot update a stack
    when a custom-named resource requires replacing".
    """
    if not before.is_repository or before.properties.get("RepositoryName") is not None:
        return "CloudFormation does not replace a named resource, so the deploy fails"
    return f"CloudFormation would create another repository, empty, and {fate_of_replaced(before, now)}"


def fate_of_all(resources: Iterable[Resource]) -> tuple[str, str]:
    """
    Sum up what a stack has and what becomes of it.

    Returns:
        What there is, as in *2 repositories ('a', 'b')*, and what happens when the stack is deleted, as in *delete 1
        with every image, keep 1*.
    """
    resources = tuple(resources)
    repositories = [resource for resource in resources if resource.is_repository and not resource.is_public]
    public = [resource for resource in resources if resource.is_public]
    settings = [resource for resource in resources if not resource.is_repository]
    what = [
        _counted(repositories, "repository", "repositories"),
        _counted(public, "public repository", "public repositories"),
        _counted(settings, "setting", "settings"),
    ]
    fates: dict[str, int] = {}
    for resource in resources:
        end = _short_fate(resource)
        fates[end] = fates.get(end, 0) + 1
    return " and ".join(filter(None, what)), ", ".join(end.format(count) for end, count in sorted(fates.items()))


def _short_fate(resource: Resource) -> str:
    if resource.outlives_its_stack:
        return "keep {}"
    if not resource.is_repository:
        return "delete {} for everyone"
    return "delete {} with every image" if resource.is_emptied else "delete {} if empty"


def _counted(resources: list[Resource], one: str, many: str) -> str:
    if not resources:
        return ""
    names = sorted(_listed(resource) for resource in resources)
    return f"{len(names):,} {one if len(names) == 1 else many} ({first_names(names)})"


def _listed(resource: Resource) -> str:
    if resource.is_repository:
        return f"'{name_of(resource)}'" if name_of(resource) else resource.logical_id
    return called(resource)
