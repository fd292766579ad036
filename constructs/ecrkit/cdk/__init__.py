"""
CDK constructs, and the stacks of a catalog.

Import this package before ``aws_cdk``: it sets ``JSII_NODE``, so that aws_cdk starts the Node that comes with
``ecrkit[cdk]``. It changes nothing else, and nothing at all if aws_cdk is imported already.

The names here are imported when they are used, and aws_cdk with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit import imported_when_used
from ecrkit.cdk.node import choose_node

__all__ = [
    "DeployRole",
    "EnvironmentStack",
    "EventsStack",
    "GitHubWorkflow",
    "GitLabPipeline",
    "Grantees",
    "LifecyclePolicyValidation",
    "PublicRepositoriesStack",
    "PublicRepository",
    "Registry",
    "RegistryStack",
    "RepositoriesStack",
    "Repository",
    "catalog_stacks",
    "synthesize",
]

_HOMES = {
    "DeployRole": "ecrkit.cdk.deploy_role",
    "EnvironmentStack": "ecrkit.cdk.stacks",
    "EventsStack": "ecrkit.cdk.stacks",
    "GitHubWorkflow": "ecrkit.cdk.trust",
    "GitLabPipeline": "ecrkit.cdk.trust",
    "Grantees": "ecrkit.registry.access",
    "LifecyclePolicyValidation": "ecrkit.cdk.validation",
    "PublicRepositoriesStack": "ecrkit.cdk.stacks",
    "PublicRepository": "ecrkit.cdk.public_repository",
    "Registry": "ecrkit.cdk.registry",
    "RegistryStack": "ecrkit.cdk.stacks",
    "RepositoriesStack": "ecrkit.cdk.stacks",
    "Repository": "ecrkit.cdk.repository",
    "catalog_stacks": "ecrkit.cdk.app",
    "synthesize": "ecrkit.cdk.app",
}

_EXTRA = ("aws_cdk", "constructs", "jsii")

choose_node()


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if TYPE_CHECKING:
    from ecrkit.cdk.app import catalog_stacks, synthesize
    from ecrkit.cdk.deploy_role import DeployRole
    from ecrkit.cdk.public_repository import PublicRepository
    from ecrkit.cdk.registry import Registry
    from ecrkit.cdk.repository import Repository
    from ecrkit.cdk.stacks import (
        EnvironmentStack,
        EventsStack,
        PublicRepositoriesStack,
        RegistryStack,
        RepositoriesStack,
    )
    from ecrkit.cdk.trust import GitHubWorkflow, GitLabPipeline
    from ecrkit.cdk.validation import LifecyclePolicyValidation
    from ecrkit.registry.access import Grantees
else:
    # A type checker that saw this function would take every name for granted.
    _find = imported_when_used(__name__, globals(), _HOMES)

    def __getattr__(name: str) -> object:
        try:
            return _find(name)
        except ModuleNotFoundError as error:
            if error.name not in _EXTRA:
                raise
            from ecrkit.errors import MissingExtraError  # noqa: PLC0415 - only where something is missing
            from ecrkit.errors.extras import install_command  # noqa: PLC0415 - as above

            raise MissingExtraError(f"ecrkit.cdk: {error.name} is not installed; {install_command('cdk')}") from None
