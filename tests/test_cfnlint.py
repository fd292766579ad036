"""The rules for cfn-lint: by its real command line, and by its API where details are asked for."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent, indent
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from builders.policies import Document, policy_text, rule, tagged, untagged
from cfnlint.api import lint  # type: ignore[import-untyped] # it ships no types
from cfnlint.config import ManualArgs  # type: ignore[import-untyped] # it ships no types
from cfnlint.core import get_rules, run_checks  # type: ignore[import-untyped] # it ships no types
from cfnlint.decode import decode  # type: ignore[import-untyped] # it ships no types
from cfnlint.rules import Rules, RulesCollection  # type: ignore[import-untyped] # it ships no types

from ecrkit import cfnlint as adapter
from ecrkit.cfnlint import RULES, rule_id
from ecrkit.documents.explanations import explain
from ecrkit.errors import Severity
from ecrkit.lifecycle import RULEBOOK
from ecrkit.registry.rulebook import ACCESS_RULEBOOK
from ecrkit.registry.templates import TEMPLATE_RULEBOOK

if TYPE_CHECKING:
    from ecrkit.errors import Check

Lines: TypeAlias = list[str]

CHECKS = (*RULEBOOK, *ACCESS_RULEBOOK, *TEMPLATE_RULEBOOK)
CFN_LINT = str(Path(sys.executable).with_name("cfn-lint"))

GOOD = policy_text(
    rule(1, **tagged("prod-*"), description="what runs"), rule(2, **untagged(), countNumber=1), rule(3, countNumber=50)
)
BAD = GOOD.replace('"countNumber": 50', '"countNumber": 0')
"""Wrong on line 34, in column 24, and complete."""

TOO_LOW = "rules[2].selection.countNumber: must be 1 or more, got 0 [ECR112]"


def repository(text: object = GOOD) -> Document:
    return {"Type": "AWS::ECR::Repository", "Properties": {"LifecyclePolicy": {"LifecyclePolicyText": text}}}


def creation_template(text: object = GOOD) -> Document:
    properties = {"AppliedFor": ["PULL_THROUGH_CACHE"], "Prefix": "docker-hub", "LifecyclePolicy": text}
    return {"Type": "AWS::ECR::RepositoryCreationTemplate", "Properties": properties}


def template(resource: Document, **sections: object) -> str:
    """Write a template of one resource, ``App``, as JSON, two columns a level."""
    return json.dumps({**sections, "Resources": {"App": resource}}, indent=2)


def yaml_template(value: str) -> str:
    """Write a template of one repository as YAML; *value* is what follows its ``LifecyclePolicyText:``, on line 6."""
    head = """\
        Resources:
          App:
            Type: AWS::ECR::Repository
            Properties:
              LifecyclePolicy:
                LifecyclePolicyText:"""
    return f"{dedent(head)}{value}\n"


def block(header: str, text: str = BAD, *, columns: int = 10) -> str:
    """Write *text* as a block of YAML: ``|`` and its like, and then its lines."""
    return f" {header}\n{indent(text, ' ' * columns)}"


def our_rules() -> RulesCollection:
    """Load them without cfn-lint's own, which take a quarter of a second."""
    rules = RulesCollection(include_rules=["I"])
    rules.create_from_module("ecrkit.cfnlint")
    return rules


def found(text: str) -> Lines:
    """Let our rules look at a template; give what they say, each with the id of its rule."""
    return [f"{match.rule.id} {match.message}" for match in lint(text, our_rules())]


def linted(text: str, *ignored: str) -> Lines:
    """Let cfn-lint look at a template with all the rules that it then has; give their ids."""
    config = ManualArgs(append_rules=["ecrkit.cfnlint"], ignore_checks=list(ignored))
    return sorted(match.rule.id for match in lint(text, config=config))


def ids(lines: Lines) -> Lines:
    return sorted(line.split()[0] for line in lines)


