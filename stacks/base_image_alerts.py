"""A stack that uses a repository of the catalog: alerts on vulnerable base images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sns as sns

from ecrkit.errors import UnknownRepositoryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_ecr as ecr
    from constructs import Construct

    from ecrkit.cdk import EnvironmentStack

__all__ = ["BaseImageAlertsStack", "alert_on_base_image"]

BASE_IMAGE = "base-images/python"


class BaseImageAlertsStack(cdk.Stack):
    """
    A topic that hears of critical findings in a repository.

    Args:
        scope: The app, or a stage of it.
        construct_id: Within the scope.
        repository: The repository, in the same account and Region.
        env: Account and Region.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, repository: ecr.IRepository, env: cdk.Environment
    ) -> None:
        super().__init__(scope, construct_id, env=env, description="Alerts on critical findings in the base image")
        # The rule sends a summary without secrets, and a key of KMS costs more than this stack.
        topic = sns.Topic(self, "Topic", enforce_ssl=True)
        events.Rule(
            self,
            "CriticalFindings",
            description="A scan of the base image found something critical",
            event_pattern=events.EventPattern(
                source=["aws.ecr"],
                detail_type=["ECR Image Scan"],
                detail={
                    "repository-name": [repository.repository_name],
                    "finding-severity-counts": {"CRITICAL": events.Match.greater_than(0)},
                },
            ),
            targets=[targets.SnsTopic(topic)],
        )


def alert_on_base_image(scope: Construct, stacks: Mapping[str, Sequence[EnvironmentStack]]) -> None:
    """Add the stack to each environment whose catalog declares the base image."""
    for environment, [first, *_] in stacks.items():
        try:
            repository = first.repository(BASE_IMAGE)
        except UnknownRepositoryError:
            continue
        env = cdk.Environment(account=first.account, region=first.region)
        BaseImageAlertsStack(scope, f"BaseImageAlerts-{environment}", repository=repository, env=env)
