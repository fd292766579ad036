"""The environment of a catalog that a command works on, and what is there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from ecrkit.aws.client import configured_profile, connect
from ecrkit.aws.repositories import deployed_repositories
from ecrkit.catalog import read_catalog
from ecrkit.cli.arguments.completions import ENVIRONMENT
from ecrkit.cli.arguments.declared import with_declared_exceptions
from ecrkit.cli.console.reports import echo_findings
from ecrkit.documents.nearest import near
from ecrkit.errors import UnreadableInputError
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ecrkit.aws.client import Aws
    from ecrkit.aws.repositories import DeployedRepository
    from ecrkit.catalog import Catalog, Environment

__all__ = ["Surroundings", "environment_option", "look_around", "named_environment"]

_CATALOG = Path("repositories.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """
    What a command works on.

    Attributes:
        path: of the catalog.
        catalog: that is valid, with all the policies that it names.
        store: path of the policy store, which may not be there.
        policies: the store.
        environment: of the catalog.
        aws: its account and Region.
        deployed: every repository that is there, by name.
    """

    path: Path
    catalog: Catalog
    store: Path
    policies: PolicyStore
    environment: Environment
    aws: Aws
    deployed: Sequence[DeployedRepository]


def environment_option(command: Callable[..., object]) -> Callable[..., object]:
    """Add ``--environment``."""
    return click.option(
        "--environment",
        metavar="NAME",
        type=ENVIRONMENT,
        help="Environment of the catalog.  [default: the one of the credentials and Region]",
    )(command)


def look_around(
    catalog: Path | None, policies: Path | None, *, environment: str | None, profile: str | None, region: str | None
) -> Surroundings:
    """
    Read the catalog, find the environment, and list what is there.

    Args:
        catalog: path, if one was given; else the one of the working directory.
        policies: path of the policy store. Default: the one next to the catalog.
        environment: its name, if one was given; else the one of the account and Region.
        profile: of the shared configuration; overrides that of the environment.
        region: overrides the configured one, and must be that of *environment*.

    Raises:
        AwsError: AWS refused, or could not be reached.
        InvalidCatalogError: the catalog could not be deployed, for another reason than that nothing is in it yet.
        UnreadableInputError: it, or the store, cannot be read.
        click.UsageError: the environment is none, or the credentials are of another.
    """
    path = catalog or _CATALOG
    if not path.exists():
        raise UnreadableInputError(
            f"{path.as_posix()}: no such file; write a catalog with an environment, or name one as --catalog"
        )
    store = policies or path.parent / "policies" / "lifecycle"
    resolved = PolicyStore(store)
    declared = read_catalog(path, policies=resolved, may_be_empty=True)
    echo_findings(resolved.unpublished(), err=True)
    named = named_environment(declared, environment) if environment is not None else None
    # The variable is for commands that are told nothing else.
    if click.get_current_context().get_parameter_source("region") is ParameterSource.ENVIRONMENT and named:
        region = None
    if named and region and region != named.region:
        raise click.UsageError(f"the environment '{named.name}' is in {named.region}, but --region is {region}")
    aws = connect(
        profile=profile or (configured_profile(named.profile) if named else None),
        region=named.region if named else region,
    )
    deployed = deployed_repositories(aws.ecr())
    account = deployed[0].account if deployed else aws.account()
    place = _checked(declared, named, account=account, region=aws.region)
    return Surroundings(
        path=path,
        catalog=declared,
        store=store,
        policies=resolved,
        environment=place,
        aws=aws,
        deployed=with_declared_exceptions(deployed, {str(entry.name): entry for entry in place.repositories}),
    )


def named_environment(catalog: Catalog, name: str) -> Environment:
    """
    Find an environment of a catalog.

    Args:
        catalog: the catalog.
        name: name of the environment.

    Raises:
        click.UsageError: the catalog has no such environment.
    """
    names = [environment.name for environment in catalog.environments]
    if name not in names:
        nearest = near(name, names)
        advice = f"did you mean {nearest[0]}?" if nearest else f"it has {', '.join(names)}"
        raise click.UsageError(f"the catalog has no environment '{name}'; {advice}")
    return catalog.environments[names.index(name)]


def _checked(catalog: Catalog, named: Environment | None, *, account: str, region: str) -> Environment:
    if named:
        if named.account != account:
            of_it = f"the environment '{named.name}' is in account {named.account}"
            raise click.UsageError(f"{of_it}, but the credentials are for {account}; pass another --profile")
        return named
    for environment in catalog.environments:
        if (environment.account, environment.region) == (account, region):
            return environment
    known = ", ".join(f"{one.name} ({one.account} {one.region})" for one in catalog.environments)
    raise click.UsageError(f"the catalog has no environment in {account} {region}; it has {known}")
