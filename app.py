"""The CDK app: reads the catalog and builds the stacks of each environment."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import sys
import tempfile
import threading
from importlib import import_module
from pathlib import Path

from ecrkit.node import bundled_node

# Importing aws_cdk starts Node, so the choice of a Node comes before it.
if node := bundled_node():
    os.environ.setdefault("JSII_NODE", str(node))
if __name__ == "__main__":
    # jsii unpacks itself into a temporary folder, and removes it when it has waited for Node; this is removed anyway.
    tempfile.tempdir = tempfile.mkdtemp(prefix="ecrkit-")
    atexit.register(shutil.rmtree, tempfile.tempdir, ignore_errors=True)
    # Node takes its time to start, in a process of its own: what reads the catalog is imported meanwhile.
    threading.Thread(target=import_module, args=["aws_cdk"]).start()
    import_module("ecrkit.catalog")

import aws_cdk as cdk

from ecrkit.catalog import check_catalog
from ecrkit.cdk import LifecyclePolicyValidation
from ecrkit.errors import EcrkitError, InvalidCatalogError
from ecrkit.files import read_text
from ecrkit.findings import errors_in
from ecrkit.store import PolicyStore
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


def has_violations(assembly: Path) -> bool:
    """Whether CDK has something to tell of its templates; it does so on standard error, by way of Node."""
    report = json.loads((assembly / "validation-report.json").read_text(encoding="utf-8"))
    return any(plugin["violations"] for plugin in report["pluginReports"])


if __name__ == "__main__":
    if not has_violations(main()):
        # All is written and said. Python would wait for Node, which goes on for some tenths of a second to compile what
        # validated the templates, for a next time that there will not be.
        shutil.rmtree(str(tempfile.tempdir), ignore_errors=True)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