def placed(path: Path) -> Lines:
    """Let our rules look at a file; give what they say, each with its line and column."""
    content, _ = decode(str(path))
    matches = run_checks(str(path), content, our_rules(), ["us-east-1"])
    return [f"{match.linenumber}:{match.columnnumber}: {match.message}" for match in matches]


def cfn_lint(*arguments: str | Path, cwd: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CFN_LINT, *map(str, arguments)],
        cwd=cwd,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


class TestRules:
    def test_every_check_has_one(self) -> None:
        """cfn-lint loads a rule for every check of the rulebook, and no other."""
        loaded = Rules.create_from_module("ecrkit.cfnlint")

        assert {loaded[rule_id].code: rule_id for rule_id in loaded} == {check.code: rule_id(check) for check in CHECKS}
        assert list(RULES) == [check.code for check in CHECKS]

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            pytest.param("ECR112", "E9112", id="error"),
            pytest.param("ECR203", "W9203", id="warning"),
            pytest.param("TPL301", "I9301", id="note"),
        ],
    )
    def test_id(self, code: str, expected: str) -> None:
        """An id has the letter of the severity, a nine, and the number of the code."""
        assert RULES[code].id == expected

    @pytest.mark.parametrize("check", [pytest.param(check, id=check.code) for check in CHECKS])
    def test_severity(self, check: Check) -> None:
        """cfn-lint gives a finding the severity that we give it."""
        severity = {Severity.NOTE: "informational"}.get(check.severity, check.severity.value)
        assert RULES[check.code]().severity == severity

    @pytest.mark.parametrize("check", [pytest.param(check, id=check.code) for check in CHECKS])
    def test_explains_itself(self, check: Check) -> None:
        """``cfn-lint --list-rules`` says what a rule requires, which code it has and where it comes from."""
        assert RULES[check.code].shortdesc == f"{check.title} [{check.code}]"
        assert RULES[check.code].description.startswith(explain(check).checks)
        assert RULES[check.code].description.endswith(f"Source: {check.source}.")
        assert RULES[check.code].source_url.startswith("https://docs.aws.amazon.com/AmazonECR/")

    def test_ids_are_free(self) -> None:
        """No two rules share an id, and all are where cfn-lint has none of its own."""
        ids = [rule.id for rule in RULES.values()]
        own = set(get_rules([], [], ["E", "W", "I"], include_experimental=True).all_rules)

        assert len(own) > 100
        assert len(set(ids)) == len(ids)
        assert [rule_id for rule_id in ids if not re.fullmatch("[EWI]9[0-9]{3}", rule_id)] == []
        assert [rule_id for rule_id in own if rule_id[1] == "9"] == []

    def test_knows_the_core_and_its_host(self) -> None:
        """The module imports ecrkit's core and cfn-lint, and nothing else that has to be installed."""
        tree = ast.parse(Path(adapter.__file__).read_text(encoding="utf-8"))
        imported = {
            name.partition(".")[0]
            for node in ast.walk(tree)
            for name in (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else []
            )
        }

        assert imported - sys.stdlib_module_names == {"cfnlint", "ecrkit"}


