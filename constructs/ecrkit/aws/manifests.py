"""What images are made for: platforms, out of manifests and configurations."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ecrkit.aws.answers import json_object
from ecrkit.aws.client import aws_errors
from ecrkit.aws.login import registry_at
from ecrkit.errors import AwsError
from ecrkit.images.hosts import HostKind, RegistryHost
from ecrkit.images.manifests import CONFIGURATIONS, MANIFEST_TYPES, descriptors_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_ecr import ECRClient

    from ecrkit.aws.images import DeployedImage

__all__ = ["Child", "Manifest", "manifest_of", "platforms_of"]

_ATTESTATION = "vnd.docker.reference.type"
_NOWHERE = frozenset({"", "unknown/unknown"})
_TIMEOUT_SECONDS = 10
_MAX_CONFIGURATION_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """
    A member of an index.

    Attributes:
        digest: of its manifest.
        platform: as in ``linux/arm64/v8``; empty where the index does not say.
        is_attestation: whether it is build provenance, and no image: nothing that runs on a platform is.
    """

    digest: str
    platform: str
    is_attestation: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """
    What is needed of a manifest.

    Attributes:
        children: of an index; empty for an image.
        configuration: digest of an image's configuration; ``None`` for an index and for an artifact.
    """

    children: tuple[Child, ...]
    configuration: str | None


def manifest_of(client: ECRClient, repository: str, digest: str) -> Manifest:
    """
    Read a manifest. ECR counts that as a pull.

    Raises:
        AwsError: there is none, AWS refused, or could not be reached.

    Source: OCI image specification 1.1, image manifest and image index.
    """
    with aws_errors():
        answer = client.batch_get_image(
            repositoryName=repository, imageIds=[{"imageDigest": digest}], acceptedMediaTypes=sorted(MANIFEST_TYPES)
        )
    if not answer["images"]:
        reason = answer["failures"][0].get("failureReason", "no reason given") if answer.get("failures") else "gone"
        raise AwsError(f"{repository}@{digest}: the manifest cannot be read: {reason}", code="ImageNotFoundException")
    try:
        document = json_object(answer["images"][0]["imageManifest"])
        children = tuple(map(_child, descriptors_in(document)))
        configuration = document.get("config", {})
        is_image = configuration.get("mediaType") in CONFIGURATIONS
        return Manifest(children=children, configuration=configuration["digest"] if is_image else None)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AwsError(f"{repository}@{digest}: not a manifest that ecrkit can read: {error}") from None


def platforms_of(client: ECRClient, repository: str, image: DeployedImage) -> tuple[str, ...]:
    """
    Tell the platforms that an image runs on, sorted. ECR counts that as a pull.

    Returns:
        Empty for what runs nowhere, as a signature.

    Raises:
        AwsError: it is gone, AWS refused, or could not be reached.
    """
    manifest = manifest_of(client, repository, image.digest)
    if manifest.configuration:
        return (_platform(_configuration(client, repository, manifest.configuration)),)
    return tuple(sorted({child.platform for child in manifest.children if child.platform and not child.is_attestation}))


def _child(descriptor: Mapping[str, object]) -> Child:
    platform = descriptor.get("platform") or {}
    annotations = descriptor.get("annotations") or {}
    if not isinstance(platform, dict) or not isinstance(annotations, dict):
        raise TypeError("a descriptor's platform or annotations are no object")
    runs_on = _platform(platform)
    return Child(
        digest=str(descriptor["digest"]),
        platform=runs_on,
        is_attestation=_ATTESTATION in annotations and runs_on in _NOWHERE,
    )


def _platform(document: Mapping[str, object]) -> str:
    parts = (document.get("os"), document.get("architecture"), document.get("variant"))
    return "/".join(str(part) for part in parts if part)


def _configuration(client: ECRClient, repository: str, digest: str) -> Mapping[str, object]:
    with aws_errors():
        url = client.get_download_url_for_layer(repositoryName=repository, layerDigest=digest)["downloadUrl"]
    parts = urlsplit(url)
    host = RegistryHost.find(parts.netloc)
    if host and host.kind is HostKind.PRIVATE:
        # AWS gives an address in S3, a local AWS its registry's.
        url = f"{registry_at(client, parts.netloc).url}{parts.path}"
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310 - its scheme was checked with the answer
            return json_object(response.read(_MAX_CONFIGURATION_BYTES))
    except (OSError, http.client.HTTPException, ValueError) as error:
        # The address holds a signature, and some errors hold the address.
        reason = error.reason if isinstance(error, urllib.error.URLError) else type(error).__name__
        raise AwsError(f"{repository}: the configuration {digest} cannot be read: {reason}") from None
