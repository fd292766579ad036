"""What ``ecrkit policy suspend`` and ``ecrkit policy resume`` have in common: repositories, catalog, state file."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ecrkit.aws.client import connect
from ecrkit.aws.concurrency import in_order
from ecrkit.aws.repositories import lifecycle_policy_text, put_lifecycle_policy
from ecrkit.aws.selection import chosen_repositories, is_pattern
from ecrkit.cli.arguments.environment import environment_option, look_around
from ecrkit.cli.arguments.options import repository_named
from ecrkit.cli.console.output import count_of, echo
from ecrkit.deployment.suspensions import SavedPolicies, parse_saved, policy_mark
from ecrkit.documents.files import exclusive, make_directory, read_text, write_text
from ecrkit.errors import AwsError, EcrkitError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ecrkit.aws.client import Aws, ECRClient
    from ecrkit.aws.repositories import DeployedRepository
    from ecrkit.catalog import Environment
    from ecrkit.policies.store import PolicyStore

__all__ = [
    "NO_POLICY",
    "Chosen",
    "Declarations",
    "Replacement",
    "change_saved",
    "choose",
    "put_each",
    "raise_failures",
    "read_saved",
    "suspend_options",
]

NO_POLICY = "none"
"""The mark if the catalog declares no policy."""

F = TypeVar("F", bound="Callable[..., Any]")

_CATALOG = Path("repositories.yaml")


@dataclass(frozen=True, slots=True)
class Declarations:
    """
    The lifecycle policies that a catalog declares in one account and Region.

    Attributes:
        texts: text of the combined policy by repository; ``None`` without a policy.
    """

    texts: Mapping[str, str | None]

    def mark(self, name: str) -> str:
        """Identify the declared policy of a repository."""
        text = self.texts.get(name)
        return NO_POLICY if text is None else policy_mark(text)

    @classmethod
    def of(cls, environment: Environment, policies: PolicyStore) -> Declarations:
        """Read them from an environment of a catalog."""
        from ecrkit.lifecycle import render  # noqa: PLC0415 - for those who have a catalog

        composed = {str(entry.name): policies.compose(entry.lifecycle) for entry in environment.repositories}
        return cls({name: render(policy) if policy else None for name, policy in composed.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """
    What a command works on.

    Attributes:
        aws: account and Region.
        ecr: client of the Region.
        account: account ID.
        repositories: the chosen repositories, by name.
        named: those that were named, and not chosen by a pattern or an environment.
        declared: what the catalog declares; ``None`` without a catalog that is about this account and Region.
    """

    aws: Aws
    ecr: ECRClient
    account: str
    repositories: Sequence[DeployedRepository]
    named: frozenset[str]
    declared: Declarations | None

    @property
    def state(self) -> Path:
        """The default state file."""
        return Path(".ecrkit") / "suspended" / f"{self.account}-{self.aws.region}.json"


def suspend_options(command: F) -> F:
    """Add ``--environment`` and ``--state``."""
    command = click.option(
        "--state",
        type=click.Path(dir_okay=False, path_type=Path),
        help="File with the replaced policies.  [default: .ecrkit/suspended/ACCOUNT-REGION.json]",
    )(command)
    return environment_option(command)  # type: ignore[return-value] # the same command


def choose(  # noqa: PLR0913 - keyword-only, one per option
    names: Sequence[str],
    *,
    environment: str | None,
    catalog: Path | None,
    policies: Path | None,
    profile: str | None,
    region: str | None,
    needs_catalog: bool = True,
) -> Chosen:
    """
    Find the repositories that names, patterns and the environment choose, and what the catalog declares for them.

    Without *needs_catalog* a broken catalog does not matter, unless it has the environment.

    Raises:
        AwsError: some do not exist, AWS refused, or could not be reached.
        EcrkitError: the catalog cannot be read.
        click.UsageError: nothing was chosen, or an image.
    """
    if not names and environment is None:
        raise click.UsageError("name repositories, or pass --environment")
    named = frozenset(repository_named(name).repository for name in names if not is_pattern(name))
    if environment is not None:
        here = look_around(catalog, policies, environment=environment, profile=profile, region=region)
        declarations = Declarations.of(here.environment, here.policies)
        found = [one for one in here.deployed if one.name in declarations.texts]
        if names:
            _check_matches(names, [one.name for one in found], environment=environment)
            patterns = [name for name in names if is_pattern(name)]
            found = [
                one for one in found if one.name in named or any(fnmatchcase(one.name, pattern) for pattern in patterns)
            ]
        if not found:
            raise AwsError(f"{environment}: no repository of the environment is deployed; run `ecrkit audit`")
        account = here.environment.account
        return Chosen(
            aws=here.aws, ecr=here.aws.ecr(), account=account, repositories=found, named=named, declared=declarations
        )
    aws = connect(profile=profile, region=region)
    ecr = aws.ecr()
    repositories = chosen_repositories(ecr, names)
    account = repositories[0].account
    try:
        declared = _declarations(catalog, policies, account=account, region=aws.region)
        if declared is None and needs_catalog:
            echo("the catalog was not checked for changes; pass --catalog", err=True)
    except EcrkitError as error:
        if needs_catalog:
            raise
        echo(f"the catalog was not read: {error}", err=True)
        declared = None
    return Chosen(
        aws=aws,
        ecr=ecr,
        account=account,
        repositories=repositories,
        named=named,
        declared=declared,
    )


def read_saved(path: Path) -> SavedPolicies:
    """
    Read a state file; empty if it does not exist.

    Raises:
        UnreadableInputError: it is no state file, or cannot be read.
    """
    return parse_saved(read_text(path), file=path.as_posix()) if path.exists() else SavedPolicies({})


def change_saved(path: Path, change: Callable[[SavedPolicies], SavedPolicies]) -> None:
    """
    Change a state file, which other commands may be changing, too.

    Raises:
        UnreadableInputError: it is no state file, or cannot be read.
        UnwritableOutputError: it cannot be written.
    """
    make_directory(path.parent)
    with exclusive(path.parent):
        write_text(path, change(read_saved(path)).text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """
    One lifecycle policy instead of another.

    Attributes:
        name: of the repository.
        before: text that is replaced, and no other.
        after: text that replaces it.
    """

    name: str
    before: str
    after: str


def put_each(
    client: ECRClient, replacements: Iterable[Replacement], *, done: Callable[[str], None]
) -> dict[str, EcrkitError]:
    """
    Put lifecycle policies, and go on after a failure.

    Returns:
        The failures by repository: what AWS refused, and policies that somebody changed after they were read.
    """
    failures: dict[str, EcrkitError] = {}
    for name, failure in in_order(lambda one: (one.name, _put(client, one)), replacements):
        if failure is None:
            done(name)
        else:
            failures[name] = failure
    return failures


def _put(client: ECRClient, one: Replacement) -> EcrkitError | None:
    try:
        # A person may have taken an hour to answer the question.
        if lifecycle_policy_text(client, one.name) != one.before:
            return RefusedError("its lifecycle policy changed in the meantime")
        put_lifecycle_policy(client, one.name, one.after)
    except EcrkitError as error:
        return error
    return None


def raise_failures(failures: Mapping[str, EcrkitError], *, number: int, verb: str) -> None:
    """
    Report what failed, if anything.

    Args:
        failures: by repository.
        number: how many were tried.
        verb: what was done to the others: ``suspended``.

    Raises:
        AwsError: AWS refused at least one.
        RefusedError: all that failed changed in the meantime.
    """
    if not failures:
        return
    told = [f"{name}: not {verb}: {error}" for name, error in failures.items()]
    counted = f"{number - len(failures)} of {count_of(number, 'lifecycle policy')} {verb}; run the command again"
    message = "\n".join([*told, counted])
    by_aws = next((error for error in failures.values() if isinstance(error, AwsError)), None)
    raise AwsError(message, code=by_aws.code) if by_aws else RefusedError(message)


def _check_matches(names: Sequence[str], deployed: Sequence[str], *, environment: str) -> None:
    for name in names:
        wanted = name if is_pattern(name) else repository_named(name).repository
        if not any(one == wanted or (is_pattern(name) and fnmatchcase(one, wanted)) for one in deployed):
            raise AwsError(f"{name}: no deployed repository of the environment '{environment}'; run `ecrkit audit`")


def _declarations(catalog: Path | None, policies: Path | None, *, account: str, region: str) -> Declarations | None:
    path = catalog or _CATALOG
    if catalog is None and not path.exists():
        return None
    from ecrkit.catalog import read_catalog  # noqa: PLC0415 - loads a YAML reader, for those who have a catalog
    from ecrkit.policies.store import PolicyStore  # noqa: PLC0415 - as above

    store = PolicyStore(policies or path.parent / "policies" / "lifecycle")
    declared = read_catalog(path, policies=store)
    here = [one for one in declared.environments if (one.account, one.region) == (account, region)]
    if not here:
        echo(f"the catalog has no environment in {account}, {region}", err=True)
        return None
    return Declarations({name: text for one in here for name, text in Declarations.of(one, store).texts.items()})