class TestWhereItLooks:
    @pytest.mark.parametrize("resource", [repository, creation_template])
    def test_valid(self, resource: Any) -> None:  # noqa: ANN401 - one of the builders
        """A valid policy is no finding, of ours or of cfn-lint's own."""
        assert linted(template(resource())) == []

    def test_repository(self) -> None:
        """The policy of a repository is checked; a finding names property, line, column and path."""
        assert found(template(repository(BAD))) == [f"E9112 LifecyclePolicyText:34:24: {TOO_LOW}"]

    def test_creation_template(self) -> None:
        """So is that of a repository creation template."""
        assert found(template(creation_template(BAD))) == [f"E9112 LifecyclePolicy:34:24: {TOO_LOW}"]

    @pytest.mark.parametrize(
        "value",
        [
            pytest.param({"Ref": "Policy"}, id="Ref"),
            pytest.param({"Fn::Sub": BAD}, id="Sub"),
            pytest.param({"Fn::Sub": BAD.replace("50", "${Count}")}, id="Sub-of-a-parameter"),
            pytest.param({"Fn::Sub": [BAD.replace("prod", "${Name}"), {"Name": {"Ref": "Stage"}}]}, id="Sub-variable"),
            pytest.param({"Fn::Join": ["", [BAD[:90], BAD[90:]]]}, id="Join"),
            pytest.param({"Fn::If": ["IsProduction", BAD, GOOD]}, id="If"),
            pytest.param({"Fn::If": ["IsProduction", GOOD, BAD]}, id="Else"),
            pytest.param({"Fn::If": ["Undefined", GOOD, BAD]}, id="If-of-nothing"),
            pytest.param({"Fn::FindInMap": ["Policies", {"Ref": "Stage"}, "text"]}, id="FindInMap"),
            pytest.param({"Fn::Select": [1, [GOOD, BAD]]}, id="Select"),
        ],
    )
    @pytest.mark.parametrize("resource", [repository, creation_template])
    def test_function(self, resource: Any, value: object) -> None:  # noqa: ANN401 - one of the builders
        """A text that functions write is judged in every form that it can have."""
        text = template(
            resource(value),
            Parameters={"Policy": {"Type": "String", "Default": BAD}, "Stage": {"Type": "String", "Default": "prod"}},
            Conditions={"IsProduction": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
            Mappings={"Policies": {"prod": {"text": GOOD}, "dev": {"text": BAD}}},
        )

        assert ids(found(text)) == ["E9112"] if "${Count}" not in str(value) else ["E9112", "I9301"]

    @pytest.mark.parametrize(
        "properties",
        [
            pytest.param({"LifecyclePolicyText": {"Fn::ToJsonString": json.loads(BAD)}}, id="ToJsonString"),
            pytest.param({"Fn::If": ["C", {"LifecyclePolicyText": BAD}, {"Ref": "AWS::NoValue"}]}, id="property"),
        ],
    )
    def test_function_of_a_repository(self, properties: object) -> None:
        """So is a policy that is written as an object, or that a condition leaves out."""
        resource = {"Type": "AWS::ECR::Repository", "Properties": {"LifecyclePolicy": properties}}

        assert ids(found(template(resource))) == ["E9112"]

    def test_loop(self) -> None:
        """So is the block of a loop; cfn-lint shows once what is wrong with all that it makes."""
        loop = ["Name", ["web", "api"], {"${Name}": repository(BAD)}]
        text = json.dumps({"Transform": "AWS::LanguageExtensions", "Resources": {"Fn::ForEach::All": loop}})

        assert found(text) == [f"E9112 LifecyclePolicyText:34:24: {TOO_LOW}"]

    def test_short_function(self) -> None:
        """So is one in the short form of YAML."""
        [line] = found(yaml_template(f" !Sub '{json.dumps(json.loads(BAD))}'"))

        assert line == f"E9112 LifecyclePolicyText:1:461: {TOO_LOW}"

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            pytest.param({"Ref": "Policy"}, "not checked: 'Policy' is", id="Ref"),
            pytest.param({"Fn::ImportValue": "policy"}, "not checked: Fn::ImportValue is", id="ImportValue"),
            pytest.param("{{resolve:ssm:policy}}", "not checked: {{resolve:ssm:policy}} is", id="dynamic-reference"),
            pytest.param(
                {"Fn::Sub": GOOD.replace("prod", "${Stage}")},
                "not checked where the text depends on it: 'Stage' is",
                id="part",
            ),
        ],
    )
    def test_what_only_a_deploy_knows(self, value: object, said: str) -> None:
        """What only a deploy knows is said not to be checked, which is no warning."""
        assert found(template(repository(value))) == [
            (
                f"I9301 {said} known only when the stack is deployed; check the text that it becomes with "
                "'ecrkit policy check' [TPL301]"
            )
        ]

    @pytest.mark.parametrize(
        "resource",
        [
            pytest.param({"Type": "AWS::ECR::Repository"}, id="no-properties"),
            pytest.param({"Type": "AWS::ECR::Repository", "Properties": {}}, id="no-policy"),
            pytest.param({"Type": "AWS::ECR::Repository", "Properties": {"LifecyclePolicy": {}}}, id="no-text"),
            pytest.param(repository({"Ref": "AWS::NoValue"}), id="no-value"),
            pytest.param({"Type": "AWS::ECR::Repository", "Properties": {"LifecyclePolicy": BAD}}, id="text-too-high"),
            pytest.param(repository(json.loads(BAD)), id="object"),
            pytest.param(repository([BAD]), id="list"),
            pytest.param(repository(1), id="number"),
            pytest.param(repository(BAD) | {"Type": "AWS::ECR::PublicRepository"}, id="another-type"),
        ],
    )
    def test_no_text(self, resource: Document) -> None:
        """Where no text is, there is nothing for these rules; a wrong type is found by cfn-lint's own."""
        assert found(template(resource)) == []


