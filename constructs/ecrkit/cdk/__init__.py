"""CDK constructs. Importing this module starts Node, as importing aws_cdk does."""

from ecrkit.cdk.repository import Repository

__all__ = ["Repository"]
