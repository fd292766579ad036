"""A repository of ECR Public as values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from ecrkit.errors import InvalidNameError
from ecrkit.registry.access import Grantees
from ecrkit.registry.properties import Removal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ALIAS", "HOME_REGION", "MAX_ALIAS", "MIN_ALIAS", "PublicProperties", "RegistryAlias", "public_uri"]

HOME_REGION = "us-east-1"
"""The only Region with repositories of ECR Public. Source: ECR Public user guide, service endpoints (read 2026-11)."""

ALIAS = re.compile(r"[a-z][a-z0-9]+(?:[._-][a-z0-9]+)*")
MIN_ALIAS, MAX_ALIAS = 2, 50
_HOST = "public.ecr.aws"


class RegistryAlias(str):
    """
    An alias of the public registry of an account: the part of a URI between the host and the name.

    Raises:
        InvalidNameError: ECR Public would refuse it.

    Source: ECR Public API model 2020-10-30, RegistryAliasName.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check *text* and keep it."""
        if not ALIAS.fullmatch(text) or not MIN_ALIAS <= len(text) <= MAX_ALIAS:
            msg = (
                "must be a letter and then lower-case letters and digits, joined by '.', '_' or '-', of "
                f"{MIN_ALIAS} to {MAX_ALIAS} characters, as in 'a1b2c3d4', got {text!r}"
            )
            raise InvalidNameError(msg)
        return super().__new__(cls, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicProperties:
    """
    The properties of a public repository.

    Attributes:
        description: short description, shown in search results and with the images.
        about: what the images contain, in Markdown.
        usage: how to use the images, in Markdown.
        architectures: architectures of the images, as in ``x86-64``.
        operating_systems: operating systems of the images, as in ``Linux``.
        push: who may push, in addition to principals in the account.
        statements: repository policy statements, verbatim, in addition to those of *push*.
        open_to_everyone: why *statements* may let everyone in; empty if they must not.
        tags: resource tags, key to value.
        removal: what happens to the repository when it leaves its stack.
    """

    description: str = ""
    about: str = ""
    usage: str = ""
    architectures: tuple[str, ...] = ()
    operating_systems: tuple[str, ...] = ()
    push: Grantees = field(default_factory=Grantees)
    statements: tuple[Mapping[str, object], ...] = ()
    open_to_everyone: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    removal: Removal = Removal.RETAIN


def public_uri(alias: str, name: str) -> str:
    """Write the URI of a public repository: ``public.ecr.aws/a1b2c3d4/tools/cli``."""
    return f"{_HOST}/{alias}/{name}"