class TestWhatItSays:
    def test_everything(self) -> None:
        """Everything that is wrong with a policy is told, each by the rule of its check."""
        text = policy_text(rule(0, countNumber=0), rule(2, **tagged("a*", "b*")), rule(2, **tagged("c*")))

        assert ids(found(template(repository(text)))) == [
            "E9110",
            "E9112",
            "E9140",
            "W9203",
        ]

    def test_no_json(self) -> None:
        """A text that is not JSON is a finding too."""
        assert found(template(repository("rules: []".ljust(100)))) == [
            'E9101 LifecyclePolicyText:1:1: not JSON: the text has "rules" where no such word can stand [ECR101]'
        ]

    def test_completeness(self) -> None:
        """What a repository has is all that it has: what it leaves out is a warning, at the text."""
        assert found(template(repository(policy_text(rule(1, **tagged("v*")))))) == [
            (
                "W9211 LifecyclePolicyText:1:1: no rule for untagged images, so that they stay for ever; add a policy"
                " for them [ECR211]"
            ),
            (
                "W9212 LifecyclePolicyText:1:1: no rule for every tagged image, so that their number grows for ever;"
                " add a policy with an 'any' rule, or with the pattern '*' [ECR212]"
            ),
        ]

    def test_completeness_of_an_invalid_policy(self) -> None:
        """As long as ECR refuses a policy, nobody is told what it leaves out."""
        text = policy_text(rule(1, **tagged("v*"), countNumber=0))

        assert ids(found(template(repository(text)))) == ["E9112"]

    def test_completeness_of_a_creation_template(self) -> None:
        """What a creation template gives is a beginning, and may leave out what its repositories add."""
        assert found(template(creation_template(policy_text(rule(1, **tagged("v*")))))) == []


