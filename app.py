"""The CDK app: reads the catalog and builds a stack per environment."""

from __future__ import annotations

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

from stacks.repositories import RepositoriesStack

HERE = Path(os.path.relpath(Path(__file__).parent))


def main() -> None:
    """Synthesize; what is wrong with the input ends in lines that a person can act on, and exit code 1."""
    app = cdk.App(analytics_reporting=False)
    catalog_path = Path(app.node.try_get_context("catalog") or HERE / "repositories.yaml")
    policies = PolicyStore(app.node.try_get_context("policies") or HERE / "policies" / "lifecycle")
    try:
        catalog = read_catalog(catalog_path, policies=policies)
        for environment in catalog.environments:
            RepositoriesStack(app, environment=environment, repositories=catalog.repositories, policies=policies)
    except EcrkitError as error:
        sys.exit(str(error))
    app.synth()


if __name__ == "__main__":
    main()
