"""The CDK app: reads the catalog and builds a stack per environment."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from ecrkit.catalog import read_catalog
from ecrkit.errors import EcrkitError
from ecrkit.node import bundled_node
from ecrkit.store import PolicyStore

# Importing aws_cdk starts Node, so the choice of a Node comes before it.
if node := bundled_node():
    os.environ.setdefault("JSII_NODE", str(node))

import aws_cdk as cdk

from ecrkit.cdk import LifecyclePolicyValidation
from stacks.repositories import RepositoriesStack

HERE = Path(os.path.relpath(Path(__file__).parent))


def main() -> None:
    """Synthesize; what is wrong with the input ends in lines that a person can act on, and exit code 1."""
    app = cdk.App(analytics_reporting=False, context=cli_context())
    cdk.Validations.of(app).add_plugins(LifecyclePolicyValidation())
    catalog_path = app.node.try_get_context("catalog") or HERE / "repositories.yaml"
    policies = PolicyStore(app.node.try_get_context("policies") or HERE / "policies" / "lifecycle")
    try:
        catalog = read_catalog(Path(catalog_path), policies=policies)
        for environment in catalog.environments:
            RepositoriesStack(app, environment=environment, repositories=catalog.repositories, policies=policies)
    except EcrkitError as error:
        sys.exit(str(error))
    try:
        app.synth()
    except RuntimeError as error:
        # What CDK itself refuses, a template with too many resources for one, comes out of Node.
        sys.exit(str(error))


def cli_context() -> dict[str, object]:
    """Read what the CDK CLI would pass on, so that this program alone writes the templates that ``cdk synth`` does."""
    settings = json.loads((HERE / "cdk.json").read_text(encoding="utf-8"))
    return {**settings["context"], "aws:cdk:enable-path-metadata": True}


if __name__ == "__main__":
    main()
