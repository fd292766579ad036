"""CDK constructs. Importing this module starts Node, as importing aws_cdk does."""

from ecrkit.cdk.registry import Registry
from ecrkit.cdk.repository import Repository
from ecrkit.cdk.validation import LifecyclePolicyValidation

__all__ = ["LifecyclePolicyValidation", "Registry", "Repository"]
