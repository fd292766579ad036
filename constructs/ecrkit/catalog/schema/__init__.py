"""The JSON Schema of a catalog."""

from ecrkit.catalog.schema.catalog import catalog_schema

__all__ = ["catalog_schema"]
