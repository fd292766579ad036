"""Ways of what is deployed into ecrkit: more columns of the matrix "same input, every door"."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from builders.doors import Answer, command, write_catalog

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest
    from builders.accounts import Account
    from builders.doors import Door
    from builders.kinds import Kind

__all__ = ["AWS_DOORS", "deploy"]


def deploy(account: Account, kind: Kind) -> None:
    """Deploy the repository of a kind, as far as the local AWS takes it."""
    account.ecr.create_repository(
        repositoryName="web", imageTagMutability="IMMUTABLE", imageScanningConfiguration={"scanOnPush": True}
    )
    account.ecr.put_lifecycle_policy(repositoryName="web", lifecyclePolicyText=kind.policy)
    if kind.statements:
        document = {"Version": "2012-10-17", "Statement": list(kind.statements)}
        account.ecr.set_repository_policy(repositoryName="web", policyText=json.dumps(document))


def _audit(kind: Kind, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Answer:
    if kind.about == "statements" and not kind.acknowledged:
        # Written by hand, so that the catalog is in order.
        write_catalog(Path("repositories.yaml"), {"web": {"lifecycle": "web@1"}})
    return command("audit", monkeypatch, capsys)


def _adopt(kind: Kind, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Answer:
    is_pinned = kind.about == "version"
    write_catalog(Path("repositories.yaml"), {"other": {"lifecycle": "web@1" if is_pinned else []}})
    store = "" if is_pinned else " --policies adopted"
    return command(f"adopt web --dry-run{store}", monkeypatch, capsys)


AWS_DOORS: Mapping[str, Door] = {"audit": _audit, "adopt": _adopt}
