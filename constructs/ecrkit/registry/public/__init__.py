"""
Public repositories as values, and whether ECR Public would accept them, without AWS.

- ``values``: properties of a repository, the alias of a registry
- ``checks``, ``rulebook``: what ECR Public and CloudFormation reject
- ``resources``: properties of ``AWS::ECR::PublicRepository``
"""

from ecrkit.registry.public.checks import PUBLIC_WARNINGS, check_public
from ecrkit.registry.public.rulebook import PUBLIC_RULEBOOK
from ecrkit.registry.public.values import HOME_REGION, PublicProperties, RegistryAlias, public_uri

__all__ = [
    "HOME_REGION",
    "PUBLIC_RULEBOOK",
    "PUBLIC_WARNINGS",
    "PublicProperties",
    "RegistryAlias",
    "check_public",
    "public_uri",
]
