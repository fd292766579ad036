"""The rules for cfn-lint that judge repository policies and registry policies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from cfnlint.api import lint  # type: ignore[import-untyped] # it ships no types
from cfnlint.config import ManualArgs  # type: ignore[import-untyped] # it ships no types

OPEN = "lets everyone in: it has the Principal '*' and no condition"
TEMPLATE = """\
    Resources:
      App:
        Type: AWS::ECR::Repository
        Properties:
          RepositoryPolicyText:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Principal: "*"
                Action: ecr:BatchGetImages
"""
REGISTRY = """\
    Resources:
      Registry:
        Type: AWS::ECR::RegistryPolicy
        Properties:
          PolicyText:
            Version: "2012-10-17"
            Statement:
              Effect: Allow
              Principal: "*"
              Action: ecr:ReplicateImage
              Resource: "*"
"""


def found(text: str) -> list[tuple[str, int, str]]:
    """Give rule, line and message of what the rules of ecrkit find."""
    matches = lint(dedent(text), config=ManualArgs(append_rules=["ecrkit.cfnlint"], include_checks=["I"]))
    ours = [match for match in matches if match.rule.id[1] == "9"]
    return sorted((match.rule.id, match.linenumber, match.message) for match in ours)


def test_element_of_a_document_is_pointed_to() -> None:
    """Errors and warnings lead to the element of the statement."""
    error, warning = found(TEMPLATE)

    assert error[:2] == ("E9403", 9)
    assert error[2].startswith(f"Statement[0].Principal: {OPEN}")
    assert warning[:2] == ("W9421", 10)
    assert warning[2].endswith("did you mean ecr:BatchGetImage? [ECR421]")


def test_registry_policy() -> None:
    """The policy of the registry is judged too, and a statement need not be in a list."""
    [(rule, line, message)] = found(REGISTRY)

    assert (rule, line) == ("E9403", 9)
    assert message.startswith(f"Statement.Principal: {OPEN}")


@pytest.mark.parametrize("text", [pytest.param(TEMPLATE, id="repository"), pytest.param(REGISTRY, id="registry")])
def test_metadata_acknowledges(text: str) -> None:
    """A reason in the metadata of the resource acknowledges an open statement."""
    metadata = "    Metadata: {ecrkit: {open_to_everyone: the base images are public}}\n        Properties:\n"
    acknowledged = text.replace("    Properties:\n", metadata, 1)

    assert [rule for rule, _, _ in found(acknowledged) if rule.startswith("E")] == []


def test_policy_that_only_a_deploy_knows() -> None:
    """A policy that is known only at deploy is an informational finding."""
    text = """\
        Parameters:
          Policy: {Type: String}
        Resources:
          App:
            Type: AWS::ECR::Repository
            Properties: {RepositoryPolicyText: !Ref Policy}
    """

    assert [(rule, line) for rule, line, _ in found(text)] == [("I9302", 6)]


MAPPED = """\
    Transform: AWS::LanguageExtensions
    Parameters:
      Stage: {Type: String, AllowedValues: [prod, dev]}
    Mappings:
      Who: {prod: {principal: "123456789012"}, dev: {principal: "*"}}
    Resources:
      App:
        Type: AWS::ECR::Repository
        Properties:
          RepositoryPolicyText:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Principal: {AWS: !FindInMap [Who, !Ref Stage, principal]}
                Action: ecr:BatchGetImage
      Fn::ForEach::Teams:
        - Team
        - [Web]
        - Of${Team}:
            Type: AWS::ECR::Repository
            Metadata: {ecrkit: {open_to_everyone: the images of teams are public}}
            Properties:
              RepositoryPolicyText:
                Version: "2012-10-17"
                Statement: {Effect: Allow, Principal: "*", Action: "ecr:BatchGetImage"}
"""


def test_template_with_language_extensions(tmp_path: Path) -> None:
    """Every value of a mapping is judged, although cfn-lint itself puts one of them in its place."""
    file = tmp_path / "template.yaml"
    file.write_text(dedent(MAPPED))
    command = [
        str(Path(sys.executable).parent / "cfn-lint"),
        str(file),
        "--format",
        "parseable",
        "-a",
        "ecrkit.cfnlint",
    ]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    [line] = [line for line in done.stdout.splitlines() if ":E9" in line]
    assert ":14:" in line
    assert f":E9403:Statement[0].Principal: {OPEN}" in line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("Transform: Ours\nResources: {A: {Type: AWS::SNS::Topic}}\n", 1, id="whole template"),
        pytest.param("Resources:\n  A: {Type: AWS::SNS::Topic}\n  Fn::Transform: {Name: Ours}\n", 3, id="resources"),
    ],
)
def test_what_a_macro_writes_is_said_not_to_be_checked(text: str, line: int) -> None:
    """A macro that may write policies is an informational finding, once."""
    [(rule, where, message)] = found(text)

    assert (rule, where) == ("I9301", line)
    assert message.startswith("not checked: what the macro under ")


def test_transform_of_aws_is_no_finding() -> None:
    """The language extensions write no policy."""
    assert found("Transform: AWS::LanguageExtensions\nResources: {A: {Type: AWS::SNS::Topic}}\n") == []
