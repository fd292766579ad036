"""The two places of a copy: the account and Region that images come from, and those that they go to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from ecrkit.aws.client import configured_profile, connect
from ecrkit.errors import UnreadableInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecrkit.aws.client import Aws
    from ecrkit.cli.images.copies import Pair
    from ecrkit.images.references import ImageReference

__all__ = ["Place", "read_place", "read_places"]

_CATALOG = Path("repositories.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    What options say of an account and Region.

    Attributes:
        environment: of the catalog; empty for none.
        account: of the environment; empty without one.
        profile: of the shared configuration.
        region: overrides the configured one.
    """

    environment: str = ""
    account: str = ""
    profile: str | None = None
    region: str | None = None


def read_place(name: str | None, *, catalog: str | None, profile: str | None, region: str | None) -> Place:
    """
    Read an environment of the catalog, or take profile and Region as they are.

    Raises:
        EcrkitError: the catalog cannot be read.
        click.UsageError: it has no such environment, or that is in another Region than *region*.
    """
    if name is None:
        return Place(profile=profile, region=region)
    from ecrkit.catalog import read_catalog  # noqa: PLC0415 - loads a YAML reader, for those who name an environment
    from ecrkit.cli.arguments.environment import named_environment  # noqa: PLC0415 - as above
    from ecrkit.policies.store import PolicyStore  # noqa: PLC0415 - as above

    path = Path(catalog) if catalog else _CATALOG
    if not path.exists():
        raise UnreadableInputError(f"{path.as_posix()}: no such file; name a catalog as --catalog")
    policies = PolicyStore(path.parent / "policies" / "lifecycle")
    found = named_environment(read_catalog(path, policies=policies, may_be_empty=True), name)
    is_told = click.get_current_context().get_parameter_source("region") is not ParameterSource.ENVIRONMENT
    if region and region != found.region and is_told:
        raise click.UsageError(f"the environment '{name}' is in {found.region}, but the Region given is {region}")
    return Place(
        environment=name,
        account=found.account,
        profile=profile or configured_profile(found.profile),
        region=found.region,
    )


def read_places(pairs: Iterable[Pair], *, source: Place, destination: Place) -> tuple[Aws, Aws]:
    """
    Find the credentials and Regions of a copy; no call is made yet, except to compare accounts with environments.

    A host names its Region: it needs no option.

    Raises:
        AwsError: no Region is configured, or AWS could not be reached.
        click.UsageError: the credentials are for another account than the environment.
    """
    pairs = list(pairs)
    is_told = click.get_current_context().get_parameter_source("region") is ParameterSource.COMMANDLINE
    told = source.region if is_told or source.environment else None
    here = connect(profile=source.profile, region=told or _region(pair.source for pair in pairs) or source.region)
    region = destination.region or _region(pair.destination for pair in pairs)
    profile = destination.profile or (None if destination.environment else source.profile)
    if not region and destination.profile:
        region = connect(profile=profile, needs_region=False).session.region_name
    there = connect(profile=profile, region=region or here.region)
    for place, aws in ((source, here), (destination, there)):
        account = aws.account() if place.account else ""
        if account != place.account:
            raise click.UsageError(
                f"the environment '{place.environment}' is in account {place.account}, but the credentials are for "
                f"{account}; pass another profile"
            )
    return here, there


def _region(references: Iterable[ImageReference]) -> str | None:
    """Give the Region that all hosts name, if they agree."""
    regions = {reference.host.region for reference in references if reference.host}
    return regions.pop() or None if len(regions) == 1 else None
