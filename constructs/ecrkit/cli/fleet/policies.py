"""The policy of every repository of a fleet: that of the catalog, the deployed one, or one for all."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.cli.arguments.policies import read_policies
from ecrkit.cli.console.output import echo
from ecrkit.cli.console.reports import echo_findings
from ecrkit.errors import NoVerdictError, first_names
from ecrkit.lifecycle import compose, parse_policy
from ecrkit.policies.references import REFERENCE
from ecrkit.policies.store import PolicyStore
from ecrkit.preview.fleet.tables import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.policies.references import PolicyRef
    from ecrkit.preview.fleet.fleet import Fleet

__all__ = ["Declared", "declared_by", "deployed_in", "read_declared", "tell_differences"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """
    What is given for the repositories of a fleet.

    Attributes:
        policies: by repository; ``None`` for one without a policy.
        tags: resource tags of the repositories that a catalog declares.
        has_names: whether it names its repositories, so that one may be missing.
    """

    policies: Mapping[Place, LifecyclePolicy | None]
    tags: Mapping[Place, Mapping[str, str]] = field(default_factory=dict)
    has_names: bool = False

    @property
    def given(self) -> dict[Place, LifecyclePolicy]:
        """The policies of the repositories that have one."""
        return {place: policy for place, policy in self.policies.items() if policy is not None}


def read_declared(catalog: Path, policies: Path | None) -> Declared:
    """
    Read what a catalog gives each of its repositories.

    Args:
        catalog: path of the catalog; ``-`` for standard input.
        policies: path of the policy store. Default: the one next to the catalog.

    Raises:
        InvalidCatalogError: the catalog could not be deployed.
        UnreadableInputError: it, or the store, cannot be read.
    """
    from ecrkit.catalog import read_catalog  # noqa: PLC0415 - loads a YAML reader

    store = PolicyStore(policies or catalog.parent / "policies" / "lifecycle")
    read = read_catalog(catalog, policies=store)
    echo_findings(store.unpublished(), err=True)
    composed: dict[tuple[PolicyRef, ...], LifecyclePolicy | None] = {(): None}
    found: dict[Place, LifecyclePolicy | None] = {}
    tags: dict[Place, Mapping[str, str]] = {}
    for environment in read.environments:
        for entry in environment.repositories:
            if entry.lifecycle not in composed:
                composed[entry.lifecycle] = compose(map(store.read, entry.lifecycle))
            place = Place(environment.account, environment.region, str(entry.name))
            found.setdefault(place, composed[entry.lifecycle])
            tags.setdefault(place, entry.properties.tags)
    return Declared(policies=found, tags=tags, has_names=True)


def declared_by(argument: str, policies: Path | None, fleet: Fleet) -> Declared:
    """
    Read what an argument gives each repository of a fleet.

    Args:
        argument: path of a catalog; ``-`` for one on standard input; or a policy for all repositories: ``name@N``, or
            the path of a file ``….json``.
        policies: path of the policy store.
        fleet: the repositories.

    Raises:
        EcrkitError: it cannot be read, or is invalid.
    """
    if argument.endswith(".json") or REFERENCE.fullmatch(argument):
        return Declared(policies=dict.fromkeys(fleet.places, read_policies([argument], store=policies)))
    return read_declared(Path(argument), policies)


def deployed_in(fleet: Fleet, dataset: str) -> Declared:
    """
    Read the lifecycle policies that a dataset has; thousands of repositories have few different ones.

    Args:
        fleet: the repositories.
        dataset: as it was named.

    Raises:
        InvalidPolicyError: ecrkit cannot read one.
        NoVerdictError: nobody has saved the policies, which does not mean that all images stay.
    """
    texts = fleet.deployed_policies
    # The record of an import names no accounts, and its files have no policies.
    if not texts and not fleet.record.accounts:
        raise NoVerdictError(
            f"{dataset}: has no deployed policies, because `ecrkit fleet import` saves none; write the dataset with "
            "`ecrkit fleet inventory`, or name a catalog"
        )
    if not texts:
        echo(f"note: {dataset}: no repository has a deployed policy", err=True)
    parsed: dict[str, LifecyclePolicy] = {}
    found: dict[Place, LifecyclePolicy | None] = {}
    for place, text in texts.items():
        if text not in parsed:
            parsed[text] = parse_policy(text, file=f"{place.account}/{place.region}/{place.repository}")
        found[place] = parsed[text]
    return Declared(policies=found)


def tell_differences(declared: Declared, places: Iterable[Place], *, name: str) -> None:
    """Say on standard error which repositories only a catalog, whose *name* that is, or only the dataset has."""
    if not declared.has_names:
        return
    found, known = set(places), set(declared.policies)
    undeclared = [" ".join(place) for place in sorted(found - known)]
    absent = [" ".join(place) for place in sorted(known - found)]
    if undeclared:
        echo(f"note: not in {name}, so without a policy: {first_names(undeclared)}", err=True)
    if absent:
        echo(f"note: in {name}, but not in the dataset: {first_names(absent)}", err=True)
