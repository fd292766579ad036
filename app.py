"""The CDK app: the stacks of repositories.yaml, and a stack that uses one of its repositories."""

from ecrkit.cdk import catalog_stacks, synthesize  # before aws_cdk: it chooses the Node that aws_cdk starts

# isort: split
import aws_cdk as cdk

from stacks.base_image_alerts import alert_on_base_image
from stacks.registry import RegistryStack
from stacks.repositories import RepositoriesStack

app = cdk.App()
stacks = catalog_stacks(app, repositories_stack=RepositoriesStack, registry_stack=RegistryStack)
alert_on_base_image(app, stacks)
synthesize(app)
