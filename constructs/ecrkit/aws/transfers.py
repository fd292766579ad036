"""Pushing and pulling: what can be known before is said before, and what is there afterwards is looked up."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.aws.images import find_image, image_at
from ecrkit.aws.local import refuse_other_account
from ecrkit.aws.login import password_for
from ecrkit.aws.passwords import password_directory
from ecrkit.aws.repositories import repository_of
from ecrkit.aws.tools import transport_of
from ecrkit.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_ecr import ECRClient

    from ecrkit.aws.images import DeployedImage
    from ecrkit.aws.login import Password, Registry
    from ecrkit.aws.repositories import DeployedRepository
    from ecrkit.aws.tools import Tool
    from ecrkit.images.references import ImageReference

__all__ = [
    "PullPlan",
    "PushPlan",
    "how_to_declare",
    "how_to_restore",
    "log_in",
    "plan_pull",
    "plan_push",
    "pull",
    "push",
    "tag_of",
]

_WRITES_FILES = ("dir:", "oci:", "oci-archive:", "docker-archive:")


def _unchanged(repository: DeployedRepository) -> DeployedRepository:
    return repository


@dataclass(frozen=True, slots=True, kw_only=True)
class PushPlan:
    """
    A push that nothing known stands against.

    Attributes:
        source: as the tool names it.
        repository: that it goes to.
        reference: tag included.
        replaced: the image that the tag is taken from; ``None`` for a tag that is free.
        is_there: the very image is there under that tag, so that there is nothing to upload.
    """

    source: str
    repository: DeployedRepository
    reference: ImageReference
    replaced: DeployedImage | None
    is_there: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PullPlan:
    """
    A pull that nothing known stands against.

    Attributes:
        repository: that it comes from.
        reference: tag or digest included.
        image: that is there.
        destination: as the tool names it; empty for the engine's own place.
    """

    repository: DeployedRepository
    reference: ImageReference
    image: DeployedImage
    destination: str


def plan_push(
    client: ECRClient,
    tool: Tool,
    source: str,
    reference: ImageReference,
    *,
    complete: Callable[[DeployedRepository], DeployedRepository] = _unchanged,
) -> PushPlan:
    """
    Look before a push.

    Args:
        client: of the Region.
        tool: to push with.
        source: as the tool names it.
        reference: where it goes, tag included.
        complete: adds the exceptions of the mutability that a local AWS has dropped, if they are known.

    Raises:
        RefusedError: the tag exists with another image and is immutable, or a local AWS would push to another account.
        AwsError: there is no such repository, AWS refused, or could not be reached.
        ToolError: there is no such source.
    """
    repository = repository_of(client, reference, remedy=how_to_declare(reference))
    refuse_other_account(client, repository.host, repository.name)
    present = find_image(client, reference)
    # Asked for a tag that is free too: a source that is not there is told before anybody logs in.
    digest = tool.digest_of(source)
    if present is None:
        return PushPlan(source=source, repository=repository, reference=reference, replaced=None, is_there=False)
    is_there = digest == present.digest
    if repository.lacks_filters and not is_there:
        repository = complete(repository)
    if not is_there and repository.is_immutable(reference.tag):
        raise RefusedError(
            f"{reference}: the tag exists and is immutable, pushed on {present.pushed_at:%Y-%m-%d} "
            f"({present.digest}); push another tag, or add this one to mutable_tags in the catalog"
        )
    return PushPlan(source=source, repository=repository, reference=reference, replaced=present, is_there=is_there)


def push(client: ECRClient, tool: Tool, plan: PushPlan) -> DeployedImage:
    """
    Log in, tag and push.

    Returns:
        The image as the registry has it now.

    Raises:
        AwsError: AWS refused, or could not be reached.
        ToolError: the tool failed.
    """
    if not plan.is_there:
        registry, password = password_for(client)
        # First, since it fails where there is no engine: nobody needs a password then.
        tool.tag(plan.source, registry, plan.reference.in_registry)
        with _logged_in(tool, registry, password) as logged_in:
            logged_in.push(plan.source, registry, plan.reference.in_registry)
    return image_at(client, plan.reference)


def plan_pull(client: ECRClient, reference: ImageReference, *, destination: str) -> PullPlan:
    """
    Look before a pull.

    Args:
        client: of the Region.
        reference: tag or digest included.
        destination: as the tool names it; empty for the engine's own place.

    Raises:
        RefusedError: the image is archived, or a local AWS would pull another one.
        AwsError: there is no such repository or image, AWS refused, or could not be reached.
    """
    repository = repository_of(client, reference, remedy=how_to_declare(reference))
    refuse_other_account(client, repository.host, repository.name)
    image = image_at(client, reference)
    if image.status != "ACTIVE":
        remedy = how_to_restore(reference, image)
        raise RefusedError(f"{reference}: the image is {image.status.lower()}, and cannot be pulled; {remedy}")
    return PullPlan(repository=repository, reference=reference, image=image, destination=destination)


def pull(client: ECRClient, tool: Tool, plan: PullPlan) -> None:
    """
    Log in and pull; what a pull that fails has begun to write is removed.

    Raises:
        AwsError: AWS refused, or could not be reached.
        ToolError: the tool failed.
    """
    registry, password = password_for(client)
    with _logged_in(tool, registry, password) as logged_in, _nothing_half_done(plan.destination):
        logged_in.pull(registry, plan.reference.in_registry, plan.destination)


def log_in(client: ECRClient, tool: Tool) -> tuple[Registry, str]:
    """
    Log a tool in, where it keeps its passwords by itself.

    Returns:
        The registry, and when the password expires, in ISO 8601.

    Raises:
        RefusedError: a local AWS would take pushes for another account.
        AwsError: AWS refused, or could not be reached.
        ToolError: the tool failed.
    """
    registry, password = password_for(client)
    refuse_other_account(client, password.host)
    tool.log_in(registry, password)
    return registry, password.expires_at.isoformat()


def tag_of(source: str) -> str:
    """Give the tag that *source* has, as in ``web:v1`` and ``oci:layout:v1``; empty where it has none."""
    name = source.removeprefix(transport_of(source)).partition("@")[0]
    last = name.rpartition("/")[2]
    return last.rpartition(":")[2] if ":" in last else ""


def how_to_restore(reference: ImageReference, image: DeployedImage) -> str:
    """Say how an image that is not active can be pulled again."""
    if image.status == "ACTIVATING":
        return "it is being restored, which takes up to 20 minutes; try again later"
    return f"restore it with `ecrkit images restore {reference.repository} {image.digest}`"


def how_to_declare(reference: ImageReference) -> str:
    """Say how a repository that does not exist is created."""
    return f"if the catalog does not declare it, add `{reference.repository}: {{}}` to its repositories; then deploy it"


@contextmanager
def _logged_in(tool: Tool, registry: Registry, password: Password) -> Iterator[Tool]:
    """Log in for one transfer: the password is nowhere afterwards, save where docker keeps it."""
    with password_directory() as (directory, group):
        private = replace(tool, auth_file=str(directory / "auth.json"), process_group=group)
        private.log_in(registry, password)
        yield private


@contextmanager
def _nothing_half_done(destination: str) -> Iterator[None]:
    transport = transport_of(destination)
    path = Path(destination.removeprefix(transport).partition(":")[0])
    is_ours = transport in _WRITES_FILES and not path.exists()
    try:
        yield
    except BaseException:
        if is_ours and path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif is_ours:
            path.unlink(missing_ok=True)
        raise
