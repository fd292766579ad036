"""The rules for cfn-lint by its real command line, and how to ignore them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from builders.lint_cases import CHECKS, TOO_LOW, Lines, block, linted, repository, template, written, yaml_template
from builders.policies import policy_text, rule, tagged

from ecrkit.cfnlint import rule_id

CFN_LINT = str(Path(sys.executable).with_name("cfn-lint"))


def cfn_lint(*arguments: str | Path, cwd: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CFN_LINT, *map(str, arguments)],
        cwd=cwd,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


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
            "template.yaml:7:11:7:12:W9213:any image can expire, because no rule protects any tagged images; put a "
            "rule above it for the deployed tags [ECR213]\n"
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
