"""The rules for cfn-lint: at which line and column of a template a finding is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.lint_cases import (
    BAD,
    GOOD,
    TOO_LOW,
    Lines,
    block,
    our_rules,
    repository,
    template,
    written,
    yaml_template,
)
from cfnlint.api import lint  # type: ignore[import-untyped] # it ships no types
from cfnlint.core import run_checks  # type: ignore[import-untyped] # it ships no types
from cfnlint.decode import decode  # type: ignore[import-untyped] # it ships no types

if TYPE_CHECKING:
    from pathlib import Path


def placed(path: Path) -> Lines:
    """Let our rules look at a file; give what they say, each with its line and column."""
    content, _ = decode(str(path))
    matches = run_checks(str(path), content, our_rules(), ["us-east-1"])
    return [f"{match.linenumber}:{match.columnnumber}: {match.message}" for match in matches]


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
