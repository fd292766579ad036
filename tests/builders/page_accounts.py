"""What is in the account before the commands of a page run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from builders.commands import ecrkit
from builders.sandboxes import HOME, ROOT
from builders.workloads import run_task

from ecrkit.aws.sandbox import bootstrap, find_cdk
from ecrkit.cdk.node import bundled_node

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from builders.accounts import Account

__all__ = ["prepare"]


def prepare(page: str, account: Account, project: Path) -> None:
    """Put into *account* what *page* takes for granted; most pages begin with an empty, bootstrapped one."""
    _PREPARED.get(page, _bootstrapped)(account, project)


def _bootstrapped(account: Account, _project: Path) -> None:
    """What `cdk bootstrap` leaves."""
    assert account.sandbox is not None
    cdk = find_cdk(ROOT, search_path=os.environ["PATH"])
    bootstrap(account.sandbox, [HOME], cdk=cdk, node=bundled_node())


def _legacy(account: Account, project: Path) -> None:
    """Two repositories made by hand, one with a lifecycle policy of the store."""
    policy = (project / "policies" / "lifecycle" / "expire-untagged" / "v1.json").read_text(encoding="utf-8")
    account.ecr.create_repository(repositoryName="legacy/api", imageTagMutability="IMMUTABLE")
    account.ecr.put_lifecycle_policy(repositoryName="legacy/api", lifecyclePolicyText=policy)
    account.ecr.create_repository(repositoryName="legacy/worker")


def _deployed(account: Account, project: Path) -> None:
    """The stack of the catalog."""
    rendered = ecrkit("catalog", "template", cwd=project)
    account.cloudformation.create_stack(StackName="Repositories-dev", TemplateBody=rendered.stdout)


def _drifted(account: Account, project: Path) -> None:
    """The stack of the catalog, and a repository that somebody changed by hand."""
    _deployed(account, project)
    account.ecr.put_image_tag_mutability(repositoryName="team/service", imageTagMutability="MUTABLE")
    account.ecr.delete_lifecycle_policy(repositoryName="team/service")


def _running(account: Account, _project: Path) -> None:
    """A repository with two images, one of which a task runs."""
    account.ecr.create_repository(repositoryName="my-app")
    for tag in ("v1", "v2"):
        account.put_image("my-app", tag)
    run_task(account, "my-app:v1")


_PREPARED: Mapping[str, Callable[[Account, Path], None]] = {
    "docs/tasks/adopt.md": _legacy,
    "docs/tasks/audit.md": _drifted,
    "docs/tasks/inventory.md": _running,
    "docs/tasks/stop-a-policy.md": _deployed,
}
