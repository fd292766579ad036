"""`ecrkit policy extract`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from builders.commands import run_here
from builders.stores import policy_text

if TYPE_CHECKING:
    from pathlib import Path

FIVE = policy_text(keep=5)


def repository(text: object, **properties: object) -> dict[str, Any]:
    return {
        "Type": "AWS::ECR::Repository",
        "Properties": {**properties, "LifecyclePolicy": {"LifecyclePolicyText": text}},
    }


@pytest.fixture(autouse=True)
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make two templates: one that can be extracted, one that only a deploy knows."""
    monkeypatch.chdir(tmp_path)
    known = {"App": repository(FIVE, RepositoryName="shop/app"), "Web": repository(FIVE)}
    for name, resources in (("known", known), ("unknown", {**known, "Api": repository({"Ref": "Policy"})})):
        folder = tmp_path / name
        folder.mkdir()
        template = {"Parameters": {"Policy": {"Type": "String"}}, "Resources": resources}
        (folder / "Shop.template.json").write_text(json.dumps(template, indent=1))


def test_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """It lists the files, what to write into the catalog and the construct, and where each policy is."""
    assert run_here("policy extract known", monkeypatch) == 0
    assert capfd.readouterr() == (
        (
            "policies/lifecycle/shop-app/v1.json\n"
            "  catalog:   lifecycle: shop-app@1\n"
            '  construct: lifecycle=policies["shop-app@1"]\n'
            "  for known/Shop.template.json:13: App\n"
            "  for known/Shop.template.json:21: Web\n"
        ),
        "1 file written; publish with `ecrkit policy lock policies/lifecycle`\n",
    )
    assert (tmp_path / "policies/lifecycle/shop-app/v1.json").read_text() == FIVE
    assert run_here("policy check policies/lifecycle --strict", monkeypatch) == 1  # It is not published.


def test_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """An equal version is reported, and not written."""
    run_here("policy extract known", monkeypatch)
    (tmp_path / "policies/lifecycle/shop-app/v1.json").chmod(0o444)
    capfd.readouterr()

    assert run_here("policy extract known/Shop.template.json", monkeypatch) == 0
    out, err = capfd.readouterr()
    assert out.splitlines()[0] == "policies/lifecycle/shop-app/v1.json (exists)"
    assert err == "0 files written, 1 in the store already\n"


def test_what_cannot_be_extracted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It exits with 1 and names the place; the others are written, to the folder that was given."""
    assert run_here("policy extract unknown -o new", monkeypatch) == 1
    assert capfd.readouterr().err == (
        "not extracted: unknown/Shop.template.json:29: Api: the policy depends on 'Policy', which only a deploy knows; "
        "write that policy by hand\n"
        "1 file written, 1 not extracted; publish with `ecrkit policy lock new`\n"
    )
    assert (tmp_path / "new/shop-app/v1.json").read_text() == FIVE
    assert not (tmp_path / "policies").exists()


def test_json_of_a_dry_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """A program gets all of it, and a dry run writes nothing."""
    assert run_here("policy extract unknown --dry-run --output json --policies store", monkeypatch) == 1

    out, err = capfd.readouterr()
    place = {"template": "unknown/Shop.template.json"}
    assert json.loads(out) == {
        "policies": [
            {
                "policy": "shop-app@1",
                "file": "store/shop-app/v1.json",
                "is_new": True,
                "resources": [
                    {**place, "line": 13, "logicalId": "App", "repositoryName": "shop/app"},
                    {**place, "line": 21, "logicalId": "Web"},
                ],
            }
        ],
        "not_extracted": [
            {
                **place,
                "line": 29,
                "logicalId": "Api",
                "problem": "the policy depends on 'Policy', which only a deploy knows; write that policy by hand",
            }
        ],
        "dry_run": True,
    }
    assert err.splitlines()[-1] == "1 file would be written, 1 not extracted"
    assert not (tmp_path / "store").exists()


def test_nothing_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """A template without policies is fine."""
    (tmp_path / "t.yaml").write_text("Resources: {}\n")

    assert run_here("policy extract t.yaml", monkeypatch) == 0
    assert capfd.readouterr() == ("", "no lifecycle policy found\n")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("none.json", "none.json: cannot be read: no such file or directory", id="missing"),
        pytest.param("policies.d", "policies.d: has no *.template.json; run 'cdk synth' first, or name a", id="empty"),
    ],
)
def test_unreadable(
    name: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """What is no template ends the command with exit code 2."""
    (tmp_path / "policies.d").mkdir()

    assert run_here(f"policy extract {name}", monkeypatch) == 2
    assert message in capfd.readouterr().err


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        pytest.param('{"rules": []}', "name a CloudFormation template, or a folder such as cdk.out", id="policy"),
        pytest.param("repositories: {}\n", "name a CloudFormation template, or a folder such as cdk.out", id="catalog"),
        pytest.param("{}", "name a CloudFormation template, or a folder such as cdk.out", id="empty"),
        pytest.param(
            '{"TemplateBody": {"Resources": {}}}',
            "save the template alone: pass --query TemplateBody to `aws cloudformation get-template`",
            id="output of get-template",
        ),
    ],
)
def test_other_documents(
    text: str, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A document that is no template is an error, not a template without policies."""
    (tmp_path / "other").write_text(text)

    assert run_here("policy extract other", monkeypatch) == 2
    assert capfd.readouterr().err == f"error: other: not a template, it has no 'Resources'; {advice}\n"
