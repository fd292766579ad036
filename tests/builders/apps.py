"""The app of this repository, run as its users run it, and its stacks made in this process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk

from ecrkit.catalog import check_catalog
from ecrkit.policies.store import PolicyStore
from stacks.registry import RegistryStack
from stacks.repositories import RepositoriesStack, repositories_stacks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.catalog import Environment

__all__ = ["ROOT", "findings_in", "registry_stacks_of", "run_app", "stacks_of", "templates_in"]

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
    Run ``python app.py``.

    Args:
        outdir: where it writes.
        context: what ``cdk synth -c KEY=VALUE`` would pass on.
        cwd: the working directory.
        environ: all that the program finds in its environment; else what this process has.
    """
    settings = {"CDK_OUTDIR": str(outdir), "CDK_CONTEXT_JSON": json.dumps(context or {})}
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
    app = _app()
    return [
        stack
        for environment in _environments(catalog)
        for stack in repositories_stacks(app, environment=environment, policies=POLICIES)
    ]


def registry_stacks_of(catalog: str) -> list[RegistryStack]:
    """Make the stacks with what is registry-wide by *catalog*, a YAML text that has to be valid, in an app."""
    app = _app()
    return [
        RegistryStack(app, environment=environment, registry=environment.registry, policies=POLICIES)
        for environment in _environments(catalog)
        if environment.registry
    ]


def _environments(catalog: str) -> tuple[Environment, ...]:
    checked = check_catalog(dedent(catalog), file="repositories.yaml", policies=POLICIES)
    assert checked.catalog is not None, checked.findings
    return checked.catalog.environments


def _app() -> cdk.App:
    # The report is read from its file: findings shall not end the synthesis.
    return cdk.App(analytics_reporting=False, context={"@aws-cdk/core:failSynthOnValidationErrors": False})


def findings_in(assembly: cdk.cx_api.CloudAssembly) -> list[dict[str, Any]]:
    """Give what CDK's validation, and the plugins that the app has, found in its templates."""
    report = json.loads((Path(assembly.directory) / "validation-report.json").read_text(encoding="utf-8"))
    return [violation for plugin in report["pluginReports"] for violation in plugin["violations"]]
