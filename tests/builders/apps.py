"""The app of this repository, run as its users run it, and its stacks made in this process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk

from ecrkit.cdk import RegistryStack, RepositoriesStack, catalog_stacks
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from ecrkit.cdk import EnvironmentStack

__all__ = [
    "POLICIES",
    "ROOT",
    "findings_in",
    "quiet_app",
    "registry_stacks_of",
    "run_app",
    "stacks_by_environment",
    "stacks_of",
    "templates_in",
]

ROOT = Path(__file__).parents[2]
POLICIES = PolicyStore(ROOT / "policies" / "lifecycle")


def run_app(
    outdir: Path,
    *,
    context: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    environ: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """
    Run ``python app.py`` as ``cdk synth`` does, with the context of cdk.json.

    Args:
        outdir: where it writes.
        context: what ``cdk synth -c KEY=VALUE`` passes on.
        cwd: the working directory.
        environ: all that the program finds in its environment; else what this process has.
    """
    flags = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    passed_on = {**flags, "aws:cdk:enable-path-metadata": True, **(context or {})}
    settings = {"CDK_OUTDIR": str(outdir), "CDK_CONTEXT_JSON": json.dumps(passed_on)}
    return subprocess.run(
        [sys.executable, str(ROOT / "app.py")],
        cwd=cwd,
        env={**(os.environ if environ is None else environ), **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def templates_in(outdir: Path) -> dict[str, str]:
    """Read every template in *outdir*, by the name of its stack."""
    return {
        path.name.removesuffix(".template.json"): path.read_text(encoding="utf-8")
        for path in sorted(outdir.glob("*.template.json"))
    }


def stacks_of(catalog: str) -> list[RepositoriesStack]:
    """Make the stacks of *catalog*, a YAML text that has to be valid, in an app of their own."""
    stacks = stacks_by_environment(catalog).values()
    return [stack for built in stacks for stack in built if isinstance(stack, RepositoriesStack)]


def registry_stacks_of(catalog: str) -> list[RegistryStack]:
    """Make the stacks with what is registry-wide by *catalog*, a YAML text that has to be valid, in an app."""
    stacks = stacks_by_environment(catalog).values()
    return [stack for built in stacks for stack in built if isinstance(stack, RegistryStack)]


def stacks_by_environment(
    catalog: str, *, scope: Construct | None = None, registry_stack: type[RegistryStack] = RegistryStack
) -> dict[str, list[EnvironmentStack]]:
    """Make the stacks of *catalog*, a YAML text that has to be valid, in *scope* or an app of their own."""
    with TemporaryDirectory() as directory:
        path = Path(directory, "repositories.yaml")
        path.write_text(dedent(catalog), encoding="utf-8")
        return catalog_stacks(scope or quiet_app(), path, policies=POLICIES, registry_stack=registry_stack)


def quiet_app(**context: object) -> cdk.App:
    """Make an app in which findings do not end the synthesis: the report is read from its file."""
    return cdk.App(analytics_reporting=False, context={"@aws-cdk/core:failSynthOnValidationErrors": False, **context})


def findings_in(assembly: cdk.cx_api.CloudAssembly) -> list[dict[str, Any]]:
    """Give what CDK's validation, and the plugins that the app has, found in its templates."""
    report = json.loads((Path(assembly.directory) / "validation-report.json").read_text(encoding="utf-8"))
    return [violation for plugin in report["pluginReports"] for violation in plugin["violations"]]
