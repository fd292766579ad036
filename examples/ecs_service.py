"""A Fargate service that runs an image of the registry, found by the SSM parameter of its URI."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm

REPOSITORY = "payments/api"
TAG = "v1"


class ServiceStack(cdk.Stack):
    """A service of one task definition; the registry's stack is not known here, only the names of its parameters."""

    def __init__(self, scope: cdk.App, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        uri = ssm.StringParameter.value_for_string_parameter(self, f"/ecr/{REPOSITORY}/uri")
        arn = ssm.StringParameter.value_for_string_parameter(self, f"/ecr/{REPOSITORY}/arn")
        task = ecs.FargateTaskDefinition(self, "Task")
        task.add_container(
            "Api",
            image=ecs.ContainerImage.from_registry(f"{uri}:{TAG}"),
            logging=ecs.LogDrivers.aws_logs(stream_prefix="api"),
        )
        # An image by its URI is any image to CDK, so that what it would grant by itself is granted here.
        role = task.obtain_execution_role()
        role.add_to_principal_policy(
            iam.PolicyStatement(
                actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                resources=[arn],
            )
        )
        role.add_to_principal_policy(iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]))
        cluster = ecs.Cluster(self, "Cluster", vpc=ec2.Vpc(self, "Network", max_azs=2, nat_gateways=1))
        ecs.FargateService(self, "Service", cluster=cluster, task_definition=task, min_healthy_percent=100)


app = cdk.App()
ServiceStack(app, "Payments")
app.synth()
