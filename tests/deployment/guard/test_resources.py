"""What the guard works out of templates before it compares them."""

from __future__ import annotations

from typing import Any

import pytest
from builders.assemblies import destroyed, repository, setting, stack

from ecrkit.deployment.guard import Stack, compare, stack_of

STAGE = {"Stage": {"Type": "String", "Default": "dev"}}
IS_PROD = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
PUBLIC = {"Type": "AWS::ECR::PublicRepository", "Properties": {"RepositoryName": "web"}, "DeletionPolicy": "Retain"}


def codes(before: Stack, now: Stack) -> list[str]:
    return [found.code for found in compare([before], [now])]


def conditional(definition: object, **sections: Any) -> Stack:  # noqa: ANN401 - any sections of a template
    """A stack of one repository, on a condition."""
    return stack({"It": {**repository(), "Condition": "C"}}, Conditions={"C": definition}, **sections)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param({"Fn::Sub": "web"}, id="Sub"),
        pytest.param({"Fn::Sub": ["${A}b", {"A": "we"}]}, id="Sub with a variable"),
        pytest.param({"Fn::Join": ["", ["w", "eb"]]}, id="Join"),
        pytest.param({"Fn::Select": ["1", {"Fn::Split": ["/", "team/web"]}]}, id="Select and Split"),
        pytest.param({"Ref": "Name"}, id="parameter"),
        pytest.param({"Fn::FindInMap": ["Names", {"Ref": "AWS::Region"}, "repository"]}, id="mapping"),
        pytest.param({"Fn::If": ["Never", "other", "web"]}, id="condition"),
        pytest.param({"Fn::If": ["IsProd", "web", "web"]}, id="both branches"),
    ],
)
def test_name_is_worked_out(name: object) -> None:
    """A name that functions write is that name: the same is no change, and another is a rename."""
    sections: dict[str, Any] = {
        "Parameters": {"Name": {"Type": "String", "Default": "web"}, **STAGE},
        "Mappings": {"Names": {"us-east-1": {"repository": "web"}}},
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}, **IS_PROD},
    }
    written = stack({"It": repository(RepositoryName=name)}, **sections)

    assert compare([written], [stack({"It": repository("web")})]) == ()
    assert compare([stack({"It": repository("web")})], [written]) == ()
    assert codes(written, stack({"It": repository("shop")})) == ["GRD101"]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param({"Fn::Sub": "${Key.Arn}"}, {"Fn::GetAtt": ["Key", "Arn"]}, id="Sub of an attribute"),
        pytest.param({"Fn::GetAtt": "Key.Arn"}, {"Fn::GetAtt": ["Key", "Arn"]}, id="GetAtt"),
        pytest.param({"Fn::Sub": "a-${Key}"}, {"Fn::Join": ["-", ["a", {"Ref": "Key"}]]}, id="Sub and Join"),
        pytest.param({"Fn::Join": ["", [{"Ref": "Key"}]]}, {"Ref": "Key"}, id="Join of one"),
    ],
)
def test_unknown_value_in_another_spelling_is_no_change(before: object, now: object) -> None:
    """What only a deploy knows is compared in one spelling."""

    def encrypted(key: object) -> Stack:
        return stack({"It": repository(EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": key})})

    assert compare([encrypted(before)], [encrypted(now)]) == ()
    assert codes(encrypted(before), encrypted({"Ref": "Other"})) == ["GRD102"]


@pytest.mark.parametrize(
    "definition",
    [
        pytest.param({"Fn::Equals": ["a", "b"]}, id="Equals"),
        pytest.param({"Fn::Not": [{"Fn::Equals": ["a", "a"]}]}, id="Not"),
        pytest.param({"Fn::And": [{"Fn::Equals": ["a", "a"]}, {"Condition": "Never"}]}, id="And"),
        pytest.param({"Fn::Or": [{"Condition": "Never"}, {"Condition": "Never"}]}, id="Or"),
        pytest.param({"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}, id="Region"),
        pytest.param({"Fn::Equals": [{"Fn::FindInMap": ["Map", "a", "b"]}, "no"]}, id="mapping"),
    ],
)
def test_repository_on_a_false_condition_leaves(definition: object) -> None:
    """A condition that the template decides is decided: what it leaves out leaves the stack."""
    conditions = {"C": definition, "Never": {"Fn::Equals": ["a", "b"]}}
    resources = {"It": {**repository(), "Condition": "C"}}
    now = stack(resources, Conditions=conditions, Mappings={"Map": {"a": {"b": "yes"}}})

    assert codes(stack({"It": repository()}), now) == ["GRD111"]
    assert compare([now], [stack({})]) == ()


def test_condition_that_is_true_is_no_change() -> None:
    """A condition that the template decides to be true changes nothing."""
    assert compare([stack({"It": repository()})], [conditional({"Fn::Equals": ["a", "a"]})]) == ()


def test_condition_under_another_name_is_no_change() -> None:
    """A condition is what it says, not how it is called."""
    definition = {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
    renamed = stack({"It": {**repository(), "Condition": "D"}}, Conditions={"D": definition})

    assert compare([conditional(definition)], [renamed]) == ()


def test_changed_default_is_found() -> None:
    """A parameter whose default no longer makes the condition true removes the repository."""

    def staged(default: str) -> Stack:
        return conditional(IS_PROD["IsProd"], Parameters={"Stage": {"Type": "String", "Default": default}})

    assert codes(staged("prod"), staged("dev")) == ["GRD111"]


def test_other_value_of_a_parameter_is_looked_at() -> None:
    """What is lost only with another value of a parameter is found, with that value."""
    name = {"Fn::If": ["IsProd", "web", "web-dev"]}
    other = {"Fn::If": ["IsProd", "shop", "web-dev"]}
    sections: dict[str, Any] = {"Parameters": STAGE, "Conditions": IS_PROD}

    (found,) = compare(
        [stack({"It": repository(RepositoryName=name)}, **sections)],
        [stack({"It": repository(RepositoryName=other)}, **sections)],
    )

    assert found.code == "GRD101"
    assert found.message.startswith("where Stage is 'prod': 'web' is renamed to 'shop': ")


def test_repository_that_exists_with_another_value_is_not_forgotten() -> None:
    """A repository that the default leaves out, and another value has, leaves where it is removed."""
    (found,) = compare([conditional(IS_PROD["IsProd"], Parameters=STAGE)], [stack({}, Parameters=STAGE)])

    assert found.code == "GRD111"
    assert found.message.startswith("where Stage is 'prod': 'web' leaves the stack: ")


def test_deployed_parameters_count() -> None:
    """With the parameters that a stack is deployed with, only these are compared."""
    template = {
        "Resources": {"It": {**repository(), "Condition": "IsProd"}},
        "Conditions": IS_PROD,
        "Parameters": STAGE,
    }

    def deployed(stage: str) -> Stack:
        return stack_of(template, name="Shop", nested=lambda *_: {}, parameters={"Stage": stage})

    assert [resource.logical_id for resource in deployed("prod").resources] == ["It"]
    assert compare([deployed("dev")], [stack({}, account="", region="")]) == ()


def test_conditions_in_a_circle_are_compared_as_written() -> None:
    """Conditions that need each other are an error of the template, and no endless search."""
    circle = {"C": {"Fn::Not": [{"Condition": "D"}]}, "D": {"Fn::Not": [{"Condition": "C"}]}}
    resources = {"It": {**repository(), "Condition": "C"}}

    assert compare([stack(resources, Conditions=circle)], [stack(resources, Conditions=circle)]) == ()


def loop(collection: object, name: str = "Repo${N}") -> dict[str, Any]:
    return {"Fn::ForEach::Repos": ["N", collection, {name: repository(RepositoryName={"Fn::Sub": "a/${N}"})}]}


def test_loop_is_written_out() -> None:
    """A loop over a list is the resources that it makes, wherever the list is written."""
    both = stack(loop(["api", "web"]))
    by_parameter = stack(loop({"Ref": "L"}), Parameters={"L": {"Type": "CommaDelimitedList", "Default": "api, web"}})
    one_by_one = stack({"Repoapi": repository("a/api"), "Repoweb": repository("a/web")})

    assert compare([both], [one_by_one]) == compare([one_by_one], [both]) == compare([both], [by_parameter]) == ()
    (found,) = compare([both], [stack(loop(["api"]))])
    assert (found.logical_id, found.repository, found.code) == ("Repoweb", "a/web", "GRD111")


def test_loops_in_loops_are_written_out() -> None:
    """A loop in a loop has the entries of both, in keys without what no logical id takes."""
    inner = {
        "Fn::ForEach::Inner": ["M", ["x.y"], {"Repo${N}&{M}": repository(RepositoryName={"Fn::Sub": "${N}/${M}"})}]
    }

    found = stack({"Fn::ForEach::Outer": ["N", ["a", "b"], inner]}).resources

    assert [(one.logical_id, one.properties["RepositoryName"]) for one in found] == [
        ("Repoaxy", "a/x.y"),
        ("Repobxy", "b/x.y"),
    ]


def test_loop_that_only_a_deploy_knows_is_said() -> None:
    """A loop that cannot be written out is a note while it stays, and an error when it changes or leaves."""
    before = stack(loop({"Ref": "Names"}))

    (note,) = compare([before], [before])

    assert (note.code, note.severity, note.logical_id) == ("GRD163", "note", "Fn::ForEach::Repos")
    assert note.message == ("not compared: the resources of Fn::ForEach::Repos: its collection is known only at deploy")
    assert codes(before, stack(loop({"Ref": "Names"}, "Other${N}"))) == ["GRD162"]
    assert codes(before, stack({})) == ["GRD162"]


def test_loop_of_something_else_is_not_the_guards() -> None:
    """A loop without anything of ECR is passed over."""
    topics = {"Fn::ForEach::T": ["N", {"Ref": "Names"}, {"T${N}": {"Type": "AWS::SNS::Topic"}}]}

    assert stack(topics).resources == ()


INCLUDED = {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/more"}}


def test_what_a_macro_adds_is_said_not_to_be_compared() -> None:
    """What a macro adds to the resources is a note while it stays, and an error when it changes or leaves."""
    bare = stack({"It": repository()})
    included = stack({"It": repository(), "Fn::Transform": INCLUDED})
    [note] = compare([included], [included])

    assert (note.code, note.severity, note.logical_id) == ("GRD165", "note", "Fn::Transform")
    assert codes(bare, included) == ["GRD165"]
    assert codes(included, stack({"It": repository(), "Fn::Transform": {**INCLUDED, "Parameters": {}}})) == ["GRD164"]
    assert codes(included, bare) == ["GRD164"]


def test_macro_inside_of_a_resource_is_said_not_to_be_compared() -> None:
    """So is a macro that writes properties of a repository."""
    by_us: dict[str, Any] = {"Fn::Transform": {"Name": "Ours"}}
    by_aws: dict[str, Any] = {"Fn::Transform": INCLUDED}
    before = stack({"It": repository(**by_aws)})
    [note] = compare([before], [before])

    assert (note.code, note.logical_id) == ("GRD165", "It/Fn::Transform")
    assert codes(before, stack({"It": repository(**by_us)})) == ["GRD164"]


@pytest.mark.parametrize("macro", ["Ours", ["AWS::LanguageExtensions", "Ours"], {"Name": "AWS::Include"}])
def test_macro_for_the_whole_template_may_change_everything(macro: object) -> None:
    """A macro for the whole template is an error as soon as it is new, and a note while it stays."""
    bare, written = stack({"It": repository()}), stack({"It": repository()}, Transform=macro)

    assert codes(written, written) == ["GRD165"]
    assert codes(bare, written) == ["GRD164"]
    assert codes(written, bare) == ["GRD164"]


@pytest.mark.parametrize("transform", ["AWS::LanguageExtensions", ["AWS::Serverless-2016-10-31"], None])
def test_transform_of_aws_is_no_finding(transform: object) -> None:
    """Transforms of AWS that make nothing of ECR are no finding, new or not."""
    assert codes(stack({"It": repository()}), stack({"It": repository()}, Transform=transform)) == []


def test_public_repository_is_guarded() -> None:
    """A public repository is one: its removal and its new name are found."""
    renamed = {**PUBLIC, "Properties": {"RepositoryName": "shop"}}

    assert codes(stack({"It": PUBLIC}), stack({})) == ["GRD111"]
    assert codes(stack({"It": destroyed(PUBLIC)}), stack({})) == ["GRD112"]
    assert codes(stack({"It": PUBLIC}), stack({"It": renamed})) == ["GRD101"]


def with_inner(inner: dict[str, Any], *, parameters: object = None, **attributes: object) -> Stack:
    """A stack with a nested one."""
    properties = {"Parameters": parameters} if parameters else {}
    outer = {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": properties, **attributes}}
    template = {"Resources": outer, "Parameters": STAGE, "Conditions": {**IS_PROD, "Never": {"Fn::Equals": ["a", "b"]}}}
    return stack_of(template, name="Shop", nested=lambda *_: inner)


NAMED = {"Parameters": {"Name": {"Type": "String"}}, "Resources": {"It": repository(RepositoryName={"Ref": "Name"})}}


def test_nested_stack_has_the_parameters_that_it_is_passed() -> None:
    """A value that is passed to a nested stack is the value in there."""
    before, now = (with_inner(NAMED, parameters={"Name": {"Fn::Sub": name}}) for name in ("web", "shop"))

    (found,) = compare([before], [now])

    assert (found.place, found.repository, found.code) == ("Shop/Inner/It", "web", "GRD101")


def test_nested_stack_follows_the_parameters_of_the_outer_one() -> None:
    """A condition in a nested stack that depends on a parameter of the outer stack is looked at with each value."""
    inner = {
        "Parameters": {"S": {"Type": "String"}},
        "Conditions": {"P": {"Fn::Equals": [{"Ref": "S"}, "prod"]}},
        "Resources": {"It": {**repository(), "Condition": "P"}},
    }

    (found,) = compare([with_inner(inner, parameters={"S": {"Ref": "Stage"}})], [with_inner({})])

    assert found.message.startswith("where Stage is 'prod': 'web' leaves the stack: ")


def test_condition_of_a_nested_stack_counts_for_what_is_in_it() -> None:
    """A nested stack on a false condition takes its repositories with it."""
    inner = {"Resources": {"It": repository()}}

    assert codes(with_inner(inner), with_inner(inner, Condition="Never")) == ["GRD111"]
    assert codes(with_inner(inner), with_inner(inner, Condition="Undefined")) == ["GRD114"]


@pytest.mark.parametrize(
    ("before", "now", "message"),
    [
        pytest.param(
            repository(LifecyclePolicy={"LifecyclePolicyText": '{"rules": [1]}'}),
            repository(LifecyclePolicy={"LifecyclePolicyText": '{"rules": [2]}'}),
            "the lifecycle policy of 'web' changes, which changes what images expire",
            id="lifecycle policy",
        ),
        pytest.param(
            repository(),
            repository(LifecyclePolicy={"LifecyclePolicyText": "{}"}),
            "the lifecycle policy of 'web' is added, which changes what images expire",
            id="lifecycle policy added",
        ),
        pytest.param(
            repository(RepositoryPolicyText={"Statement": []}),
            repository(),
            "the policy that grants access to 'web' is removed",
            id="repository policy",
        ),
        pytest.param(
            repository(ImageScanningConfiguration={"ScanOnPush": "true"}),
            repository(),
            "the scan setting of 'web' changes from true to false",
            id="scan on push",
        ),
        pytest.param(
            setting(PolicyText={"a": 1}),
            setting(PolicyText={"a": 2}),
            "the policy that grants access to the registry policy changes",
            id="registry policy",
        ),
        pytest.param(
            setting("RegistryScanningConfiguration", ScanType="ENHANCED"),
            setting("RegistryScanningConfiguration", ScanType="BASIC"),
            "the scan setting of the scanning configuration changes from ENHANCED to BASIC",
            id="registry scanning",
        ),
    ],
)
def test_change_in_place_is_noted(before: dict[str, Any], now: dict[str, Any], message: str) -> None:
    """What replaces nothing, and changes what expires, who has access or what is scanned, is a note."""
    (found,) = compare([stack({"It": before})], [stack({"It": now})])

    assert (found.severity, found.message) == ("note", message)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param(
            repository(RepositoryPolicyText='{"Version": "1", "Statement": []}'),
            repository(RepositoryPolicyText={"Statement": [], "Version": "1"}),
            id="text and object",
        ),
        pytest.param(
            repository(), repository(ImageScanningConfiguration={"ScanOnPush": False}), id="the default written out"
        ),
    ],
)
def test_same_in_another_spelling_is_no_note(before: dict[str, Any], now: dict[str, Any]) -> None:
    """Spaces, the order of keys, text for an object and a default written out are no change."""
    assert compare([stack({"It": before})], [stack({"It": now})]) == ()


def test_renamed_repository_has_no_notes() -> None:
    """A repository of another name is another one, whatever its policy."""
    renamed = repository("shop", LifecyclePolicy={"LifecyclePolicyText": "{}"})

    assert codes(stack({"It": repository("web")}), stack({"It": renamed})) == ["GRD101"]
