"""What a change of a catalog changes in the policies of repositories, and so in the fate of their images."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.lifecycle import LifecyclePolicy
from ecrkit.lifecycle.diff import PolicyDiff, diff_rules
from ecrkit.preview.layers import NOTHING_FREED, LayerBytes
from ecrkit.preview.uncertainty import diff_images as diff_inventory
from ecrkit.registry.settings.replication import may_delete_note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from ecrkit.catalog import Catalog, Environment
    from ecrkit.images import Inventory
    from ecrkit.lifecycle.diff import FateChange
    from ecrkit.policies.store import PolicyStore
    from ecrkit.preview.protection import Protections, Violation
    from ecrkit.preview.uncertainty import ImageChanges

__all__ = ["ChangedRepository", "PolicyChange", "diff_images", "policy_changes"]

_NO_POLICY = LifecyclePolicy(())


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange:
    """
    A repository of an environment that gets another policy.

    Attributes:
        environment: of the new catalog.
        repository: its name.
        old: its policy in the old catalog; one without rules where it has none.
        new: its policy in the new catalog; likewise.
        is_added: the old catalog does not have it there, so that it may not exist yet.
    """

    environment: Environment
    repository: str
    old: LifecyclePolicy
    new: LifecyclePolicy
    is_added: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedRepository:
    """
    What a change does to a repository, in one environment or several where it does the same.

    Attributes:
        repository: its name.
        environments: their names, in the order of the new catalog.
        is_everywhere: it does the same in all environments that change it.
        diff: rules and images.
        has_images: its images were at hand.
        violations: protected images that would expire or be archived by the new policy.
        layers: bytes that the new policy frees or moves to the archive, and the old one does not.
    """

    repository: str
    environments: tuple[str, ...]
    is_everywhere: bool
    diff: PolicyDiff
    has_images: bool
    violations: tuple[Violation, ...] = ()
    layers: LayerBytes = NOTHING_FREED

    @property
    def name(self) -> str:
        """The repository, and the environments where others differ."""
        return self.repository if self.is_everywhere else f"{self.repository} in {', '.join(self.environments)}"


def policy_changes(
    old: Catalog, new: Catalog, *, old_policies: PolicyStore, new_policies: PolicyStore
) -> tuple[PolicyChange, ...]:
    """
    Find the repositories whose policy changes, environment by environment: each may have another.

    Args:
        old: the catalog before.
        new: the catalog after. An environment is the same where account and Region are; a repository that is not in
            it any more keeps its images as they are.
        old_policies: those of *old*.
        new_policies: those of *new*.

    Raises:
        InvalidPolicyError: ECR would refuse one.
        PolicyReferenceError: one is not there.
    """
    before = {
        (environment.account, environment.region, entry.name): old_policies.compose(entry.lifecycle) or _NO_POLICY
        for environment in old.environments
        for entry in environment.repositories
    }
    changes = []
    for environment in new.environments:
        for entry in environment.repositories:
            key = (environment.account, environment.region, entry.name)
            policy = new_policies.compose(entry.lifecycle) or _NO_POLICY
            if before.get(key, _NO_POLICY) != policy:
                change = PolicyChange(
                    environment=environment,
                    repository=entry.name,
                    old=before.get(key, _NO_POLICY),
                    new=policy,
                    is_added=key not in before,
                )
                changes.append(change)
    return tuple(changes)


def diff_images(
    changes: Iterable[PolicyChange],
    inventories: Iterable[Inventory],
    *,
    root: Path,
    now: datetime,
    protections: Protections,
) -> tuple[ChangedRepository, ...]:
    """
    Find what *changes* do to images.

    Args:
        changes: of policies.
        inventories: of any repositories. One is of the environment whose name its folder in *root* has, or else of
            all in the account and the Region that it names, or else of all.
        root: the directory that *inventories* come from.
        now: timezone-aware instant of evaluation.
        protections: what must stay pullable.

    Returns:
        In the order of *changes*; without added repositories that no inventory is of.

    Raises:
        InvalidInventoryError: the images cannot be those of one repository.
        InvalidImagesError: a file holds something else.
        UnreadableInputError: a file cannot be read.
    """
    found: dict[str, list[_Found]] = defaultdict(list)
    for change in changes:
        found[change.repository].append(_Found(change))
    environments = {each.change.environment.name for listed in found.values() for each in listed}
    for inventory in inventories:
        folder, name = _place(inventory, root, environments, found)
        known: dict[tuple[LifecyclePolicy, LifecyclePolicy], ImageChanges] = {}
        for each in found.get(name, ()):
            change = each.change
            if _is_of(inventory, change.environment, folder):
                pair = (change.old, change.new)
                if pair not in known:
                    known[pair] = diff_inventory(*pair, inventory, now, protections=protections)
                each.files.append(inventory.file)
                each.fates += known[pair].fates
                each.notes.update(dict.fromkeys(known[pair].notes))
                each.violations += known[pair].violations
                each.layers.append(known[pair].layers)
    return tuple(result for listed in found.values() for result in _merged(listed))


@dataclass(slots=True)
class _Found:
    """What was found out about a change."""

    change: PolicyChange
    files: list[str] = field(default_factory=list)
    fates: list[FateChange] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)
    layers: list[LayerBytes] = field(default_factory=list)


def _place(
    inventory: Inventory, root: Path, environments: set[str], repositories: Iterable[str]
) -> tuple[str | None, str]:
    """Give the environment that the folder of an inventory names, if it names one, and the repository."""
    folder, *rest = Path(inventory.file).relative_to(root).parts or ("",)
    if not rest or folder not in environments:
        return None, inventory.name
    path = Path(*rest).with_suffix("").as_posix()
    if inventory.name != f"{folder}/{path}":
        return folder, inventory.name
    # The file does not say which repository it is of, or that has the name of its folder.
    return (None, inventory.name) if inventory.name in repositories else (folder, path)


def _is_of(inventory: Inventory, environment: Environment, folder: str | None) -> bool:
    if folder is not None:
        return folder == environment.name
    return inventory.registry in ("", environment.account) and inventory.region in ("", environment.region)


def _merged(listed: list[_Found]) -> Iterator[ChangedRepository]:
    """Put together the environments of a repository in which the same is known to happen."""
    groups: dict[tuple[object, ...], list[_Found]] = defaultdict(list)
    for each in listed:
        if each.files or not each.change.is_added:
            groups[each.change.old, each.change.new, *each.files].append(each)
    for group in groups.values():
        change = group[0].change
        yield ChangedRepository(
            repository=change.repository,
            environments=tuple(each.change.environment.name for each in group),
            is_everywhere=len(groups) == 1,
            diff=PolicyDiff(diff_rules(change.old, change.new), tuple(group[0].fates), tuple(_notes(group))),
            has_images=bool(group[0].files),
            violations=tuple(group[0].violations),
            layers=LayerBytes.sum(group[0].layers),
        )


def _notes(group: Sequence[_Found]) -> dict[str, None]:
    """Give the notes on the images of a repository, and whether replicas of images that expire may be deleted, too."""
    notes = dict(group[0].notes)
    if any(fate.is_newly_expired for fate in group[0].fates):
        for each in group:
            environment = each.change.environment
            rules = environment.registry.replication if environment.registry else ()
            note = may_delete_note(rules, each.change.repository, account=environment.account)
            notes.update({note: None} if note else {})
    return notes
