"""References to images in a registry: ``[HOST/]NAME[:TAG][@DIGEST]``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Self

from ecrkit.errors import InvalidNameError
from ecrkit.images.hosts import HostKind, RegistryHost, names_a_host
from ecrkit.images.names import RepositoryName, check_repository_path

__all__ = ["DIGEST", "MAX_TAG", "TAG", "ImageReference"]

MAX_TAG = 128
TAG = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9._-]{{0,{MAX_TAG - 1}}}")
"""Source: OCI distribution specification 1.1, tag."""

DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
"""Source: OCI image specification 1.1, registered algorithms. ECR gives sha256."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageReference:
    """
    A repository, or an image in it by tag, by digest or by both.

    Attributes:
        repository: its name. Without a host and in a private registry of ECR, ECR accepts it.
        host: of the registry; ``None`` for the registry that the credentials lead to.
        tag: empty for none.
        digest: empty for none. With both, the digest decides which image it is.

    Source: OCI distribution specification 1.1; Distribution, reference grammar; ECR API model 2015-09-21, ImageTag and
    ImageDigest.
    """

    repository: str
    host: RegistryHost | None = None
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, text: str, *, default_tag: str = "") -> Self:
        """
        Read a reference.

        What stands before the first slash is a host if it has a dot or a colon, or is ``localhost``: as for docker.
        A repository whose own name begins like that needs the host of its registry before it.

        Args:
            text: ``[HOST/]NAME[:TAG][@DIGEST]``.
            default_tag: taken if *text* has neither tag nor digest.

        Raises:
            InvalidNameError: *text* is not a reference.
        """
        host, rest = _split_host(text)
        rest, at, digest = rest.partition("@")
        name, colon, tag = rest.partition(":")
        _check_name(text, host, name)
        if at and not DIGEST.fullmatch(digest):
            raise InvalidNameError(f"{text}: a digest is 'sha256:' and 64 hex digits, got {digest!r}")
        if colon and not TAG.fullmatch(tag):
            raise InvalidNameError(
                f"{text}: a tag is up to 128 letters, digits, '_', '.' and '-', and does not begin with '.' or '-', "
                f"got {tag!r}"
            )
        return cls(host=host, repository=name, tag=tag or ("" if digest else default_tag), digest=digest)

    def __str__(self) -> str:
        """Write it in full, as :meth:`parse` reads it."""
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.host}/{self.repository}{tag}{digest}" if self.host else f"{self.repository}{tag}{digest}"

    @property
    def in_registry(self) -> str:
        """What its registry calls it: ``NAME@DIGEST``, ``NAME:TAG`` or ``NAME``."""
        return f"{self.repository}{self.suffix}"

    @property
    def suffix(self) -> str:
        """What tells the image from others of the repository: ``@DIGEST``, ``:TAG`` or nothing."""
        if self.digest:
            return f"@{self.digest}"
        return f":{self.tag}" if self.tag else ""

    def by_digest(self, digest: str) -> Self:
        """Name the same image by its digest alone."""
        return replace(self, tag="", digest=digest)


def _split_host(text: str) -> tuple[RegistryHost | None, str]:
    first, slash, rest = text.partition("/")
    if not slash or not names_a_host(first):
        return None, text
    try:
        return RegistryHost.parse(first), rest
    except InvalidNameError as error:
        raise InvalidNameError(f"{text}: the registry {error}") from None


def _check_name(text: str, host: RegistryHost | None, name: str) -> None:
    try:
        if host is None or host.kind is HostKind.PRIVATE:
            RepositoryName(name)
        else:
            # Other registries take names of one character, and longer ones.
            check_repository_path(name)
    except InvalidNameError as error:
        raise InvalidNameError(f"{text}: the repository's name {error}") from None
    alone = None if host else RegistryHost.find(name)
    if alone and alone.is_of_ecr:
        raise InvalidNameError(f"{text}: names a registry but no repository; write '{name}/NAME'")
