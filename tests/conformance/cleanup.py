"""Remove what runs of the kit have created: repositories and stacks of one prefix, and nothing else."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from conformance.deployment import delete_stack

if TYPE_CHECKING:
    from conformance.values import Account

__all__ = ["clean", "is_ours", "leftovers", "new_prefix"]

_NAME = re.compile(r"ecrkit-conformance-[0-9a-f]{8}")
_PASSES = 3
"""A push that was under way when the run ended may still fill a repository."""


def new_prefix() -> str:
    """Give a name that no other run has."""
    return f"ecrkit-conformance-{secrets.token_hex(4)}"


def is_ours(name: str, prefix: str = "") -> bool:
    """
    Tell whether a run of the kit has created a repository or a stack.

    Args:
        name: of it.
        prefix: of the run; empty for any.
    """
    first = name.partition("/")[0]
    return bool(_NAME.fullmatch(first)) and prefix in {"", first}


def leftovers(account: Account, prefix: str = "") -> list[str]:
    """Name the stacks and repositories of one run, or of all runs."""
    return [f"stack {name}" for name in _stacks(account, prefix)] + _repositories(account, prefix)


def clean(account: Account, prefix: str = "") -> list[str]:
    """
    Remove the stacks and repositories of one run, or of all runs.

    Returns:
        Those that are still there.
    """
    for name in _stacks(account, prefix):
        account.report(f"deleting the stack {name}")
        delete_stack(account, name)
    for _ in range(_PASSES):
        names = _repositories(account, prefix)
        if not names:
            break
        account.report(f"deleting {len(names)} repositories")
        for name in names:
            _delete(account, name)
    return leftovers(account, prefix)


def _stacks(account: Account, prefix: str) -> list[str]:
    pages = account.cloudformation.get_paginator("describe_stacks").paginate()
    return [stack["StackName"] for page in pages for stack in page["Stacks"] if is_ours(stack["StackName"], prefix)]


def _repositories(account: Account, prefix: str) -> list[str]:
    pages = account.ecr.get_paginator("describe_repositories").paginate()
    names = [repository["repositoryName"] for page in pages for repository in page["repositories"]]
    return [name for name in names if is_ours(name, prefix) and "/" in name]


def _delete(account: Account, name: str) -> None:
    try:
        account.ecr.delete_repository(repositoryName=name, force=True)
    except account.ecr.exceptions.RepositoryNotFoundException:
        account.report(f"{name}: already deleted")
