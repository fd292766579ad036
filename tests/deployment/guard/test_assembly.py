"""Cloud assemblies, read from disk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from builders.assemblies import ACCOUNT, REGION, destroyed, repository, write_assembly

from ecrkit.deployment.guard import compare, read_assembly, read_baseline
from ecrkit.errors import InvalidAssemblyError, UnreadableInputError

if TYPE_CHECKING:
    from pathlib import Path


def nested(path: str = "Inner.nested.template.json", **attributes: object) -> dict[str, Any]:
    return {"Type": "AWS::CloudFormation::Stack", "Metadata": {"aws:asset:path": path}, **attributes}


def test_stacks_have_their_environment(tmp_path: Path) -> None:
    """A stack has its name, its account and Region, and what it has of ECR."""
    out = write_assembly(tmp_path, {"Shop": {"It": repository(), "Bucket": {"Type": "AWS::S3::Bucket"}}})

    (stack,) = read_assembly(out)

    assert (stack.name, stack.account, stack.region) == ("Shop", ACCOUNT, REGION)
    assert [found.logical_id for found in stack.resources] == ["It"]


def test_unknown_environment_is_any(tmp_path: Path) -> None:
    """A stack that takes account and Region from the deploy has none."""
    out = write_assembly(tmp_path, {"Shop": {}}, environment="aws://unknown-account/unknown-region")

    (stack,) = read_assembly(out)

    assert (stack.account, stack.region) == ("", "")


def test_vanished_nested_stack_takes_its_repositories(tmp_path: Path) -> None:
    """A nested stack that leaves its parent is deleted, and what is in it goes by its own policy."""
    out = write_assembly(tmp_path, {"Shop": {"Inner": nested()}})
    template = {"Resources": {"It": destroyed(repository())}}
    (out / "Inner.nested.template.json").write_text(json.dumps(template))
    empty = write_assembly(tmp_path / "empty", {"Shop": {}})

    (found,) = compare(read_assembly(out), read_assembly(empty))

    assert (found.place, found.code) == ("Shop/Inner/It", "GRD112")


def test_kept_nested_stack_keeps_what_it_has(tmp_path: Path) -> None:
    """A nested stack with a DeletionPolicy of its own stays as a whole."""
    out = write_assembly(tmp_path, {"Shop": {"Inner": nested(DeletionPolicy="Retain")}})
    (out / "Inner.nested.template.json").write_text(json.dumps({"Resources": {"It": destroyed(repository())}}))

    ((resource,),) = [stack.resources for stack in read_assembly(out)]

    assert resource.outlives_its_stack


def test_nested_stack_of_somebody_else_is_found(tmp_path: Path) -> None:
    """A nested stack whose template is elsewhere is an error: nobody can see what is in it."""
    foreign = {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://example.com/t"}}}
    stacks = read_assembly(write_assembly(tmp_path, {"Shop": foreign}))

    (found,) = compare(stacks, stacks)

    assert (found.place, found.code) == ("Shop/Inner", "GRD161")
    assert found.message == "cannot read the nested stack Inner: its template is not in this folder"


def test_what_was_in_an_unreadable_nested_stack_is_not_gone(tmp_path: Path) -> None:
    """Where the nested stack cannot be read any more, that is the only finding."""
    old = write_assembly(tmp_path / "old", {"Shop": {"Inner": nested()}})
    (old / "Inner.nested.template.json").write_text(json.dumps({"Resources": {"It": repository()}}))
    new = write_assembly(tmp_path / "new", {"Shop": {"Inner": {"Type": "AWS::CloudFormation::Stack"}}})

    assert [found.code for found in compare(read_assembly(old), read_assembly(new))] == ["GRD161"]


def test_nested_stack_before_it_is_packaged_is_found(tmp_path: Path) -> None:
    """A TemplateURL that is a path leads to the file, in YAML too."""
    inner = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "inner.yaml"}}
    out = write_assembly(tmp_path, {"Shop": {"Inner": inner}})
    (out / "inner.yaml").write_text("Resources: {It: {Type: AWS::ECR::Repository}}")

    ((found,),) = [stack.resources for stack in read_assembly(out)]

    assert found.logical_id == "Inner/It"


def test_nested_stack_in_itself_is_told(tmp_path: Path) -> None:
    """A template that has itself as a nested stack ends in one line."""
    out = write_assembly(tmp_path, {"Shop": {"Inner": nested("Shop.template.json")}})

    with pytest.raises(InvalidAssemblyError) as told:
        read_assembly(out)

    assert str(told.value) == "Shop: the nested stack Inner/Inner contains itself; synthesize again"


def test_assembly_in_itself_is_told(tmp_path: Path) -> None:
    """An assembly that has itself as a stage ends in one line."""
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}

    with pytest.raises(InvalidAssemblyError) as told:
        read_assembly(write_assembly(tmp_path, {}, Prod=stage))

    assert str(told.value) == f"{tmp_path}/manifest.json: contains itself; run 'cdk synth' again"


def test_baseline_without_stacks_is_told(tmp_path: Path) -> None:
    """An app without stacks is nothing to compare with."""
    with pytest.raises(InvalidAssemblyError) as told:
        read_baseline(write_assembly(tmp_path, {}))

    assert str(told.value) == f"{tmp_path}: has no stacks to compare with; give the cdk.out of an app that has"


def test_plain_directory_is_a_baseline(tmp_path: Path) -> None:
    """A folder of templates is compared by the names of its files, whatever account and Region they are for."""
    (tmp_path / "Shop.template.json").write_text(json.dumps({"Resources": {"It": repository()}}))
    (tmp_path / "Inner.nested.template.json").write_text("{}")
    new = write_assembly(tmp_path / "new", {"Shop": {}})

    baseline = read_baseline(tmp_path)

    assert [stack.name for stack in baseline] == ["Shop"]
    assert [found.code for found in compare(baseline, read_assembly(new))] == ["GRD111"]


def test_assembly_is_a_baseline(tmp_path: Path) -> None:
    """A cloud assembly is read in the same way on both sides."""
    out = write_assembly(tmp_path, {"Shop": {"It": repository()}})

    assert read_baseline(out) == read_assembly(out)


def test_empty_assembly_has_no_stacks(tmp_path: Path) -> None:
    """An app without stacks is an app."""
    (tmp_path / "manifest.json").write_text('{"version": "55.0.0"}')

    assert read_assembly(tmp_path) == ()


def test_missing_directory_is_told(tmp_path: Path) -> None:
    """A folder that is not there is told, with what makes it."""
    with pytest.raises(UnreadableInputError) as told:
        read_baseline(tmp_path / "none")

    assert str(told.value) == f"{tmp_path}/none: cannot be read: no such directory; run 'cdk synth' first"


def test_folder_without_manifest_is_no_assembly(tmp_path: Path) -> None:
    """A folder without a manifest is told; as a baseline only if it has no templates either."""
    with pytest.raises(InvalidAssemblyError) as assembly:
        read_assembly(tmp_path)
    with pytest.raises(InvalidAssemblyError) as baseline:
        read_baseline(tmp_path)

    assert str(assembly.value) == f"{tmp_path}: not a cloud assembly: has no manifest.json; run 'cdk synth' first"
    assert str(baseline.value) == f"{tmp_path}: neither a cloud assembly nor a folder of *.template.json"


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        pytest.param(
            '{"artifacts": {', ":1:16: not JSON: expecting property name enclosed in double quotes", id="broken"
        ),
        pytest.param("[1]", ": must be a mapping, got list; synthesize again", id="list"),
        pytest.param("[" * 100_000, ": not JSON that can be read: ", id="deep"),
        pytest.param(
            '{"name": "web app"}',
            ": not the manifest of a cloud assembly; run 'cdk synth' first",
            id="another manifest",
        ),
        pytest.param(
            '{"version": "1", "artifacts": []}', ": not the manifest of a cloud assembly", id="artifacts in a list"
        ),
        pytest.param(
            '{"version": "1", "artifacts": {"Shop": {"type": "aws:cloudformation:stack"}}}',
            ": artifacts.Shop: has no templateFile; run 'cdk synth' again",
            id="no template",
        ),
        pytest.param(
            '{"version": "1", "artifacts": {"Prod": {"type": "cdk:cloud-assembly", "properties": {}}}}',
            ": artifacts.Prod: has no directoryName; run 'cdk synth' again",
            id="no directory",
        ),
    ],
)
def test_broken_manifest_is_told(tmp_path: Path, manifest: str, message: str) -> None:
    """A manifest that is none is one line with its file."""
    (tmp_path / "manifest.json").write_text(manifest)

    with pytest.raises(InvalidAssemblyError) as told:
        read_assembly(tmp_path)

    assert str(told.value).startswith(f"{tmp_path}/manifest.json{message}")
    assert "\n" not in str(told.value)


def test_broken_template_is_told(tmp_path: Path) -> None:
    """A template that is not JSON is told with its file and place."""
    out = write_assembly(tmp_path, {"Shop": {}})
    (out / "Shop.template.json").write_text('{\n"Resources": }')

    with pytest.raises(InvalidAssemblyError) as told:
        read_assembly(out)

    assert str(told.value) == f"{out}/Shop.template.json:2:14: not JSON: expecting value; synthesize again"


def test_missing_template_is_told(tmp_path: Path) -> None:
    """A template that the manifest names and nobody wrote is told."""
    out = write_assembly(tmp_path, {"Shop": {}})
    (out / "Shop.template.json").unlink()

    with pytest.raises(UnreadableInputError) as told:
        read_assembly(out)

    assert str(told.value) == f"{out}/Shop.template.json: cannot be read: no such file or directory"
