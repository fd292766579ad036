"""
JSON Schemas for editors: help, completion and red lines while a file is being written.

They are of draft 7, the newest that the JSON and YAML support of VS Code and the JetBrains IDEs know in full, in
releases that are years old too; a later draft has nothing that these schemas miss. ``errorMessage`` and
``patternErrorMessage`` are VS Code's own, and other readers pass over them.

A schema is made from what the reader of its document goes by: words, limits, patterns, keys. What of that is private
to a reader is imported here and nowhere else. A schema never refuses what the reader takes. It takes some of what the
reader refuses, since no schema can say it: what holds between rules, a key that is written twice, the length of a text.
So an editor helps, and ``ecrkit policy check`` and ``ecrkit catalog check`` decide.

Source: JSON Schema draft 7; Visual Studio Code documentation, "JSON editing" (read 2026-11).
"""

from __future__ import annotations

import json
from enum import StrEnum

from ecrkit.catalog.schema.catalog import catalog_schema, repositories_schema
from ecrkit.documents.schema import Schema
from ecrkit.lifecycle.schema import policy_schema
from ecrkit.policies.schema import policy_test_schema, silenced_schema

__all__ = ["DocumentKind", "Schema", "render_schema", "schema"]

_DRAFT = "http://json-schema.org/draft-07/schema#"


class DocumentKind(StrEnum):
    """What people write."""

    POLICY = "policy"
    CATALOG = "catalog"
    REPOSITORIES = "repositories"
    POLICY_TEST = "policy-test"
    SILENCED = "silenced"


def schema(kind: DocumentKind) -> Schema:
    """Make the JSON Schema of *kind*."""
    make = {
        DocumentKind.POLICY: policy_schema,
        DocumentKind.CATALOG: catalog_schema,
        DocumentKind.REPOSITORIES: repositories_schema,
        DocumentKind.POLICY_TEST: policy_test_schema,
        DocumentKind.SILENCED: silenced_schema,
    }[kind]
    return {"$schema": _DRAFT, "$comment": f"The output of `ecrkit schema {kind}`.", **make()}


def render_schema(kind: DocumentKind) -> str:
    """Render the JSON Schema of *kind* as a file."""
    return json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"
