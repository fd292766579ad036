"""
The keys of a repository in the catalog: one table.

To add a key, add a row here and a sample of it to the tests of this table. They then fail until every place has it:

- The reader and the JSON Schema handle a key with a *kind* as the row says. Give any other key a reader in
  ``catalog.reading.settings`` and a schema in ``catalog.schema.catalog``.
- Give a property of the repository a field in ``registry.properties``, and write it in ``registry.cloudformation``,
  which catalog and construct share. Give the construct its argument in ``cdk.repository``.
- Audit and adopt compare and write a property with a *kind* as the row says. Give any other one a comparison in
  ``deployment.audit.drift`` and a line in ``deployment.adoption.settings``.
- The page of keys in the documentation has the output of :func:`key_table`.

``output`` and ``only`` are about the entry, and cannot be defaults: they are no rows.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from ecrkit.registry.properties import Mutability, Removal, RepositoryProperties

if TYPE_CHECKING:
    from enum import StrEnum

__all__ = ["CATALOG_KEYS", "KEYS", "SETTING_KEYS", "Key", "key_table"]

CATALOG_KEYS = (
    "include",
    "environments",
    "rules",
    "defaults",
    "registry",
    "events",
    "repositories",
    "public_repositories",
)
"""The keys at the top of a catalog."""

_PROPERTIES = frozenset(field.name for field in fields(RepositoryProperties))


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """
    A key that `defaults`, a repository and its entry in an environment may have.

    Attributes:
        name: as the catalog writes it.
        says: what it is, in Markdown, for the JSON Schema and the documentation.
        default: what applies without it, in Markdown.
        kind: ``bool``, or the words that it may be; ``None`` for a key with a reader, a schema and a comparison of its
            own.
        merges: whether several values are merged key by key, instead of the nearest one replacing the others.
        resource: what it sets: a property of ``AWS::ECR::Repository`` or an attribute of the resource; empty for what
            is in other resources, in outputs or in none.
        argument: of the construct; empty where CDK has a way of its own.
        drift: code of the audit's check that compares it; empty for what ECR does not store.
    """

    name: str
    says: str
    default: str
    kind: type[bool | StrEnum] | None = None
    merges: bool = False
    resource: str = ""
    argument: str = ""
    drift: str = ""

    @property
    def is_property(self) -> bool:
        """Whether a field of :class:`RepositoryProperties` has the same name."""
        return self.name in _PROPERTIES


KEYS = (
    Key(
        name="lifecycle",
        says="a policy, or several in order of precedence, combined with `any` rules last; `[]` for no policy",
        default="none: no image expires",
        resource="LifecyclePolicy",
        argument="lifecycle",
        drift="AUD116",
    ),
    Key(
        name="encryption",
        says="`AES256`, `KMS` or `KMS_DSSE` (with the AWS managed key), `{type: KMS, key: alias/payments}` (the "
        "type may be omitted), or `omit` to leave the property out. Use `omit` for a repository that was deployed "
        "without the property, because adding the property would replace the repository",
        default="`AES256`, written out",
        resource="EncryptionConfiguration",
        argument="encryption",
        drift="AUD112",
    ),
    Key(
        name="scan_on_push",
        says="whether each push starts a basic scan",
        default="`true`",
        kind=bool,
        resource="ImageScanningConfiguration",
        argument="scan_on_push",
        drift="AUD111",
    ),
    Key(
        name="mutability",
        says="`IMMUTABLE` or `MUTABLE`: whether a tag can be pushed again",
        default="`IMMUTABLE`",
        kind=Mutability,
        resource="ImageTagMutability",
        argument="mutability",
        drift="AUD113",
    ),
    Key(
        name="mutable_tags",
        says="tags, or patterns of tags, that may be overwritten in an immutable repository; five at most",
        default="none: every tag is immutable",
        resource="ImageTagMutabilityExclusionFilters",
        argument="mutable_tags",
        drift="AUD114",
    ),
    Key(
        name="immutable_tags",
        says="tags, or patterns of tags, that may not be overwritten in a mutable repository; five at most",
        default="none",
        resource="ImageTagMutabilityExclusionFilters",
        argument="immutable_tags",
        drift="AUD114",
    ),
    Key(
        name="pull",
        says="who may pull, in addition to principals in the account: `accounts`, `principals`, `organization` or "
        "`organizations`, `units` (organizational units), `lambda` (Lambda functions of the account and of `accounts`)",
        default="nobody",
        resource="RepositoryPolicyText",
        argument="pull",
        drift="AUD115",
    ),
    Key(
        name="push",
        says="who may push and pull: the same as for `pull`, without `lambda`",
        default="nobody",
        resource="RepositoryPolicyText",
        argument="push",
        drift="AUD115",
    ),
    Key(
        name="statements",
        says="statements of the repository policy, verbatim, in addition to those of `pull` and `push`",
        default="none",
        resource="RepositoryPolicyText",
        argument="statements",
        drift="AUD115",
    ),
    Key(
        name="open_to_everyone",
        says="why the `statements` next to this key may let everyone in",
        default="none: a statement for everyone is an error",
        argument="open_to_everyone",
    ),
    Key(
        name="tags",
        says="resource tags, added to those of `defaults`; `key: null` removes an inherited tag",
        default="none",
        merges=True,
        resource="Tags",
        drift="AUD117",
    ),
    Key(
        name="removal",
        says="`retain` or `destroy`: what happens to the repository when it leaves the catalog or its stack is deleted",
        default="`retain`",
        kind=Removal,
        resource="DeletionPolicy",
        argument="removal_policy",
    ),
    Key(
        name="empty_on_delete",
        says="delete its images too; needs `removal: destroy`",
        default="`false`",
        kind=bool,
        resource="EmptyOnDelete",
        argument="empty_on_delete",
    ),
    Key(
        name="exports",
        says="export its URI and ARN from the stack",
        default="`false`",
        kind=bool,
        argument="exports",
    ),
    Key(
        name="parameters",
        says="write its URI and ARN to SSM: `/ecr/<name>/uri` and `/ecr/<name>/arn`",
        default="`false`",
        kind=bool,
        argument="parameters",
    ),
    Key(
        name="silence",
        says="warnings to accept, each with a reason: `ECR212: somebody deletes them by hand`",
        default="none",
        merges=True,
    ),
)
"""Every key, in the order of the documentation."""

SETTING_KEYS = tuple(key.name for key in KEYS)


def key_table() -> str:
    """Write the rows of the table in the documentation."""
    return "".join(f"| `{key.name}` | {key.says} | {key.default} |\n" for key in KEYS)
