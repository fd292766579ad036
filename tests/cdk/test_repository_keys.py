"""Every key of the catalog is an argument of the construct, but those that CDK has a way of its own for."""

from __future__ import annotations

import inspect
import re
from typing import Any

import aws_cdk as cdk
import pytest
from builders.keys import SAMPLES
from builders.templates import repository_in, stack, template_of

from ecrkit.catalog.keys import KEYS, Key
from ecrkit.cdk import Repository
from ecrkit.cdk.refusals import encryption_of
from ecrkit.registry.properties import RepositoryProperties

pytestmark = pytest.mark.node

_OF_CDK = {"tags", "silence"}
"""``Tags.of(…)`` and ``Annotations.of(…).acknowledge_warning(…)``."""

each_argument = pytest.mark.parametrize("key", [pytest.param(key, id=key.name) for key in KEYS if key.argument])


def template(**arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - as many types as arguments
    """Give the template of a stack with one repository."""
    if "removal_policy" in arguments:
        arguments["removal_policy"] = cdk.RemovalPolicy[arguments["removal_policy"]]
    scope = stack()
    Repository(scope, "App", repository_name="web", **arguments)
    return template_of(scope)


def test_every_other_key_has_an_argument() -> None:
    """Only what CDK does itself is no argument."""
    assert {key.name for key in KEYS if not key.argument} == _OF_CDK


@each_argument
def test_argument_is_documented(key: Key) -> None:
    """The construct has the argument, and its docstring describes it."""
    assert key.argument in inspect.signature(Repository.__init__).parameters
    assert re.search(rf"^    {key.argument}: ", inspect.getdoc(Repository) or "", re.MULTILINE)


@pytest.mark.parametrize(
    "key", [pytest.param(key, id=key.name) for key in KEYS if key.is_property and key.argument == key.name]
)
def test_default_is_the_one_of_the_catalog(key: Key) -> None:
    """The construct and the catalog have the same defaults."""
    default = inspect.signature(Repository.__init__).parameters[key.argument].default
    if key.name == "encryption":
        assert default is None  # A key decides.
        default = encryption_of(None, None)

    assert default == getattr(RepositoryProperties(), key.name)


@each_argument
def test_construct_writes_the_key(key: Key) -> None:
    """The argument changes the property or attribute that the row names; else it changes the rest of the template."""
    sample = SAMPLES[key.name]
    before = template(**sample.beside_argument)
    after = template(**sample.beside_argument, **{key.argument: sample.argument})

    if key.resource:
        before, after = ({**found, **found["Properties"]} for found in map(repository_in, (before, after)))
        assert before.get(key.resource) != after.get(key.resource)
    else:
        assert before != after
