"""
A Lambda function from an image of the registry, found by the export of the repository's ARN.

The catalog has ``exports: true`` and ``pull: {lambda: true}`` for the repository.
"""

from __future__ import annotations

from ecrkit.cdk import Repository  # before aws_cdk: it chooses the Node that aws_cdk starts

# isort: split
import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

REPOSITORY = "payments/worker"
TAG = "v1"


class FunctionStack(cdk.Stack):
    """A function; the registry's stack is not known here, only the name of its export."""

    def __init__(self, scope: cdk.App, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        # A function lets the service pull, by the policy of the repository; the catalog does so already.
        repository = Repository.from_repository_attributes(
            self,
            "Repository",
            repository_name=REPOSITORY,
            repository_arn=cdk.Fn.import_value("ecr:PaymentsWorkerRepositoryArn"),
            policy_elsewhere=True,
        )
        lambda_.DockerImageFunction(
            self,
            "Function",
            code=lambda_.DockerImageCode.from_ecr(repository, tag_or_digest=TAG),
            timeout=cdk.Duration.seconds(30),
        )


app = cdk.App()
FunctionStack(app, "Worker")
app.synth()
