"""Stacks as the guard sees them, and cloud assemblies on disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecrkit.deployment.guard import Stack, stack_of

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
ACCOUNT = "123456789012"
REGION = "us-east-1"
HERE = f"aws://{ACCOUNT}/{REGION}"

_TIMEOUT_SECONDS = 120


def repository(name: str | None = "web", **properties: object) -> dict[str, Any]:
    """Declare a repository as ecrkit does: kept, and encrypted as the service does by itself."""
    named = {} if name is None else {"RepositoryName": name}
    return {
        "Type": "AWS::ECR::Repository",
        "Properties": {**named, "EncryptionConfiguration": {"EncryptionType": "AES256"}, **properties},
        "DeletionPolicy": "RetainExceptOnCreate",
        "UpdateReplacePolicy": "Retain",
    }


def destroyed(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Declare a resource as one that CloudFormation deletes."""
    return {**resource, "DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}


def setting(kind: str = "RegistryPolicy", **properties: object) -> dict[str, Any]:
    """Declare a setting of the registry that CloudFormation deletes."""
    return {"Type": f"AWS::ECR::{kind}", "Properties": properties}


def stack(
    resources: Mapping[str, Any],
    *,
    name: str = "Shop",
    account: str = ACCOUNT,
    region: str = REGION,
    **sections: object,
) -> Stack:
    """Make a stack of the resources given, by logical id; *sections* of its template as in ``Conditions={…}``."""
    template = {"Resources": resources, **sections}
    return stack_of(template, name=name, account=account, region=region, nested=lambda *_: "is elsewhere")


def write_assembly(
    directory: Path, stacks: Mapping[str, Mapping[str, Any]], *, environment: str = HERE, **artifacts: object
) -> Path:
    """
    Write a cloud assembly of stacks; gives its directory.

    Each stack is a template's resources by logical id, or a whole template with ``Resources`` among its sections.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for name, resources in stacks.items():
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": environment,
            "properties": {"templateFile": f"{name}.template.json"},
        }
        (directory / f"{name}.template.json").write_text(
            json.dumps(resources if "Resources" in resources else {"Resources": resources})
        )
    (directory / "manifest.json").write_text(json.dumps({"version": "55.0.0", "artifacts": artifacts}))
    return directory


def synthesize(
    directory: Path, repositories: str, *, environments: Mapping[str, str] | None = None, registry: str = ""
) -> Path:
    """
    Synthesize a catalog with the CDK app of this project.

    Args:
        directory: for the catalog and the assembly.
        repositories: as YAML, two columns in.
        environments: Region of each, by name, and what else it has, as in ``us-east-1, shards: 2``; ``dev`` in one
            where there are none.
        registry: what is registry-wide, as YAML, two columns in.

    Returns:
        The assembly.
    """
    directory.mkdir(parents=True, exist_ok=True)
    catalog = directory / "repositories.yaml"
    places = "".join(
        f'  {name}: {{account: "{ACCOUNT}", region: {region}}}\n'
        for name, region in (environments or {"dev": REGION}).items()
    )
    registry = f"registry:\n{registry}" if registry else ""
    catalog.write_text(f"environments:\n{places}{registry}repositories:\n{repositories}")
    out = directory / "cdk.out"
    subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "CDK_OUTDIR": str(out), "CDK_CONTEXT_JSON": json.dumps({"catalog": str(catalog)})},
        check=True,
        capture_output=True,
        timeout=_TIMEOUT_SECONDS,
    )
    return out
