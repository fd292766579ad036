"""Which lifecycle policies a template has, and where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from builders.policies import document, pushed, rule, tagged
from builders.stores import policy_text

from ecrkit.deployment.extraction.templates import FoundPolicy, Unknown, find_policies, template_files
from ecrkit.deployment.policies import policy_text as text_of
from ecrkit.errors import InvalidAssemblyError, UnreadableInputError

if TYPE_CHECKING:
    from pathlib import Path

FIVE = policy_text(keep=5)
SIX = policy_text(keep=6)
WRITE_IT = "write that policy by hand"


def repository(text: object, **properties: object) -> dict[str, Any]:
    """Declare a repository with a policy."""
    return {
        "Type": "AWS::ECR::Repository",
        "Properties": {**properties, "LifecyclePolicy": {"LifecyclePolicyText": text}},
    }


def found(tmp_path: Path, resources: object, **sections: object) -> list[FoundPolicy | Unknown]:
    path = tmp_path / "template.json"
    path.write_text(json.dumps({**sections, "Resources": resources}, indent=1))
    return list(find_policies([path]))


def texts(found: list[FoundPolicy | Unknown]) -> list[str]:
    """Give the files of what was found."""
    return [text_of(each.policy) for each in found if isinstance(each, FoundPolicy)]


def problems(found: list[FoundPolicy | Unknown]) -> list[str]:
    return [each.problem for each in found if isinstance(each, Unknown)]


@pytest.mark.parametrize(
    ("written", "sections"),
    [
        pytest.param(FIVE, {}, id="text"),
        pytest.param({"Fn::Sub": FIVE.replace("5", "${Count}")}, {"Parameters": {"Count": {"Default": 5}}}, id="Sub"),
        pytest.param({"Fn::Join": ["", [FIVE[:20], FIVE[20:]]]}, {}, id="Join"),
        pytest.param(
            {"Fn::FindInMap": ["Policies", "all", "text"]},
            {"Mappings": {"Policies": {"all": {"text": FIVE}}}},
            id="map",
        ),
        pytest.param(
            {"Fn::ToJsonString": json.loads(FIVE)}, {"Transform": "AWS::LanguageExtensions"}, id="ToJsonString"
        ),
        pytest.param(
            {"Fn::If": ["IsProd", FIVE, {"Ref": "AWS::NoValue"}]},
            {"Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}}},
            id="or none",
        ),
        pytest.param(json.loads(FIVE), {}, id="an object"),
    ],
)
def test_what_the_template_determines(tmp_path: Path, written: object, sections: dict[str, object]) -> None:
    """Functions are worked out."""
    assert texts(found(tmp_path, {"App": repository(written)}, **sections)) == [FIVE]


def test_each_form(tmp_path: Path) -> None:
    """A condition that nobody knows gives both policies."""
    conditions = {"IsProd": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}}
    written = {"Fn::If": ["IsProd", FIVE, SIX]}

    assert texts(found(tmp_path, {"App": repository(written)}, Conditions=conditions)) == [FIVE, SIX]


def test_loop(tmp_path: Path) -> None:
    """A loop is written out."""
    loop = {"Fn::ForEach::All": ["Name", ["Web", "Api"], {"${Name}": repository(FIVE, RepositoryName="x-${Name}")}]}
    every = found(tmp_path, loop, Transform="AWS::LanguageExtensions")

    assert [each.place.logical_id for each in every] == ["Web", "Api"]


def test_creation_template(tmp_path: Path) -> None:
    """A creation template has its policy directly, and is named by its prefix."""
    resource = {
        "Type": "AWS::ECR::RepositoryCreationTemplate",
        "Properties": {"Prefix": "docker-hub", "LifecyclePolicy": FIVE},
    }
    [one] = every = found(tmp_path, {"Template": resource})

    assert texts(every) == [FIVE]
    assert (one.place.name, one.place.line) == ("docker-hub", 7)


@pytest.mark.parametrize(
    ("written", "sections", "problem"),
    [
        pytest.param(
            {"Ref": "Policy"},
            {"Parameters": {"Policy": {"Type": "String"}}},
            f"the policy depends on 'Policy', which only a deploy knows; {WRITE_IT}",
            id="parameter",
        ),
        pytest.param(
            {"Fn::Sub": FIVE.replace("5", "${Count}")},
            {"Parameters": {"Count": {"Type": "Number"}}},
            f"the policy depends on 'Count', which only a deploy knows; {WRITE_IT}",
            id="part",
        ),
        pytest.param(
            "{{resolve:ssm:/policy}}",
            {},
            f"the policy depends on {{{{resolve:ssm:/policy}}}}, which only a deploy knows; {WRITE_IT}",
            id="dynamic reference",
        ),
        pytest.param(
            {"Fn::ImportValue": "policy"},
            {},
            f"the policy depends on Fn::ImportValue, which only a deploy knows; {WRITE_IT}",
            id="import",
        ),
        pytest.param(
            FIVE.replace("5", "0"),
            {},
            "ECR rejects the policy: rules[0].selection.countNumber: must be 1 or more, got 0",
            id="invalid",
        ),
    ],
)
def test_what_it_does_not_determine(tmp_path: Path, written: object, sections: dict[str, object], problem: str) -> None:
    """What only a deploy knows, and what ECR rejects, is reported with its line."""
    [one] = every = found(tmp_path, {"App": repository(written)}, **sections)

    assert problems(every) == [problem]
    assert str(one).endswith(f": App: {problem}")
    assert '"LifecyclePolicyText"' in (tmp_path / "template.json").read_text().splitlines()[one.place.line - 1]


def test_loop_over_what_nobody_knows(tmp_path: Path) -> None:
    """A loop whose collection only a deploy knows is reported, if it makes repositories."""
    body = {"${Name}": repository(FIVE)}
    loop = {"Fn::ForEach::All": ["Name", {"Ref": "Names"}, body]}
    other = {"Fn::ForEach::Topics": ["Name", {"Ref": "Names"}, {"${Name}": {"Type": "AWS::SNS::Topic"}}]}

    assert problems(found(tmp_path, {**loop, **other}, Transform="AWS::LanguageExtensions")) == [
        f"its collection is known only at deploy; {WRITE_IT}"
    ]


def test_macro(tmp_path: Path) -> None:
    """What a macro may write is reported, and the policies in the template are found."""
    every = found(tmp_path, {"App": repository(FIVE)}, Transform="Ours")

    assert texts(every) == [FIVE]
    assert problems(every) == [
        "only a deploy knows what a macro writes; extract from what it wrote: the processed template"
    ]


def test_nothing(tmp_path: Path) -> None:
    """Resources without a policy, of another type, or of no shape at all do not count."""
    resources: dict[str, Any] = {
        "A": {"Type": "AWS::ECR::Repository"},
        "B": {"Type": "AWS::SNS::Topic"},
        "C": None,
        "D": {"Type": {}},
    }

    assert found(tmp_path, resources) == []
    assert found(tmp_path, []) == []


def test_yaml(tmp_path: Path) -> None:
    """YAML has short functions and blocks; the line is that of the text."""
    path = tmp_path / "template.yaml"
    block = "".join(f"          {line}\n" for line in FIVE.splitlines())
    path.write_text(
        "Resources:\n  App:\n    Type: AWS::ECR::Repository\n    Properties:\n      RepositoryName: !Sub 'shop-app'\n"
        f"      LifecyclePolicy:\n        LifecyclePolicyText: !Sub |\n{block}"
    )
    [one] = every = list(find_policies([path]))

    assert texts(every) == [FIVE]
    assert str(one.place) == f"{path.as_posix()}:7: App"
    assert one.place.name == "shop-app"


def test_service_form(tmp_path: Path) -> None:
    """Rules are in the order of their priorities, and only what differs from a default is written, as in a store."""
    text = json.dumps(document(rule(2), rule(1, **tagged("v*"), **pushed(3))))

    [written] = texts(found(tmp_path, {"App": repository(text)}))
    assert [one["rulePriority"] for one in json.loads(written)["rules"]] == [1, 2]


def test_more_than_a_template_has(tmp_path: Path) -> None:
    """Loops that make more than any template has are an error that names the file."""
    names = [str(number) for number in range(200)]
    inner = {"Fn::ForEach::Inner": ["B", names, {"${A}x${B}": repository(FIVE)}]}
    with pytest.raises(InvalidAssemblyError, match=r"template\.json: the loops of the template make more than 10,000"):
        found(tmp_path, {"Fn::ForEach::Outer": ["A", names, inner]}, Transform="AWS::LanguageExtensions")


class TestFiles:
    def test_folder(self, tmp_path: Path) -> None:
        """Without a manifest, all templates in the folder and below it count."""
        names = ("A.template.json", "B.nested.template.json", "assembly-Prod/C.template.json")
        for name in (*names, "tree.json"):
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text("{}")

        assert [path.relative_to(tmp_path).as_posix() for path in template_files(tmp_path)] == list(names)

    def test_assembly(self, tmp_path: Path) -> None:
        """Of a cloud assembly count stacks, nested stacks and stages, and no stack that the app had before."""
        stage = {"artifacts": {"C": {"properties": {"templateFile": "C.template.json"}}}}
        artifacts = {
            "A": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "A.template.json"}},
            "A.assets": {"type": "cdk:asset-manifest", "properties": {"file": "A.assets.json"}},
            "Tree": {"type": "cdk:tree"},
            "Itself": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}},
            "assembly-Prod": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}},
        }
        names = ("A.template.json", "B.nested.template.json", "assembly-Prod/C.template.json")
        for name in (*names, "Old.template.json", "assembly-Old/D.template.json"):
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text("{}")
        (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
        (tmp_path / "assembly-Prod" / "manifest.json").write_text(json.dumps(stage))

        assert [path.relative_to(tmp_path).as_posix() for path in template_files(tmp_path)] == list(names)

    def test_folder_without_templates(self, tmp_path: Path) -> None:
        """A folder without templates is refused."""
        with pytest.raises(InvalidAssemblyError) as caught:
            template_files(tmp_path)

        remedy = "run 'cdk synth' first, or name a template"
        assert str(caught.value) == f"{tmp_path.as_posix()}: has no *.template.json; {remedy}"

    def test_nothing_there(self, tmp_path: Path) -> None:
        """So is what is not there."""
        with pytest.raises(UnreadableInputError, match="no such file or directory"):
            template_files(tmp_path / "cdk.out")

    @pytest.mark.parametrize("text", ["{", "[1]", "a: b: c", "", "{]"])
    def test_no_template(self, tmp_path: Path, text: str) -> None:
        """A file that is no template is an error that names it."""
        path = tmp_path / "it.yaml"
        path.write_text(text)
        with pytest.raises(InvalidAssemblyError, match=r"it\.yaml"):
            list(find_policies([path]))
