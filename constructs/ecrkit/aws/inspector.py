"""The images that Amazon Inspector has seen running in ECS and EKS."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecrkit.aws.client import aws_errors
from ecrkit.aws.concurrency import in_order
from ecrkit.errors import AwsError, InvalidNameError
from ecrkit.images.references import ImageReference

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

__all__ = ["Cluster", "InspectedImage", "inspected_images"]

_IMAGE = "AWS_ECR_CONTAINER_IMAGE"
_ARN = re.compile(
    r"arn:(?P<partition>[a-z-]+):ecr:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):repository/(?P<name>.+)/(?P<digest>sha256:.+)"
)
_SUFFIXES = {
    "aws-cn": "amazonaws.com.cn",
    "aws-eusc": "amazonaws.eu",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
}
"""Suffixes of hosts that are not ``amazonaws.com``, by partition. Source: partitions.json of botocore 1.43.106."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """
    A cluster that runs an image.

    Attributes:
        arn: of the cluster, of ECS or EKS.
        running: number of tasks or pods that run the image.
        stopped: number of those that stopped in the last 24 hours.
        last_in_use_at: timezone-aware; ``None`` if Inspector does not say.
        workloads: task definitions, or namespaces and workloads, sorted.
    """

    arn: str
    running: int
    stopped: int
    last_in_use_at: datetime | None
    workloads: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedImage:
    """
    An image that runs.

    Attributes:
        reference: with its host, by digest.
        in_use_count: number of tasks and pods.
        last_in_use_at: timezone-aware; ``None`` if Inspector does not say.
        clusters: in the order of their ARNs.
    """

    reference: ImageReference
    in_use_count: int
    last_in_use_at: datetime | None
    clusters: tuple[Cluster, ...]


def inspected_images(client: Any, *, registry: str, region: str) -> Iterator[InspectedImage]:  # noqa: ANN401 - no stubs
    """
    List the images of a registry that run in ECS or EKS, as Amazon Inspector knows.

    Args:
        client: of Inspector, in the Region.
        registry: account of the registry, twelve digits.
        region: that it is in.

    Raises:
        AwsError: AWS refused, or could not be reached; or Inspector does not scan the images of the account.

    Source: Inspector API model 2020-06-08, ListCoverage, EcrContainerImageMetadata and GetClustersForImage.
    """
    _require_scanning(client, registry)
    found = []
    for resource in _covered(client, registry):
        metadata = resource.get("resourceMetadata", {}).get("ecrImage", {})
        match = _ARN.fullmatch(resource["resourceId"])
        if resource["resourceType"] != _IMAGE or not metadata.get("inUseCount"):
            continue
        if match is None:
            raise AwsError(f"ListCoverage: must be the ARN of an image, got {resource['resourceId']!r}")
        if (match["account"], match["region"]) == (registry, region):
            found.append((resource["resourceId"], match, metadata))

    def look(item: tuple[str, re.Match[str], Any]) -> InspectedImage:
        arn, match, metadata = item
        return InspectedImage(
            reference=_reference(match),
            in_use_count=metadata["inUseCount"],
            last_in_use_at=metadata.get("lastInUseAt"),
            clusters=_clusters(client, arn),
        )

    return in_order(look, found)


def _reference(match: re.Match[str]) -> ImageReference:
    suffix = _SUFFIXES.get(match["partition"], "amazonaws.com")
    host = f"{match['account']}.dkr.ecr.{match['region']}.{suffix}"
    try:
        return ImageReference.parse(f"{host}/{match['name']}@{match['digest']}")
    except InvalidNameError as error:
        raise AwsError(f"ListCoverage: not an answer of AWS: {error}") from None


def _require_scanning(client: Any, registry: str) -> None:  # noqa: ANN401 - as above
    """Make sure that an empty answer means that nothing runs."""
    with aws_errors():
        answer = client.batch_get_account_status(accountIds=[registry])
    states = [one["resourceState"]["ecr"]["status"] for one in answer["accounts"] if one["accountId"] == registry]
    if "ENABLED" not in states:
        state = f"is {states[0].lower()}" if states else "is unknown"
        raise AwsError(
            f"Amazon Inspector {state} for the images of {registry}, so it does not know what runs; enable it, or "
            "omit --inspector",
            code="InspectorDisabled",
        )


def _covered(client: Any, registry: str) -> Iterator[Any]:  # noqa: ANN401 - as above
    criteria = {
        "resourceType": [{"comparison": "EQUALS", "value": _IMAGE}],
        "accountId": [{"comparison": "EQUALS", "value": registry}],
        "ecrImageInUseCount": [{"lowerInclusive": 1}],
    }
    with aws_errors():
        for page in client.get_paginator("list_coverage").paginate(filterCriteria=criteria):
            yield from page["coveredResources"]


def _clusters(client: Any, arn: str) -> tuple[Cluster, ...]:  # noqa: ANN401 - as above
    with aws_errors():
        pages = client.get_paginator("get_clusters_for_image").paginate(filter={"resourceId": arn})
        found = [cluster for page in pages for cluster in page["cluster"]]
    return tuple(sorted(map(_cluster, found), key=lambda cluster: cluster.arn))


def _cluster(answer: Any) -> Cluster:  # noqa: ANN401 - as above
    details = answer.get("clusterDetails", [])
    return Cluster(
        arn=answer["clusterArn"],
        running=sum(one.get("runningUnitCount", 0) for one in details),
        stopped=sum(one.get("stoppedUnitCount", 0) for one in details),
        last_in_use_at=max((one["lastInUse"] for one in details), default=None),
        workloads=tuple(sorted({name for one in details for name in _workloads(one["clusterMetadata"])})),
    )


def _workloads(metadata: Any) -> Iterator[str]:  # noqa: ANN401 - as above
    ecs, eks = metadata.get("awsEcsMetadataDetails"), metadata.get("awsEksMetadataDetails")
    if ecs:
        yield ecs["taskDefinitionArn"]
    if eks:
        namespace = eks.get("namespace", "")
        names = [f"{one['type']} {namespace}/{one['name']}" for one in eks.get("workloadInfoList", ())]
        yield from names or [namespace]
