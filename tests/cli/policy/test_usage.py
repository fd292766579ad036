"""`ecrkit policy usage`, as a process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit
from builders.stores import make_store, policy_text, publish

if TYPE_CHECKING:
    from pathlib import Path

CATALOG = """\
environments:
  dev: {account: "123456789012", region: us-east-1}
  prod: {account: "210987654321", region: us-east-1, defaults: {lifecycle: web@2}}
defaults: {lifecycle: web@1}
registry:
  creation_templates:
    team/: {applied_for: [CREATE_ON_PUSH], lifecycle: web@1}
repositories:
  api: {lifecycle: [untagged@1, web@1], only: [dev]}
  cache: {lifecycle: []}
  shop/web: {}
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A catalog, and a store with three versions of a policy."""
    files = {f"web/v{version}.json": policy_text(keep=10 * version) for version in (1, 2, 3)}
    publish(make_store(tmp_path, {**files, "untagged/v1.json": policy_text(tag_status="untagged")}))
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    return tmp_path


def test_every_version(directory: Path) -> None:
    """Every repository and creation template that has a version is a row, with the place that says so."""
    result = ecrkit("policy", "usage", "web", cwd=directory)

    assert result.stdout == (
        "ENVIRONMENT  REPOSITORY                 PINNED  BY\n"
        "dev          api                        web@1   repositories.api.lifecycle\n"
        "dev          shop/web                   web@1   defaults.lifecycle\n"
        'dev          team/ (creation template)  web@1   registry.creation_templates["team/"].lifecycle\n'
        "prod         shop/web                   web@2   environments.prod.defaults.lifecycle\n"
        'prod         team/ (creation template)  web@1   registry.creation_templates["team/"].lifecycle\n'
    )
    assert result.stderr == "web@1: 4 pins\nweb@2: 1 pin\nweb@3: not pinned\n"


def test_one_version(directory: Path) -> None:
    """With @N, only rows of that version; a place that applies to nothing is a note."""
    (directory / "repositories.yaml").write_text(CATALOG.replace("  shop/web: {}\n", ""))

    result = ecrkit("policy", "usage", "web@2", cwd=directory)

    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == (
        "note: repositories.yaml:3:76: environments.prod.defaults.lifecycle applies to no repository\n"
        "web@2: not pinned\n"
    )


def test_deployed_versions(directory: Path) -> None:
    """A listing adds what is deployed, and repositories that the catalog no longer pins a version for."""
    text = policy_text(keep=10)
    listing = [
        {
            "repositoryArn": f"arn:aws:ecr:{place}:repository/{name}",
            "repositoryName": name,
            "lifecyclePolicyText": found,
        }
        for place, name, found in [
            ("us-east-1:210987654321", "shop/web", text),
            ("us-east-1:123456789012", "shop/web", policy_text(keep=99)),
            ("us-east-1:123456789012", "api", None),
            ("us-east-1:123456789012", "cache", text),
            ("eu-west-1:123456789012", "old", text),
            ("eu-west-1:123456789012", "older", None),
        ]
    ]
    (directory / "repos.json").write_text(json.dumps({"repositories": listing}))

    result = ecrkit("policy", "usage", "web", "--deployed", "repos.json", "--output", "json", cwd=directory)

    uses = json.loads(result.stdout)["uses"]
    assert [(one["environment"], one.get("repositoryName"), one["pinned"], one["deployed"]) for one in uses] == [
        ("dev", "api", ["web@1"], "none"),
        ("dev", "shop/web", ["web@1"], "unnamed"),
        ("dev", None, ["web@1"], None),
        ("prod", "shop/web", ["web@2"], "web@1"),
        ("prod", None, ["web@1"], None),
        ("dev", "cache", [], "web@1"),
        ("123456789012 eu-west-1", "old", [], "web@1"),
    ]


def test_audited_versions(directory: Path) -> None:
    """What an audit reports no drift of is deployed as declared; drift names the version, if it is one."""
    found = [
        {"pointer": "/repositories/shop~1web", "code": "AUD116", "message": "the lifecycle policy is …: it is web@3"},
        {"pointer": "/repositories/cache", "code": "AUD101", "message": "not deployed"},
    ]
    (directory / "audit.json").write_text(json.dumps({"findings": found, "checked": 2, "environment": "dev"}))

    result = ecrkit("policy", "usage", "web", "--audit", "audit.json", cwd=directory)

    assert [line.split()[-1] for line in result.stdout.splitlines()] == [
        "DEPLOYED",
        "untagged@1+web@1",
        "web@3",
        "-",
        "-",
        "-",
    ]


def test_json_has_places_and_counts(directory: Path) -> None:
    """As JSON, every use has its place, and every version of the store its count."""
    result = ecrkit("policy", "usage", "untagged@1", "--output", "json", cwd=directory)

    assert json.loads(result.stdout) == {
        "versions": {"untagged@1": 1},
        "uses": [
            {
                "environment": "dev",
                "repositoryName": "api",
                "pinned": ["untagged@1"],
                "pinnedBy": {
                    "file": "repositories.yaml",
                    "line": 9,
                    "column": 20,
                    "pointer": "/repositories/api/lifecycle",
                },
                "deployed": None,
            }
        ],
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["wep"], "no policy 'wep' in policies/lifecycle; did you mean web?", id="name"),
        pytest.param(["web@4"], "the policy 'web' has no version 4; it has web@1, web@2, web@3", id="version"),
        pytest.param(["Web@x"], "a policy is named 'name@N', got 'Web@x'", id="no name"),
        pytest.param(
            ["web", "--deployed", "repositories.yaml"],
            "repositories.yaml: must be the output of `ecrkit repos list --output json`; write it again",
            id="listing",
        ),
        pytest.param(
            ["web", "--audit", "repositories.yaml"],
            "repositories.yaml: must be the output of `ecrkit audit --output json`; write it again",
            id="audit",
        ),
    ],
)
def test_unknown_names_and_files(directory: Path, arguments: list[str], message: str) -> None:
    """What does not exist, or cannot be read, is exit 2."""
    result = ecrkit("policy", "usage", *arguments, cwd=directory)

    assert result.returncode == 2
    assert message in result.stderr
