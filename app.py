"""The CDK app: reads the catalog and builds the stacks of each environment."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from ecrkit.cdk import process
from ecrkit.cdk.node import bundled_node

# Importing aws_cdk starts Node, so the choice of a Node comes before it.
if node := bundled_node():
    os.environ.setdefault("JSII_NODE", str(node))
if __name__ == "__main__":
    process.begin(meanwhile="ecrkit.catalog")

import aws_cdk as cdk

from ecrkit.catalog import check_catalog
from ecrkit.cdk import LifecyclePolicyValidation
from ecrkit.documents.files import read_text
from ecrkit.errors import EcrkitError, InvalidCatalogError, errors_in
from ecrkit.policies.store import PolicyStore
from stacks.repositories import repositories_stacks

HERE = Path(os.path.relpath(Path(__file__).parent))


def main() -> Path:
    """
    Synthesize; what is wrong with the input ends in lines that a person can act on, and exit code 1.

    Returns:
        The cloud assembly.
    """
    app = cdk.App(analytics_reporting=False, context=cli_context())
    catalog_path = app.node.try_get_context("catalog") or HERE / "repositories.yaml"
    policies = PolicyStore(app.node.try_get_context("policies") or HERE / "policies" / "lifecycle")
    try:
        plugin = LifecyclePolicyValidation(completeness=False, policies=policies)
        cdk.Validations.of(app).add_plugins(plugin)
        checked = check_catalog(read_text(Path(catalog_path)), file=str(catalog_path), policies=policies)
        if checked.catalog is None:
            raise InvalidCatalogError(errors_in(checked.findings))
        for finding in checked.findings:
            if not finding.silenced:
                print(finding, file=sys.stderr)  # noqa: T201 - CDK, too, warns there
        for environment in checked.catalog.environments:
            repositories_stacks(app, environment=environment, policies=policies)
            if environment.registry is not None:
                from stacks.registry import RegistryStack  # noqa: PLC0415 - few catalogs have one

                RegistryStack(app, environment=environment, registry=environment.registry, policies=policies)
    except EcrkitError as error:
        sys.exit(str(error))
    try:
        return Path(app.synth().directory)
    except RuntimeError as error:
        # What CDK itself refuses, a template with too many resources for one, comes out of Node.
        sys.exit(str(error))


def cli_context() -> dict[str, object]:
    """Read what the CDK CLI would pass on, so that this program alone writes the templates that ``cdk synth`` does."""
    settings = json.loads((HERE / "cdk.json").read_text(encoding="utf-8"))
    return {**settings["context"], "aws:cdk:enable-path-metadata": True}


if __name__ == "__main__":
    process.end(main())
