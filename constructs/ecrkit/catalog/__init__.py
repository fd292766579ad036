"""The catalog: which repositories there are, and in which environments, as one YAML file."""

from ecrkit.catalog.checks import CheckedCatalog, check_catalog, read_catalog, read_catalog_text
from ecrkit.catalog.rulebook import CATALOG_RULEBOOK
from ecrkit.catalog.template import StackKind, Template, templates
from ecrkit.catalog.values import Catalog, Environment, PublicRepositoryEntry, RepositoryEntry
from ecrkit.registry.properties import Encryption, Mutability, Removal

__all__ = [
    "CATALOG_RULEBOOK",
    "Catalog",
    "CheckedCatalog",
    "Encryption",
    "Environment",
    "Mutability",
    "PublicRepositoryEntry",
    "Removal",
    "RepositoryEntry",
    "StackKind",
    "Template",
    "check_catalog",
    "read_catalog",
    "read_catalog_text",
    "templates",
]
