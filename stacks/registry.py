"""One stack per environment, with what is registry-wide there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

from ecrkit.cdk import Registry
from ecrkit.registry.settings import SCANNING_WARNINGS, TEMPLATE_WARNINGS

if TYPE_CHECKING:
    from constructs import Construct

    from ecrkit.catalog import Environment
    from ecrkit.policies.store import PolicyStore
    from ecrkit.registry.settings import RegistrySettings

__all__ = ["RegistryStack"]


class RegistryStack(cdk.Stack):
    """
    What is registry-wide in one environment; apart from its repositories, since it outlives any of them.

    Args:
        scope: the app.
        environment: account and Region; its name is part of the stack's.
        registry: what it holds.
        policies: where the lifecycle policies are that its creation templates name.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        registry: RegistrySettings,
        policies: PolicyStore,
    ) -> None:
        super().__init__(
            scope,
            f"Registry-{environment.name}",
            env=cdk.Environment(account=environment.account, region=environment.region),
            description=f"Container registry settings of the environment {environment.name}",
        )
        # The catalog warns of what its templates leave out, where somebody wrote it.
        for code in (*SCANNING_WARNINGS, *TEMPLATE_WARNINGS):
            cdk.Annotations.of(self).acknowledge_warning(code, "told by the catalog")
        Registry(
            self,
            "Registry",
            scanning=registry.scanning,
            replication=registry.replication,
            policy=registry.policy,
            pull_through_cache=registry.pull_through_cache,
            creation_templates={
                prefix: template.resolved(policies) for prefix, template in registry.creation_templates.items()
            },
        )
