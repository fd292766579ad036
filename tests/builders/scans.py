"""What scans find, and moto's server, which answers with it."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from builders.accounts import Account, manifest_text
from builders.sandboxes import HOME
from moto.server import ThreadedMotoServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "answers",
    "basic_answer",
    "basic_finding",
    "enhanced_answer",
    "enhanced_finding",
    "prepare",
    "put_index",
    "put_scannable",
    "reset",
    "scanning_account",
]

_INDEX = "application/vnd.oci.image.index.v1+json"
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": HOME.account,
    "AWS_SECRET_ACCESS_KEY": "sandbox",
    "AWS_REGION": HOME.region,
    "AWS_DEFAULT_REGION": HOME.region,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "2",
}


@contextmanager
def scanning_account() -> Iterator[Account]:
    """Run moto's server for the time of the context; its account has the repository ``web`` with the image ``v1``."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    account = Account(url, {**_ENVIRONMENT, "AWS_ENDPOINT_URL": url})
    try:
        reset(account)
        yield account
    finally:
        server.stop()


def reset(account: Account) -> None:
    """Begin anew: only the repository and its image, which was never scanned."""
    post(account, "/moto-api/reset", {})
    account.ecr.create_repository(repositoryName="web")
    put_scannable(account, "web", "v1")


def prepare(account: Account, answer: dict[str, Any]) -> None:
    """Have the next scan of ``web`` end in *answer*."""
    result = {"repositoryName": "web", "imageId": {}, "registryId": HOME.account, **answer}
    post(account, "/moto-api/static/ecr/scan-finding-results", {"results": [result], "region": HOME.region})


def put_scannable(account: Account, repository: str, tag: str) -> str:
    """Put an image with a layer of its own; gives its digest."""
    text = json.dumps({**json.loads(manifest_text(tag)), "layers": [_layer(tag)]})
    return account.put_image(repository, tag, text=text)


def put_index(account: Account, repository: str, tag: str) -> list[str]:
    """Put two images and an index of them, for two platforms; gives the digests of the images."""
    digests = [put_scannable(account, repository, f"{tag}-{platform}") for platform in ("amd64", "arm64")]
    children = [
        {"digest": digest, "platform": {"os": "linux", "architecture": platform}}
        for digest, platform in zip(digests, ("amd64", "arm64"), strict=True)
    ]
    index = {"schemaVersion": 2, "mediaType": _INDEX, "manifests": children, "layers": [_layer(tag)]}
    account.ecr.put_image(
        repositoryName=repository, imageTag=tag, imageManifest=json.dumps(index), imageManifestMediaType=_INDEX
    )
    return digests


def post(account: Account, path: str, document: dict[str, Any]) -> None:
    """Tell moto."""
    request = urllib.request.Request(f"{account.url}{path}", data=json.dumps(document).encode(), method="POST")  # noqa: S310 - this machine
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - as above
        response.read()


def basic_finding(
    name: str = "CVE-2026-1", *, severity: str = "HIGH", package: str = "openssl", version: str = "3.0.1"
) -> dict[str, Any]:
    """What basic scanning finds."""
    attributes = [{"key": "package_version", "value": version}, {"key": "package_name", "value": package}]
    return {"name": name, "severity": severity, "uri": f"https://example.org/{name}", "attributes": attributes}


def enhanced_finding(
    name: str = "CVE-2026-2", *, severity: str = "CRITICAL", status: str = "ACTIVE", fixed_in: str = "2.0-1"
) -> dict[str, Any]:
    """What enhanced scanning finds: one vulnerability in two packages."""
    packages = [
        {"name": "curl", "version": "1.0", "release": "3", "fixedInVersion": fixed_in},
        {"name": "libcurl", "version": "1.0", "fixedInVersion": "NotAvailable"},
    ]
    return {
        "severity": severity,
        "status": status,
        "title": f"{name} - curl",
        "packageVulnerabilityDetails": {
            "vulnerabilityId": name,
            "sourceUrl": f"https://example.org/{name}",
            "vulnerablePackages": packages,
        },
    }


def basic_answer(*findings: dict[str, Any], status: str = "COMPLETE", description: str = "") -> dict[str, Any]:
    """What DescribeImageScanFindings answers after a basic scan."""
    return _answer("findings", findings, status=status, description=description)


def enhanced_answer(*findings: dict[str, Any], status: str = "ACTIVE") -> dict[str, Any]:
    """What DescribeImageScanFindings answers under enhanced scanning."""
    return _answer("enhancedFindings", findings, status=status, description="")


def answers(*documents: dict[str, Any]) -> Callable[[Any], bool]:
    """Have a proxy answer with each of *documents* in turn, and go on with the last."""
    left = list(documents)
    lock = threading.Lock()

    def befall(handler: Any) -> bool:  # noqa: ANN401 - the proxy's own
        with lock:
            document = left.pop(0) if len(left) > 1 else left[0]
        handler.answer(200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(document).encode())
        return False

    return befall


def _layer(distinction: str) -> dict[str, object]:
    """Describe a layer: without one, moto takes one of a hundred digests at random, and two images may be one."""
    return {"digest": f"sha256:{sha256(distinction.encode()).hexdigest()}", "size": 1}


def _answer(key: str, findings: tuple[dict[str, Any], ...], *, status: str, description: str) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding["severity"]] = counts.get(finding["severity"], 0) + 1
    return {
        "imageScanStatus": {"status": status, "description": description},
        "imageScanFindings": {
            "imageScanCompletedAt": int(time.time()),
            key: list(findings),
            "findingSeverityCounts": counts,
        },
    }