class TestWhere:
    @pytest.mark.parametrize(
        ("value", "place"),
        [
            pytest.param(block("|"), "40:34", id="block"),
            pytest.param(block("|-"), "40:34", id="stripped"),
            pytest.param(block("|+", f"{BAD}\n\n"), "40:34", id="kept"),
            pytest.param(block("|", columns=9), "40:33", id="indented-otherwise"),
            pytest.param(block("|2", f"  {BAD}".replace("\n", "\n  ")), "40:36", id="indented-explicitly"),
            pytest.param(block("|2-", f"  {BAD}".replace("\n", "\n  ")), "40:36", id="indented-and-stripped"),
            pytest.param(block("|  # what runs, stays"), "40:34", id="comment"),
            pytest.param(block(">-"), "40:34", id="folded-where-nothing-folds"),
            pytest.param(block("|", f"\n\n{BAD}"), "42:34", id="blank-lines-first"),
            pytest.param(block("|", BAD.replace("\n", "\n\n")), "73:34", id="blank-lines-between"),
            pytest.param(block("|", BAD.replace("\n", "  \n")), "40:34", id="spaces-at-the-end"),
            pytest.param(block("|", BAD.replace("what runs", "was läuft 🐳")), "40:34", id="more-than-ascii"),
        ],
    )
    def test_block(self, tmp_path: Path, value: str, place: str) -> None:
        """In a literal block of YAML a finding is at its own line and column, however the block is written."""
        path = written(tmp_path / "template.yaml", yaml_template(value))

        assert placed(path) == [f"{place}: {TOO_LOW}"]

    def test_lines_of_windows(self, tmp_path: Path) -> None:
        """Ends of lines as Windows writes them change nothing."""
        path = tmp_path / "template.yaml"
        path.write_bytes(yaml_template(block("|")).replace("\n", "\r\n").encode())

        assert placed(path) == [f"40:34: {TOO_LOW}"]

    def test_end_of_a_block(self, tmp_path: Path) -> None:
        """What is missing after the last line is missing at its end."""
        path = written(tmp_path / "template.yaml", yaml_template(block("|", GOOD.removesuffix("}"))))

        assert placed(path) == ["46:14: not JSON: the text ends where ',' or '}' is expected [ECR101]"]

    @pytest.mark.parametrize(
        ("value", "place"),
        [
            pytest.param(f" '{json.dumps(json.loads(BAD))}'", "6:30: LifecyclePolicyText:1:461", id="quoted"),
            pytest.param(f"\n          '{json.dumps(json.loads(BAD))}'", "7:11: LifecyclePolicyText:1:461", id="below"),
            pytest.param(block(">", BAD.replace("\n  ", "\n")), "6:30: LifecyclePolicyText:33:22", id="folded"),
            pytest.param(block("&policy |"), "6:30: LifecyclePolicyText:34:24", id="anchor"),
        ],
    )
    def test_elsewhere(self, tmp_path: Path, value: str, place: str) -> None:
        """Any other text is where its value begins, and the message has line and column in it."""
        path = written(tmp_path / "template.yaml", yaml_template(value))

        assert placed(path) == [f"{place}: {TOO_LOW}"]

    def test_json(self, tmp_path: Path) -> None:
        """So is one in JSON."""
        path = written(tmp_path / "template.json", template(repository(BAD)))

        assert placed(path) == [f"7:34: LifecyclePolicyText:34:24: {TOO_LOW}"]

    def test_no_text(self) -> None:
        """In a template that cfn-lint got as values nothing has a place; the message has that in the text."""
        [match] = run_checks("template.json", json.loads(template(repository(BAD))), our_rules(), ["us-east-1"])

        assert (match.linenumber, match.message) == (1, f"LifecyclePolicyText:34:24: {TOO_LOW}")

    def test_no_file(self) -> None:
        """Without a file nobody can look how a text is written, so the message has line and column in it."""
        [match] = lint(yaml_template(block("|")), our_rules())

        assert (match.linenumber, match.message) == (6, f"LifecyclePolicyText:34:24: {TOO_LOW}")

    def test_another_text(self, tmp_path: Path) -> None:
        """A file whose lines are not those of the text is not believed."""
        path = written(tmp_path / "template.yaml", yaml_template(block("|")))
        content, _ = decode(str(path))
        written(path, yaml_template(block("|", BAD.replace("what runs", "what ran"))))
        [match] = run_checks(str(path), content, our_rules(), ["us-east-1"])

        assert (match.linenumber, match.message) == (6, f"LifecyclePolicyText:34:24: {TOO_LOW}")


class TestIgnoring:
    TEXT = policy_text(rule(1, **tagged("a*", "b*"), countNumber=0), rule(2))

    def test_nothing(self) -> None:
        """Unless somebody says otherwise, errors and warnings are told."""
        assert linted(template(repository(self.TEXT))) == ["E9112", "W9203"]

    @pytest.mark.parametrize(
        ("ignored", "left"),
        [
            pytest.param("E9112", ["W9203"], id="error"),
            pytest.param("W9203", ["E9112"], id="warning"),
            pytest.param("W9", ["E9112"], id="all-warnings"),
        ],
    )
    def test_one(self, ignored: str, left: Lines) -> None:
        """Each check can be ignored alone, as every rule of cfn-lint can."""
        assert linted(template(repository(self.TEXT)), ignored) == left

    @pytest.mark.parametrize("place", ["resource", "template"])
    def test_in_the_template(self, place: str) -> None:
        """A resource ignores a rule for itself, and a template for all that is in it."""
        metadata = {"cfn-lint": {"config": {"ignore_checks": ["E9112"]}}}
        resource = repository(self.TEXT)
        text = (
            template(resource | {"Metadata": metadata})
            if place == "resource"
            else template(resource, Metadata=metadata)
        )

        assert linted(text) == ["W9203"]


