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

EVERYTHING = """
environments:
  dev: {account: "123456789012", region: us-east-1}
  staging: {account: "123456789012", region: eu-central-1}
  production: {account: "210987654321", region: us-east-1}
defaults:
  lifecycle: [expire-untagged@1, keep-last-10@1]
  encryption: KMS
  mutable_tags: [edge]
  tags: {managed-by: ecrkit, team: platform}
repositories:
  plain:
  payments/api:
    lifecycle: keep-five-prod@1
    encryption: omit
    mutable_tags: [latest, "*-dev-*"]
    tags: {team: payments}
    removal: destroy
    empty_on_delete: true
    output: ApiUri
  a__b:
    encryption: AES256
    mutable_tags: []
    lifecycle: []
  2048/game:
"""
"""Several environments, with settings of every kind that a local AWS deploys."""

COMPLETE = """
environments:
  dev: {account: "123456789012", region: us-east-1, shards: 2}
repositories:
  dsse: {encryption: KMS_DSSE, mutable_tags: [latest, "*-dev"]}
  own-key: {encryption: {type: KMS, key: alias/registry}, mutability: MUTABLE, immutable_tags: ["v*"]}
  granted:
    exports: true
    parameters: true
    pull: {accounts: ["210987654321"], principals: ["arn:aws:iam::123456789012:role/run"], lambda: true}
    push: {principals: ["arn:aws:iam::123456789012:role/ci"]}
  shared: {pull: {organization: o-a1b2c3d4e5, units: [o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/]}}
"""
"""Two shards, with the settings that no local AWS deploys."""

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
