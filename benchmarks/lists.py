"""
How long the lists of what is deployed take, and how much memory, with made-up answers that come at once.

Run it with ``make benchmark``. What it measures is ecrkit's own share: a real account takes as long as AWS takes to
answer.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

__all__ = ["main"]

REPOSITORIES = 10_000
IMAGES = 100_000

ANSWERS = """
import sys
from datetime import UTC, datetime, timedelta
from botocore.client import BaseClient
from botocore.exceptions import ClientError

START = datetime(2026, 1, 1, tzinfo=UTC)
PAGE = 1_000

def page(key, made, total, parameters):
    first = int(parameters.get("nextToken", 0))
    last = min(first + parameters.get("maxResults", PAGE), total)
    token = {"nextToken": str(last)} if last < total else {}
    return {key: [made(number) for number in range(first, last)], **token}

def repository(number):
    name = f"team/app-{number:06}"
    return {
        "repositoryArn": f"arn:aws:ecr:us-east-1:123456789012:repository/{name}",
        "registryId": "123456789012",
        "repositoryName": name,
        "repositoryUri": f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{name}",
        "createdAt": START,
        "imageTagMutability": "IMMUTABLE",
        "imageScanningConfiguration": {"scanOnPush": True},
        "encryptionConfiguration": {"encryptionType": "AES256"},
    }

def image(number):
    return {
        "registryId": "123456789012",
        "repositoryName": "web",
        "imageDigest": f"sha256:{number:064x}",
        "imageTags": [f"v{number}"],
        "imageSizeInBytes": number,
        "imagePushedAt": START + timedelta(seconds=number * 7_919 % IMAGES),
        "imageManifestMediaType": "application/vnd.oci.image.manifest.v1+json",
        "imageStatus": "ACTIVE",
    }

def answer(client, operation, parameters):
    match operation:
        case "DescribeRepositories":
            return page("repositories", repository, REPOSITORIES, parameters)
        case "DescribeImages":
            total = IMAGES if parameters["repositoryName"] == "web" else 1
            return page("imageDetails", image, total, parameters)
        case "ListTagsForResource":
            return {"tags": []}
        case "GetLifecyclePolicy":
            raise ClientError({"Error": {"Code": "LifecyclePolicyNotFoundException", "Message": ""}}, operation)
        case _:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": operation}}, operation)

BaseClient._make_api_call = answer

from ecrkit.cli import main
main()
"""


def main() -> None:
    """Measure, and print a line a figure."""
    lists = {
        f"repos list, {REPOSITORIES:,} repositories": ["repos", "list"],
        f"images list, {IMAGES:,} images": ["images", "list", "web", "--no-platforms", "--no-scans"],
        "the same with --limit 10": ["images", "list", "web", "--no-platforms", "--no-scans", "--limit", "10"],
    }
    for name, arguments in lists.items():
        seconds, peak = run(arguments)
        print(f"{name:<40} {seconds:5.1f} s   {peak / 1e6:4.0f} MB")  # noqa: T201 - the result


def run(arguments: list[str]) -> tuple[float, int]:
    """Run a command of ecrkit on the answers; give its seconds of the processor and its bytes at most."""
    program = ANSWERS.replace("IMAGES", str(IMAGES)).replace("REPOSITORIES", str(REPOSITORIES))
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "made-up",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": "",
    }
    command = [sys.executable, "-c", program, *arguments]
    # No catalog is there, which would be compared.
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(  # noqa: S603 - a program of this file
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        ) as process,
    ):
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"error: {arguments}: exited with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