class TestCommandLine:
    @pytest.mark.parametrize(
        "arguments",
        [
            pytest.param(["template.yaml", "-a", "ecrkit.cfnlint"], id="template-before"),
            pytest.param(["-a", "ecrkit.cfnlint", "--", "template.yaml"], id="template-behind-dashes"),
            pytest.param(["-a", "ecrkit.cfnlint", "-t", "template.yaml"], id="template-by-option"),
        ],
    )
    def test_error(self, tmp_path: Path, arguments: Lines) -> None:
        """In any directory ``-a ecrkit.cfnlint`` finds the rules; what ECR refuses is told, with exit code 2."""
        written(tmp_path / "template.yaml", yaml_template(block("|")))
        run = cfn_lint(*arguments, cwd=tmp_path)

        assert run.stdout == f"E9112 {TOO_LOW}\ntemplate.yaml:40:34\n\n"
        assert (run.returncode, run.stderr) == (2, "")

    def test_settings(self, tmp_path: Path) -> None:
        """``append_rules`` in the settings of cfn-lint finds them too."""
        written(tmp_path / ".cfnlintrc", "append_rules: [ecrkit.cfnlint]\n")
        written(tmp_path / "template.yaml", yaml_template(block("|")))

        assert cfn_lint("template.yaml", cwd=tmp_path).returncode == 2

    def test_warning(self, tmp_path: Path) -> None:
        """A warning alone exits with 4, as cfn-lint's own do."""
        written(tmp_path / "template.yaml", yaml_template(block("|", policy_text(rule(1)))))
        run = cfn_lint("--format", "parseable", "template.yaml", "-a", "ecrkit.cfnlint", cwd=tmp_path)

        assert run.stdout == (
            "template.yaml:7:11:7:12:W9213:any image can expire, since no rule for tagged images protects some; put a"
            " rule above it for the tags that are deployed [ECR213]\n"
        )
        assert run.returncode == 4

    def test_ignored(self, tmp_path: Path) -> None:
        """``--ignore-checks`` knows the rules, and nothing else is said."""
        written(tmp_path / "template.yaml", yaml_template(block("|")))
        run = cfn_lint("template.yaml", "-a", "ecrkit.cfnlint", "--ignore-checks", "E9112", cwd=tmp_path)

        assert (run.returncode, run.stdout, run.stderr) == (0, "", "")

    def test_standard_input(self, tmp_path: Path) -> None:
        """A template on standard input is checked too."""
        run = cfn_lint("-a", "ecrkit.cfnlint", cwd=tmp_path, given=yaml_template(block("|")))

        assert run.stdout == f"E9112 LifecyclePolicyText:34:24: {TOO_LOW}\nNone:6:30\n\n"
        assert run.returncode == 2

    def test_list(self, tmp_path: Path) -> None:
        """``--list-rules`` lists every check."""
        run = cfn_lint("--list-rules", "-a", "ecrkit.cfnlint", cwd=tmp_path)

        listed = [line.partition(":")[0] for line in run.stdout.splitlines() if re.match("[EWI]9[0-9]{3}: ", line)]
        assert sorted(listed) == sorted(rule_id(check) for check in CHECKS)


def test_severities_are_known() -> None:
    """Every severity has a letter that cfn-lint takes for it."""
    assert {rule_id(check)[0] for check in CHECKS} == {"E", "W", "I"}
    assert {severity.value for severity in Severity} == {"error", "warning", "note"}
