"""The stacks of public repositories: what they write is what the template of the catalog has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.apps import POLICIES, findings_in, quiet_app, run_app, stacks_by_environment, templates_in
from builders.catalogs import catalog
from builders.public import PUBLIC
from builders.templates import template_of, without_bootstrap

from ecrkit.catalog import templates
from ecrkit.cdk import PublicRepositoriesStack, catalog_stacks
from ecrkit.errors import UnknownRepositoryError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.node

NAMES = {
    "dev": ["Repositories-dev", "PublicRepositories-dev"],
    "prod": ["Repositories-prod", "PublicRepositories-prod"],
    "dr": ["Repositories-dr"],
}


def test_stacks() -> None:
    """Each environment in us-east-1 has a stack of public repositories after those of private ones."""
    found = stacks_by_environment(PUBLIC)

    assert {name: [stack.stack_name for stack in built] for name, built in found.items()} == NAMES


def test_same_as_the_template() -> None:
    """The stack of the app has the template that `ecrkit catalog template` writes, logical IDs too."""
    stack = stacks_by_environment(PUBLIC)["dev"][1]
    body = templates(catalog(PUBLIC, POLICIES), POLICIES)[stack.stack_name].body

    found = template_of(stack)
    assert {"Resources": found["Resources"], "Outputs": found["Outputs"], "Description": found["Description"]} == {
        key: body[key] for key in ("Resources", "Outputs", "Description")
    }


def test_class_of_the_stacks(tmp_path: Path) -> None:
    """An app can pass a class of its own."""

    class Mine(PublicRepositoriesStack):
        pass

    path = tmp_path / "repositories.yaml"
    path.write_text(PUBLIC, encoding="utf-8")
    found = catalog_stacks(quiet_app(), path, policies=POLICIES, public_stack=Mine)

    assert [type(stack) is Mine for stack in found["dev"]] == [False, True]


def test_public_repository_is_not_shared() -> None:
    """A stack that asks for a public repository is told that it needs only the URI."""
    stack = stacks_by_environment(PUBLIC)["prod"][0]

    with pytest.raises(UnknownRepositoryError) as refused:
        stack.repository("base")

    assert str(refused.value) == (
        "Repositories-prod: no repository 'base' in the environment 'prod'; it is a public repository, which everyone "
        "can pull by its URI"
    )


def test_accepted_by_the_validator_of_cdk() -> None:
    """CDK's own CloudFormation validator finds nothing in the templates, nor does the plugin."""
    app = quiet_app()
    stacks_by_environment(PUBLIC, scope=app)

    assert findings_in(app.synth()) == []


def test_app_of_this_project(tmp_path: Path) -> None:
    """The app synthesizes the public repositories of a catalog."""
    path = tmp_path / "repositories.yaml"
    path.write_text(PUBLIC, encoding="utf-8")
    run_app(tmp_path / "cdk.out", context={"catalog": str(path)}).check_returncode()
    found = templates_in(tmp_path / "cdk.out")

    resources = without_bootstrap(json.loads(found["PublicRepositories-prod"]))["Resources"]
    assert [resource["Properties"]["RepositoryName"] for resource in resources.values()] == ["tools/cli", "base"]
