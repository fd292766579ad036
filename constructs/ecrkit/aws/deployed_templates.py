"""What the deployed templates of stacks declare for repositories and for the registry."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ecrkit.aws.client import aws_errors
from ecrkit.aws.templates import deployed_stack
from ecrkit.deployment.audit.template_settings import declared_in
from ecrkit.errors import AwsError, InvalidAssemblyError
from ecrkit.registry.settings.deployed import TYPES, setting_of
from ecrkit.registry.templates import is_known

if TYPE_CHECKING:
    from collections.abc import Container

    from mypy_boto3_cloudformation import CloudFormationClient

    from ecrkit.aws.stacks import StackResource
    from ecrkit.deployment.actual import DeployedTemplate
    from ecrkit.deployment.guard import Stack
    from ecrkit.registry.settings.deployed import RegistrySetting

__all__ = ["TemplateReader"]

_NO_STACK = "ValidationError"
"""CloudFormation's code for a stack that does not exist."""


class TemplateReader:
    """
    Reads templates of deployed stacks, each once; threads may share it.

    A template that cannot be read does not stop an audit: :attr:`problems` says why.

    Args:
        client: client of the Region.
        account: account ID.
        region: the Region.
        repositories: names of the repositories that an audit compares; others of foreign stacks are not read.
        stacks: names of the stacks of the catalog, of which every repository is read.
    """

    def __init__(
        self,
        client: CloudFormationClient,
        *,
        account: str,
        region: str,
        repositories: Container[str],
        stacks: Container[str] = (),
    ) -> None:
        self._repositories = repositories
        self._owned = stacks
        self._client = client
        self._account = account
        self._region = region
        self._lock = threading.Lock()
        self._stacks: dict[str, Stack | None] = {}
        self.problems: dict[str, str] = {}
        """Why the template of a stack was not read, by the name of the stack."""

    def repository(self, name: str, resource: StackResource) -> DeployedTemplate | None:
        """Read what the template of its stack declares for a repository; ``None`` if it cannot or need not be read."""
        if name not in self._repositories and resource.stack not in self._owned:
            return None
        stack = self._read(resource.stack, resource.stack_id)
        found = next((one for one in stack.resources if one.logical_id == resource.logical_id), None) if stack else None
        if stack and found is None:
            self.problems.setdefault(resource.stack, f"its template has no {resource.logical_id} that ecrkit can read")
        return declared_in(found) if found else None

    def names(self, stack: str) -> frozenset[str] | None:
        """Name the repositories in the template of a stack; ``None`` if it does not exist or cannot be read."""
        found = self._read(stack, stack)
        if found is None:
            return None
        return frozenset(str(one.properties.get("RepositoryName")) for one in found.resources if one.is_repository)

    def settings(self, stack: str) -> tuple[RegistrySetting, ...] | None:
        """
        Read what the template of a stack declares for the registry; ``None`` if it does not exist or cannot be read.

        What only a deploy knows is left out.
        """
        found = self._read(stack, stack)
        if found is None:
            return None
        return tuple(
            setting_of(one.type, one.properties)
            for one in found.resources
            if one.type in TYPES and one.condition is None and is_known(one.properties)
        )

    def _read(self, name: str, stack_id: str) -> Stack | None:
        # One thread asks, the others wait for its answer instead of asking the same.
        with self._lock:
            if name not in self._stacks:
                self._stacks[name] = self._ask(name, stack_id)
            return self._stacks[name]

    def _ask(self, name: str, stack_id: str) -> Stack | None:
        try:
            with aws_errors():
                return deployed_stack(
                    self._client, stack_id, name=name, account=self._account, region=self._region, reads_nested=False
                )
        except (AwsError, InvalidAssemblyError) as error:
            if not isinstance(error, AwsError) or error.code != _NO_STACK:
                self.problems[name] = str(error)
            return None
