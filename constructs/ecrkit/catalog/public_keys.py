"""
The keys of a public repository in the catalog: one table, for the reader, the JSON Schema and the documentation.

ECR Public has no lifecycle policies, no scanning, no encryption and no mutability to set, and everyone may pull.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PUBLIC_ENTRY_KEYS", "PUBLIC_INSTEAD", "PUBLIC_KEYS", "PublicKey", "public_key_table"]


class PublicKey(NamedTuple):
    """
    A key of a public repository.

    Attributes:
        name: as the catalog writes it.
        says: what it is, in Markdown, for the JSON Schema and the documentation.
        default: what applies without it, in Markdown.
        resource: what it sets: a property of ``AWS::ECR::PublicRepository``, an attribute of the resource, or nothing.
    """

    name: str
    says: str
    default: str
    resource: str = ""


PUBLIC_KEYS = (
    PublicKey(
        "description",
        "short description, at most 1,024 characters; the gallery searches it",
        "none",
        "RepositoryCatalogData",
    ),
    PublicKey(
        "about", "what the images contain, in Markdown, at most 10,240 characters", "none", "RepositoryCatalogData"
    ),
    PublicKey(
        "usage", "how to use the images, in Markdown, at most 10,240 characters", "none", "RepositoryCatalogData"
    ),
    PublicKey(
        "architectures",
        "architectures of the images; the gallery shows `ARM`, `ARM 64`, `x86` and `x86-64`",
        "none",
        "RepositoryCatalogData",
    ),
    PublicKey(
        "operating_systems",
        "operating systems of the images; the gallery shows `Linux` and `Windows`",
        "none",
        "RepositoryCatalogData",
    ),
    PublicKey(
        "push",
        "who may push, in addition to principals in the account: `accounts`, `principals`, `organization` or "
        "`organizations`, `units` (organizational units)",
        "nobody",
        "RepositoryPolicyText",
    ),
    PublicKey(
        "statements",
        "statements of the repository policy, verbatim, in addition to those of `push`; actions begin with "
        "`ecr-public:`",
        "none",
        "RepositoryPolicyText",
    ),
    PublicKey(
        "open_to_everyone",
        "why the `statements` next to this key may let everyone in",
        "none: a statement for everyone is an error",
    ),
    PublicKey(
        "tags", "resource tags, added to those of `defaults`; `key: null` removes an inherited tag", "none", "Tags"
    ),
    PublicKey(
        "removal",
        "`retain` or `destroy`: what happens to the repository when it leaves the catalog or its stack is deleted",
        "`retain`",
        "DeletionPolicy",
    ),
    PublicKey("silence", "warnings to accept, each with a reason", "none"),
    PublicKey(
        "output",
        "key of the stack output with its URI; the output with its ARN has the same key, with `Arn` instead of `Uri`",
        "its name in PascalCase followed by `PublicRepositoryUri`",
    ),
    PublicKey("only", "the environments in which it exists, all in us-east-1", "all environments in us-east-1"),
)
"""Every key, in the order of the documentation."""

PUBLIC_ENTRY_KEYS = tuple(key.name for key in PUBLIC_KEYS)

_NO_MUTABILITY = "remove it; tags of ECR Public can always be pushed again"

PUBLIC_INSTEAD: Mapping[str, str] = {
    "lifecycle": "remove it; ECR Public has no lifecycle policies",
    "encryption": "remove it; ECR Public chooses the encryption",
    "scan_on_push": "remove it; ECR Public does not scan images",
    "mutability": _NO_MUTABILITY,
    "mutable_tags": _NO_MUTABILITY,
    "immutable_tags": _NO_MUTABILITY,
    "pull": "remove it; everyone can pull from ECR Public",
    "empty_on_delete": "remove it; CloudFormation has no such property of a public repository",
    "public_alias": "write it under an environment; it is the alias of the whole registry",
    "region": "remove it; us-east-1 is the only Region of ECR Public",
    "logo": "remove it; CloudFormation has no such property: run `aws ecr-public put-repository-catalog-data`",
}
"""What to do about a key of private repositories, or of the API, that public repositories do not have."""


def public_key_table() -> str:
    """Write the rows of the table in the documentation."""
    return "".join(f"| `{key.name}` | {key.says} | {key.default} |\n" for key in PUBLIC_KEYS)
