"""Catalogs for tests: one to edit, and what a check says of a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.catalog import check_catalog
from ecrkit.errors import errors_in

if TYPE_CHECKING:
    from ecrkit.catalog import Catalog, RepositoryEntry
    from ecrkit.policies.store import PolicyStore

CATALOG = """\
environments:
  dev: {account: "123456789012", region: us-east-1}
  prod: {account: "210987654321", region: eu-west-1}
defaults:
  lifecycle: keep-ten@1
  tags: {managed-by: ecrkit}
repositories:
  my-app:
    mutable_tags: [latest]
  payments/api:
    lifecycle: [expire-untagged@1, keep-ten@1]
    encryption: KMS
    tags: {team: payments}
  ci/cache:
    removal: destroy
    empty_on_delete: true
"""
"""Every kind of setting, with policies of the store that the tests of the catalog have."""

ONE_ENVIRONMENT = 'environments: {dev: {account: "123456789012", region: us-east-1}}\n'


def errors(text: str, policies: PolicyStore | None = None) -> list[str]:
    findings = check_catalog(text, file="repositories.yaml", policies=policies).findings
    return [str(found) for found in errors_in(findings)]


def catalog(text: str, policies: PolicyStore | None = None) -> Catalog:
    checked = check_catalog(text, file="repositories.yaml", policies=policies)
    assert errors_in(checked.findings) == ()
    assert checked.catalog
    return checked.catalog


def repository(settings: str, *, defaults: str = "{}", name: str = "my-app") -> RepositoryEntry:
    """Give the only repository of a catalog, by its settings and the defaults."""
    (entry,) = catalog(f"{ONE_ENVIRONMENT}defaults: {defaults}\nrepositories: {{{name}: {settings}}}\n").repositories
    return entry
