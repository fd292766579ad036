"""Encryption as a mapping, `{type: KMS, key: alias/registry}`: of a repository and of a creation template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.documents import ObjectNode

if TYPE_CHECKING:
    from ecrkit.documents import At, Reader, Word

__all__ = ["ENCRYPTION_KEYS", "read_encryption"]

ENCRYPTION_KEYS = ("type", "key")
"""A mapping has at least one of them; a key without a type means KMS."""


def read_encryption(reader: Reader, at: At, words: type[Word]) -> tuple[Word | None, dict[str, At]]:
    """
    Read the type, and find the key.

    Args:
        reader: of the catalog.
        at: the mapping.
        words: the types that are possible, ``KMS`` among them.

    Returns:
        The type, ``None`` where it cannot be read; and the members.
    """
    written = [member.key for member in at.node.members] if isinstance(at.node, ObjectNode) else []
    members = reader.fields(at, known=ENCRYPTION_KEYS, required=() if "key" in written else ("type",))
    if "type" in members:
        return reader.word(members["type"], words), members
    return (words("KMS") if "key" in members else None), members
