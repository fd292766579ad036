"""References to images in a registry: ``[HOST/]NAME[:TAG|@DIGEST]``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ecrkit.errors import InvalidNameError
from ecrkit.images.names import RepositoryName

__all__ = ["ImageReference"]

_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageReference:
    """
    An image, by tag or by digest.

    Attributes:
        host: of the registry; empty for the one that the credentials lead to.
        repository: its name.
        tag: empty where it is named by digest, or by neither.
        digest: empty where it is named by tag, or by neither.

    Source: OCI distribution specification 1.1; ECR API model 2015-09-21, ImageTag and ImageDigest.
    """

    repository: RepositoryName
    host: str = ""
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, text: str, *, default_tag: str = "") -> ImageReference:
        """
        Read a reference.

        Args:
            text: ``[HOST/]NAME[:TAG|@DIGEST]``; a host is ECR's, ``localhost``, or has a port.
            default_tag: taken where *text* has neither tag nor digest.

        Raises:
            InvalidNameError: it is none.
        """
        host, rest = _split_host(text)
        rest, at, digest = rest.partition("@")
        name, colon, tag = rest.partition(":")
        try:
            repository = RepositoryName(name)
        except InvalidNameError as error:
            raise InvalidNameError(f"{text}: the repository's name {error}") from None
        if at and not _DIGEST.fullmatch(digest):
            raise InvalidNameError(f"{text}: a digest is 'sha256:' and 64 hex digits, got {digest!r}")
        if colon and not _TAG.fullmatch(tag):
            raise InvalidNameError(
                f"{text}: a tag is up to 128 letters, digits, '_', '.' and '-', and begins with none of the last two, "
                f"got {tag!r}"
            )
        # As everywhere, a digest is the last word: a tag beside it says nothing more.
        return cls(
            host=host,
            repository=repository,
            tag="" if digest else tag or default_tag,
            digest=digest,
        )

    def __str__(self) -> str:
        """Without the host: ``NAME:TAG`` or ``NAME@DIGEST``."""
        return f"{self.repository}{self.suffix}"

    @property
    def suffix(self) -> str:
        """What stands behind the name: ``:TAG``, ``@DIGEST`` or nothing."""
        if self.digest:
            return f"@{self.digest}"
        return f":{self.tag}" if self.tag else ""


def _split_host(text: str) -> tuple[str, str]:
    first, slash, rest = text.partition("/")
    if slash and (".dkr.ecr" in first or ":" in first or first == "localhost"):
        return first, rest
    return "", text
