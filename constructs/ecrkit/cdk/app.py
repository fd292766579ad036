"""A CDK app of a catalog: its stacks, its errors and its synthesis."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk

from ecrkit.catalog import check_catalog, read_catalog_text
from ecrkit.catalog.template import (
    events_stack_name,
    public_stack_name,
    registry_stack_name,
    shards_of,
    stack_name,
)
from ecrkit.cdk.stacks import EventsStack, PublicRepositoriesStack, RegistryStack, RepositoriesStack
from ecrkit.cdk.validation import LifecyclePolicyValidation
from ecrkit.documents.terminal import write_line
from ecrkit.errors import InvalidCatalogError, SynthesisError, errors_in
from ecrkit.policies.store import PolicyStore
from ecrkit.registry.settings.resources import ACCOUNT_SETTINGS_NOTE

if TYPE_CHECKING:
    from constructs import Construct

    from ecrkit.cdk.stacks import EnvironmentStack

__all__ = ["catalog_stacks", "synthesize"]

_VALIDATED = "ecrkit:validated"


def catalog_stacks(  # noqa: PLR0913 - keyword-only
    scope: Construct,
    catalog: str | Path = "repositories.yaml",
    *,
    policies: str | Path | PolicyStore = "policies/lifecycle",
    repositories_stack: type[RepositoriesStack] = RepositoriesStack,
    registry_stack: type[RegistryStack] = RegistryStack,
    events_stack: type[EventsStack] = EventsStack,
    public_stack: type[PublicRepositoriesStack] = PublicRepositoriesStack,
) -> dict[str, list[EnvironmentStack]]:
    """
    Check a catalog and build the stacks of its environments.

    The names of the stacks and their logical IDs are the same in an ``App`` and in a ``Stage``. The app gets
    :class:`~ecrkit.cdk.LifecyclePolicyValidation`, once. Warnings that are not silenced go to stderr.

    Args:
        scope: The app, or a stage of it.
        catalog: Path of the catalog. The CDK context key ``catalog`` overrides it.
        policies: Folder of the lifecycle policies, or a store. The CDK context key ``policies`` overrides it.
        repositories_stack: Class of the stacks with repositories.
        registry_stack: Class of the stacks with registry-wide settings.
        events_stack: Class of the stacks with events.
        public_stack: Class of the stacks with public repositories.

    Returns:
        The stacks of each environment, by its name: first those with repositories, in the order of their shards, then
        those with public repositories, with registry-wide settings and with events, if the catalog has any.

    Raises:
        InvalidCatalogError: The catalog cannot be deployed. A program that does not catch it ends with a line for each
            error on stderr and exit code 1.
        UnreadableInputError: The catalog or a policy cannot be read. It ends a program in the same way.
    """
    path = Path(_context(scope, "catalog") or catalog)
    given = _context(scope, "policies") or policies
    store = given if isinstance(given, PolicyStore) else PolicyStore(given)
    checked = check_catalog(read_catalog_text(path), file=path.as_posix(), policies=store)
    if checked.catalog is None:
        raise InvalidCatalogError(errors_in(checked.findings))
    _add_validation(scope, store)
    for finding in checked.findings:
        if not finding.silenced:
            # CDK prints its warnings there too.
            write_line(f"{finding.place}: {finding.severity}: {finding.text} [{finding.code}]", err=True)
    stacks: dict[str, list[EnvironmentStack]] = {}
    for environment in checked.catalog.environments:
        built: list[EnvironmentStack] = [
            repositories_stack(
                scope,
                stack_name(environment.name, shard, shards=environment.shards),
                environment=environment,
                repositories=repositories,
                policies=store,
            )
            for shard, repositories in shards_of(environment).items()
        ]
        if environment.public_repositories:
            built.append(public_stack(scope, public_stack_name(environment.name), environment=environment))
        if environment.registry is not None and environment.registry.is_deployed:
            built.append(
                registry_stack(
                    scope,
                    registry_stack_name(environment.name),
                    environment=environment,
                    registry=environment.registry,
                    policies=store,
                )
            )
        if environment.registry is not None and environment.registry.account_settings:
            cdk.Annotations.of(built[-1]).add_info_v2("ecrkit:account-settings", ACCOUNT_SETTINGS_NOTE)
        if environment.events:
            built.append(events_stack(scope, events_stack_name(environment.name), environment=environment))
        stacks[environment.name] = built
    return stacks


def synthesize(app: cdk.Stage) -> cdk.cx_api.CloudAssembly:
    """
    Synthesize an app.

    Args:
        app: The app. It is synthesized as by ``app.synth()``.

    Returns:
        The cloud assembly.

    Raises:
        SynthesisError: CDK rejects the app. The text is CDK's own, without the JavaScript stack. A program that does
            not catch it ends with this text on stderr and exit code 1.
    """
    try:
        return app.synth()
    except RuntimeError as error:
        raise SynthesisError(str(error)) from None


def _context(scope: Construct, key: str) -> str:
    """Give the path under a key of the context; empty without one."""
    # cdk.json may have any JSON value there.
    return str(scope.node.try_get_context(key) or "")


def _add_validation(scope: Construct, policies: PolicyStore) -> None:
    """Validate the whole app, once for each store, however many catalogs it has."""
    root = scope.node.root
    store = str(policies.root)
    if any(entry.type == _VALIDATED and entry.data == store for entry in root.node.metadata):
        return
    root.node.add_metadata(_VALIDATED, store)
    cdk.Validations.of(root).add_plugins(LifecyclePolicyValidation(completeness=False, policies=policies))
