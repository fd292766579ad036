"""The JSON Schemas of a catalog and of the files that it includes."""

from ecrkit.catalog.schema.catalog import catalog_schema, repositories_schema

__all__ = ["catalog_schema", "repositories_schema"]
