"""What a check of the catalog accepts, the CDK app synthesizes; some catalogs, since each takes a second or more."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import aws_cdk as cdk
import pytest
from builders.apps import POLICIES, ROOT, stacks_by_environment
from builders.templates import without_bootstrap
from catalog.strategies import catalogs
from hypothesis import HealthCheck, Phase, given, settings

from ecrkit.catalog import check_catalog, templates

pytestmark = pytest.mark.node

CONTEXT = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
SOME = max(3, settings.default.max_examples // 20) if settings.default else 3


@settings(max_examples=SOME, suppress_health_check=list(HealthCheck), phases=set(Phase) - {Phase.shrink, Phase.explain})
@given(catalogs().filter(lambda text: check_catalog(text, file="", policies=POLICIES).catalog is not None))
def test_what_is_accepted_is_synthesized(text: str) -> None:
    """CloudFormation's validator, as strict as in this repository's app, stops none; the templates are ours."""
    checked = check_catalog(text, file="repositories.yaml", policies=POLICIES)
    assert checked.catalog
    with TemporaryDirectory() as directory:
        app = cdk.App(analytics_reporting=False, context=CONTEXT, outdir=directory)
        stacks_by_environment(text, scope=app)
        app.synth()
        written = {
            path.name.removesuffix(".template.json"): without_bootstrap(json.loads(path.read_text(encoding="utf-8")))
            for path in Path(directory).glob("*.template.json")
        }

    assert {stack: identifiers(template) for stack, template in written.items()} == {
        stack: identifiers(template.body) for stack, template in templates(checked.catalog, POLICIES).items()
    }


def identifiers(template: object) -> tuple[list[str], list[str]]:
    document = json.loads(json.dumps(template))
    return sorted(document["Resources"]), sorted(document.get("Outputs", {}))
