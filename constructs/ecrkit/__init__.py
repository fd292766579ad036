"""Registries as code for Amazon ECR."""

__all__ = ["__version__"]

__version__ = "0.1.0"
