"""
Every key of the table is where it has to be: reader, schema, documentation, template, audit and adopt.

``tests/cdk/test_repository_keys.py`` looks for it in the construct. A row that is new fails these tests until each has
it.
"""

from __future__ import annotations

import re
import runpy
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from builders.actual import ACCOUNT, actual, found
from builders.catalogs import ONE_ENVIRONMENT, catalog
from builders.keys import SAMPLES, store_of_samples

from ecrkit.catalog.keys import KEYS, SETTING_KEYS, Key
from ecrkit.catalog.public_keys import PUBLIC_ENTRY_KEYS
from ecrkit.catalog.reading.events import EVENT_KEYS
from ecrkit.catalog.schema import catalog_schema
from ecrkit.catalog.template import repository_resources
from ecrkit.deployment.adoption import Adopter
from ecrkit.deployment.audit import AUDIT_RULEBOOK
from ecrkit.registry.properties import Mutability, Removal, RepositoryProperties

if TYPE_CHECKING:
    from ecrkit.catalog import RepositoryEntry
    from ecrkit.policies.store import PolicyStore

GENERATOR = Path(__file__).parents[2] / "docs" / "generate.py"

each_key = pytest.mark.parametrize("key", [pytest.param(key, id=key.name) for key in KEYS])
each_stored_key = pytest.mark.parametrize("key", [pytest.param(key, id=key.name) for key in KEYS if key.drift])
each_key_of_the_resource = pytest.mark.parametrize(
    "key", [pytest.param(key, id=key.name) for key in KEYS if key.resource]
)


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> PolicyStore:
    return store_of_samples(tmp_path_factory.mktemp("store"))


def entry(settings: str, policies: PolicyStore) -> RepositoryEntry:
    """Give the only repository of a catalog, by its settings."""
    text = f"{ONE_ENVIRONMENT}defaults: {{lifecycle: ten@1}}\nrepositories:\n  web: {{{settings}}}\n"
    [only] = catalog(text, policies).repositories
    return only


def resource(settings: str, policies: PolicyStore) -> dict[str, Any]:
    """Give the properties and attributes of the resource in the template."""
    read = entry(settings, policies)
    policy = policies.compose(read.lifecycle)
    place = {"account": ACCOUNT, "region": "us-east-1", "stack": "Repositories-dev"}
    [written, *_] = repository_resources(read, policy, **place).values()
    properties = written["Properties"]
    assert isinstance(properties, dict)
    return {**written, **properties}


def test_every_key_has_a_sample() -> None:
    """The tests of the table know a value of every key."""
    assert sorted(SAMPLES) == sorted(key.name for key in KEYS)


def test_every_property_has_a_key(policies: PolicyStore) -> None:
    """No field of the properties is without a key that sets it."""
    plain = RepositoryProperties()
    with_key = entry("encryption: {type: KMS, key: alias/web}", policies).properties
    samples = [with_key, *(entry(sample.settings, policies).properties for sample in SAMPLES.values())]

    names = [field.name for field in fields(RepositoryProperties)]
    assert [name for name in names if all(getattr(one, name) == getattr(plain, name) for one in samples)] == []


@each_key
def test_reader_knows_the_key(key: Key, policies: PolicyStore) -> None:
    """A catalog with the key is valid, and its entry differs from one without."""
    sample = SAMPLES[key.name]

    assert entry(sample.settings, policies) != entry(sample.beside, policies)


@each_key
def test_schema_knows_the_key(key: Key) -> None:
    """The schema has the key in the defaults, in a repository and in an environment, with its sentence."""
    top = catalog_schema()["properties"]
    environment = top["environments"]["additionalProperties"]["properties"]
    places = [
        top["defaults"],
        top["repositories"]["additionalProperties"],
        environment["defaults"],
        environment["repositories"]["additionalProperties"],
    ]

    says = f"{key.says[0].upper()}{key.says[1:]}."
    assert [place["properties"][key.name]["description"] for place in places] == [says] * len(places)


def test_only_these_are_not_stored_by_ecr() -> None:
    """Every other key sets something that a deployed repository has, and that an audit compares."""
    assert {key.name for key in KEYS if not key.drift} == {
        *("removal", "empty_on_delete"),  # CloudFormation's
        *("exports", "parameters"),  # other resources and outputs
        *("open_to_everyone", "silence"),  # of the catalog alone
    }
    assert {key.name for key in KEYS if not key.resource} == {
        *("open_to_everyone", "exports", "parameters", "silence"),
    }


def test_documentation_has_the_keys() -> None:
    """The page of keys has a row for each key of a repository, of a public one and of an event."""
    page = runpy.run_path(str(GENERATOR))["key_page"]()

    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == [
        *SETTING_KEYS,
        *("output", "only"),
        *PUBLIC_ENTRY_KEYS,
        *EVENT_KEYS,
    ]


@pytest.mark.parametrize("key", [pytest.param(key, id=key.name) for key in KEYS if key.kind and key.is_property])
def test_default_is_the_one_of_the_properties(key: Key) -> None:
    """The default in the documentation is the one that applies."""
    default = getattr(RepositoryProperties(), key.name)

    assert key.default == f"`{str(default).lower() if isinstance(default, bool) else default}`"


@each_key_of_the_resource
def test_template_has_the_key(key: Key, policies: PolicyStore) -> None:
    """The key changes the property or the attribute of the resource that its row names."""
    sample = SAMPLES[key.name]
    before, after = resource(sample.beside, policies), resource(sample.settings, policies)

    assert before.get(key.resource) != after.get(key.resource)


@each_stored_key
def test_audit_compares_the_key(key: Key, policies: PolicyStore) -> None:
    """A repository deployed with another value has drifted by the row's check; one with this value has not."""
    sample = SAMPLES[key.name]
    codes = {check.code for check in AUDIT_RULEBOOK}

    def drift(deployed: dict[str, Any]) -> list[str]:
        repository = actual(**deployed)
        return [one.code for one in found(sample.settings, [repository], policies) if one.code < "AUD121"]

    assert key.drift in codes
    assert drift(dict(sample.deployed)) == []
    assert key.drift in drift({})


@each_key_of_the_resource
def test_adopt_writes_the_key(key: Key, policies: PolicyStore) -> None:
    """Where the defaults have another value than a deployed repository, its entry says so."""
    sample = SAMPLES[key.name]
    text = f"{ONE_ENVIRONMENT}defaults: {{{sample.settings}}}\nrepositories:\n"
    adopter = Adopter(text, file="repositories.yaml", policies=policies, environment="dev")

    adopted = adopter.adopt([actual()])

    assert adopted.names == ("web",)
    assert f"\n    {key.name}:" in adopted.after


def test_words_of_a_kind_are_the_only_values() -> None:
    """Every kind is a truth value or a list of words, which the reader and the schema have in common."""
    assert {key.kind for key in KEYS} == {None, bool, Mutability, Removal}
