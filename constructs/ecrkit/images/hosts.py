"""Hosts of registries: ECR's own in every partition, ECR Public, and those of others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from ecrkit.errors import InvalidNameError

__all__ = ["CANONICAL", "HostKind", "RegistryHost", "is_aws_host", "names_a_host"]

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_NAME = re.compile(rf"(?P<name>{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(?P<port>:[0-9]{{1,5}})?")
_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+){3}|\[.*\]")

_PRIVATE = re.compile(
    r"""(?P<account>[0-9]{12})\.
    dkr[.-]ecr(?:-fips)?\.
    (?P<region>[a-z0-9][a-z0-9-]*)\.
    (?:amazonaws\.com(?:\.cn)?|amazonaws\.eu
    |on\.aws|on\.amazonwebservices\.com\.cn
    |c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)""",
    re.VERBOSE,
)
"""
A private registry.

It is the grammar that Docker's credential helper for ECR and the Kubernetes credential provider have in common. ECR
itself has fewer: ``dkr-ecr`` goes with the suffixes that begin with ``on.``, ``dkr.ecr`` with the others.

Source: amazon-ecr-credential-helper and cloud-provider-aws, read 2026-11; ECR user guide, "Amazon ECR endpoints".
"""

CANONICAL = re.compile(r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?")
"""
The host that ECR documents for the upstream of a pull-through cache: neither dual-stack nor FIPS.

Source: ECR API model 2015-09-21, CreatePullThroughCacheRule, upstreamRegistryUrl.
"""

_PUBLIC = frozenset({"public.ecr.aws", "ecr-public.aws.com"})
"""ECR Public: its host, and the one that answers over IPv6 too. Source: ECR Public user guide (read 2026-11)."""

_AWS_SUFFIXES = (
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".aws",
    ".aws.com",
    ".amazonwebservices.com.cn",
    ".amazonwebservices.eu",
    ".c2s.ic.gov",
    ".aws.ic.gov",
    ".sc2s.sgov.gov",
    ".aws.scloud",
    ".cloud.adc-e.uk",
    ".cloud-aws.adc-e.uk",
    ".csp.hci.ic.gov",
    ".aws.hci.ic.gov",
)
"""How hosts of AWS end, dual-stack ones too. Source: partitions.json of botocore 1.43.106."""


class HostKind(StrEnum):
    """Whose registry a host is."""

    PRIVATE = "private"
    """A private registry of ECR; the host tells the account and the Region."""

    PUBLIC = "public"
    """ECR Public."""

    CUSTOM = "custom"
    """``localhost``, an IP address, or a host with a port."""

    OTHER = "other"
    """Any other, as ``ghcr.io``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryHost:
    """
    The host of a registry; :meth:`parse` makes it.

    Attributes:
        text: as it was written, with the port if it has one.
        kind: whose registry it is.
        account: of a private registry of ECR, twelve digits; else empty.
        region: of a private registry of ECR, as in ``us-east-1``; else empty.
    """

    text: str
    kind: HostKind
    account: str = ""
    region: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a host.

        Args:
            text: ``NAME`` or ``NAME:PORT``.

        Raises:
            InvalidNameError: *text* is not a host.
        """
        host = cls.find(text)
        if host is None:
            raise InvalidNameError(f"must be a host, as in 'public.ecr.aws' or 'localhost:5000', got {text!r}")
        return host

    @classmethod
    def find(cls, text: str) -> Self | None:
        """
        Read a host; ``None`` if *text* is not a host.

        Source: Distribution, reference grammar: domain.
        """
        match = _NAME.fullmatch(text)
        if not match:
            return None
        name = match["name"].lower()
        private = _PRIVATE.fullmatch(name)
        if private:
            return cls(text=text, kind=HostKind.PRIVATE, account=private["account"], region=private["region"])
        if name in _PUBLIC:
            return cls(text=text, kind=HostKind.PUBLIC)
        is_custom = match["port"] or name == "localhost" or _NUMBERS.fullmatch(name)
        return cls(text=text, kind=HostKind.CUSTOM if is_custom else HostKind.OTHER)

    def __str__(self) -> str:
        """Write it as it was read."""
        return self.text

    @property
    def is_of_ecr(self) -> bool:
        """Whether it is a registry of ECR, private or public."""
        return self.kind in {HostKind.PRIVATE, HostKind.PUBLIC}

    def is_same_registry(self, other: RegistryHost) -> bool:
        """Whether both lead to one registry: a private one has up to four hosts, ECR Public has two."""
        if self.kind is HostKind.PRIVATE:
            return (self.account, self.region) == (other.account, other.region)
        if self.kind is HostKind.PUBLIC:
            return other.kind is HostKind.PUBLIC
        return self.text.lower() == other.text.lower()


def names_a_host(part: str) -> bool:
    """
    Whether the first part of a reference, up to its first slash, is a host.

    Source: Distribution, reference grammar: only what has a dot or a colon, and ``localhost``, is a host.
    """
    return "." in part or ":" in part or part == "localhost"


def is_aws_host(host: str) -> bool:
    """
    Whether AWS answers at a host, in any partition: a registry, an API or a VPC endpoint.

    Args:
        host: with or without a port.
    """
    return host.partition(":")[0].lower().endswith(_AWS_SUFFIXES)
